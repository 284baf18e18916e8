"""A page of results, ready for its template: the count, cards, filters, orders, pages and what else there is to say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from search import Group, Page, Sort
from web.i18n import N_, gettext, ngettext, number_text
from web.params import PAGE_SIZE, ParameterProblem, SearchRequest
from web.presenters.cards import Card, present_hit
from web.presenters.filters import (
    Chip,
    FacetGroup,
    active_chips,
    date_chips,
    local_day,
    present_facets,
)
from web.presenters.labels import Link, count_text
from web.presenters.notices import messages
from web.presenters.readings import (
    ReadingsView,
    RelaxedLink,
    present_readings,
    present_relaxations,
    without_stale_switches,
)
from web.presenters.timeline import TimelineView, present_timeline
from web.urls import search_url

#: Pages linked to on both sides of the current one.
NEIGHBOUR_PAGES = 2
SORT_LABELS = {Sort.RELEVANCE: N_("Most relevant"), Sort.NEWEST: N_("Newest"), Sort.OLDEST: N_("Oldest")}
GROUP_LABELS = {Group.STORY: N_("Stories"), Group.NONE: N_("Every version")}


class Pager(NamedTuple):
    """Links to the pages around; None in ``numbers`` is a gap."""

    previous: str | None
    next: str | None
    numbers: tuple[Link | None, ...]


@dataclass(frozen=True, slots=True)
class ResultsView:
    """A page of results, ready for its template."""

    request: SearchRequest
    page: Page
    count: str
    cards: tuple[Card, ...]
    facets: tuple[FacetGroup, ...]
    chips: tuple[Chip, ...]
    timeline: TimelineView
    sorts: tuple[Link, ...]
    groups: tuple[Link, ...]
    pager: Pager | None
    messages: tuple[str, ...]
    readings: ReadingsView
    suggestion: Link | None
    relaxed: tuple[RelaxedLink, ...]
    folded: Link | None
    clear_url: str
    since: str
    until: str


def present_results(request: SearchRequest, page: Page, problems: Sequence[ParameterProblem]) -> ResultsView:
    """Turn a page of the archive's results into what the template of results shows."""
    request = without_stale_switches(request, page.interpretation)
    since, until = local_day(request.since), local_day(request.until)
    return ResultsView(
        request=request,
        page=page,
        count=count_text(page.stories, page.total),
        cards=tuple(present_hit(hit, request) for hit in page.hits),
        facets=tuple(present_facets(request, page)),
        chips=(*active_chips(request), *date_chips(request, page.interpretation.dates)),
        timeline=present_timeline(request, page, since, until),
        sorts=tuple(_sort_links(request)),
        groups=tuple(_group_links(request)),
        pager=_pager(request, page.results),
        messages=tuple(messages(problems, page.interpretation)),
        readings=present_readings(request, page.interpretation),
        suggestion=_suggestion(request, page),
        relaxed=tuple(present_relaxations(request, page)),
        folded=_folded(request, page),
        clear_url=search_url(_cleared(request, page)),
        since=since.isoformat() if since else "",
        until=until.isoformat() if until else "",
    )


def _folded(request: SearchRequest, page: Page) -> Link | None:
    """Say how many results of the page are folded under others, with the page that shows each by itself."""
    if not page.folded:
        return None
    label = ngettext(
        "%(count)s repeated text on this page is shown under the first one.",
        "%(count)s repeated texts on this page are shown under the first ones.",
        page.folded,
        count=number_text(page.folded),
    )
    return Link(label, search_url(request, fold=False))


def _sort_links(request: SearchRequest) -> Iterable[Link]:
    for sort, label in SORT_LABELS.items():
        if sort is Sort.RELEVANCE and not request.query:
            continue  # without words nothing is more relevant than anything else
        yield Link(gettext(label), search_url(request, sort=sort, page=1), sort is request.order)


def _group_links(request: SearchRequest) -> Iterable[Link]:
    for group, label in GROUP_LABELS.items():
        yield Link(gettext(label), search_url(request, group=group, page=1), group is request.group)


def _pager(request: SearchRequest, results: int) -> Pager | None:
    last = last_page(results)
    if last == 1:
        return None
    current = request.page

    def url(number: int) -> str:
        return search_url(request, page=number)

    wanted = {1, last, *range(current - NEIGHBOUR_PAGES, current + NEIGHBOUR_PAGES + 1)}
    numbers: list[Link | None] = []
    before = 0
    for number in sorted(number for number in wanted if 1 <= number <= last):
        if number == before + 2:  # a gap of one page is no shorter than the page's number
            numbers.append(Link(number_text(before + 1), url(before + 1)))
        elif number > before + 1:
            numbers.append(None)
        numbers.append(Link(number_text(number), url(number), number == current))
        before = number
    return Pager(
        previous=url(current - 1) if current > 1 else None,
        next=url(current + 1) if current < last else None,
        numbers=tuple(numbers),
    )


def last_page(results: int) -> int:
    """Return the number of the last page; the first one exists even when it is empty."""
    return max(-(-results // PAGE_SIZE), 1)


def _cleared(request: SearchRequest, page: Page) -> SearchRequest:
    """Return the request without what narrows it; times that the query names in words are read as words."""
    cleared = request.unfiltered()
    return cleared.switched_off(*(date.id for date in page.interpretation.dates if date.on)) or cleared


def _suggestion(request: SearchRequest, page: Page) -> Link | None:
    if not page.suggestion:
        return None
    return Link(page.suggestion, search_url(request, query=page.suggestion, page=1))
