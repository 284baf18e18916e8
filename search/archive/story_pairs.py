"""
Which new articles belong into which story, by their content: versions of one story, and copies.

A version in another language is the same story by ``search.archive.same_story``; a text in the same language by
resembling nearly all of it, as what is published again does. Another report of an event in the same language is
related, and a story of its own. The surest pairs go first. Nothing that its source or an editor put into a story is
taken out of it, no two such stories are made one, and a story gets no second version in a language that is not a copy
of the first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from math import log
from typing import NamedTuple

import numpy as np

from search.archive.decisions import Rules
from search.archive.links import Link, LinkedArticle
from search.archive.near_duplicates import near_documents
from search.archive.same_story import THRESHOLD, Marks, compare, marks_of
from search.archive.telling import TellingWord, telling_words
from search.archive.view import RANKING, View
from search.article import LANGUAGES, Article
from search.columnar.arrays import Array
from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.execute import Executor
from search.columnar.snapshot import Snapshot

#: Versions of a story are published within so much of each other, or one has no date: in the development data within a
#: day; a weekend may lie between.
WINDOW = timedelta(days=4)
# Of each language the articles that share most of the telling words are compared, if they share so much: versions in
# the development data share .28 and more, and 99 of 100 of them .49.
_COMPARED = 3
_LEAST_SHARE = 0.3
# A word in a small archive is rare by accident: it tells as much as in one of this size.
_SMALLEST_SIZE = 1_000
_ADDED_ARTICLES = 5
# A copy has the numbers of its original; the bulletin of the next day, of which every other word is the same, has not.
_LEAST_NUMBERS_OF_A_COPY = 0.8
# Marks of so many articles are kept; some 10 KB each.
_REMEMBERED = 4_000
# As many words and numbers as a reader takes in.
_REASONS = 6


class _Pair(NamedTuple):
    """Two documents that are one story; in the order in which pairs are taken."""

    minus_score: float
    one: int
    other: int
    is_copy: bool
    by: tuple[str, ...]


@dataclass(slots=True)
class _Group:
    """Articles that are one story; ``key`` is its key if that is not to be changed."""

    members: list[int]
    languages: set[str]
    key: str | None
    pairs: list[_Pair] = field(default_factory=list)


class Linking:
    """The linking of some new documents of a view."""

    def __init__(self, view: View, rules: Rules, new: frozenset[int]) -> None:
        self._view, self._rules, self._new = view, rules, new
        self._article = lru_cache(_REMEMBERED)(view.article_at)
        self._marks = lru_cache(_REMEMBERED)(self._marks_of)
        self._languages = _languages_of(view.snapshot)
        self._groups: dict[int, _Group] = {}

    def moved(self) -> list[LinkedArticle]:
        """Return the articles that get another story."""
        pairs = {pair for document in sorted(self._new) for pair in self._pairs_of(document)}
        for pair in sorted(pairs):
            self._join(pair)
        groups = {id(group): group for group in self._groups.values() if group.pairs}
        return [moved for group in groups.values() for moved in self._moved_in(group)]

    def _marks_of(self, document: int) -> Marks:
        return marks_of(self._article(document))

    def _pairs_of(self, document: int) -> Iterator[_Pair]:
        article = self._article(document)
        near = self._near_in_time(article)
        near[self._view.snapshot.members(document)] = False
        yield from self._copies(document, article, near)
        yield from self._versions(document, article, near)

    def _copies(self, document: int, article: Article, near: Array) -> Iterator[_Pair]:
        for other, share in near_documents(self._view, article, near):
            ours, theirs = self._marks(document).numbers, self._marks(other).numbers
            if len(ours & theirs) >= _LEAST_NUMBERS_OF_A_COPY * len(ours | theirs):
                yield _Pair(-share, document, other, True, ("the same text",))

    def _versions(self, document: int, article: Article, near: Array) -> Iterator[_Pair]:
        others = near & (self._languages != LANGUAGES.index(article.language))
        if not others.any():
            return
        words = telling_words(self._view, article.title, f"{article.lead}\n\n{article.body}", article.language)
        shares, having = _shares(self._view.snapshot, words)
        likely = np.flatnonzero(others & (shares >= _LEAST_SHARE))
        for language in LANGUAGES:
            there = likely[self._languages[likely] == LANGUAGES.index(language)]
            nearest = there[np.argsort(-shares[there], kind="stable")][:_COMPARED]
            for other in nearest.tolist():
                compared = compare(
                    article, self._article(other), float(shares[other]), self._marks(document), self._marks(other)
                )
                if compared.score >= THRESHOLD:
                    shared = [shown for shown, documents in having if other in documents]
                    picture = ("same image",) if compared.same_image else ()
                    numbers = sorted(compared.shared_numbers, key=lambda number: (-len(number), number))[:2]
                    by = (*dict.fromkeys((*shared[: _REASONS - len(numbers)], *numbers)), *picture)
                    yield _Pair(-compared.score, document, other, False, by)

    def _near_in_time(self, article: Article) -> Array:
        """Return a mask of the documents published at about the same time, and of those of unknown date."""
        if article.published is None:
            return np.array(self._view.visible)
        # as numbers: a date of the year 9999, which stands for none in some systems, has no moment four days later
        moment, window = microseconds(article.published), WINDOW // timedelta(microseconds=1)
        least, most = moment - window, moment + window
        undated = self._view.visible & (self._view.snapshot.moments("published") == NO_MOMENT)
        near: Array = undated | self._view.snapshot.within("published", least, most)
        return near

    def _group(self, document: int) -> _Group:
        if document not in self._groups:
            members = self._view.snapshot.members(document)
            article = self._article(document)
            is_bound = len(members) > 1 or article.story != article.id or article.id in self._rules.stories
            languages = {LANGUAGES[self._languages[member]] for member in members}
            group = _Group(members, languages, article.story if is_bound else None)
            self._groups.update(dict.fromkeys(members, group))
        return self._groups[document]

    def _join(self, pair: _Pair) -> None:
        """Make one group of those of a pair, unless they may not be one."""
        one, other = self._group(pair.one), self._group(pair.other)
        copied = {self._article(pair.one).language} if pair.is_copy else set()
        if one is other or (one.key and other.key) or (one.languages & other.languages) - copied:
            return
        one.members += other.members
        one.languages |= other.languages
        one.key = one.key or other.key
        one.pairs += [*other.pairs, pair]
        self._groups.update(dict.fromkeys(other.members, one))

    def _moved_in(self, group: _Group) -> Iterator[LinkedArticle]:
        articles = {member: self._article(member) for member in group.members}
        key = group.key or articles[min(group.members, key=self._seniority)].story
        for member, article in articles.items():
            if article.story != key:
                pair = min(each for each in group.pairs if member in (each.one, each.other))
                to = articles[pair.other if member == pair.one else pair.one]
                yield LinkedArticle(replace(article, story=key), Link(to.id, round(-pair.minus_score, 3), pair.by))

    def _seniority(self, document: int) -> tuple[bool, float, str]:
        """Return what comes first: articles that were there before, then the earliest."""
        article = self._article(document)
        moment = article.published.timestamp() if article.published else float("inf")
        return document in self._new, moment, article.id


def _languages_of(snapshot: Snapshot) -> Array:
    """Return for every document the place of its language in ``LANGUAGES``."""
    column = snapshot.keywords("language")
    languages = np.zeros(snapshot.size, dtype=np.int8)
    for place, language in enumerate(LANGUAGES):
        languages[column.having(column.numbers([language]))] = place
    return languages


def _shares(snapshot: Snapshot, words: Sequence[TellingWord]) -> tuple[Array, list[tuple[str, Array]]]:
    """Return for every document how much of what the words tell stands in it; and the words with their documents."""
    executor = Executor(snapshot, RANKING)  # another for each article: it keeps what it was asked
    size = max(snapshot.alive_count, _SMALLEST_SIZE)
    shares = np.zeros(snapshot.size)
    having, total = [], 0.0
    for word in words:
        documents = executor.documents(word.query)
        tells = word.frequency * log(1 + size / (len(documents) + _ADDED_ARTICLES))
        shares[documents] += tells
        total += tells
        having.append((word.shown, documents))
    return shares / max(total, 1e-9), having
