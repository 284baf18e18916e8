"""How much there was of something, month by month: searches compared, each as counts and as a share of all stories."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from search.archive.reports.periods import NO_PERIOD, Step, first_day, period_name, period_of, periods_of
from search.archive.reports.stories import distinct
from search.archive.request import SearchRequest
from search.archive.understanding import understand
from search.archive.view import View
from search.columnar.arrays import Array
from search.columnar.collect import count_of
from search.columnar.document import microseconds
from search.columnar.snapshot import Snapshot
from search.errors import SearchError
from search.query.nodes import Notice
from search.query.show import show
from search.settings import KYIV

#: More lines than this nobody tells apart, and each is a search.
MAX_QUERIES = 5
#: Ten years of days. A longer line has more points than a page or a spreadsheet shows.
MAX_STEPS = 4_000

_MOMENT = timedelta(microseconds=1)


class TooManyPeriods(SearchError, ValueError):
    """A comparison over time would have more than ``MAX_STEPS`` periods."""


class OverTimePoint(NamedTuple):
    """What a query found in a period: stories, their versions, and the stories' share of all stories (0 to 1)."""

    stories: int
    versions: int
    share: float


class OverTimeLine(NamedTuple):
    """
    One query over time, a point for each period.

    ``read_as`` is the query as it was understood, ``notices`` what was noted on the way. A story that has versions in
    two periods counts in both, and once in ``stories``. ``undated`` are versions without a date, which have no period.
    """

    query: str
    read_as: str
    notices: tuple[Notice, ...]
    points: tuple[OverTimePoint, ...]
    stories: int
    versions: int
    undated: int


class Period(NamedTuple):
    """A period: its name as in ISO 8601 and its first day in it, and all stories and versions published in it."""

    name: str
    first_day: str
    stories: int
    versions: int


@dataclass(frozen=True, slots=True)
class OverTime:
    """Queries over time: ``periods`` without gaps from the first to the last that counts, and a line of each query."""

    step: str
    periods: tuple[Period, ...]
    lines: tuple[OverTimeLine, ...]


class _Counts(NamedTuple):
    """By period, from the first: stories and versions."""

    stories: Array
    versions: Array


def over_time(view: View, requests: Sequence[SearchRequest], step: Step) -> OverTime:
    """
    Return queries over time. The dates of the first request are those of all.

    Without a limit the periods go from the first in which any query found something to the last; with one, from and to
    that limit. Raises ``TooManyPeriods`` for more than ``MAX_STEPS`` periods.
    """
    snapshot = view.snapshot
    limits = _limits(snapshot, requests[0])
    found = [_matching(view, request, limits) for request in requests]
    periods = periods_of(snapshot, step)
    first, last = _range(requests[0], step, [periods[documents] for _, documents in found])
    count = last - first + 1
    if count > MAX_STEPS:
        raise TooManyPeriods(f"{count:,} periods of a {step} are too many (at most {MAX_STEPS:,}); take a longer step")
    everything = _counts(snapshot, limits.nonzero()[0], periods, first, count)
    lines = [
        _line(snapshot, read, documents, _counts(snapshot, documents, periods, first, count), everything)
        for read, documents in found
    ]
    return OverTime(str(step), _periods(step, first, everything), tuple(lines))


class _Read(NamedTuple):
    query: str
    read_as: str
    notices: tuple[Notice, ...]


def _matching(view: View, request: SearchRequest, limits: Array) -> tuple[_Read, Array]:
    understood = understand(view, request.query, request.reading)
    documents = view.seen(view.executor.matches(understood.compiled.tree)).documents
    read = _Read(request.query, show(understood.parsed.tree), understood.parsed.notices)
    return read, documents[limits[documents]]


def _limits(snapshot: Snapshot, request: SearchRequest) -> Array:
    """Return the mask of the documents that the dates of a request let in; without any, all that is alive."""
    if not request.has_dates:
        return snapshot.alive
    since = None if request.since is None else microseconds(request.since)
    until = None if request.until is None else microseconds(request.until) - 1
    return snapshot.within("published", since, until)


def _range(request: SearchRequest, step: Step, found: Sequence[Array]) -> tuple[int, int]:
    """Return the first and the last period to show; the last is before the first if there is nothing."""
    known = np.concatenate([periods[periods != NO_PERIOD] for periods in found])
    first = int(known.min()) if len(known) else None
    last = int(known.max()) if len(known) else None
    if request.since is not None:
        first = period_of(request.since.astimezone(KYIV).date(), step)
        last = first if last is None else last
    if request.until is not None:
        last = period_of((request.until - _MOMENT).astimezone(KYIV).date(), step)
        first = last if first is None else first
    return (0, -1) if first is None or last is None else (first, last)


def _counts(snapshot: Snapshot, documents: Array, periods: Array, first: int, count: int) -> _Counts:
    """Count the versions and the stories of some documents in each of ``count`` periods from ``first`` on."""
    places = periods[documents] - first
    inside = (periods[documents] != NO_PERIOD) & (places >= 0) & (places < count)
    places, groups = places[inside], snapshot.groups[documents[inside]]
    pairs = distinct(groups * max(count, 1) + places)
    stories = np.bincount(pairs % max(count, 1), minlength=max(count, 0))
    return _Counts(stories, np.bincount(places, minlength=max(count, 0)))


def _line(snapshot: Snapshot, read: _Read, documents: Array, counts: _Counts, everything: _Counts) -> OverTimeLine:
    shares = counts.stories / np.maximum(everything.stories, 1)
    points = zip(counts.stories.tolist(), counts.versions.tolist(), shares.tolist(), strict=True)
    total = count_of(snapshot, documents)
    dated = int(counts.versions.sum())
    return OverTimeLine(
        *read, tuple(map(OverTimePoint._make, points)), total.groups, total.documents, total.documents - dated
    )


def _periods(step: Step, first: int, everything: _Counts) -> tuple[Period, ...]:
    rows = zip(everything.stories.tolist(), everything.versions.tolist(), strict=True)
    return tuple(
        Period(period_name(number, step), first_day(number, step).isoformat(), stories, versions)
        for number, (stories, versions) in enumerate(rows, first)
    )
