"""
The page of all values of a facet: found by the beginnings of their words, chosen by check boxes, page by page.

One form holds all of it, so that what is ticked goes along to the next page of values and back to the results.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from search import FacetValue, Group, Page
from search.language import folded_words
from web.i18n import gettext, ngettext, number_text
from web.params import ParameterProblem, SearchRequest
from web.presenters.labels import FACET_TITLES, counted, most_first, value_label
from web.presenters.notices import messages
from web.urls import form_fields, search_url

#: Five screens of a phone; with what is ticked on other pages still fewer than a URL may hold of one facet.
VALUES_PER_PAGE = 40


class ValueBox(NamedTuple):
    """A value with its check box."""

    value: str
    label: str
    number: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FacetValuesView:
    """
    A page of a facet's values, ready for its template.

    ``kept`` are the hidden fields of the form: the rest of the search, and what is chosen but not on this page.
    """

    request: SearchRequest
    facet: str
    title: str
    find: str
    count: str
    boxes: tuple[ValueBox, ...]
    kept: tuple[tuple[str, str], ...]
    page: int
    pages: int
    messages: tuple[str, ...]
    back: str


def present_facet_values(
    request: SearchRequest, facet: str, find: str, page: Page, problems: Sequence[ParameterProblem]
) -> FacetValuesView:
    """Turn the values of a facet into a page of them; past the last page, that is shown."""
    found = list(_found(facet, page.facets[facet], find, request.group))
    pages = max(-(-len(found) // VALUES_PER_PAGE), 1)
    number = min(request.page, pages)
    shown = found[(number - 1) * VALUES_PER_PAGE : number * VALUES_PER_PAGE]
    boxes = tuple(_box(facet, value, request) for value in shown)
    there = {box.value for box in boxes}
    return FacetValuesView(
        request=request,
        facet=facet,
        title=gettext(FACET_TITLES[facet]),
        find=find,
        count=ngettext("%(count)s value", "%(count)s values", len(found), count=number_text(len(found))),
        boxes=boxes,
        kept=(
            ("facet", facet),
            *form_fields(request, facet),
            *((facet, value) for value in request.chosen(facet) if value not in there),
        ),
        page=number,
        pages=pages,
        messages=tuple(messages(problems, page.interpretation)),
        back=search_url(request, page=1),
    )


def _found(facet: str, values: Iterable[FacetValue], find: str, group: Group) -> Iterable[FacetValue]:
    """Yield the values in which each word of a text begins some word, as it is written or as readers see it."""
    wanted = folded_words(find)
    for value in most_first(values, group):
        words = folded_words(f"{value.value} {value_label(facet, value.value)}") if wanted else ()
        if all(any(word.startswith(beginning) for word in words) for beginning in wanted):
            yield value


def _box(facet: str, value: FacetValue, request: SearchRequest) -> ValueBox:
    return ValueBox(
        value.value,
        value_label(facet, value.value),
        number_text(counted(value, request.group)),
        value.selected,
    )
