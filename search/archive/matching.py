"""
Which of many saved searches find which of a few new articles, exactly as ``Archive.search`` would.

The new articles are put into a small index of their own, on which a query that costs milliseconds in the whole archive
costs a tenth of one. What a query means is still read in the whole archive, which says which names are near and
how much each word tells; and only the few queries are read whose footprint some new article meets.

One thing differs from a search: no part of a query is left out for the work that it makes, since it makes none here.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from sys import maxsize
from typing import NamedTuple

import numpy as np

from search.archive.documents import LAYOUT, article_to_document
from search.archive.facets import filter_masks
from search.archive.footprints import footprints_state
from search.archive.request import SearchRequest
from search.archive.standing import StandingSearch, read_footprint
from search.archive.understanding import DEFAULT_TEXT_FIELDS, understand
from search.archive.view import RANKING, View
from search.columnar.arrays import Array
from search.columnar.document import Document
from search.columnar.execute import Executor
from search.columnar.ranking import idf
from search.columnar.snapshot import Snapshot, open_snapshot
from search.columnar.writer import Writer
from search.language import analysis_version
from search.query.footprint import ArticleTerms, Footprint
from search.query.leaves import Most, Query

# Of articles that are looked at together. An article in the small index takes some 100 KB until it is written.
_BATCH = 1_000


def matching(
    view: View, searches: Sequence[StandingSearch], requests: Sequence[SearchRequest], article_ids: Iterable[str]
) -> list[tuple[str, ...]]:
    """
    Return for each search the ids of those of some articles that it finds; what may not be seen is not found.

    ``requests`` are those of the searches, today.
    """
    state = footprints_state(view.dictionaries)
    footprints = (read_footprint(view, each, state) for each in searches)
    wanted = list(map(_Wanted, requests, footprints))
    found: list[list[str]] = [[] for _ in searches]
    numbers = (view.snapshot.document_of(each) for each in dict.fromkeys(article_ids))
    seen = (number for number in numbers if number is not None and view.visible[number])
    weights = _Weights(view)
    while some := list(islice(seen, _BATCH)):
        batch = _Batch(view, some, weights)
        for each, ids in zip(wanted, found, strict=True):
            ids += batch.found_by(each)
    return list(map(tuple, found))


class _Wanted(NamedTuple):
    request: SearchRequest
    footprint: Footprint


class _Batch:
    """Some articles in an index of their own."""

    def __init__(self, view: View, numbers: Sequence[int], weights: "_Weights") -> None:
        self._view = view
        articles = [view.article_at(number) for number in numbers]
        documents = list(map(article_to_document, articles))
        self._ids = [article.id for article in articles]
        self._terms = ArticleTerms(
            (article.language, _terms_of(document)) for article, document in zip(articles, documents, strict=True)
        )
        self._snapshot = _small_snapshot(documents)
        self._executor = Executor(self._snapshot, RANKING, maxsize, weigh=weights.of)
        self._known: dict[tuple[str, ...], bool] = {}

    def found_by(self, wanted: _Wanted) -> Iterator[str]:
        """Yield the ids of the articles that a search finds."""
        request = wanted.request
        footprint = wanted.footprint
        if not self._terms.meeting(footprint.condition) and all(map(self._is_known, footprint.words)):
            return
        inside = np.ones(self._snapshot.size, dtype=bool)
        for mask in filter_masks(self._snapshot, request).values():
            inside &= mask
        if not inside.any():
            return
        tree = understand(self._view, request.query, request.reading).compiled.tree
        for number in self._executor.documents(tree).tolist():
            if inside[number]:
                yield self._ids[number]

    def _is_known(self, terms: tuple[str, ...]) -> bool:
        """Return whether an article of the archive has one of the terms of a word."""
        if terms not in self._known:
            here = self._terms.has_any(terms)
            self._known[terms] = here or self._view.has_articles_with(terms, DEFAULT_TEXT_FIELDS)
        return self._known[terms]


def _terms_of(document: Document) -> Iterator[str]:
    for paragraphs in document.text.values():
        for paragraph in paragraphs:
            for terms in paragraph:
                yield from terms


class _Weights:
    """What the parts of a ``Most`` weigh in the whole archive; the same words come in many searches."""

    def __init__(self, view: View) -> None:
        self._snapshot = view.snapshot
        self._counts: dict[tuple[Query, Query], int] = {}
        self._within: dict[Query, tuple[Array, int]] = {}

    def of(self, node: Most) -> list[float]:
        """Return the weight of each part."""
        if node.within not in self._within:
            inside = np.zeros(self._snapshot.size, dtype=bool)
            inside[documents := self._documents(node.within)] = True
            self._within[node.within] = inside, len(documents)
        inside, size = self._within[node.within]
        return [idf(size, self._count(part, node.within, inside)) for part in node.parts]

    def _count(self, part: Query, within: Query, inside: Array) -> int:
        if (part, within) not in self._counts:
            self._counts[part, within] = int(np.count_nonzero(inside.take(self._documents(part))))
        return self._counts[part, within]

    def _documents(self, query: Query) -> Array:
        # An executor keeps what it has found: of thousands of searches that would be more than there is memory.
        return Executor(self._snapshot, RANKING, maxsize).documents(query)


def _small_snapshot(documents: Iterable[Document]) -> Snapshot:
    """Return a snapshot of some documents alone, numbered in their order; its files are gone when it is."""
    with tempfile.TemporaryDirectory(prefix="visti-matching-") as folder:
        with Writer(Path(folder), LAYOUT, analysis_version()) as writer:
            for document in documents:
                writer.put(document)
            writer.commit()
        return open_snapshot(Path(folder))
