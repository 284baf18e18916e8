"""
The addresses of pages: every state of a page has one, and this is where they are written.

Nothing but a URL leaves here; what a link says is the presenters' business.
"""

from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit

from flask import request, url_for

from web.i18n import PARAMETER, carried_language
from web.params import SearchRequest, query_pairs, read_search_request

#: An address of this site with all that its parameters may hold, in Cyrillic.
MAX_CARRIED_BYTES = 20_000
_WEB_SCHEMES = ("http", "https")


def search_url(search_request: SearchRequest) -> str:
    """Return the address of a page of results."""
    return _with_query(url_for("pages.search"), query_pairs(search_request))


def query_url(query: str) -> str:
    """Return the address of the results of a query and nothing else."""
    return search_url(SearchRequest(query=query))


def feed_url(search_request: SearchRequest) -> str:
    """Return the address of the feed of a search: its newest results first."""
    kept = [(name, value) for name, value in query_pairs(search_request) if name not in ("page", "sort")]
    return _with_query(url_for("feeds.atom"), kept, carried=False)


def article_url(article_id: str, came_from: SearchRequest | None = None, *, external: bool = False) -> str:
    """
    Return the address of an article; with the search it was found by, its words are marked and a link leads back.

    Identifiers are any text: one whose segments a browser would resolve away ("..") goes into the query instead.
    """
    segments = article_id.split("/")
    in_query = not article_id or any(segment in (".", "..") for segment in segments)
    path = url_for("pages.article", article_id=None if in_query else article_id, _external=external)
    pairs = [("id", article_id)] if in_query else []
    if came_from is not None:
        pairs += query_pairs(came_from)
    return _with_query(path, pairs, carried=not external)


def start_url() -> str:
    """Return the address of the start page."""
    return _with_query(url_for("pages.start"), ())


def help_url() -> str:
    """Return the address of the search tips."""
    return _with_query(url_for("pages.tips"), ())


def language_url(language: str) -> str:
    """
    Return the address of this very page in another language of the interface, relative to the page itself.

    It keeps parameters that this site does not know, unless they make it longer than any address that a page has here.
    """
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != PARAMETER]
    if len(request.query_string) > MAX_CARRIED_BYTES:
        known, _ = read_search_request(request.args.to_dict(flat=False))
        pairs = [*(pair for pair in pairs[:1] if pair[0] == "id"), *query_pairs(known)]
    return "?" + urlencode([*pairs, (PARAMETER, language)], errors="replace")


def web_address(url: str | None) -> str | None:
    """
    Return a URL of the data if a page may link to it: http or https, with a host. Everything else is None.

    >>> web_address("https://example.org/a"), web_address("javascript:alert(1)"), web_address("//example.org")
    ('https://example.org/a', None, None)
    """
    try:
        parts = urlsplit(url or "")
    except ValueError:  # "http://[": brackets that are not an IPv6 address
        return None
    return url if parts.scheme in _WEB_SCHEMES and parts.netloc else None


def form_fields(search_request: SearchRequest, *own: str) -> list[tuple[str, str]]:
    """Return the hidden fields of a form that sets the parameters ``own`` and keeps the rest, except the page."""
    pairs = [(name, value) for name, value in query_pairs(search_request) if name not in (*own, "page")]
    language = carried_language()
    return [*pairs, (PARAMETER, language)] if language else pairs


def _with_query(path: str, pairs: Iterable[tuple[str, str]], *, carried: bool = True) -> str:
    language = carried_language() if carried else None
    query = urlencode([*pairs, *([(PARAMETER, language)] if language else [])])
    return f"{path}?{query}" if query else path
