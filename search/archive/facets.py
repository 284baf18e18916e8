"""
Filters and facets: which values there are among the results, and how many results each would give.

A facet is counted as if its own filter were not set, so that several of its values can be chosen.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import repeat

import numpy as np

from search.archive.request import SearchRequest
from search.archive.results import FacetValue
from search.article import LANGUAGES, parse_moment
from search.columnar.arrays import Array
from search.columnar.collect import Collected, ValueCounts, value_counts
from search.columnar.columns import DerivedPart, KeywordColumn
from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.segment import Segment
from search.columnar.snapshot import Snapshot
from search.columnar.tally import counts_of_mask
from search.settings import KYIV

_DATE_DIMENSION = "month"
_MONTHS = "published: month"  # the name of the column of months; no field has it


def filter_masks(snapshot: Snapshot, request: SearchRequest) -> dict[str, Array]:
    """Return the masks of a request's filters, by the facet that each belongs to."""
    masks = {}
    for name, values in request.filters.items():
        column = snapshot.keywords(name)
        masks[name] = column.having(column.numbers(values))
    if request.has_dates:
        least = None if request.since is None else microseconds(request.since)
        most = None if request.until is None else microseconds(request.until) - 1
        masks[_DATE_DIMENSION] = snapshot.within("published", least, most)
    return masks


def facet_values(collected: Collected, request: SearchRequest) -> dict[str, tuple[FacetValue, ...]]:
    """Return the values of the facets that a request asks for; a chosen value is there even if it has no results."""
    facets = {}
    for name in request.facets:
        column = _column(collected.snapshot, name)
        facets[name] = _facet(name, column, value_counts(column, collected.without(name)), request)
    return facets


def facet_of_mask(snapshot: Snapshot, mask: Array, name: str, request: SearchRequest) -> tuple[FacetValue, ...]:
    """Return the values of a facet among all documents of a mask."""
    column = _column(snapshot, name)
    return _facet(name, column, counts_of_mask(snapshot, name, column, mask), request)


def _column(snapshot: Snapshot, name: str) -> KeywordColumn:
    return snapshot.column(_MONTHS, _months_of) if name == _DATE_DIMENSION else snapshot.keywords(name)


def _facet(name: str, column: KeywordColumn, counts: ValueCounts, request: SearchRequest) -> tuple[FacetValue, ...]:
    chosen = request.filters.get(name, frozenset())
    values = _values(column, counts, chosen)
    if name == _DATE_DIMENSION:
        return _newest_first(values, request)
    if chosen:
        values += tuple(FacetValue(value, 0, True, 0) for value in chosen - {value.value for value in values})
        values = tuple(sorted(values, key=lambda value: (-value.count, value.value.casefold(), value.value)))
    if name == "language":
        return tuple(sorted(values, key=lambda value: LANGUAGES.index(value.value)))
    return values


def _values(column: KeywordColumn, counts: ValueCounts, chosen: frozenset[str]) -> tuple[FacetValue, ...]:
    """Return the values that any document has, the most frequent first, then by the alphabet."""
    numbers = np.flatnonzero(counts.documents)
    ranks, texts = column.values.ranks(), column.values.texts()
    numbers = numbers[np.argsort(ranks[numbers] - counts.documents[numbers] * len(ranks))]  # one key: rank below count
    values = [texts[number] for number in numbers.tolist()]
    selected = map(chosen.__contains__, values) if chosen else repeat(False)
    rows = zip(values, counts.documents[numbers].tolist(), selected, counts.groups[numbers].tolist(), strict=False)
    # Not FacetValue._make, which is a Python function: of thousands of values it takes longer than all the counting.
    return tuple(map(tuple.__new__, repeat(FacetValue), rows))


def _newest_first(months: tuple[FacetValue, ...], request: SearchRequest) -> tuple[FacetValue, ...]:
    if request.has_dates:
        months = tuple(month._replace(selected=_is_inside(month.value, request)) for month in months)
    return tuple(sorted(months, reverse=True))  # by the month: it comes first in each, and once


def _months_of(segment: Segment) -> DerivedPart:
    """Return the month of Kyiv (``2024-05``) in which each document was published, as a field of a segment."""
    moments = segment.moments["published"]
    dated = moments != NO_MOMENT
    known = moments[dated]
    months = _months(int(known.min()), int(known.max())) if len(known) else []
    edges = np.array([microseconds(_month_start(month)) for month in months], dtype=np.int64)
    ordinals = np.searchsorted(edges, known, side="right") - 1
    used, ordinals = np.unique(ordinals, return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(dated)])
    return DerivedPart([months[number].isoformat()[:7].encode() for number in used.tolist()], starts, ordinals)


def _months(first: int, last: int) -> list[date]:
    """Return the first days of the months, of Kyiv, from one moment to another (microseconds)."""
    months = [_kyiv_date(first).replace(day=1)]
    end = _kyiv_date(last)
    while (following := _next_month(months[-1])) <= end:
        months.append(following)
    return months


def _kyiv_date(moment: int) -> date:
    return (parse_moment("1970-01-01T00:00:00Z") + timedelta(microseconds=moment)).astimezone(KYIV).date()


def _next_month(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


@lru_cache(maxsize=4096)  # months of three centuries
def _month_start(month: date) -> datetime:
    return parse_moment(month)


def _is_inside(value: str, request: SearchRequest) -> bool:
    """Return whether the dates of a request include some of a month (``2024-05``)."""
    month = date.fromisoformat(f"{value}-01")
    after_start = request.since is None or request.since < _month_start(_next_month(month))
    return after_start and (request.until is None or request.until > _month_start(month))
