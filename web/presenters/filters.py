"""
What narrows a search: facets with their numbers, chips of what is chosen, and the timeline's bars.

Each is a link to the same search with one limit more or less, on its first page.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from search import DateReading, FacetValue, Page
from search.settings import KYIV
from web.i18n import date_text, gettext, month_text, number_text
from web.params import FACETS, SearchRequest
from web.presenters.labels import FACET_TITLES, counted, value_label
from web.presenters.readings import period_text
from web.timeline import Bar, Label, Period, draw_timeline
from web.urls import choosing_url, search_url

#: A facet shows as many values as fit beside three results; the rest unfold.
SHOWN_VALUES = 8
#: What unfolds: enough to browse, few enough to keep the page light.
LISTED_VALUES = 20


class FacetLink(NamedTuple):
    """A value of a facet: its link chooses it, or lets it go if it is ``selected``."""

    label: str
    url: str
    number: str
    selected: bool


class FacetGroup(NamedTuple):
    """A facet: the values that show, those that unfold, and how many are not listed at all."""

    title: str
    values: tuple[FacetLink, ...]
    more: tuple[FacetLink, ...]
    unlisted: int


class Chip(NamedTuple):
    """An active limit of the search; ``url`` is the search without it, None where no URL can name that."""

    name: str
    label: str
    url: str | None


class TimelineBar(NamedTuple):
    """A bar of the timeline; ``url`` narrows the search to its period, or widens it again."""

    bar: Bar
    name: str
    number: str
    url: str


class TimelineView(NamedTuple):
    """The timeline with its links; without bars there is nothing to draw."""

    bars: tuple[TimelineBar, ...]
    labels: tuple[Label, ...]
    height: int


def present_facets(request: SearchRequest, page: Page) -> Iterable[FacetGroup]:
    """Yield the facets that have values, in the order of the page."""
    for name in FACETS:
        values = page.facets.get(name)
        if values:
            yield _facet_group(name, values, request)


def present_timeline(request: SearchRequest, page: Page) -> TimelineView:
    """Draw the months of the results, each with the search narrowed to it."""
    months = [(value.value, counted(value, request.group)) for value in page.facets.get("month", ())]
    drawn = draw_timeline(months, local_day(request.since), local_day(request.until))
    return TimelineView(tuple(_timeline_bar(bar, request) for bar in drawn.bars), drawn.labels, drawn.height)


def active_chips(request: SearchRequest) -> Iterable[Chip]:
    """Yield everything that narrows the search, each with the search without it."""
    first = replace(request, page=1)
    for facet in FACETS:
        for value in request.chosen(facet):
            yield Chip(
                gettext(FACET_TITLES[facet]), value_label(facet, value), search_url(request.toggled(facet, value))
            )
    if request.since:
        yield Chip(gettext("From"), _day_text(request.since), search_url(replace(first, since=None)))
    if request.until:
        yield Chip(gettext("To"), _day_text(request.until), search_url(replace(first, until=None)))
    if not request.bridges:
        yield Chip(gettext("Words"), gettext("only as written"), search_url(replace(first, bridges=True)))


def date_chips(request: SearchRequest, dates: Iterable[DateReading]) -> Iterable[Chip]:
    """Yield the times that the query itself names in words, each with the search that reads them as words."""
    for date_reading in dates:
        if date_reading.on:
            label = f"{date_reading.text} → {period_text(date_reading.since, date_reading.until)}"
            without = request.switched_off(date_reading.id)
            yield Chip(gettext("Date"), label, search_url(without) if without else None)


def local_day(day: date | None) -> date | None:
    """Return the day in Kyiv of a limit, which may be a day already."""
    return day.astimezone(KYIV).date() if isinstance(day, datetime) else day


def _facet_group(name: str, values: Sequence[FacetValue], request: SearchRequest) -> FacetGroup:
    # What is chosen comes first: it must be possible to let it go without unfolding the list
    ordered = sorted(values, key=lambda value: (not value.selected, -counted(value, request.group)))
    shown = max(SHOWN_VALUES, len(request.chosen(name)))
    # Only what is listed gets a link: a facet may have thousands of values
    choosing = choosing_url(request, name)
    links = tuple(_facet_link(name, value, request, choosing) for value in ordered[: shown + LISTED_VALUES])
    return FacetGroup(gettext(FACET_TITLES[name]), links[:shown], links[shown:], len(ordered) - len(links))


def _facet_link(name: str, value: FacetValue, request: SearchRequest, choosing: Callable[[str], str]) -> FacetLink:
    return FacetLink(
        label=value_label(name, value.value),
        url=search_url(request.toggled(name, value.value)) if value.selected else choosing(value.value),
        number=number_text(counted(value, request.group)),
        selected=value.selected,
    )


def _timeline_bar(bar: Bar, request: SearchRequest) -> TimelineBar:
    period = bar.period
    name = month_text(period.year, period.month) if period.month else str(period.year)
    chosen = replace(request, page=1, since=period.since, until=period.until)
    if bar.selected and _is_only_choice(period, request):
        chosen = replace(chosen, since=None, until=None)
    return TimelineBar(bar, name, number_text(period.results), search_url(chosen))


def _is_only_choice(period: Period, request: SearchRequest) -> bool:
    return (local_day(request.since), local_day(request.until)) == (period.since, period.until)


def _day_text(day: date) -> str:
    if isinstance(day, datetime):
        return f"{date_text(day)}, {day.astimezone(KYIV):%H:%M}"
    return date_text(datetime(day.year, day.month, day.day, tzinfo=KYIV))
