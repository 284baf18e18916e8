"""
The timeline over the results: how many there are in each month, or in each year where the months are too many.

Geometry in percent of the width, so that the labels keep their size on a phone. Knows nothing of links or languages.
"""

import re
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

#: Six years of months still give bars of 4 px on a phone; from there on bars are years.
MAX_YEARS_OF_MONTHS = 6
#: Labels of about 40 px, side by side on a phone.
MAX_LABELS = 8
#: In percent: a label further right would stick out of the drawing on a phone of 320 px.
_LAST_LABEL_AT = 90
HEIGHT = 56
#: A month with one story among thousands still shows.
_LEAST_BAR_HEIGHT = 2
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
_GAP = 0.18  # of a bar's slot; wide enough to tell neighbours apart at 4 px


class Period(NamedTuple):
    """A month, or a year where ``month`` is None, with its number of results."""

    year: int
    month: int | None
    results: int

    @property
    def since(self) -> date:
        """The first day."""
        return date(self.year, self.month or 1, 1)

    @property
    def until(self) -> date:
        """The last day."""
        month = self.month or 12
        return date(self.year, month, monthrange(self.year, month)[1])


@dataclass(frozen=True, slots=True)
class Bar:
    """A period's bar; ``x`` and ``width`` in percent of the drawing, ``y`` and ``height`` in pixels."""

    period: Period
    x: float
    width: float
    y: float
    height: float
    selected: bool


class Label(NamedTuple):
    """A year under the bars, ``x`` percent from the left."""

    text: str
    x: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: bars of the periods that have results, oldest first, and the scale of years."""

    bars: tuple[Bar, ...]
    labels: tuple[Label, ...]
    height: int = HEIGHT


def draw_timeline(months: Iterable[tuple[str, int]], since: date | None = None, until: date | None = None) -> Timeline:
    """
    Draw the counts of months ("2024-05", in any order); bars that touch ``since``..``until`` are selected.

    The scale is of whole years. What is not a month is passed over. Fewer than two months give no bars: there is
    nothing to compare.

    >>> [(bar.period.month, bar.height) for bar in draw_timeline([("2024-06", 1), ("2024-05", 2)]).bars]
    [(5, 56.0), (6, 28.0)]
    """
    counts = _month_counts(months)
    if len(counts) < 2:
        return Timeline((), ())
    periods = _periods(counts)
    slot = 100 / len(periods)
    highest = max(period.results for period in periods)
    bars = tuple(
        _bar(period, index * slot, slot, highest, _touches(period, since, until))
        for index, period in enumerate(periods)
        if period.results
    )
    return Timeline(bars, _labels(periods, slot))


def _month_counts(months: Iterable[tuple[str, int]]) -> dict[tuple[int, int], int]:
    counts = {}
    for text, count in months:
        match = _MONTH.fullmatch(text)
        if match and int(match[1]):
            counts[int(match[1]), int(match[2])] = count
    return counts


def _periods(counts: Mapping[tuple[int, int], int]) -> list[Period]:
    first, last = min(counts)[0], max(counts)[0]
    years = range(first, last + 1)
    if len(years) <= MAX_YEARS_OF_MONTHS:
        return [Period(year, month, counts.get((year, month), 0)) for year in years for month in range(1, 13)]
    by_year = Counter[int]()
    for (year, _), count in counts.items():
        by_year[year] += count
    return [Period(year, None, by_year[year]) for year in years]


def _bar(period: Period, x: float, slot: float, highest: int, selected: bool) -> Bar:
    height = max(round(HEIGHT * period.results / highest, 1), _LEAST_BAR_HEIGHT)
    gap = slot * _GAP
    return Bar(period, round(x + gap / 2, 3), round(slot - gap, 3), round(HEIGHT - height, 1), height, selected)


def _touches(period: Period, since: date | None, until: date | None) -> bool:
    if since is None and until is None:
        return False
    return (since is None or period.until >= since) and (until is None or period.since <= until)


def _labels(periods: Sequence[Period], slot: float) -> tuple[Label, ...]:
    starts = [index for index, period in enumerate(periods) if period.month in (1, None)]
    step = -(-len(starts) // MAX_LABELS)
    places = [(str(periods[index].year), round(index * slot, 3)) for index in starts[::step]]
    return tuple(Label(text, x) for text, x in places if x <= _LAST_LABEL_AT)
