"""The timeline, ready for its template: bars that narrow the search to their time, and the ways back out of it."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from search import FacetValue, Group, Page
from web.i18n import N_, date_text, gettext, month_text, number_text, short_month_text
from web.params import SearchRequest
from web.presenters.labels import Link, counted, results_text
from web.presenters.readings import limits_text
from web.timeline import Bar, Period, Unit, draw_timeline, period_of
from web.urls import search_url

UNIT_NAMES = {Unit.YEAR: N_("Year"), Unit.MONTH: N_("Month"), Unit.DAY: N_("Day")}
CAPTIONS = {
    (Unit.YEAR, Group.STORY): N_("Stories by year"),
    (Unit.MONTH, Group.STORY): N_("Stories by month"),
    (Unit.DAY, Group.STORY): N_("Stories by day"),
    (Unit.YEAR, Group.NONE): N_("Language versions by year"),
    (Unit.MONTH, Group.NONE): N_("Language versions by month"),
    (Unit.DAY, Group.NONE): N_("Language versions by day"),
}
COUNTED = {Group.STORY: N_("Stories"), Group.NONE: N_("Language versions")}


class TimelineBar(NamedTuple):
    """A bar of the timeline; ``url`` narrows the search to its period, or widens it again."""

    bar: Bar
    name: str
    number: str
    says: str
    url: str


class TimelineLabel(NamedTuple):
    """A name under the bars, ``x`` percent from the left."""

    text: str
    x: float


class TimelineView(NamedTuple):
    """
    The timeline with its links; without bars there is nothing to draw.

    ``trail`` leads from all dates to the chosen period, the last one; ``earlier`` and ``later`` are the nearest periods
    of the same kind that have results.
    """

    caption: str
    unit: str
    counted: str
    bars: tuple[TimelineBar, ...]
    labels: tuple[TimelineLabel, ...]
    height: int
    trail: tuple[Link, ...]
    earlier: Link | None
    later: Link | None


def present_timeline(request: SearchRequest, page: Page, since: date | None, until: date | None) -> TimelineView:
    """Draw the results by time, each bar with the search narrowed to it; ``since`` and ``until`` are days of Kyiv."""
    months, days = (_counts(page.facets.get(name, ()), request.group) for name in ("month", "day"))
    drawn = draw_timeline(months, days, since, until)
    trail = tuple(_trail(request, since, until))
    around = _neighbours(months, days, since, until)
    chosen = period_of(since, until)
    return TimelineView(
        caption=gettext(CAPTIONS[drawn.unit, request.group]),
        unit=gettext(UNIT_NAMES[drawn.unit]),
        counted=gettext(COUNTED[request.group]),
        bars=tuple(_bar(bar, request, chosen, trail) for bar in drawn.bars),
        labels=tuple(TimelineLabel(_short_name(label.period), label.x) for label in drawn.labels),
        height=drawn.height,
        trail=trail,
        earlier=_link(request, around[0]),
        later=_link(request, around[1]),
    )


def period_name(period: Period) -> str:
    """Write a period in words: "2024", "липень 2024 р.", "9 липня 2024 р."."""
    if period.unit is Unit.DAY:
        return date_text(period.since)
    if period.unit is Unit.MONTH:
        return month_text(period.since.year, period.since.month)
    return str(period.since.year)


def _counts(values: Iterable[FacetValue], group: Group) -> list[tuple[str, int]]:
    return [(value.value, counted(value, group)) for value in values]


def _bar(bar: Bar, request: SearchRequest, chosen: Period | None, trail: tuple[Link, ...]) -> TimelineBar:
    name = period_name(bar.period)
    # Choosing what is chosen goes one step back out
    url = trail[-2].url if bar.period == chosen else _narrowed(request, bar.period)
    return TimelineBar(bar, name, number_text(bar.results), f"{name}: {results_text(bar.results, request.group)}", url)


def _trail(request: SearchRequest, since: date | None, until: date | None) -> Iterator[Link]:
    """Yield the way from all dates to the chosen ones, by the year and the month that they are in."""
    if since is None and until is None:
        return
    yield Link(gettext("All dates"), search_url(request, page=1, since=None, until=None))
    for unit in Unit if since and until else ():
        period = Period(unit, _first_day(unit, since))
        if since is None or until is None or not period.since <= since <= until <= period.until:
            break
        current = (period.since, period.until) == (since, until)
        yield Link(period_name(period), _narrowed(request, period), current)
        if current:
            return
    yield Link(limits_text(since, until), search_url(request, page=1), True)


def _first_day(unit: Unit, day: date | None) -> date:
    if day is None or unit is Unit.DAY:
        return day or date.min
    return day.replace(day=1, month=1 if unit is Unit.YEAR else day.month)


def _neighbours(
    months: list[tuple[str, int]], days: list[tuple[str, int]], since: date | None, until: date | None
) -> tuple[Period | None, Period | None]:
    """Return the nearest periods before and after the chosen one, of the same unit, that have results."""
    chosen = period_of(since, until)
    if chosen is None:
        return None, None
    length = {Unit.YEAR: 4, Unit.MONTH: 7, Unit.DAY: 10}[chosen.unit]
    here = chosen.since.isoformat()[:length]
    found = {text[:length] for text, number in (days if chosen.unit is Unit.DAY else months) if number}
    before = max((text for text in found if text < here), default=None)
    after = min((text for text in found if text > here), default=None)
    return _named(chosen.unit, before), _named(chosen.unit, after)


def _named(unit: Unit, text: str | None) -> Period | None:
    return Period(unit, date.fromisoformat((text + "-01-01")[:10])) if text else None


def _link(request: SearchRequest, period: Period | None) -> Link | None:
    return Link(period_name(period), _narrowed(request, period)) if period else None


def _narrowed(request: SearchRequest, period: Period) -> str:
    return search_url(request, page=1, since=period.since, until=period.until)


def _short_name(period: Period) -> str:
    if period.unit is Unit.DAY:
        return number_text(period.since.day)
    return short_month_text(period.since.month) if period.unit is Unit.MONTH else str(period.since.year)
