"""
Dates as web pages write them: ISO 8601, RFC 822, day first, and with the month in words in three languages.

A date without a zone is Kyiv time (``search.article``). Words such as "yesterday" are no dates: a page is read long
after it was written.
"""

import re
from datetime import datetime
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
_TIME = r"(?P<time>\d{1,2}:\d{2}(?::\d{2})?)"
_IN_WORDS = re.compile(
    rf"(?:\b(?P<day>\d{{1,2}})\s+)?\b(?:{_MONTH})[а-яіїєґa-z]*\.?,?\s+(?:(?P<day2>\d{{1,2}}),\s+)?(?P<year>\d{{4}})",
    re.I,
)
_DAY_FIRST = re.compile(r"\b(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4})\b")
_CLOCK = re.compile(rf"\b{_TIME}\b")
_ISO_SPACED = re.compile(r"^(\d{4}-\d{2}-\d{2})[ ,]+(\d{1,2}:\d{2}(?::\d{2})?)\s*([+-]\d{2}:?\d{2}|Z)?$")
# Zones of RFC 822, which must be kept; EET and EEST, which it does not know, are Kyiv time anyway.
_RFC_ZONE = re.compile(r"[+-]\d{4}|\b(?:GMT|UTC?|[ECMP][SD]T)\b")
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
    text = " ".join(text.split())
    if not text or len(text) > MAX_DATE_CHARACTERS:
        return None
    for written in (text, _ISO_SPACED.sub(_iso, text), _rearranged(text)):
        try:
            if written:
                return parse_moment(written)
        except ValueError:
            continue
    try:
        return parse_moment(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _iso(found: re.Match[str]) -> str:
    return f"{found[1]}T{found[2]:0>5}{found[3] or ''}"


def _rearranged(text: str) -> str:
    """Return a date in words or with the day first as ISO 8601; nothing if it is neither."""
    if found := _DAY_FIRST.search(text):
        month = int(found["month"])
    elif found := _IN_WORDS.search(text):
        if _RFC_ZONE.search(text):
            return ""
        month = next(number for number in range(1, 13) if found[f"m{number}"])
    else:
        return ""
    groups = found.groupdict()
    day = groups["day"] or groups.get("day2")
    clock = _CLOCK.search(text)
    hours = f"T{clock['time']:0>5}" if clock and len(clock["time"]) < 7 else f"T{clock['time']:0>8}" if clock else ""
    return f"{found['year']}-{month:02}-{int(day):02}{hours}" if day else ""
