"""
A page of results: a request, understood, executed, filtered, counted, ordered and shown.

The order of relevance is the engine's score, lowered gently with age; an empty query has no relevance and lists the
newest first. Ties are broken by date and then by the place in the index, so that every order is a whole one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import NamedTuple

import numpy as np

from search.archive.everything import by_date, everything_seen
from search.archive.facets import facet_values, filter_masks
from search.archive.hits import articles_having, make_hits
from search.archive.request import Group, SearchRequest, Sort
from search.archive.results import FacetValue, Page
from search.archive.spelling import spelling_suggestions, words_only
from search.archive.understanding import (
    DEFAULT_TEXT_FIELDS,
    UnderstoodQuery,
    interpretation,
    understand,
    without_left_out,
)
from search.archive.view import View
from search.columnar.arrays import Array
from search.columnar.collect import Collected, Order, collect, ordered
from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.ranking import freshness
from search.columnar.snapshot import Snapshot
from search.query.compile import CompiledQuery, Leaf

# Gentle: of two equal articles the newer comes first, but a year takes a tenth of a score and all the years together a
# fifth, which is less than one more occurrence of a rare word gives.
FRESHNESS_SHARE = 0.2
FRESHNESS_HALF_LIFE = 365 * 24 * 3600 * 1_000_000  # one year, in microseconds

# Looking for near words passes over the whole vocabulary, and trying them costs a search each.
MAX_MISSPELT_WORDS = 3
MAX_SUGGESTIONS_TRIED = 20


def search_page(view: View, request: SearchRequest) -> Page:
    """Return the page that a request asks for."""
    understood = understand(view, request.query, request.reading)
    found = _found(view, understood, request)
    understood, count = found.understood, found.collected.count()
    return Page(
        query=request.query,
        total=count.documents,
        stories=count.groups,
        hits=make_hits(view, found.hits, understood.compiled.leaves),
        facets=found.facets,
        interpretation=interpretation(view, understood),
        suggestion=None if count.documents else _suggestion(view, request, understood.compiled.leaves),
        limit=request.limit,
        offset=request.offset,
        group=str(request.group),
    )


class _Found(NamedTuple):
    """What a search found: the query as it was answered, all matches, the documents of the page, the facets."""

    understood: UnderstoodQuery
    collected: Collected
    hits: list[tuple[int, float]]
    facets: dict[str, tuple[FacetValue, ...]]


def _found(view: View, understood: UnderstoodQuery, request: SearchRequest) -> _Found:
    compiled = understood.compiled
    if compiled.finds_everything and not request.filters and not request.has_dates:
        everything = everything_seen(view.snapshot, view.visible)
        grouped, needed = request.group is Group.STORY, request.offset + request.limit
        first = everything.first(needed, oldest=request.sort is Sort.OLDEST, grouped=grouped)
        chosen = _shown(everything.collected, first, request)
        hits = [(document, 0.0) for document in chosen.tolist()]
        return _Found(understood, everything.collected, hits, everything.facets(request))
    matches = view.seen(view.executor.matches(compiled.tree))
    understood = without_left_out(understood, request.query, view.executor.left_out)
    collected = collect(view.snapshot, matches, filter_masks(view.snapshot, request))
    order = _order(view, collected, understood.compiled, request)
    chosen = _chosen(collected, order, request)
    scores = order.relevance[np.searchsorted(collected.matches.documents, chosen)]
    hits = list(zip(chosen.tolist(), scores.tolist(), strict=True))
    return _Found(understood, collected, hits, facet_values(collected, request))


@dataclass(frozen=True, slots=True)
class _RankedOrder:
    order: Order
    relevance: Array


def _order(view: View, collected: Collected, compiled: CompiledQuery, request: SearchRequest) -> _RankedOrder:
    moments = collected.snapshot.moments("published")[collected.matches.documents]
    known = moments != NO_MOMENT
    relevance = collected.matches.scores
    if is_ranked_by_age(compiled, request):
        relevance = relevance * freshness(moments, known, microseconds(view.now), FRESHNESS_HALF_LIFE, FRESHNESS_SHARE)
    if request.sort is Sort.RELEVANCE and compiled.has_words:
        return _RankedOrder(Order(relevance, (moments,)), relevance)
    return _RankedOrder(Order(by_date(moments, oldest=request.sort is Sort.OLDEST), (relevance,)), relevance)


def is_ranked_by_age(compiled: CompiledQuery, request: SearchRequest) -> bool:
    """Return whether newer is a little better: not if a time is named, which says how old the results should be."""
    return compiled.has_words and not compiled.dates and not request.has_dates


def _chosen(collected: Collected, ranked: _RankedOrder, request: SearchRequest) -> Array:
    """Return the documents of the page: with groups the best of each story, or its version in ``prefer``."""
    documents, needed = collected.matches.documents, request.offset + request.limit
    grouped = request.group is Group.STORY
    return _shown(collected, ordered(collected.snapshot, documents, ranked.order, needed, grouped=grouped), request)


def _shown(collected: Collected, first: Array, request: SearchRequest) -> Array:
    """Return which of the first documents of an order are on the page, each as the version to be shown."""
    chosen = first[request.offset :]
    if request.group is Group.STORY and request.prefer:
        return preferred_versions(collected, chosen, request.prefer)
    return chosen


def preferred_versions(collected: Collected, chosen: Array, language: str) -> Array:
    """Return for each document the one of its story that also matches and is in ``language``, if there is one."""
    column = collected.snapshot.keywords("language")
    wanted, matching = column.values.number(language), collected.matches.documents

    def is_preferred(document: int) -> bool:
        place = int(np.searchsorted(matching, document))
        matches = place < len(matching) and matching[place] == document
        return bool(matches and wanted in column.of_document(document))

    versions = (filter(is_preferred, collected.snapshot.members(document)) for document in chosen.tolist())
    preferred = [next(found, document) for found, document in zip(versions, chosen.tolist(), strict=True)]
    return np.array(preferred, dtype=np.int64)


def _suggestion(view: View, request: SearchRequest, leaves: tuple[Leaf, ...]) -> str | None:
    """Return the query with the words that no article has replaced by near ones, if that finds anything, or None."""
    unknown = [leaf for leaf in leaves if leaf.kind == "word" and leaf.wanted and not articles_having(view, leaf)][
        :MAX_MISSPELT_WORDS
    ]
    if not unknown:
        return None
    vocabulary = _vocabulary(view.snapshot)
    near = [spelling_suggestions(leaf.typed, vocabulary, lambda term: _frequency(view, term)) for leaf in unknown]
    for words in islice(product(*near), MAX_SUGGESTIONS_TRIED):
        suggested = _replaced(request.query, unknown, words)
        if len(view.seen(view.executor.matches(understand(view, suggested, request.reading).compiled.tree))):
            return suggested
    return None


@lru_cache(maxsize=1)  # reading it takes a second or so for each million terms
def _vocabulary(snapshot: Snapshot) -> list[str]:
    return words_only(snapshot.vocabulary(DEFAULT_TEXT_FIELDS))


def _replaced(query: str, leaves: Sequence[Leaf], words: Sequence[str]) -> str:
    """Return a query with the words where the leaves stand; the last place comes first, so that the others stay."""
    for leaf, word in sorted(zip(leaves, words, strict=True), key=lambda pair: -pair[0].start):
        query = query[: leaf.start] + word + query[leaf.end :]
    return query


def _frequency(view: View, term: str) -> int:
    """Return how many articles that may be seen have a term: a withheld article suggests nothing."""
    found = [view.snapshot.postings(field, term).documents for field in DEFAULT_TEXT_FIELDS]
    return int(view.visible[np.unique(np.concatenate(found))].sum())
