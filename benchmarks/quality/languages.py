"""
How well languages are told apart: whole sentences, and queries of one, two and three words.

    python -m benchmarks.quality.languages DATA

A sentence has one language. A query is analysed in every language that it may be in; what counts is whether its own is
among them, and how many they are. Queries are stretches of the sentences, in lower case, with a word of four letters.
"""

import gzip
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.quality.figures import Figure
from search.article import LANGUAGES
from search.language import analyze, identify, split_term

FILE = "langid_ntrex.tsv.gz"
QUERIES_OF_A_LANGUAGE = 1800
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_FOREIGN = {"uk": re.compile("[a-z]"), "ru": re.compile("[a-z]"), "en": re.compile("[а-яіїєґ]")}
_SHORTEST_TELLING_WORD = 4


def measure(data: Path) -> Iterator[Figure]:
    """Yield the figures of sentences and of queries."""
    lines = labelled_lines(data / FILE)
    right = sum(identify(text)[0] == language for language, text in lines)
    yield Figure("languages", "sentences: language identified", right / len(lines), 0.999)
    for words, size_name in enumerate(("one word", "two words", "three words"), 1):
        found = [(language, languages_of(query)) for language, query in queries(lines, words) if language != "en"]
        inside = sum(language in languages for language, languages in found) / len(found)
        size = sum(len(languages) for _, languages in found) / len(found)
        yield Figure("languages", f"queries of {size_name}: own language among those analysed", inside, 0.99)
        name = f"queries of {size_name}: languages analysed, mean"
        # Only what a query of one word costs is bounded: each word of a longer one is looked up for itself.
        yield Figure("languages", name, size, 1.25 if words == 1 else None, at_most=words == 1)


def labelled_lines(path: Path) -> list[tuple[str, str]]:
    """Return the language and the text of every line."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [(language, text) for language, _, text in (line.rstrip("\n").split("\t") for line in lines)]


def queries(lines: list[tuple[str, str]], words: int) -> Iterator[tuple[str, str]]:
    """Yield queries of so many words, each with its language, the same ones in every run."""
    chance = random.Random(words)
    for language in LANGUAGES:
        chosen: list[str] = []
        for text in (text for label, text in lines if label == language):
            chosen += _query(_WORD.findall(text), words, language, chance)
        yield from ((language, query) for query in chosen[:QUERIES_OF_A_LANGUAGE])


def _query(found: list[str], words: int, language: str, chance: random.Random) -> list[str]:
    for _ in range(8 if len(found) >= words else 0):
        start = chance.randrange(len(found) - words + 1)
        query = " ".join(found[start : start + words]).lower()
        if max(map(len, query.split())) >= _SHORTEST_TELLING_WORD and not _FOREIGN[language].search(query):
            return [query]
    return []


def languages_of(query: str) -> set[str]:
    """Return the Cyrillic languages in which the words of a query are looked up."""
    return {
        language for token in analyze(query) for language, _ in map(split_term, token.terms) if language in ("uk", "ru")
    }


if __name__ == "__main__":
    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:<56}{figure.value:>8.4f}   target {figure.target}")
