"""
The query log: queries by class, drawn by a seed from the words of the archive itself.

Words are drawn by the number of articles that they find, in any of their forms. The words of one query stand together
in some article, so that every query finds something.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from itertools import pairwise
from typing import Any

from benchmarks.engines import LogQuery
from search.archive.documents import document_to_article
from search.archive.request import moment_limit
from search.archive.understanding import DEFAULT_TEXT_FIELDS
from search.archive.view import RANKING
from search.article import Article
from search.columnar.document import microseconds
from search.columnar.execute import Executor
from search.columnar.snapshot import Snapshot
from search.language import analyze, paragraphs
from search.query.compile import compile_query
from search.query.leaves import Beginning, Word
from search.query.leaves import Sequence as Words
from search.query.nodes import Or
from search.query.parser import parse_query

PREFIX_LETTERS = 4
_FEWEST_LETTERS = 4  # shorter words are operators and particles more often than what somebody looks for
_SAMPLED_ARTICLES = 60  # each gives about 150 different words, and each of these costs a search


@dataclass(frozen=True, slots=True)
class Band:
    """How many articles a word finds, as shares of the archive."""

    low: float
    high: float

    def distance(self, share: float) -> float:
        """Return by what factor a share lies outside the band; 1 inside."""
        return max(self.low / share, share / self.high, 1.0)


RARE = Band(0.0, 0.000_5)
MEDIUM = Band(0.002, 0.03)
COMMON = Band(0.06, 1.0)

_CLASSES: dict[str, Callable[["_Source"], LogQuery | None]] = {
    "rare word": lambda source: source.query("rare word", source.word(RARE)),
    "common word": lambda source: source.query("common word", source.word(COMMON)),
    "two words": lambda source: source.query("two words", *source.words_together(2)),
    "three words": lambda source: source.query("three words", *source.words_together(3)),
    "one of three": lambda source: source.query(
        "one of three", source.word(COMMON), "OR", source.word(MEDIUM), "OR", source.word(MEDIUM)
    ),
    "phrase": lambda source: source.query("phrase", f'"{source.pair()}"'),
    "prefix": lambda source: source.query("prefix", source.beginning() + "*"),
    "word, one year": lambda source: source.query("word, one year", source.word(COMMON), **source.year()),
    "word, section": lambda source: source.query("word, section", source.word(COMMON), section=source.section()),
    "newest first": lambda source: source.query("newest first", source.word(COMMON), sort="newest"),
    "no words": lambda source: source.query("no words"),
}
CLASSES = tuple(_CLASSES)


def query_log(snapshot: Snapshot, per_class: int = 8, seed: int = 1) -> list[LogQuery]:
    """Return the log for an archive: ``per_class`` different queries of each class (an empty query has no others)."""
    source = _Source(snapshot, random.Random(seed))
    return [query for make in _CLASSES.values() for query in _different(source, make, per_class)]


def _different(source: "_Source", make: Callable[["_Source"], LogQuery | None], number: int) -> Iterator[LogQuery]:
    seen = set()
    for _ in range(number * 20):
        query = make(source)
        if query is not None and (query.text, str(query.arguments)) not in seen:
            seen.add((query.text, str(query.arguments)))
            yield query
        if len(seen) == number:
            return


class _Source:
    """Where queries are drawn from: articles of the archive by chance, and their words."""

    def __init__(self, snapshot: Snapshot, chance: random.Random) -> None:
        self._snapshot, self._chance = snapshot, chance
        documents = chance.sample(range(snapshot.size), min(_SAMPLED_ARTICLES, snapshot.size))
        self._articles = [document_to_article(snapshot.stored(document)) for document in documents]
        self._words = [sorted(set(_words(article))) for article in self._articles]
        self._share = cache(self._share_of)
        self._all = sorted({word for words in self._words for word in words if self._share(word)})

    def query(self, kind: str, *words: str, **arguments: Any) -> LogQuery | None:
        """Return a query of some words, or None if the analysis makes more of one than a word, phrase or prefix."""
        text = " ".join(words)
        tree = parse_query(text, date(2026, 1, 1)).tree
        compiled = compile_query(tree, DEFAULT_TEXT_FIELDS)
        if not all(map(_is_plain, compiled.leaves)) or len(compiled.leaves) != sum(word != "OR" for word in words):
            return None
        return LogQuery(
            kind,
            text,
            tree,
            compiled.leaves,
            any_word=isinstance(tree, Or),
            newest=arguments.get("sort") == "newest" or not words,
            section=arguments.get("section"),
            since=_limit("since", arguments),
            until=_limit("until", arguments),
            arguments=arguments,
        )

    def word(self, band: Band) -> str:
        """Return one of the words of a band, or of those nearest to it."""
        near = sorted(self._all, key=lambda word: (band.distance(self._share(word)), self._chance.random()))
        return self._chance.choice(near[:32])

    def words_together(self, number: int) -> list[str]:
        """Return words of one article that are not rare."""
        words = self._chance.choice(self._words)
        known = [word for word in words if self._share(word) >= MEDIUM.low]
        return self._chance.sample(known, min(number, len(known)))

    def pair(self) -> str:
        """Return two words that follow each other in an article."""
        return self._chance.choice(list(_pairs(self._chance.choice(self._articles))))

    def beginning(self) -> str:
        """Return the first letters of a word."""
        return next(
            word[:PREFIX_LETTERS] for word in iter(lambda: self._chance.choice(self._all), "") if word.isalpha()
        )

    def year(self) -> dict[str, str]:
        """Return the limits of a year that the archive has."""
        published = self._chance.choice(self._articles).published or datetime.now(UTC)
        return {"since": f"{published:%Y}", "until": f"{published:%Y}"}

    def section(self) -> str:
        """Return a section of the archive."""
        return self._chance.choice([article.section for article in self._articles if article.section])

    def _share_of(self, word: str) -> float:
        compiled = compile_query(parse_query(word, date(2026, 1, 1)).tree, DEFAULT_TEXT_FIELDS)
        if len(compiled.leaves) != 1 or not _is_plain(compiled.leaves[0]):
            return 0.0
        matches = Executor(self._snapshot, RANKING).matches(compiled.tree)
        return len(matches) / self._snapshot.alive_count


def _is_plain(leaf: Any) -> bool:
    """Return whether a leaf is one word, prefix, or phrase of words of one form each: what every engine can ask for."""
    if len(leaf.queries) != 1:
        return False
    query = leaf.queries[0]
    if isinstance(query, Words):
        return leaf.kind == "phrase" and all(len(slot) == 1 for slot in query.slots)
    return isinstance(query, (Word, Beginning))


def _words(article: Article) -> Iterator[str]:
    for token in analyze(article.body, article.language):
        word = token.text.casefold()
        if len(word) >= _FEWEST_LETTERS and word.isalnum() and not word.isdigit():
            yield word


def _pairs(article: Article) -> Iterator[str]:
    for start, end in paragraphs(article.body):
        text = article.body[start:end]
        tokens = analyze(text, article.language)
        for first, second in pairwise(tokens):
            plain = all(token.text.isalpha() and len(token.text) >= PREFIX_LETTERS for token in (first, second))
            if plain and text[first.end : second.start] == " ":
                yield f"{first.text} {second.text}"


def _limit(name: str, arguments: dict[str, Any]) -> int | None:
    limit = moment_limit(name, arguments.get(name), date(2026, 1, 1))
    return None if limit is None else microseconds(limit)
