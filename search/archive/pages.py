"""
A page of results: a request, understood, executed, filtered, counted, ordered and shown.

The order of relevance is the engine's score, lowered gently with age; an empty query has no relevance and lists the
newest first. Ties are broken by date and then by the place in the index, so that every order is a whole one.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from search.archive.did_you_mean import did_you_mean
from search.archive.duplicates import fold_duplicates
from search.archive.everything import Everything, by_date, everything_seen
from search.archive.facets import facet_values, filter_masks
from search.archive.hits import make_hits
from search.archive.positions import Sequence, places_after, position_of
from search.archive.relaxations import relaxations
from search.archive.request import Group, SearchRequest, Sort
from search.archive.results import FacetValue, Page, Position
from search.archive.understanding import (
    UnderstoodQuery,
    interpretation,
    understand,
    without_left_out,
)
from search.archive.view import View
from search.columnar.arrays import Array
from search.columnar.collect import Collected, Count, Order, collect, ordered
from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.ranking import freshness
from search.query.compile import CompiledQuery

# Gentle: of two equal articles the newer comes first, but a year takes a tenth of a score and all the years together a
# fifth, which is less than one more occurrence of a rare word gives.
FRESHNESS_SHARE = 0.2
FRESHNESS_HALF_LIFE = 365 * 24 * 3600 * 1_000_000  # one year, in microseconds

# Lemmas are worth .8 of the typed form, bridges a fifth: half of the best version's score is no bridge's alone.
PREFERRED_SHARE = 0.5


def search_page(view: View, request: SearchRequest) -> Page:
    """Return the page that a request asks for."""
    understood = understand(view, request.query, request.reading)
    found = _found(view, understood, request)
    understood, count = found.understood, found.collected.count()
    hits = make_hits(view, found.hits, understood.compiled.leaves)
    return Page(
        query=request.query,
        total=count.documents,
        stories=count.groups,
        hits=fold_duplicates(hits) if request.fold_duplicates else hits,
        facets=found.facets,
        interpretation=interpretation(view, understood),
        suggestion=did_you_mean(view, request, understood),
        limit=request.limit,
        offset=request.offset,
        group=str(request.group),
        relaxations=() if count.documents else relaxations(view, request, understood),
        last=found.last,
    )


def found_documents(view: View, request: SearchRequest) -> tuple[Array, Count]:
    """Return the documents that a request shows, in its order, and how many it finds; without snippets and facets."""
    found = _found(view, understand(view, request.query, request.reading), request)
    return np.array([document for document, _ in found.hits], dtype=np.int64), found.collected.count()


class _Found(NamedTuple):
    """What a search found: the query as it was answered, all matches, what the page shows, the facets, its end."""

    understood: UnderstoodQuery
    collected: Collected
    hits: list[tuple[int, float]]
    facets: dict[str, tuple[FacetValue, ...]]
    last: Position | None


def _found(view: View, understood: UnderstoodQuery, request: SearchRequest) -> _Found:
    compiled = understood.compiled
    if compiled.finds_everything and not request.filters and not request.has_dates:
        everything = everything_seen(view.snapshot, view.visible)
        first = _first_of_everything(everything, request)
        chosen = _shown(everything.collected, first, request)
        hits = [(document, 0.0) for document in chosen.tolist()]
        last = _last(everything.collected, first, request)
        return _Found(understood, everything.collected, hits, everything.facets(request), last)
    matches = view.seen(view.executor.matches(compiled.tree))
    understood = without_left_out(understood, view.executor.left_out)
    collected = collect(view.snapshot, matches, filter_masks(view.snapshot, request))
    ranked = _order(view, collected, understood.compiled, request)
    first = _first(collected, ranked.sequence, request)
    chosen = _shown(collected, first, request)

    def relevance(documents: Array) -> Array:
        return ranked.relevance[np.searchsorted(collected.matches.documents, documents)]

    hits = list(zip(chosen.tolist(), relevance(chosen).tolist(), strict=True))
    last = _last(collected, first, request, relevance)
    return _Found(understood, collected, hits, facet_values(collected, request), last)


@dataclass(frozen=True, slots=True)
class _RankedOrder:
    sequence: Sequence
    relevance: Array


def _order(view: View, collected: Collected, compiled: CompiledQuery, request: SearchRequest) -> _RankedOrder:
    moments = collected.snapshot.moments("published").take(collected.matches.documents)
    relevance = collected.matches.scores
    if is_ranked_by_age(compiled, request):
        relevance = relevance * _freshness(view).take(collected.matches.documents)
    if request.sort is Sort.RELEVANCE and compiled.has_words:
        return _RankedOrder(Sequence(Order(relevance, (moments,)), by_relevance=True, oldest=False), relevance)
    oldest = request.sort is Sort.OLDEST
    by_day = Order(by_date(moments, oldest=oldest), (relevance,))
    return _RankedOrder(Sequence(by_day, by_relevance=False, oldest=oldest), relevance)


def _freshness(view: View) -> Array:
    """Return the factor of every document; worked out once an hour, since powers of two take longer than all else."""
    kept: dict[datetime, Array] = view.snapshot.derived("freshness", dict)
    found = kept.get(view.hour)
    if found is None:
        moments = view.snapshot.moments("published")
        now = microseconds(view.hour)
        found = freshness(moments, moments != NO_MOMENT, now, FRESHNESS_HALF_LIFE, FRESHNESS_SHARE)
        kept.clear()  # of hours that have passed
        kept[view.hour] = found
    return found


def is_ranked_by_age(compiled: CompiledQuery, request: SearchRequest) -> bool:
    """Return whether newer is a little better: not if a time is named, which says how old the results should be."""
    return compiled.has_words and not compiled.dates and not request.has_dates


def _first(collected: Collected, sequence: Sequence, request: SearchRequest) -> Array:
    """
    Return the first documents of an order, or the first after a position, with groups the best of each.

    There is one more than the page shows, if there is one: it tells that something comes after the page.
    """
    documents, order, needed = collected.matches.documents, sequence.order, request.offset + request.limit + 1
    grouped = request.group is Group.STORY
    if request.after is not None:
        places = places_after(collected, sequence, request.after, grouped=grouped)
        documents, order = documents[places], Order(order.keys[places], tuple(tie[places] for tie in order.ties))
    return ordered(collected.snapshot, documents, order, needed, grouped=grouped)


def _first_of_everything(everything: Everything, request: SearchRequest) -> Array:
    """Return the same of a search without words and filters, of which most is kept ready."""
    oldest, grouped = request.sort is Sort.OLDEST, request.group is Group.STORY
    if request.after is None:
        return everything.first(request.offset + request.limit + 1, oldest=oldest, grouped=grouped)
    collected = everything.collected
    moments = collected.snapshot.moments("published")[collected.matches.documents]
    order = Order(by_date(moments, oldest=oldest), ())
    return _first(collected, Sequence(order, by_relevance=False, oldest=oldest), request)


def _last(
    collected: Collected, first: Array, request: SearchRequest, relevance: Callable[[Array], Array] | None = None
) -> Position | None:
    """Return the position of the last document of the page if there is another one after it."""
    end = request.offset + request.limit
    if len(first) <= end or not request.limit:
        return None
    document = first[end - 1 : end]
    score = float(relevance(document)[0]) if relevance else 0.0
    return position_of(collected.snapshot, int(document[0]), score)


def _shown(collected: Collected, first: Array, request: SearchRequest) -> Array:
    """Return which of the first documents of an order are on the page, each as the version to be shown."""
    chosen = first[request.offset : request.offset + request.limit]
    if request.group is Group.STORY and request.prefer:
        return preferred_versions(collected, chosen, request.prefer)
    return chosen


def preferred_versions(collected: Collected, chosen: Array, language: str) -> Array:
    """
    Return for each document the one of its story in ``language``, if that also matches, and about as well.

    Who typed a Ukrainian word is shown the version that has it rather than one that only a bridge leads to.
    """
    column = collected.snapshot.keywords("language")
    wanted, scores = column.values.number(language), collected.matches.scores
    matching = collected.matches.documents.data  # a few numbers are read from it in half of the time

    def score(document: int) -> float | None:
        place = bisect_left(matching, document)
        return float(scores[place]) if place < len(matching) and matching[place] == document else None

    def preferred(document: int) -> int:
        least = PREFERRED_SHARE * (score(document) or 0.0)
        for version in collected.snapshot.members(document):
            if wanted in column.of_document(version):
                reached = score(version)
                if reached is not None and reached >= least:
                    return version
        return document

    return np.array([preferred(document) for document in chosen.tolist()], dtype=np.int64)
