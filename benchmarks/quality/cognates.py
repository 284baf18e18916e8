"""
Cognates of Ukrainian and Russian: how many translations they find, and how many of them are translations.

The yardstick is the glossary, which ``cognates`` does not look into: its single words, and for each the single words of
the other language in its rows. A cognate is right if it is one of these. That is stricter than the truth: a glossary
has the words that a newsroom prefers, not every one that a dictionary would allow (достойний, виключати), and often
only one aspect of a verb; and its words are the commoner ones, which have more false friends than rare ones do.

A search uses a cognate only if some article has it, so precision is measured for these; the words of the articles are
their lemmas. For comparison it is also given for all. Half of the words, by a hash, chose the limit, the other half is
*held out*.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from zlib import crc32

from benchmarks.quality.figures import Figure
from search.language import analyze, split_term
from search.language.cognates import cognates
from search.language.glossary import read_rows, terms_of_words
from search.language.words import dictionary

PRECISION = 0.93
_LANGUAGES = ("uk", "ru")
_PARTS = {"NOUN": "nouns", "ADJF": "adjectives", "PRTF": "adjectives", "VERB": "verbs", "INFN": "verbs"}

Yardstick = Mapping[str, set[str]]


def measure(data: Path) -> Iterator[Figure]:
    """Yield recall and precision for both directions, then by part of speech."""
    written = lemmas_of_articles(data)
    for source, target in (_LANGUAGES, _LANGUAGES[::-1]):
        right = yardstick(source, target)
        label = f"{source} → {target}"
        for half, which in enumerate(("the half that chose the limit", "the other half")):
            words = [word for word in sorted(right) if crc32(word.encode()) % 2 == half]
            yield from _figures(f"{label}, {which}", words, source, right, written[target])
        yield from _by_part_of_speech(label, sorted(right), source, right, written[target])


def _figures(label: str, words: Sequence[str], source: str, right: Yardstick, written: set[str]) -> Iterator[Figure]:
    found = {word: cognates(word, source) for word in words}
    recall = sum(not right[word].isdisjoint(found[word]) for word in words) / len(words)
    pairs = [(word, cognate) for word in words for cognate in found[word]]
    seen = [pair for pair in pairs if pair[1] in written]
    yield Figure("cognates", f"{label}: recall", recall)
    yield Figure("cognates", f"{label}: precision, words that some article has", _share(seen, right), PRECISION)
    yield Figure("cognates", f"{label}: precision, all words", _share(pairs, right))


def _by_part_of_speech(
    label: str, words: Sequence[str], source: str, right: Yardstick, written: set[str]
) -> Iterator[Figure]:
    parts: dict[str, list[str]] = defaultdict(list)
    for word in words:
        parts[part_of_speech(word, source)].append(word)
    for part, its in sorted(parts.items()):
        found = [(word, cognate) for word in its for cognate in cognates(word, source)]
        recall = len({word for word, cognate in found if cognate in right[word]}) / len(its)
        seen = [pair for pair in found if pair[1] in written]
        yield Figure("cognates", f"{label}, {part}: recall", recall)
        yield Figure("cognates", f"{label}, {part}: precision, words that some article has", _share(seen, right))


def _share(pairs: Sequence[tuple[str, str]], right: Yardstick) -> float:
    return sum(cognate in right[word] for word, cognate in pairs) / len(pairs) if pairs else 0.0


def part_of_speech(word: str, language: str) -> str:
    """Return what the dictionary first reads a lemma as."""
    for lemma, tag in dictionary(language).readings(word):
        if lemma.replace("ё", "е").replace("ґ", "г") == word:
            return _PARTS.get(str(tag.POS), "others")
    return "others"


def yardstick(source: str, target: str) -> Yardstick:
    """Return for each single word of the glossary in one language the single words of the other in its rows."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in read_rows():
        columns = dict(zip(("uk", "ru", "en"), row, strict=True))
        for word in _single(columns[source], source):
            found[word].update(_single(columns[target], target))
    return {word: others for word, others in found.items() if others}


def _single(words: Sequence[str], language: str) -> list[str]:
    """Return the lemmas of those that are one word without a hyphen."""
    terms = [terms_of_words(language, word) for word in words if "-" not in word]
    return [split_term(each[0])[1] for each in terms if len(each) == 1]


def lemmas_of_articles(data: Path) -> Mapping[str, set[str]]:
    """Return the lemmas of the articles by language."""
    found: dict[str, set[str]] = {language: set() for language in _LANGUAGES}
    with (data / "articles.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            if record["language"] in found:
                text = "\n".join(record.get(field) or "" for field in ("title", "lead", "body"))
                terms = {term for token in analyze(text, record["language"]) for term in token.terms}
                found[record["language"]] |= {lemma for of, lemma in map(split_term, terms) if of == record["language"]}
    return found
