"""
On this day: the stories that were first published on the same day of the calendar, of Kyiv, in earlier years.

The order inside a year is by how much the newsroom made of a story then: in how many languages it was published, and of
equals, how many words its longest version has. Both are known exactly; who read it is not. A 29 February has only leap
years.
"""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from search.archive.reports.periods import days_of
from search.archive.reports.stories import NONE, Stories, group_name, having_values, stories_of, version_of
from search.archive.request import SearchRequest
from search.archive.results import Version
from search.archive.view import View
from search.columnar.arrays import Array
from search.columnar.snapshot import Snapshot

_EPOCH = date(1970, 1, 1)
#: No archive of news is older.
_MAX_YEARS = 400


class DayStory(NamedTuple):
    """A story of a day: its first version in each language, these languages, and the words of its longest version."""

    story: str
    versions: tuple[Version, ...]
    languages: tuple[str, ...]
    words: int


class DayOfYear(NamedTuple):
    """The day in one year: how many stories there were, and the first of them."""

    year: int
    day: str
    stories: int
    items: tuple[DayStory, ...]


@dataclass(frozen=True, slots=True)
class OnThisDay:
    """The stories of a day in earlier years, the latest year first; years without any are left out."""

    day: str
    years: tuple[DayOfYear, ...]


def on_this_day(view: View, day: date, request: SearchRequest) -> OnThisDay:
    """
    Return the stories of the years before that of ``day``, in each at most the request's limit.

    Of the request its filters are looked at: a story is in if its first version is inside them.
    """
    snapshot = view.snapshot
    stories = stories_of(snapshot)
    wanted = np.array([(each - _EPOCH).days for each in _same_days(day)], dtype=np.int64)
    groups = np.flatnonzero(stories.first != NONE)
    firsts = stories.first[groups]
    days = days_of(snapshot)[firsts]
    inside = np.isin(days, wanted)
    for name, values in request.filters.items():
        inside &= having_values(snapshot.keywords(name), values)[firsts]
    groups, days = groups[inside], days[inside]
    years = [
        _year(view, stories, each, groups[days == number], request.limit)
        for number, each in zip(wanted.tolist(), _same_days(day), strict=True)
    ]
    return OnThisDay(day.isoformat(), tuple(year for year in years if year.stories))


def _same_days(day: date) -> list[date]:
    """Return the same day in earlier years, the latest first."""
    earliest = max(date.min.year, day.year - _MAX_YEARS)
    years = range(day.year - 1, earliest - 1, -1)
    return [day.replace(year=year) for year in years if (day.month, day.day) != (2, 29) or _is_leap(year)]


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _year(view: View, stories: Stories, day: date, groups: Array, limit: int) -> DayOfYear:
    ranked = _ranked(view.snapshot, stories, groups)[:limit]
    items = tuple(_story(view, stories, group, words) for group, words in ranked)
    return DayOfYear(day.year, day.isoformat(), len(groups), items)


def _ranked(snapshot: Snapshot, stories: Stories, groups: Array) -> list[tuple[int, int]]:
    """Return groups with the words of their longest version: most languages, most words, first in the index."""
    languages = np.zeros(len(groups), dtype=np.int64)
    words = np.zeros(len(groups), dtype=np.int64)
    for documents in stories.by_language.values():
        chosen = documents[groups]
        there = chosen != NONE
        languages += there
        words[there] = np.maximum(words[there], _lengths(snapshot, chosen[there]))
    order = np.lexsort((stories.first[groups], -words, -languages))
    return list(zip(groups[order].tolist(), words[order].tolist(), strict=True))


def _lengths(snapshot: Snapshot, documents: Array) -> Array:
    lead, body = (snapshot.lengths(field)[documents].astype(np.int64) for field in ("lead", "body"))
    return np.add(lead, body)


def _story(view: View, stories: Stories, group: int, words: int) -> DayStory:
    documents = [int(documents[group]) for documents in stories.by_language.values() if documents[group] != NONE]
    versions = tuple(version_of(view, document) for document in documents)
    return DayStory(group_name(view.snapshot, group), versions, tuple(version.language for version in versions), words)
