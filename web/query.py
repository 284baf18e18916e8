"""Puts a reader's request to the archive: the one place where the parameters meet ``Archive.search``."""

from collections.abc import Sequence

from search import FACETS, Archive, Page
from web.params import PAGE_SIZE, SearchRequest


def run_search(
    archive: Archive,
    request: SearchRequest,
    *,
    limit: int = PAGE_SIZE,
    facets: Sequence[str] = FACETS,
    prefer: str | None = None,
) -> Page:
    """Return the page of results that was asked for; ``prefer`` is the language shown where versions fit equally."""
    return archive.search(
        request.query,
        language=request.language,
        section=request.section,
        source=request.source,
        author=request.author,
        tag=request.tag,
        since=request.since,
        until=request.until,
        sort=request.order.value,
        group=request.group.value,
        facets=tuple(facets),
        limit=limit,
        offset=(request.page - 1) * limit,
        bridges=request.bridges,
        prefer=prefer,
    )
