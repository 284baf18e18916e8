"""
Stories that lack a version, and how late the others come.

A story is where and when its first version was: its section and its month are those of that version, and so the filters
look at nothing else. A version is late by the hours from the first version of the story to the first in its language.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from search.archive.reports.periods import NO_PERIOD, Step, period_name, periods_of
from search.archive.reports.stories import (
    NONE,
    Stories,
    distinct,
    group_name,
    having_values,
    in_languages,
    names_of_values,
    newest_first,
    single_values,
    stories_of,
    version_of,
)
from search.archive.request import SearchRequest
from search.archive.results import Version
from search.archive.view import View
from search.article import LANGUAGES, parse_language
from search.columnar.arrays import Array
from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.snapshot import Snapshot

_HOUR = 3_600_000_000  # in microseconds

#: Where the bars of a histogram of lags end, in hours; the last bar has all that is later.
LAG_HOURS = (1, 3, 6, 12, 24, 48, 72, 168)
_LATE_SHARE = 0.9


class GapCell(NamedTuple):
    """How many stories a section (None: without one) had in a month (None: without a date), and which lacked what."""

    section: str | None
    month: str | None
    stories: int
    incomplete: int
    lacking: dict[str, int]


class Lag(NamedTuple):
    """
    How many hours after the first version of a story its version in a language came; of all, of a section or a month.

    ``versions`` are the versions that were not the first, ``p90`` the hours within which nine of ten of them came
    (nearest rank). ``histogram`` counts them by ``LAG_HOURS``: under 1 hour, under 3, ... and a week or more.
    """

    language: str
    section: str | None
    month: str | None
    versions: int
    median: float
    p90: float
    histogram: tuple[int, ...]


class GapStory(NamedTuple):
    """A story to work off: its first version, the languages that it has, and those that it lacks."""

    story: str
    first: Version
    section: str | None
    has: tuple[str, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """
    Which stories lack a version in one of ``languages``.

    ``stories`` were looked at, ``incomplete`` of them lack something, ``lacking`` says how many lack each language.
    ``cells`` has all sections and months, the newest month first; ``lags`` is by language, ``lags_by_section`` and
    ``lags_by_month`` by language and that. ``listed`` counts the stories of the list, ``items`` is the part of it from
    ``offset`` on, the newest first.
    """

    languages: tuple[str, ...]
    stories: int
    incomplete: int
    lacking: dict[str, int]
    cells: tuple[GapCell, ...]
    lags: tuple[Lag, ...]
    lags_by_section: tuple[Lag, ...]
    lags_by_month: tuple[Lag, ...]
    listed: int
    items: tuple[GapStory, ...]
    limit: int
    offset: int


def expected_languages(languages: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the languages that a story should have: all if none are named. Raises ``UnsupportedLanguage``."""
    named = [languages] if isinstance(languages, str) else languages or ()
    wanted = {parse_language(language) for language in named}
    return tuple(language for language in LANGUAGES if not wanted or language in wanted)


def gaps_of(view: View, request: SearchRequest, expected: Sequence[str], lacking: Sequence[str]) -> Gaps:
    """
    Return the report; of a request the sections, sources, dates, limit and offset are looked at.

    ``expected`` are the languages that a story should have; the list has the stories without one of ``lacking``.
    """
    snapshot = view.snapshot
    stories = stories_of(snapshot)
    groups = asked_for(snapshot, stories, request)
    has = stories.has(groups)
    missing = {language: ~has[language] for language in expected}
    listed = groups[_any([missing[language] for language in expected if language in lacking], len(groups))]
    counted = _Counted(snapshot, stories, groups)
    by_language, by_section, by_month = _lags(counted, stories)
    return Gaps(
        languages=tuple(expected),
        stories=len(groups),
        incomplete=int(np.count_nonzero(_any(missing.values(), len(groups)))),
        lacking={language: int(np.count_nonzero(mask)) for language, mask in missing.items()},
        cells=_cells(counted, missing),
        lags=by_language,
        lags_by_section=by_section,
        lags_by_month=by_month,
        listed=len(listed),
        items=_items(view, stories, listed, expected, request),
        limit=request.limit,
        offset=request.offset,
    )


class _Counted:
    """The sections and months of some stories, as numbers of which each is counted by."""

    def __init__(self, snapshot: Snapshot, stories: Stories, groups: Array) -> None:
        self.snapshot, self.groups, self.firsts = snapshot, groups, stories.first[groups]
        self._column = snapshot.keywords("section")
        self.sections = single_values(self._column)[self.firsts]
        self.months = periods_of(snapshot, Step.MONTH)[self.firsts]

    def section_names(self, numbers: Sequence[int]) -> list[str | None]:
        return names_of_values(self._column, numbers)


def asked_for(snapshot: Snapshot, stories: Stories, request: SearchRequest) -> Array:
    """Return the numbers of the groups whose first version is inside the request's filters."""
    groups = np.flatnonzero(stories.first != NONE)
    firsts = stories.first[groups]
    inside = np.ones(len(groups), dtype=bool)
    for name, values in request.filters.items():
        inside &= having_values(snapshot.keywords(name), values)[firsts]
    if request.has_dates:
        moments = snapshot.moments("published")[firsts]
        inside &= moments != NO_MOMENT
        if request.since is not None:
            inside &= moments >= microseconds(request.since)
        if request.until is not None:
            inside &= moments < microseconds(request.until)
    return groups[inside]


def _any(masks: Iterable[Array], size: int) -> Array:
    found = np.zeros(size, dtype=bool)
    for mask in masks:
        found |= mask
    return found


def _cells(counted: _Counted, missing: dict[str, Array]) -> tuple[GapCell, ...]:
    months, sections = distinct(counted.months), distinct(counted.sections)
    month_of, section_of = np.searchsorted(months, counted.months), np.searchsorted(sections, counted.sections)
    keys = month_of * len(sections) + section_of
    size = len(months) * len(sections)
    stories = np.bincount(keys, minlength=size)
    incomplete = np.bincount(keys[_any(missing.values(), len(keys))], minlength=size).tolist()
    lacking = {name: np.bincount(keys[mask], minlength=size).tolist() for name, mask in missing.items()}
    names, month_names = counted.section_names(sections.tolist()), [_month(month) for month in months.tolist()]
    cells = [
        GapCell(
            names[key % len(sections)],
            month_names[key // len(sections)],
            int(stories[key]),
            incomplete[key],
            {name: counts[key] for name, counts in lacking.items()},
        )
        for key in np.flatnonzero(stories).tolist()
    ]
    return tuple(sorted(cells, key=lambda cell: (_reversed(cell.month), cell.section is None, cell.section or "")))


def _month(number: int) -> str | None:
    return None if number == NO_PERIOD else period_name(number, Step.MONTH)


def _reversed(month: str | None) -> tuple[int, ...]:
    """Return a key that puts the newest month first, and stories without a date last."""
    return (1,) if month is None else (0, *(-ord(character) for character in month))


def _lags(counted: _Counted, stories: Stories) -> tuple[tuple[Lag, ...], tuple[Lag, ...], tuple[Lag, ...]]:
    moments = counted.snapshot.moments("published")
    by_language: list[Lag] = []
    by_section: list[Lag] = []
    by_month: list[Lag] = []
    for language in LANGUAGES:
        documents = stories.by_language[language][counted.groups]
        late = (documents != NONE) & (documents != counted.firsts)
        late[late] = moments[documents[late]] != NO_MOMENT  # then the first version, which is no later, has a date too
        hours = (moments[documents[late]] - moments[counted.firsts[late]]) / _HOUR
        order = np.argsort(hours)  # of all, so that each part is ascending too
        hours, late = hours[order], np.flatnonzero(late)[order]
        nothing = np.zeros(len(hours), dtype=np.int64)
        by_language += (_lag(language, None, None, part) for _, part in _parted(hours, nothing))
        sections = list(_parted(hours, counted.sections[late]))
        names = counted.section_names([number for number, _ in sections])
        by_section += (_lag(language, name, None, part) for name, (_, part) in zip(names, sections, strict=True))
        by_month += (_lag(language, None, _month(n), part) for n, part in _parted(hours, counted.months[late]))
    by_month.sort(key=lambda lag: _reversed(lag.month))
    by_section.sort(key=lambda lag: (lag.section is None, lag.section or ""))
    return tuple(by_language), tuple(by_section), tuple(by_month)


def _parted(hours: Array, keys: Array) -> Iterable[tuple[int, Array]]:
    """Yield the hours that belong to each key, in their order."""
    numbers = distinct(keys)
    places = np.searchsorted(numbers, keys)
    narrow = places.astype(np.min_scalar_type(max(len(numbers) - 1, 0)))  # of narrow numbers the sort is a radix sort
    ends = np.cumsum(np.bincount(places, minlength=len(numbers)))
    parts = np.split(hours[np.argsort(narrow, kind="stable")], ends[:-1]) if len(numbers) else []
    return zip(numbers.tolist(), parts, strict=True)


def _lag(language: str, section: str | None, month: str | None, hours: Array) -> Lag:
    """Return what ascending hours tell; there is at least one."""
    number = len(hours)
    bars = np.bincount(np.searchsorted(LAG_HOURS, hours, side="right"), minlength=len(LAG_HOURS) + 1)
    return Lag(
        language,
        section,
        month,
        number,
        median=float(hours[(number - 1) // 2] + hours[number // 2]) / 2,
        p90=float(hours[int(np.ceil(_LATE_SHARE * number)) - 1]),
        histogram=tuple(bars.tolist()),
    )


def _items(
    view: View, stories: Stories, listed: Array, expected: Sequence[str], request: SearchRequest
) -> tuple[GapStory, ...]:
    snapshot = view.snapshot
    order = newest_first(snapshot, stories.first[listed])[request.offset : request.offset + request.limit]
    groups = listed[order]
    has = {language: mask.tolist() for language, mask in stories.has(groups).items()}
    column = snapshot.keywords("section")
    sections = names_of_values(column, single_values(column)[stories.first[groups]].tolist())
    items = []
    for place, group in enumerate(groups.tolist()):
        there = in_languages({language: mask[place] for language, mask in has.items()})
        lacking = tuple(language for language in expected if language not in there)
        first = version_of(view, int(stories.first[group]))
        items.append(GapStory(group_name(snapshot, group), first, sections[place], there, lacking))
    return tuple(items)
