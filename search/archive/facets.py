"""
Filters and facets: which values there are among the results, and how many results each would give.

A facet is counted as if its own filter were not set, so that several of its values can be chosen.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

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

_MOMENT = timedelta(microseconds=1)
# The filter by date, which neither facet of dates counts with: whoever has chosen a month sees those around it.
_DATE_DIMENSION = "date"
_DAY = 24 * 3600 * 1_000_000  # of UTC, in microseconds


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
        dimension = _DATE_DIMENSION if name in _CALENDARS else name
        facets[name] = _facet(name, column, value_counts(column, collected.without(dimension)), request)
    return facets


def facet_of_mask(snapshot: Snapshot, mask: Array, name: str, request: SearchRequest) -> tuple[FacetValue, ...]:
    """Return the values of a facet among all documents of a mask."""
    column = _column(snapshot, name)
    return _facet(name, column, counts_of_mask(snapshot, name, column, mask), request)


def day_column(snapshot: Snapshot) -> KeywordColumn:
    """Return the days of Kyiv on which documents were published, as a column; one without a date has no value."""
    return _column(snapshot, "day")


def month_column(snapshot: Snapshot) -> KeywordColumn:
    """Return the months of Kyiv (``2024-05``) in which documents were published, as a column."""
    return _column(snapshot, "month")


def _column(snapshot: Snapshot, name: str) -> KeywordColumn:
    calendar = _CALENDARS.get(name)
    return snapshot.column(calendar.column, calendar.part_of) if calendar else snapshot.keywords(name)


def _facet(name: str, column: KeywordColumn, counts: ValueCounts, request: SearchRequest) -> tuple[FacetValue, ...]:
    if name in _CALENDARS:
        return _periods_found(column, counts, request)
    chosen = request.filters.get(name, frozenset())
    values = _values(column, counts, chosen)
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
    return _rows(values, numbers, counts, map(chosen.__contains__, values) if chosen else repeat(False))


def _periods_found(column: KeywordColumn, counts: ValueCounts, request: SearchRequest) -> tuple[FacetValue, ...]:
    """Return the months or days that any document has, the newest first; what the request's dates touch is marked."""
    numbers = np.flatnonzero(counts.documents)
    ranks, texts = column.values.ranks(), column.values.texts()
    numbers = numbers[np.argsort(-ranks[numbers])]  # written as they are, periods sort as texts
    periods = [texts[number] for number in numbers.tolist()]
    if not periods or not request.has_dates:
        return _rows(periods, numbers, counts, repeat(False))
    # Cut to the length of a period, a limit is the period that it is in
    length = len(periods[0])
    first = "" if request.since is None else _kyiv_day(request.since).isoformat()[:length]
    last = "~" if request.until is None else _kyiv_day(request.until - _MOMENT).isoformat()[:length]
    return _rows(periods, numbers, counts, [first <= period <= last for period in periods])


def _rows(
    values: Iterable[str], numbers: Array, counts: ValueCounts, selected: Iterable[bool]
) -> tuple[FacetValue, ...]:
    rows = zip(values, counts.documents[numbers].tolist(), selected, counts.groups[numbers].tolist(), strict=False)
    # Not FacetValue._make, which is a Python function: of thousands of values it takes longer than all the counting.
    return tuple(map(tuple.__new__, repeat(FacetValue), rows))


def _months_of(segment: Segment) -> DerivedPart:
    """Return the month of Kyiv (``2024-05``) in which each document was published, as a field of a segment."""
    return _periods_of(segment, _months, "2024-05")


def _days_of(segment: Segment) -> DerivedPart:
    """Return the day of Kyiv (``2024-05-31``) on which each document was published, as a field of a segment."""
    return _periods_of(segment, _days, "2024-05-31")


def _periods_of(segment: Segment, starts_of: Callable[[Array], list[date]], example: str) -> DerivedPart:
    """Return the periods, named like an example, as a field; ``starts_of`` gives the first days of all it may need."""
    moments = segment.moments["published"]
    dated = moments != NO_MOMENT
    known = moments[dated]
    periods = starts_of(known) if len(known) else []
    edges = np.array([microseconds(_day_start(period)) for period in periods], dtype=np.int64)
    ordinals = np.searchsorted(edges, known, side="right") - 1
    used, ordinals = np.unique(ordinals, return_inverse=True)
    starts = np.concatenate([[0], np.cumsum(dated)])
    names = [periods[number].isoformat()[: len(example)].encode() for number in used.tolist()]
    return DerivedPart(names, starts, ordinals)


def _months(moments: Array) -> list[date]:
    """Return the first days of the months, of Kyiv, from the first to the last of some moments (microseconds)."""
    months = [_kyiv_date(int(moments.min())).replace(day=1)]
    end = _kyiv_date(int(moments.max()))
    while (months[-1].year, months[-1].month) < (end.year, end.month):
        months.append(_next_month(months[-1]))
    return months


def _days(moments: Array) -> list[date]:
    """
    Return days of Kyiv, ascending, with the day of each of some moments (microseconds) among them.

    Only the neighbours of days that occur: one wrong date would otherwise give all the days of a thousand years. The
    clock of Kyiv is always less than a day ahead of UTC, and never behind it.
    """
    epoch = date(1970, 1, 1)
    numbers = (np.unique(moments // _DAY) + epoch.toordinal()).tolist()
    wanted = {*numbers, *(number + 1 for number in numbers)} - {date.max.toordinal() + 1}
    return [date.fromordinal(number) for number in sorted(wanted)]


def _kyiv_date(moment: int) -> date:
    return _kyiv_day(parse_moment("1970-01-01T00:00:00Z") + timedelta(microseconds=moment))


def _kyiv_day(moment: datetime) -> date:
    try:
        return moment.astimezone(KYIV).date()
    except OverflowError:  # the last hours of the year 9999
        return moment.date()


def _next_month(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


@lru_cache(maxsize=16_384)  # the days of four decades
def _day_start(day: date) -> datetime:
    try:
        return parse_moment(day)
    except ValueError:  # the first day of the year 1
        return datetime.min.replace(tzinfo=UTC)


class _Calendar(NamedTuple):
    """A facet of dates: the name of its column, which no field has, and what a segment contributes to it."""

    column: str
    part_of: Callable[[Segment], DerivedPart]


_CALENDARS = {"month": _Calendar("published: month", _months_of), "day": _Calendar("published: day", _days_of)}
