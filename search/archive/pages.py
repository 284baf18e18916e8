"""
A page of results: a request, understood, executed, filtered, counted, ordered and shown.

The order of relevance is the engine's score, lowered gently with age; an empty query has no relevance and lists the
newest first. Ties are broken by date and then by the place in the index, so that every order is a whole one.
"""

from dataclasses import dataclass

import numpy as np

from search.archive.facets import facet_values, filter_masks
from search.archive.hits import articles_having, make_hits
from search.archive.request import Group, SearchRequest, Sort
from search.archive.results import Interpretation, Page, Reading
from search.archive.spelling import spelling_suggestion, words_only
from search.archive.view import View
from search.article import LANGUAGES
from search.columnar.arrays import Array
from search.columnar.collect import Collected, Order, collect, ordered
from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.ranking import freshness
from search.columnar.snapshot import KeywordColumn
from search.query.compile import CompiledQuery, Leaf, compile_query
from search.query.nodes import ParsedQuery
from search.query.parser import parse_query
from search.query.show import show

#: The fields that a word of a query is looked for in when it names none.
DEFAULT_TEXT_FIELDS = ("title", "lead", "body")

# Gentle: of two equal articles the newer comes first, but a year takes a tenth of a score and all the years together a
# fifth, which is less than one more occurrence of a rare word gives.
FRESHNESS_SHARE = 0.2
FRESHNESS_HALF_LIFE = 365 * 24 * 3600 * 1_000_000  # one year, in microseconds

_FAR = 1 << 62  # further from 1970 than any date, in microseconds, and still an integer that can be negated


@dataclass(frozen=True, slots=True)
class UnderstoodQuery:
    """A query, parsed and compiled."""

    parsed: ParsedQuery
    compiled: CompiledQuery


def understand(view: View, query: str) -> UnderstoodQuery:
    """Read a query. Never raises: what was not understood is in the notices."""
    parsed = parse_query(query, view.today)
    return UnderstoodQuery(parsed, compile_query(parsed.tree, DEFAULT_TEXT_FIELDS))


def search_page(view: View, request: SearchRequest) -> Page:
    """Return the page that a request asks for."""
    understood = understand(view, request.query)
    matches = view.seen(view.executor.matches(understood.compiled.tree))
    collected = collect(view.snapshot, matches, filter_masks(view.snapshot, request))
    order = _order(view, collected, understood.compiled, request)
    chosen = _chosen(collected, order, request)
    scores = order.relevance[np.searchsorted(collected.matches.documents, chosen)]
    count = collected.count()
    return Page(
        query=request.query,
        total=count.documents,
        stories=count.groups,
        hits=make_hits(view, zip(chosen.tolist(), scores.tolist(), strict=True), understood.compiled.leaves),
        facets=facet_values(collected, request),
        interpretation=_interpretation(view, understood),
        suggestion=None if count.documents else _suggestion(view, request.query, understood.compiled.leaves),
        limit=request.limit,
        offset=request.offset,
        group=str(request.group),
    )


@dataclass(frozen=True, slots=True)
class _RankedOrder:
    order: Order
    relevance: Array


def _order(view: View, collected: Collected, compiled: CompiledQuery, request: SearchRequest) -> _RankedOrder:
    moments = collected.snapshot.moments("published")[collected.matches.documents]
    known = moments != NO_MOMENT
    relevance = collected.matches.scores
    if compiled.has_words and not compiled.dates and not request.has_dates:
        # Somebody who names a time has said how old the results should be; else newer is a little better.
        relevance = relevance * freshness(moments, known, microseconds(view.now), FRESHNESS_HALF_LIFE, FRESHNESS_SHARE)
    newest = np.where(known, moments, -_FAR)  # articles without a date come last in both orders
    match request.sort:
        case Sort.RELEVANCE if compiled.has_words:
            return _RankedOrder(Order(relevance, (newest,)), relevance)
        case Sort.OLDEST:
            return _RankedOrder(Order(np.where(known, -moments, -_FAR), (relevance,)), relevance)
        case _:
            return _RankedOrder(Order(newest, (relevance,)), relevance)


def _chosen(collected: Collected, ranked: _RankedOrder, request: SearchRequest) -> Array:
    """Return the documents of the page: with groups the best of each story, or its version in ``prefer``."""
    grouped = request.group is Group.STORY
    documents = collected.matches.documents
    needed = request.offset + request.limit
    chosen = ordered(collected.snapshot, documents, ranked.order, needed, grouped=grouped)[request.offset :]
    return _preferred(collected, chosen, request.prefer) if grouped and request.prefer else chosen


def _preferred(collected: Collected, chosen: Array, language: str) -> Array:
    """Return for each document the one of its story that also matches and is in ``language``, if there is one."""
    column = collected.snapshot.keywords("language")
    documents = collected.matches.documents
    in_language = documents[np.isin(documents, column.documents[_having(column, language)])]
    groups = collected.snapshot.groups
    version_of = dict(zip(groups[in_language].tolist(), in_language.tolist(), strict=True))
    return np.array([version_of.get(int(groups[document]), document) for document in chosen.tolist()], dtype=np.int64)


def _having(column: KeywordColumn, value: str) -> Array:
    if value not in column.values:
        return np.zeros(len(column.ordinals), dtype=bool)
    having: Array = column.ordinals == column.values.index(value)
    return having


def _interpretation(view: View, understood: UnderstoodQuery) -> Interpretation:
    leaves = understood.compiled.leaves
    readings = tuple(Reading(leaf.typed, leaf.kind, leaf.lemmas, articles_having(view, leaf)) for leaf in leaves)
    languages = {language for leaf in leaves for language in leaf.lemmas}
    dates = understood.compiled.dates
    return Interpretation(
        query=show(understood.parsed.tree),
        words=readings,
        languages=tuple(language for language in LANGUAGES if language in languages),
        since=max((d.since for d in dates if d.since), default=None),
        until=min((d.until for d in dates if d.until), default=None),
        notices=understood.parsed.notices,
    )


def _suggestion(view: View, query: str, leaves: tuple[Leaf, ...]) -> str | None:
    """Return the query with the words that no article has replaced by near ones, or None."""
    suggested = query
    for leaf in leaves:
        if leaf.kind == "word" and leaf.wanted and not articles_having(view, leaf):
            vocabulary = words_only(view.snapshot.vocabulary(DEFAULT_TEXT_FIELDS))
            near = spelling_suggestion(leaf.typed, vocabulary, lambda term: _frequency(view, term))
            suggested = suggested.replace(leaf.typed, near) if near else suggested
    return suggested if suggested != query else None


def _frequency(view: View, term: str) -> int:
    """Return how many articles that may be seen have a term: a withheld article suggests nothing."""
    found = [view.snapshot.postings(field, term).documents for field in DEFAULT_TEXT_FIELDS]
    return int(view.visible[np.unique(np.concatenate(found))].sum())
