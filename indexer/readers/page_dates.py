"""
Dates as pages and tables write them: ISO 8601, RFC 822, in numbers, and with the month in words in three languages.

A date without a zone is Kyiv time (``search.article``). Words such as "yesterday" are no dates: a page is read long
after it was written.
"""

import re
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from search.article import parse_moment

_MONTHS = (
    ("січ", "янв", "jan"),
    ("лют", "фев", "feb"),
    ("берез", "мар", "mar"),
    ("квіт", "апр", "apr"),
    ("трав", "ма[йя]", "may"),
    ("черв", "июн", "jun"),
    ("лип", "июл", "jul"),
    ("серп", "авг", "aug"),
    ("верес", "сент", "sep"),
    ("жовт", "окт", "oct"),
    ("листоп", "нояб", "nov"),
    ("груд", "дек", "dec"),
)
_MONTH = "|".join(f"(?P<m{number}>{'|'.join(names)})" for number, names in enumerate(_MONTHS, 1))
_IN_WORDS = re.compile(
    rf"(?:\b(?P<day>\d{{1,2}})\s+)?\b(?:{_MONTH})[а-яіїєґa-z]*\.?,?\s+(?:(?P<day2>\d{{1,2}}),\s+)?(?P<year>\d{{4}})",
    re.I,
)
_IN_NUMBERS = (
    re.compile(r"\b(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})\b"),
    re.compile(r"\b(?P<year>\d{4})[./](?P<month>\d{1,2})[./](?P<day>\d{1,2})\b"),
)
_CLOCK = re.compile(
    r"\b(?P<hour>\d{1,2})(?P<rest>:\d{2}(?::\d{2})?)\b"
    r"(?:\s*(?P<half>[ap])\.?m\b|\s*(?P<zone>[+-]\d{2}:?\d{2}\b|GMT\b|UTC\b|Z\b))?",
    re.I,
)
_ISO_SPACED = re.compile(
    r"^(\d{4}-\d{2}-\d{2})[T ,]+(\d{1,2})(:\d{2}(?::\d{2})?)(?:\.\d+)?\s*(?:([+-]\d{2}:?\d{2})|(Z|UTC|GMT))?$"
)
# What Java writes behind a moment whose zone it has told already: 2024-05-14T10:00+03:00[Europe/Kyiv].
_NAMED_ZONE = re.compile(r"\[[\w/+-]+\]$")
# Seconds or milliseconds since 1970, from 2001 to 2286.
_EPOCH = re.compile(r"[1-9]\d{9}(?:\d{3})?")
# Zones of RFC 822, which must be kept; EET and EEST, which it does not know, are Kyiv time anyway.
_RFC_ZONE = re.compile(r"[+-]\d{4}|\b(?:GMT|UTC?|[ECMP][SD]T)\b")
_ISO_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}\S*)?")
# Days of the week, from their beginnings, and "year", "at", "EEST" in three languages.
_BESIDE_DATES = re.compile(
    r"(?:пн|пон|вт|вів|ср|сер|чт|чет|пт|п|ят|пят|сб|суб|нд|нед|вс|вос|mon|tue|wed|thu|fri|sat|sun)[а-яіїєa-z]*"
    r"|р|року|г|года|о|об|в|at|EES?T",
    re.I,
)
# A date and what stands around it ("Опубліковано: 1 травня 2024, 14:05"); more is a paragraph.
MAX_DATE_CHARACTERS = 120


def parse_page_date(text: str) -> datetime | None:
    """
    Return the moment that a page's text names, in UTC, or None if it is no date that is known.

    >>> parse_page_date("1 травня 2024, 14:05").isoformat()
    '2024-05-01T11:05:00+00:00'
    >>> parse_page_date("Wed, 01 May 2024 14:05:00 +0300").isoformat()
    '2024-05-01T11:05:00+00:00'
    """
    text = _NAMED_ZONE.sub("", " ".join(text.split()))
    if not text or len(text) > MAX_DATE_CHARACTERS:
        return None
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    in_words = _rearranged(text)
    for written in (text, _ISO_SPACED.sub(_iso, text), "" if _RFC_ZONE.search(text) else in_words):
        with suppress(ValueError):
            return parse_moment(written)
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        return parse_moment(parsedate_to_datetime(text))
    with suppress(ValueError):
        return parse_moment(in_words)
    return None


def is_date_line(text: str) -> bool:
    """
    Tell whether a line is nothing but a date, its time and the day of the week.

    >>> is_date_line("Вівторок, 14 травня 2024 р., 10:00"), is_date_line("14.05.2024: збори в школі")
    (True, False)
    """
    if len(text) > MAX_DATE_CHARACTERS or parse_page_date(text) is None:
        return False
    rest = text
    for written in (_IN_WORDS, *_IN_NUMBERS, _CLOCK, _ISO_DAY, _RFC_ZONE):
        rest = written.sub(" ", rest)
    return all(map(_BESIDE_DATES.fullmatch, re.findall(r"[^\W_]+", rest)))


def _iso(found: re.Match[str]) -> str:
    return f"{found[1]}T{int(found[2]):02}{found[3]}{found[4] or (found[5] and 'Z') or ''}"


def _rearranged(text: str) -> str:
    """Return a date in words, or in numbers parted by points or strokes, as ISO 8601; nothing if it is neither."""
    if found := next(filter(None, (each.search(text) for each in _IN_NUMBERS)), None):
        month = int(found["month"])
    elif found := _IN_WORDS.search(text):
        month = next(number for number in range(1, 13) if found[f"m{number}"])
    else:
        return ""
    groups = found.groupdict()
    day = groups["day"] or groups.get("day2")
    return f"{found['year']}-{month:02}-{int(day):02}{_time_of_day(text)}" if day else ""


def _time_of_day(text: str) -> str:
    """
    >>> _time_of_day("May 14, 2024 2:05 pm"), _time_of_day("14 май 2024 10:00:00 +0300"), _time_of_day("14 травня 2024")
    ('T14:05', 'T10:00:00+03:00', '')
    """
    if not (clock := _CLOCK.search(text)):
        return ""
    hour = int(clock["hour"])
    if clock["half"]:
        hour = hour % 12 + (12 if clock["half"].lower() == "p" else 0)
    zone = clock["zone"] or ""
    offset = f"{zone[:3]}:{zone[-2:]}" if zone[:1] in ("+", "-") else "Z" if zone else ""
    return f"T{hour:02}{clock['rest']}{offset}"
