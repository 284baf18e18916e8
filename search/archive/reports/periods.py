"""
Days, weeks, months and years of Kyiv as numbers, for counting by them.

A day is the number of days since 1970-01-01, a week that of weeks since Monday 1969-12-29, months and years are those
since 1970. Successive periods have successive numbers.
"""

from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from search.archive.facets import day_column
from search.columnar.arrays import Array
from search.columnar.snapshot import Snapshot

#: The number of a period that is not known.
NO_PERIOD = int(np.iinfo(np.int64).min)

_EPOCH = date(1970, 1, 1)
_THURSDAY = 3  # 1970-01-01 was one, three days after the Monday of its week


class Step(StrEnum):
    """How long the periods of a report are."""

    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


_UNITS = {Step.YEAR: "datetime64[Y]", Step.MONTH: "datetime64[M]"}


def days_of(snapshot: Snapshot) -> Array:
    """Return the day of Kyiv on which each document was published, ``NO_PERIOD`` where that is not known (int64)."""
    return snapshot.derived("days of Kyiv", lambda: _days(snapshot))


def periods_of(snapshot: Snapshot, step: Step) -> Array:
    """Return the period in which each document was published, ``NO_PERIOD`` where that is not known (int64)."""
    return snapshot.derived(("periods of Kyiv", step), lambda: _periods(days_of(snapshot), step))


def period_of(day: date, step: Step) -> int:
    """
    Return the number of the period that a day is in.

    >>> period_of(date(1970, 1, 4), Step.WEEK), period_of(date(1970, 1, 5), Step.WEEK), period_of(_EPOCH, Step.DAY)
    (0, 1, 0)
    """
    return int(_numbers(np.array([(day - _EPOCH).days], dtype=np.int64), step)[0])


def first_day(number: int, step: Step) -> date:
    """
    Return the day on which a period begins.

    >>> first_day(54 * 12 + 4, Step.MONTH).isoformat(), first_day(0, Step.WEEK).isoformat()
    ('2024-05-01', '1969-12-29')
    """
    if step is Step.YEAR:
        return date(1970 + number, 1, 1)
    if step is Step.MONTH:
        return date(1970 + number // 12, 1 + number % 12, 1)
    return _EPOCH + timedelta(days=7 * number - _THURSDAY if step is Step.WEEK else number)


def period_name(number: int, step: Step) -> str:
    """
    Return how a period is written, as ISO 8601 has it: ``2024``, ``2024-05``, ``2024-W20``, ``2024-05-17``.

    >>> [period_name(period_of(date(2024, 12, 30), step), step) for step in Step]
    ['2024', '2024-12', '2025-W01', '2024-12-30']
    """
    first = first_day(number, step)
    if step is Step.WEEK:
        year, week, _ = first.isocalendar()
        return f"{year}-W{week:02d}"
    return first.isoformat()[: {Step.YEAR: 4, Step.MONTH: 7}.get(step)]


def _days(snapshot: Snapshot) -> Array:
    column = day_column(snapshot)
    numbers = np.array(column.values.texts()[: column.count], dtype="datetime64[D]").astype(np.int64)
    days = np.full(snapshot.size, NO_PERIOD, dtype=np.int64)
    days[column.having_any()] = numbers[column.ordinals] if len(numbers) else 0  # no document has two days
    return days


def _periods(days: Array, step: Step) -> Array:
    if step is Step.DAY:
        return days
    periods = days.copy()
    known = days != NO_PERIOD
    periods[known] = _numbers(days[known], step)
    return periods


def _numbers(days: Array, step: Step) -> Array:
    if step in _UNITS:
        return days.astype("datetime64[D]").astype(_UNITS[step]).astype(np.int64)
    return (days + _THURSDAY) // 7 if step is Step.WEEK else days
