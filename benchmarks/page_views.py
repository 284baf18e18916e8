"""
Page views as readers make them: the query log as addresses of the site.

Mostly first pages; some readers choose a value of a facet, turn to the second page or ask for the newest. Nothing but
what a page offers is asked for: only values that the results have, only pages that there are.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import urlencode

from benchmarks.engines import LogQuery
from search import Archive, Page, Sort
from web.params import PAGE_SIZE, SearchRequest, query_pairs, read_search_request

# Few readers go on to a second page or touch the filters; these shares are on the generous side, so that the rarer
# views are measured too.
FACET_SHARE, SECOND_PAGE_SHARE, NEWEST_SHARE = 0.12, 0.08, 0.05
_CHOSEN = ("section", "language", "tag")


class PageView(NamedTuple):
    """One view: the class of its query, and the address below the site's root."""

    kind: str
    path: str


def page_views(archive: Archive, log: Sequence[LogQuery], seed: int = 1) -> list[PageView]:
    """Return a view of each query of a log, in a sequence drawn by a seed."""
    chance = random.Random(seed)
    views = [PageView(query.kind, _path(_viewed(archive, query, chance))) for query in log]
    chance.shuffle(views)
    return views


def _viewed(archive: Archive, query: LogQuery, chance: random.Random) -> SearchRequest:
    parameters = {"q": [query.text], **{name: [str(value)] for name, value in query.arguments.items()}}
    first, _ = read_search_request(parameters)
    page = archive.search(query.text, limit=0, facets=_CHOSEN, **query.arguments)
    drawn = chance.random()
    if drawn < FACET_SHARE:
        return _narrowed(first, page, chance)
    if drawn < FACET_SHARE + SECOND_PAGE_SHARE and page.stories > PAGE_SIZE:
        return replace(first, page=2)
    return replace(first, sort=Sort.NEWEST) if drawn > 1 - NEWEST_SHARE else first


def _narrowed(request: SearchRequest, page: Page, chance: random.Random) -> SearchRequest:
    facet = chance.choice(_CHOSEN)
    values = [value.value for value in page.facets[facet][:8] if not value.selected]
    return request.toggled(facet, chance.choice(values)) if values else request


def _path(request: SearchRequest) -> str:
    return f"/search?{urlencode(query_pairs(request))}"
