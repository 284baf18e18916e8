"""
Date expressions: what ``2024-05``, ``17.05.2024`` or ``yesterday`` after ``date:`` or ``since:`` mean.

Days, months and years are those of Kyiv; the limits come back in UTC, the upper one exclusive. The clock is the
caller's: relative days need ``today``.
"""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import NamedTuple

from search.article import parse_moment
from search.settings import KYIV

# The first newspapers; anything earlier is a slip of the finger. The upper bound keeps a day's end on the calendar.
MIN_YEAR, MAX_YEAR = 1600, 2999

_DAYS_AGO = {"today": 0, "сьогодні": 0, "сегодня": 0, "yesterday": 1, "вчора": 1, "вчера": 1}

_YEAR_FIRST = re.compile(r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{1,2})(-(?P<day>[0-9]{1,2}))?)?")
_YEAR_LAST = re.compile(r"((?P<day>[0-9]{1,2})\.)?(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})")
_YEAR_TO_YEAR = re.compile("([0-9]{4})[-\N{EN DASH}]([0-9]{4})")
_RANGE = re.compile("[.]{2,3}|\N{HORIZONTAL ELLIPSIS}")


class Period(NamedTuple):
    """Whole days of Kyiv, both inclusive."""

    first: date
    last: date


class Limits(NamedTuple):
    """From ``since`` on, and before ``until``; UTC, None is open."""

    since: datetime | None
    until: datetime | None


def parse_dates(field: str, text: str, today: date) -> Limits | None:
    """
    Return the limits that a date field with this value sets, or None if it is not a date.

    ``since`` and ``until`` include the period they name, ``after`` and ``before`` exclude it (as Google's do).

    >>> limits = parse_dates("date", "2024-05..2024-07", date(2026, 1, 1))
    >>> limits.since.isoformat(), limits.until.isoformat()
    ('2024-04-30T21:00:00+00:00', '2024-07-31T21:00:00+00:00')
    """
    if field == "date":
        return _parse_range(text, today)
    period = parse_period(text, today)
    if period is None:
        return None
    return {
        "since": Limits(_day_start(period.first), None),
        "after": Limits(_day_end(period.last), None),
        "until": Limits(None, _day_end(period.last)),
        "before": Limits(None, _day_start(period.first)),
    }[field]


def parse_period(text: str, today: date) -> Period | None:
    """
    Return the year, month or day that a text names, or None.

    >>> parse_period("02.2024", date(2026, 1, 1))
    Period(first=datetime.date(2024, 2, 1), last=datetime.date(2024, 2, 29))
    """
    word = text.strip().casefold()
    try:
        if word in _DAYS_AGO:
            day = today - timedelta(days=_DAYS_AGO[word])
            return Period(day, day) if MIN_YEAR <= day.year <= MAX_YEAR else None
        match = _YEAR_FIRST.fullmatch(word) or _YEAR_LAST.fullmatch(word)
        return _period(match["year"], match["month"], match["day"]) if match else None
    except (ValueError, OverflowError):  # month 13, 30 February; the day before the calendar begins
        return None


def limits_of_days(first: date | None, last: date | None) -> Limits:
    """
    Return the limits of the days from ``first`` to ``last``, both included; None is open.

    >>> limits_of_days(date(2024, 5, 1), None).since.isoformat()
    '2024-04-30T21:00:00+00:00'
    """
    return Limits(_day_start(first) if first else None, _day_end(last) if last else None)


def kyiv_days(limits: Limits) -> tuple[date | None, date | None]:
    """Return the first and the last day of Kyiv that lie between the limits, at least in part."""
    from_day = until_day = None
    if limits.since is not None:
        from_day = limits.since.astimezone(KYIV).date()
    if limits.until is not None:
        until_day = limits.until.astimezone(KYIV).date()
        if limits.until <= _day_start(until_day):
            until_day -= timedelta(days=1)
    return from_day, until_day


def show_dates(limits: Limits) -> str:
    """
    Return the shortest date expression, field included, that sets these limits.

    Limits inside a day are widened to the whole day.

    >>> show_dates(parse_dates("date", "01.05.2024..31.05.2024", date(2026, 1, 1)))
    'date:2024-05'
    """
    first, last = kyiv_days(limits)
    if first is not None and last is not None:
        return f"date:{_show_period(first, last)}"
    if first is not None:
        return f"since:{first.isoformat()}"
    return f"until:{last.isoformat()}" if last is not None else "*"


def _show_period(first: date, last: date) -> str:
    if first == last:
        return first.isoformat()
    if (first.year, first.month, first.day) == (last.year, last.month, 1) and _is_month_end(last):
        return first.isoformat()[:7]
    if first == date(first.year, 1, 1) and last == date(first.year, 12, 31):
        return first.isoformat()[:4]
    return f"{first.isoformat()}..{last.isoformat()}"


def _is_month_end(day: date) -> bool:
    return day.day == monthrange(day.year, day.month)[1]


def _parse_range(text: str, today: date) -> Limits | None:
    if years := _YEAR_TO_YEAR.fullmatch(text.strip()):
        return _between(years[1], years[2], today)
    if not (dots := _RANGE.search(text)):
        return _between(text, text, today)
    return _between(text[: dots.start()].strip(), text[dots.end() :].strip(), today)


def _between(first: str, last: str, today: date) -> Limits | None:
    """Return the limits of a range either of whose ends may be empty; ends in the wrong order are exchanged."""
    begin, end = parse_period(first, today), parse_period(last, today)
    if (first and begin is None) or (last and end is None) or not (begin or end):
        return None
    if begin and end and begin.first > end.last:
        begin, end = end, begin
    return limits_of_days(begin.first if begin else None, end.last if end else None)


def _period(year_text: str, month_text: str | None, day_text: str | None) -> Period | None:
    year = int(year_text)
    if not MIN_YEAR <= year <= MAX_YEAR:
        return None
    if month_text is None:
        return Period(date(year, 1, 1), date(year, 12, 31))
    month = int(month_text)
    if day_text is None:
        return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    day = date(year, month, int(day_text))
    return Period(day, day)


def _day_start(day: date) -> datetime:
    return parse_moment(day)


def _day_end(day: date) -> datetime:
    return parse_moment(day + timedelta(days=1))
