"""
Saved searches as the library sees them: what is asked for again and again, kept ready to be matched.
"""

import json
from dataclasses import dataclass, replace
from datetime import date

from search.archive.footprints import footprint_of, footprints_state
from search.archive.request import DateLike, Group, SearchRequest, Sort, Values, make_request, reading_options
from search.archive.view import View
from search.query.footprint import Footprint

# What a text that is no footprint can raise: it may be any JSON, or none.
_NO_FOOTPRINT = (ValueError, TypeError, IndexError)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingSearch:
    """
    A search that is asked again and again; the fields are the arguments of ``Archive.search`` that say what is found.

    ``footprint`` is made by ``Archive.prepared``: a text by which most articles can be told not to be found, good as
    long as dictionaries and program are the same.
    """

    query: str = ""
    language: Values = None
    section: Values = None
    source: Values = None
    author: Values = None
    tag: Values = None
    since: DateLike = None
    until: DateLike = None
    bridges: bool = True
    without: Values = None
    footprint: str = ""

    def request(self, today: date) -> SearchRequest:
        """Return the search as a request. Raises ``ValueError`` when an argument other than the query is wrong."""
        return make_request(
            self.query,
            {name: getattr(self, name) for name in ("language", "section", "source", "author", "tag")},
            since=self.since,
            until=self.until,
            sort=Sort.RELEVANCE,
            group=Group.NONE,
            facets=(),
            limit=0,
            offset=0,
            prefer=None,
            bridges=self.bridges,
            without=self.without,
            today=today,
        )


def prepared(view: View, search: StandingSearch) -> StandingSearch:
    """Return a search with a footprint that is good, the same object if it has one."""
    state = footprints_state(view.dictionaries)
    if search.footprint.startswith(f"{state} "):
        return search
    footprint = _footprint(view, search)
    return replace(search, footprint=f"{state} {json.dumps(footprint.as_json(), ensure_ascii=False)}")


def read_footprint(view: View, search: StandingSearch, state: str) -> Footprint:
    """Return the footprint of a search, made anew unless it was made in the present ``footprints_state``."""
    made_in, _, text = search.footprint.partition(" ")
    if made_in == state:
        try:
            return Footprint.from_json(json.loads(text))
        except _NO_FOOTPRINT:
            pass
    return _footprint(view, search)


def _footprint(view: View, search: StandingSearch) -> Footprint:
    reading = reading_options(bridges=search.bridges, without=search.without)
    return footprint_of(search.query, reading, view.dictionaries)
