"""
Filters and facets: which values there are among the results, and how many results each would give.

A facet is counted as if its own filter were not set, so that several of its values can be chosen.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np

from search.archive.request import SearchRequest
from search.archive.results import FacetValue
from search.article import LANGUAGES, parse_moment
from search.columnar.arrays import Array
from search.columnar.collect import Collected, Count, keyword_counts
from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.snapshot import KeywordColumn, Snapshot
from search.settings import KYIV

_DATE_DIMENSION = "month"


def filter_masks(snapshot: Snapshot, request: SearchRequest) -> dict[str, Array]:
    """Return the masks of a request's filters, by the facet that each belongs to."""
    masks = {}
    for name, values in request.filters.items():
        mask = np.zeros(snapshot.size, dtype=bool)
        mask[snapshot.keywords(name).documents_with(values.__contains__)] = True
        masks[name] = mask
    if request.has_dates:
        least = None if request.since is None else microseconds(request.since)
        most = None if request.until is None else microseconds(request.until) - 1
        masks[_DATE_DIMENSION] = snapshot.within("published", least, most)
    return masks


def facet_values(collected: Collected, request: SearchRequest) -> dict[str, tuple[FacetValue, ...]]:
    """Return the values of the facets that a request asks for; a chosen value is there even if it has no results."""
    facets = {}
    for name in request.facets:
        documents = collected.documents_without(name)
        if name == "month":
            facets[name] = _month_values(collected.snapshot, documents, request)
        else:
            counts = keyword_counts(collected.snapshot, collected.snapshot.keywords(name), documents)
            facets[name] = _keyword_values(name, counts, request.filters.get(name, frozenset()))
    return facets


def _keyword_values(name: str, counts: Mapping[str, Count], chosen: frozenset[str]) -> tuple[FacetValue, ...]:
    found = [FacetValue(value, count.documents, value in chosen, count.groups) for value, count in counts.items()]
    found += [FacetValue(value, 0, True, 0) for value in chosen - counts.keys()]
    if name == "language":
        return tuple(sorted(found, key=lambda value: LANGUAGES.index(value.value)))
    return tuple(sorted(found, key=lambda value: (-value.count, value.value.casefold(), value.value)))


def _month_values(snapshot: Snapshot, documents: Array, request: SearchRequest) -> tuple[FacetValue, ...]:
    months, column = _month_column(snapshot)
    counts = keyword_counts(snapshot, column, documents)
    return tuple(
        FacetValue(value, counts[value].documents, _is_inside(month, request), counts[value].groups)
        for month, value in zip(reversed(months), reversed(column.values), strict=True)
        if value in counts
    )


@lru_cache(maxsize=2)  # the snapshot in use, and the one before it while requests are finishing
def _month_column(snapshot: Snapshot) -> tuple[list[date], KeywordColumn]:
    """Return the months of Kyiv, ascending, and the column of the month in which each document was published."""
    moments = snapshot.moments("published")
    dated = np.flatnonzero((moments != NO_MOMENT) & snapshot.alive)
    months = _months(int(moments[dated].min()), int(moments[dated].max())) if len(dated) else []
    starts = np.array([microseconds(_month_start(month)) for month in months])
    ordinals = np.searchsorted(starts, moments[dated], side="right") - 1
    return months, snapshot.column([f"{month:%Y-%m}" for month in months], ordinals, dated)


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


def _month_start(month: date) -> datetime:
    return parse_moment(month)


def _is_inside(month: date, request: SearchRequest) -> bool:
    """Return whether the dates of a request, if it has any, include some of a month."""
    if not request.has_dates:
        return False
    after_start = request.since is None or request.since < _month_start(_next_month(month))
    return after_start and (request.until is None or request.until > _month_start(month))
