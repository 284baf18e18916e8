"""A reader's request: read from the URL of this HTTP request, and put to the archive."""

from collections.abc import Mapping, Sequence

from flask import request as http_request

from search import FACETS, Archive, Finding, Page, Position, QuotePage
from web.params import PAGE_SIZE, ParameterProblem, SearchRequest, read_search_request


def asked() -> tuple[SearchRequest, tuple[ParameterProblem, ...]]:
    """Return the search that the URL asks for, and what in it could not be taken as it was given."""
    return read_search_request(parameters())


def parameters() -> Mapping[str, Sequence[str]]:
    """Return the URL's parameters, each with all of its values."""
    return http_request.args.to_dict(flat=False)


def finding(request: SearchRequest, prefer: str | None = None) -> Finding:
    """Return the arguments of ``Archive.search`` that decide what is found and in which order, but for the query."""
    return {**request.narrowing, "sort": request.order.value, "group": request.group.value, "prefer": prefer}


def run_quotes(
    archive: Archive, request: SearchRequest, speaker: str, *, limit: int = PAGE_SIZE, prefer: str | None = None
) -> QuotePage:
    """Return the quotations that were asked for; the words of the query are looked for in them."""
    return archive.search_quotes(
        request.query,
        **request.narrowing,
        speaker=speaker,
        group=request.group.value,
        limit=limit,
        offset=(request.page - 1) * limit,
        prefer=prefer,
    )


def run_search(
    archive: Archive,
    request: SearchRequest,
    *,
    limit: int = PAGE_SIZE,
    facets: Sequence[str] = FACETS,
    prefer: str | None = None,
    fold: bool = False,
    after: Position | None = None,
) -> Page:
    """
    Return the page of results that was asked for, or those after a position.

    ``prefer`` is the language shown where versions fit equally. ``fold`` says whether near-duplicates are folded where
    the request does not.
    """
    return archive.search(
        request.query,
        **finding(request, prefer),
        facets=tuple(facets),
        limit=limit,
        offset=(request.page - 1) * limit,
        fold_duplicates=fold if request.fold is None else request.fold,
        after=after,
    )
