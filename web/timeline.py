"""
The timeline over the results: how many there are in each year, month or day, on the scale that fits what is chosen.

Without a period the scale is the whole of the archive, in months or, where these are too many, in years. A chosen
period zooms in: its years are drawn in months, its months, if they are few, in days. Geometry in percent of the width,
so that the labels keep their size on a phone. Knows nothing of links or languages.
"""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

#: Six years of months still give bars of 4 px on a phone; from there on bars are years.
MAX_YEARS_OF_MONTHS = 6
#: Two months, and as much of a third as makes a period of nine weeks: 92 bars of 3 px on a phone.
MAX_DAYS = 62
#: Labels of about 40 px, side by side on a phone.
MAX_LABELS = 8
#: In percent: a label further right would stick out of the drawing on a phone of 320 px.
_LAST_LABEL_AT = 90
HEIGHT = 56
#: A month with one story among thousands still shows.
_LEAST_BAR_HEIGHT = 2
_DATE = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])(?:-([0-9]{2}))?")
_GAP = 0.18  # of a bar's slot; wide enough to tell neighbours apart at 4 px
_ONE_DAY = timedelta(days=1)
#: Months and days of an archive as texts; every page has its hundred or more.
_KEPT_DATES = 8192

Counts = Mapping[date, int]


class Unit(StrEnum):
    """What a bar stands for."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


class Period(NamedTuple):
    """A year, a month or a day."""

    unit: Unit
    since: date

    @property
    def until(self) -> date:
        """The last day."""
        if self.unit is Unit.DAY:
            return self.since
        month = 12 if self.unit is Unit.YEAR else self.since.month
        return date(self.since.year, month, monthrange(self.since.year, month)[1])


@dataclass(frozen=True, slots=True)
class Bar:
    """A period's bar; ``x`` and ``width`` in percent of the drawing, ``y`` and ``height`` in pixels."""

    period: Period
    results: int
    x: float
    width: float
    y: float
    height: float
    selected: bool


class Label(NamedTuple):
    """A period's name under the bars, ``x`` percent from the left."""

    period: Period
    x: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: bars of the periods that have results, oldest first, and the scale under them."""

    unit: Unit
    bars: tuple[Bar, ...] = ()
    labels: tuple[Label, ...] = ()
    height: int = HEIGHT


def shows_days(since: date | None, until: date | None) -> bool:
    """Return whether a chosen period is drawn in days: then their numbers must be known."""
    return since is not None and until is not None and 0 <= (until - since).days < MAX_DAYS


def period_of(since: date | None, until: date | None) -> Period | None:
    """
    Return the year, the month or the day that a period is, None if it is none of these.

    >>> period_of(date(2024, 2, 1), date(2024, 2, 29))
    Period(unit=<Unit.MONTH: 'month'>, since=datetime.date(2024, 2, 1))
    """
    if since is None:
        return None
    return next((found for unit in Unit if (found := Period(unit, since)).until == until and _begins(found)), None)


def draw_timeline(
    months: Iterable[tuple[str, int]],
    days: Iterable[tuple[str, int]] = (),
    since: date | None = None,
    until: date | None = None,
) -> Timeline:
    """
    Draw the counts of months ("2024-05") and days ("2024-05-31"), in any order, for a chosen period.

    Bars that touch ``since``..``until`` are selected, unless all do. What is not a month or a day is passed over. A
    period without results is drawn as if it were not chosen. On the whole scale one bar alone is not drawn: there is
    nothing to compare.

    >>> [(bar.period.since.month, bar.height) for bar in draw_timeline([("2024-06", 1), ("2024-05", 2)]).bars]
    [(5, 56.0), (6, 28.0)]
    """
    by_month = _counts(months)
    if not by_month:
        return Timeline(Unit.MONTH)
    zoomed = _in_days(days, since, until) or _in_months(by_month, since, until)
    drawn = zoomed and _draw(*zoomed, since, until)
    if drawn and drawn.bars:
        return drawn
    if len(by_month) < 2:
        return Timeline(Unit.MONTH)
    return _draw(*_whole(by_month), since, until)


def _in_days(
    days: Iterable[tuple[str, int]], since: date | None, until: date | None
) -> tuple[list[Period], Counts] | None:
    """Return the days of the months of a short period, and the counts; None if it is not short or has no results."""
    if not since or not until or not shows_days(since, until):
        return None
    first, last = since.replace(day=1), Period(Unit.MONTH, until.replace(day=1)).until
    # Of the days of decades only these are read: written as they are, days sort as texts
    from_text, to_text = first.isoformat(), last.isoformat()
    counts = _counts(day for day in days if from_text <= day[0] <= to_text)
    return (
        ([Period(Unit.DAY, first + n * _ONE_DAY) for n in range((last - first).days + 1)], counts) if counts else None
    )


def _in_months(by_month: Counts, since: date | None, until: date | None) -> tuple[list[Period], Counts] | None:
    """Return the months of the years of a period, and the counts; None if there is no period or it has many years."""
    if since is None and until is None:
        return None
    first = max(since or min(by_month), min(by_month)).year
    last = min(until or max(by_month), max(by_month)).year
    return (_months_of(range(first, last + 1)), by_month) if 0 <= last - first < MAX_YEARS_OF_MONTHS else None


def _whole(by_month: Counts) -> tuple[list[Period], Counts]:
    years = range(min(by_month).year, max(by_month).year + 1)
    if len(years) <= MAX_YEARS_OF_MONTHS:
        return _months_of(years), by_month
    by_year = Counter[int]()
    for month, count in by_month.items():
        by_year[month.year] += count
    periods = [Period(Unit.YEAR, date(year, 1, 1)) for year in years]
    return periods, {period.since: by_year[period.since.year] for period in periods}


def _months_of(years: Iterable[int]) -> list[Period]:
    return [Period(Unit.MONTH, date(year, month, 1)) for year in years for month in range(1, 13)]


def _counts(periods: Iterable[tuple[str, int]]) -> dict[date, int]:
    counts = {}
    for text, count in periods:
        day = _first_day(text)
        if day and count:
            counts[day] = count
    return counts


@lru_cache(maxsize=_KEPT_DATES)
def _first_day(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    return date(int(match[1]), int(match[2]), int(match[3] or 1)) if match and int(match[1]) else None


def _draw(periods: Sequence[Period], counts: Counts, since: date | None, until: date | None) -> Timeline:
    slot = 100 / len(periods)
    there = [(index, period) for index, period in enumerate(periods) if counts.get(period.since)]
    highest = max((counts[period.since] for _, period in there), default=1)
    chosen = {period for _, period in there if _touches(period, since, until)}
    narrower = any(not _touches(period, since, until) for period in periods)  # else the whole scale is what is chosen
    bars = tuple(
        _bar(period, counts[period.since], index * slot, slot, highest, narrower and period in chosen)
        for index, period in there
    )
    return Timeline(periods[0].unit, bars, _labels(periods, slot))


def _bar(period: Period, results: int, x: float, slot: float, highest: int, selected: bool) -> Bar:
    height = max(round(HEIGHT * results / highest, 1), _LEAST_BAR_HEIGHT)
    gap = slot * _GAP
    return Bar(
        period, results, round(x + gap / 2, 3), round(slot - gap, 3), round(HEIGHT - height, 1), height, selected
    )


def _touches(period: Period, since: date | None, until: date | None) -> bool:
    if since is None and until is None:
        return False
    return (since is None or period.until >= since) and (until is None or period.since <= until)


def _begins(period: Period) -> bool:
    """Return whether a period begins where its unit does."""
    return period.unit is Unit.DAY or period.since == period.since.replace(
        day=1, month=1 if period.unit is Unit.YEAR else period.since.month
    )


def _labels(periods: Sequence[Period], slot: float) -> tuple[Label, ...]:
    """Return names of the larger unit where there are several of it, else of every few periods."""
    starts = _larger_units(periods)
    if len(starts) < 2:
        every = {Unit.DAY: 7, Unit.MONTH: 3, Unit.YEAR: 1}[periods[0].unit]
        starts = list(enumerate(periods))[::every]
    step = -(-len(starts) // MAX_LABELS)
    places = [Label(period, round(index * slot, 3)) for index, period in starts[::step]]
    return tuple(label for label in places if label.x <= _LAST_LABEL_AT)


def _larger_units(periods: Sequence[Period]) -> list[tuple[int, Period]]:
    """Return the first periods of the next larger unit, with their places, as that unit."""
    larger = {Unit.DAY: Unit.MONTH, Unit.MONTH: Unit.YEAR, Unit.YEAR: Unit.YEAR}[periods[0].unit]
    found = ((index, Period(larger, period.since)) for index, period in enumerate(periods))
    return [(index, period) for index, period in found if _begins(period)]
