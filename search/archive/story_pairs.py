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
from math import log
from typing import NamedTuple

import numpy as np

from search.archive.decisions import Rules
from search.archive.links import Link, LinkedArticle
from search.archive.near_duplicates import near_documents
from search.archive.nearby import Near, Nearby
from search.archive.same_story import THRESHOLD, Marks, compare, marks_of
from search.archive.telling import TellingWord, telling_words
from search.archive.understanding import DEFAULT_TEXT_FIELDS
from search.archive.view import View
from search.article import LANGUAGES, Article
from search.columnar.arrays import Array
from search.columnar.commit import FileEntry
from search.columnar.document import microseconds
from search.columnar.document_sets import is_member
from search.columnar.lookups import Lookups
from search.columnar.recent import Recent
from search.columnar.snapshot import Snapshot

# Of each language the articles that share most of the telling words are compared, if they share so much: versions in
# the development data share .28 and more, and 99 of 100 of them .49.
_COMPARED = 3
_LEAST_SHARE = 0.3
# A word in a small archive is rare by accident: it tells as much as in one of this size.
_SMALLEST_SIZE = 1_000
_ADDED_ARTICLES = 5
# A copy has the numbers of its original; the bulletin of the next day, of which every other word is the same, has not.
_LEAST_NUMBERS_OF_A_COPY = 0.8
# Names and numbers of articles that were compared lately, 150 bytes each: those of some 1,000 articles of news. What
# comes today is compared with what came these days, again and again.
_REMEMBERED_ANCHORS = 120_000
_marks: Recent[tuple[FileEntry, int], Marks] = Recent(_REMEMBERED_ANCHORS)
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
        moments = (microseconds(view.article_at(document).published) for document in new)
        self._nearby = Nearby(view.snapshot, moments)
        self._groups: dict[int, _Group] = {}

    def moved(self) -> list[LinkedArticle]:
        """Return the articles that get another story."""
        pairs = {pair for document in sorted(self._new) for pair in self._pairs_of(document)}
        for pair in sorted(pairs):
            self._join(pair)
        groups = {id(group): group for group in self._groups.values() if group.pairs}
        return [moved for group in groups.values() for moved in self._moved_in(group)]

    def _article(self, document: int) -> Article:
        return self._view.article_at(document)

    def _marks(self, document: int) -> Marks:
        name = self._view.snapshot.lasting_name(document)
        marks = _marks.get(name)
        if marks is None:
            marks = marks_of(self._article(document))
            _marks.keep(name, marks, len(marks.anchors) + 1)
        return marks

    def _pairs_of(self, document: int) -> Iterator[_Pair]:
        article = self._article(document)
        near = self._nearby.around(microseconds(article.published))
        near = near.those(~np.isin(near.documents, self._view.snapshot.members_read(document)))
        in_language = near.languages == LANGUAGES.index(article.language)
        yield from self._copies(document, article, near.documents[in_language])
        yield from self._versions(document, article, near.those(~in_language))

    def _copies(self, document: int, article: Article, near: Array) -> Iterator[_Pair]:
        for other, share in near_documents(self._view, article, near):
            ours, theirs = self._marks(document).numbers, self._marks(other).numbers
            if len(ours & theirs) >= _LEAST_NUMBERS_OF_A_COPY * len(ours | theirs):
                yield _Pair(-share, document, other, True, ("the same text",))

    def _versions(self, document: int, article: Article, near: Near) -> Iterator[_Pair]:
        if not len(near.documents):
            return
        words = telling_words(self._view, article.title, f"{article.lead}\n\n{article.body}", article.language)
        shares, having = _shares(self._view.snapshot, words, near.documents)
        likely = np.flatnonzero(shares >= _LEAST_SHARE)
        for language in range(len(LANGUAGES)):
            there = likely[near.languages[likely] == language]
            nearest = there[np.argsort(-shares[there], kind="stable")][:_COMPARED]
            for place in nearest.tolist():
                other = int(near.documents[place])
                compared = compare(
                    article, self._article(other), float(shares[place]), self._marks(document), self._marks(other)
                )
                if compared.score >= THRESHOLD:
                    shared = [shown for shown, has in having if has[place]]
                    picture = ("same image",) if compared.same_image else ()
                    numbers = sorted(compared.shared_numbers, key=lambda number: (-len(number), number))[:2]
                    by = (*dict.fromkeys((*shared[: _REASONS - len(numbers)], *numbers)), *picture)
                    yield _Pair(-compared.score, document, other, False, by)

    def _group(self, document: int) -> _Group:
        if document not in self._groups:
            members = self._view.snapshot.members_read(document)
            article = self._article(document)
            is_bound = len(members) > 1 or article.story != article.id or article.id in self._rules.stories
            languages = {self._article(member).language for member in members}
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


def _shares(
    snapshot: Snapshot, words: Sequence[TellingWord], documents: Array
) -> tuple[Array, list[tuple[str, Array]]]:
    """
    Return how much of what the words tell stands in each of some documents; and for each word in which of them it is.
    """
    lookups = Lookups(snapshot, (form.term for word in words for form in word.query.forms))
    size = max(snapshot.alive_count, _SMALLEST_SIZE)
    shares = np.zeros(len(documents))
    having, total = [], 0.0
    for word in words:
        found = lookups.documents((form.term for form in word.query.forms), DEFAULT_TEXT_FIELDS)
        tells = word.frequency * log(1 + size / (len(found) + _ADDED_ARTICLES))
        has = is_member(snapshot, documents, found)
        shares[has] += tells
        total += tells
        having.append((word.shown, has))
    return shares / max(total, 1e-9), having
