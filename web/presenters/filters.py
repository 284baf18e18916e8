"""
What narrows a search: facets with their numbers, and chips of what is chosen.

Each is a link to the same search with one limit more or less, on its first page.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple

from search import DateReading, FacetValue, Page
from search.settings import KYIV
from web.i18n import date_text, gettext, number_text
from web.params import FACETS, SearchRequest
from web.presenters.labels import FACET_TITLES, Link, counted, most_first, value_label
from web.presenters.readings import period_text
from web.urls import choosing_url, search_url, values_url

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
    """A facet: the values that show, those that unfold, and of a longer one the page of ``all`` of them."""

    name: str
    title: str
    values: tuple[FacetLink, ...]
    more: tuple[FacetLink, ...]
    all: Link | None


class Chip(NamedTuple):
    """An active limit of the search; ``url`` is the search without it, None where no URL can name that."""

    name: str
    label: str
    url: str | None


def present_facets(request: SearchRequest, page: Page) -> Iterable[FacetGroup]:
    """Yield the facets that have values, in the order of the page."""
    for name in FACETS:
        values = page.facets.get(name)
        if values:
            yield _facet_group(name, values, request)


def active_chips(request: SearchRequest) -> Iterable[Chip]:
    """Yield everything that narrows the search, each with the search without it."""
    for facet in FACETS:
        for value in request.chosen(facet):
            yield Chip(
                gettext(FACET_TITLES[facet]), value_label(facet, value), search_url(request.toggled(facet, value))
            )
    if request.since:
        yield Chip(gettext("From"), _day_text(request.since), search_url(request, page=1, since=None))
    if request.until:
        yield Chip(gettext("To"), _day_text(request.until), search_url(request, page=1, until=None))
    if request.fold is False:
        yield Chip(gettext("Repeated texts"), gettext("one by one"), search_url(request, page=1, fold=None))
    if not request.bridges:
        yield Chip(gettext("Words"), gettext("only as written"), search_url(request, page=1, bridges=True))


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
    ordered = sorted(most_first(values, request.group), key=attrgetter("selected"), reverse=True)
    shown = max(SHOWN_VALUES, len(request.chosen(name)))
    # Only what is listed gets a link: a facet may have thousands of values
    choosing = choosing_url(request, name)
    links = tuple(_facet_link(name, value, request, choosing) for value in ordered[: shown + LISTED_VALUES])
    everything = None
    if len(ordered) > len(links):
        number = number_text(len(ordered))
        everything = Link(gettext("Find among %(number)s", number=number), values_url(request, name))
    return FacetGroup(name, gettext(FACET_TITLES[name]), links[:shown], links[shown:], everything)


def _facet_link(name: str, value: FacetValue, request: SearchRequest, choosing: Callable[[str], str]) -> FacetLink:
    return FacetLink(
        label=value_label(name, value.value),
        url=search_url(request.toggled(name, value.value)) if value.selected else choosing(value.value),
        number=number_text(counted(value, request.group)),
        selected=value.selected,
    )


def _day_text(day: date) -> str:
    if isinstance(day, datetime):
        return f"{date_text(day)}, {day.astimezone(KYIV):%H:%M}"
    return date_text(day)
