"""
Wrong keyboard layouts: how many queries are recovered exactly, and how many right ones are touched.

Queries are windows of one to three words of news lines, at least one word of four letters, in lower case. Evidence is
the articles of the data folder without the line that the query comes from.
"""

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.quality.figures import Figure
from benchmarks.quality.known_items import share
from search.language import fold, positions
from search.language.layout import LAYOUT_TABLES, mended_layout
from search.language.words import is_known

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_FOREIGN = {"uk": "[a-z]", "ru": "[a-z]", "en": "[а-яіїєґ]"}
_MOST_QUERIES = 1_800
# Meant in the first, typed on the second.
_DIRECTIONS = (("uk", "en"), ("ru", "en"), ("en", "uk"), ("en", "ru"), ("uk", "ru"))


def queries(lines: dict[str, list[str]], size: int) -> dict[str, list[tuple[str, str]]]:
    """Return windows of ``size`` words with their lines, by language."""
    chance = random.Random(size)
    found: dict[str, list[tuple[str, str]]] = {}
    for language, texts in lines.items():
        for text in texts:
            words = _WORD.findall(text.replace("’", "'"))
            for _ in range(8 if len(words) >= size else 0):
                start = chance.randrange(len(words) - size + 1)
                window = " ".join(words[start : start + size]).lower()
                if max(map(len, window.split())) >= 4 and not re.search(_FOREIGN[language], window):
                    found.setdefault(language, []).append((window, text))
                    break
    return {language: cut[:_MOST_QUERIES] for language, cut in found.items()}


def read_lines(data: Path) -> dict[str, list[str]]:
    """Return the news lines by language."""
    lines: dict[str, list[str]] = {}
    with gzip.open(data / "langid_ntrex.tsv.gz", "rt", encoding="utf-8") as file:
        for row in file:
            language, _, text = row.rstrip("\n").split("\t")
            lines.setdefault(language, []).append(text)
    return lines


def terms_of_articles(data: Path) -> Counter[str]:
    """Return in how many articles each term stands."""
    found: Counter[str] = Counter()
    with (data / "articles.jsonl").open(encoding="utf-8") as file:
        for row in file:
            article = json.loads(row)
            text = f"{article['title']}\n\n{article['body']}"
            found.update({term for terms in positions(text, article["language"]) for term in terms})
    return found


def has_outside(counts: Counter[str], line_terms: set[str], word: str) -> int:
    """Return how many articles have a word in any form, not counting the one that a line is from."""
    terms = {term for position in positions(word) for term in position}
    return max((0, *(counts[term] - (term in line_terms) for term in terms)))


def _typed(query: str, meant: str, layout: str) -> str:
    """Return what the keys of a query write with another layout."""
    return query.translate(LAYOUT_TABLES[meant, layout])


def _mended(typed: str, has: Callable[[str], int] | None) -> str:
    words = typed.split()
    mended = mended_layout(words, has)
    return " ".join(each.text if each else word for each, word in zip(mended, words, strict=True))


def _same(first: str, second: str) -> bool:
    return first.lower().replace("ё", "е") == second.lower().replace("ё", "е")


def measure(data: Path) -> Iterator[Figure]:
    """Yield recovery and false alarms, with the evidence of the archive and without."""
    lines = read_lines(data)
    counts = terms_of_articles(data)
    terms_of_line = {
        text: {term for terms in positions(text, language) for term in terms}
        for language, texts in lines.items()
        for text in texts
    }
    for size, words in enumerate(("one word", "two words", "three words"), 1):
        cut = queries(lines, size)
        # An empty archive matters most where there is least to go by.
        for with_archive in (True, False) if size == 1 else (True,):
            label = words if with_archive else f"{words}, no archive"

            def evidence(line: str, with_archive: bool = with_archive) -> Callable[[str], int] | None:
                return partial(has_outside, counts, terms_of_line[line]) if with_archive else None

            for meant, layout in _DIRECTIONS:
                pairs = [(query, _typed(query, meant, layout), line) for query, line in cut[meant]]
                pairs = [each for each in pairs if each[0] != each[1]]
                right = [_same(_mended(typed, evidence(line)), query) for query, typed, line in pairs]
                target = 0.98 if with_archive and "en" in (meant, layout) else None
                yield Figure("layout", f"{meant} on {layout} keys: {label}", share(right), target)
                if not with_archive:
                    continue
                known = [
                    is_right
                    for is_right, (query, _, line) in zip(right, pairs, strict=True)
                    if any(has_outside(counts, terms_of_line[line], word) for word in query.split() if len(word) >= 4)
                ]
                name = f"{meant} on {layout} keys: {label}, an article has one"
                yield Figure("layout", name, share(known))
                if (meant, layout) != ("uk", "ru"):
                    continue
                plain = [
                    is_right
                    for is_right, (query, typed, _) in zip(right, pairs, strict=True)
                    if not any(
                        word != letters and is_known("ru", fold(letters))
                        for word, letters in zip(query.split(), typed.split(), strict=True)
                    )
                ]
                name = f"{meant} on {layout} keys: {label}, none typed is Russian"
                yield Figure("layout", name, share(plain))
            for language, those in cut.items():
                touched = [_mended(query, evidence(line)) != query for query, line in those]
                yield Figure("layout", f"{language}: false alarms, {label}", share(touched), 0.002, at_most=True)


if __name__ == "__main__":
    import sys

    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:60} {figure.value:.4f}")
