"""
How well quotations and their speakers are found, against articles that were read and marked by hand.

    python -m benchmarks.quality.quotations [DATA] [--development] [--list]

``marked_quotations.json`` has no text: ids of articles, where each quotation begins, and where the words stand that
name who said it (several if any of them will do, null for nobody; no list at all if it could not be decided).
Stretches between quotation marks that could be argued about, mostly of one or two words, are ``left_out``: they count
neither for nor against. Offsets are those in the headline, a blank line and the text. Forty articles of each language
were drawn with a fixed seed and marked before any rule was written; every second one is held out, and no rule was
changed after looking at those.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.quality.figures import Figure
from benchmarks.quality.known_items import read_articles
from search.article import LANGUAGES, Article
from search.language import Quotation, analyze, quotations

MARKS = Path(__file__).with_name("marked_quotations.json")
HELD_OUT, DEVELOPMENT = "held-out", "development"
DEFAULT_DATA = Path(__file__).parents[3] / "shared" / "data"
# A mark, and a blank behind it.
_NEAR = 2


@dataclass(slots=True)
class Tally:
    """What was found of the marked quotations of one language; ``mistakes`` says what was not, one line each."""

    found: int = 0
    missed: int = 0
    wrong: int = 0
    undecided: int = 0
    right_speaker: int = 0
    wrong_speaker: int = 0
    no_speaker: int = 0
    mistakes: list[str] = field(default_factory=list)


def measure(data: Path, half: str = HELD_OUT) -> Iterator[Figure]:
    """Yield precision and recall of quotations and of their speakers, of the articles of one half."""
    for language, tally in tallies(data, half).items():
        told = tally.right_speaker + tally.wrong_speaker
        part = "quotations"
        yield Figure(part, f"{language}: quotations, precision", _share(tally.found, tally.found + tally.wrong), 0.95)
        strict = _share(tally.found, tally.found + tally.wrong + tally.undecided)
        yield Figure(part, f"{language}: quotations, precision if all that is undecided were wrong", strict)
        yield Figure(part, f"{language}: quotations, recall", _share(tally.found, tally.found + tally.missed), 0.9)
        yield Figure(part, f"{language}: speakers, precision", _share(tally.right_speaker, told), 0.9)
        yield Figure(part, f"{language}: speakers, recall", _share(tally.right_speaker, told + tally.no_speaker), 0.8)


def tallies(data: Path, half: str) -> dict[str, Tally]:
    """Return what is found in the marked articles of one half, by language."""
    marked = {each["id"]: each for each in json.loads(MARKS.read_text(encoding="utf-8")) if each["half"] == half}
    found = {language: Tally() for language in LANGUAGES}
    for article in read_articles(data / "articles.jsonl"):
        if article.id in marked:
            _compare(article, marked[article.id], found[article.language])
    return found


def _compare(article: Article, marks: dict[str, Any], tally: Tally) -> None:
    text = f"{article.title}\n\n{article.body}"
    missing = {each["start"]: each["speakers"] for each in marks["quotations"]}
    for quotation in quotations(text, article.language):
        start = next((start for start in missing if abs(start + 1 - quotation.start) <= _NEAR), None)
        if start is not None:
            tally.found += 1
            _compare_speaker(article, text, quotation, missing.pop(start), tally)
        elif any(abs(left + 1 - quotation.start) <= _NEAR for left in marks["left_out"]):
            tally.undecided += 1
        else:
            tally.wrong += 1
            tally.mistakes.append(f"{article.id}: no quotation: {quotation.text[:60]!r}")
    tally.missed += len(missing)
    tally.mistakes += [f"{article.id}: missed: {text[start : start + 60]!r}" for start in missing]


def _compare_speaker(
    article: Article, text: str, quotation: Quotation, speakers: Sequence[Sequence[int] | None] | None, tally: Tally
) -> None:
    if speakers is None:
        return
    names = [None if each is None else text[each[0] : each[1]] for each in speakers]
    if any(_is_same(name, quotation.speaker, article.language) for name in names):
        tally.right_speaker += 1
        return
    if quotation.speaker is None:
        tally.no_speaker += 1
    else:
        tally.wrong_speaker += 1
    tally.mistakes.append(f"{article.id}: {quotation.speaker} and not {names}: {quotation.text[:60]!r}")


def _is_same(one: str | None, other: str | None, language: str) -> bool:
    """Return whether two ways of naming a speaker have a lemma or a name key in common."""
    if one is None or other is None:
        return one is other
    return not _keys(one, language).isdisjoint(_keys(other, language))


def _keys(name: str, language: str) -> set[str]:
    return {term for token in analyze(name, language) if len(token.text) > 1 for term in token.terms if ":" in term}


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; return 1 when the texts are not there, else 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=DEFAULT_DATA, help="the folder of the texts")
    parser.add_argument("--development", action="store_true", help="the half on which the rules were made")
    parser.add_argument("--list", action="store_true", help="list the mistakes")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print(f"There are no texts to measure with at {options.data}: name their folder.", file=sys.stderr)
        return 1
    half = DEVELOPMENT if options.development else HELD_OUT
    for figure in measure(options.data, half):
        print(f"{figure.name}: {figure.value:.3f}")
    for language, tally in tallies(options.data, half).items():
        told = tally.right_speaker + tally.wrong_speaker + tally.no_speaker
        print(f"{language}: {tally.found + tally.missed} quotations, {told} of those found with a decided speaker")
        for mistake in tally.mistakes if options.list else ():
            print(f"  {mistake}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
