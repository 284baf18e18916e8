"""
The addresses of pages: every state of a page has one, and this is where they are written.

Nothing but a URL leaves here; what a link says is the presenters' business.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from flask import g, request, url_for

from web.i18n import PARAMETER, carried_language
from web.params import SearchRequest, query_pairs, read_search_request

#: An address of this site with all that its parameters may hold, in Cyrillic.
MAX_CARRIED_BYTES = 20_000
_WEB_SCHEMES = ("http", "https")
#: Besides letters, digits and ``-._~``, what Werkzeug leaves as it is in a path (https://url.spec.whatwg.org).
_SAFE_IN_PATH = "!$&'()*+,/:;=@"
# A page of results has a hundred addresses of the same few texts: names of parameters, the query, what is chosen.
_KEPT_TEXTS = 2048

_Value = TypeVar("_Value")


def search_url(search_request: SearchRequest) -> str:
    """Return the address of a page of results."""
    return _with_query(_path("pages.search"), query_pairs(search_request))


def choosing_url(search_request: SearchRequest, facet: str) -> Callable[[str], str]:
    """
    Return a function that gives the address of a search with one more value of a facet chosen.

    Each address is ``search_url(search_request.toggled(facet, value))``; of those of a list all but the value is the
    same and is written once.
    """
    pairs = query_pairs(search_request.toggled(facet, ""))
    place = pairs.index((facet, ""))
    before = "".join(f"{_written([pair])}&" for pair in pairs[:place])
    head = f"{_path('pages.search')}?{before}{facet}="
    tail = _with_query("", pairs[place + 1 :]).replace("?", "&", 1)
    return lambda value: f"{head}{_quoted(value)}{tail}"


def values_url(search_request: SearchRequest, facet: str) -> str:
    """Return the address of the page of all values of a facet among the results of a search."""
    pairs = [pair for pair in query_pairs(search_request) if pair[0] != "page"]
    return _with_query(_path("pages.facet_values"), [("facet", facet), *pairs])


def tool_url(endpoint: str, search_request: SearchRequest) -> str:
    """Return the address of a page that works on all results of a search, such as their export."""
    return _with_query(_path(endpoint), query_pairs(replace(search_request, page=1)))


def query_url(query: str) -> str:
    """Return the address of the results of a query and nothing else."""
    return search_url(SearchRequest(query=query))


def feed_url(search_request: SearchRequest) -> str:
    """Return the address of the feed of a search: its newest results first."""
    kept = [(name, value) for name, value in query_pairs(search_request) if name not in ("page", "sort", "fold")]
    return _with_query(_path("feeds.atom"), kept, carried=False)


def api_search_url(search_request: SearchRequest, *more: tuple[str, str]) -> str:
    """Return the whole address of a search of the API from its beginning, with more parameters at the end."""
    pairs = [*query_pairs(replace(search_request, page=1)), *more]
    return _with_query(url_for("api.search", _external=True), pairs, carried=False)


def article_url(article_id: str, came_from: SearchRequest | None = None, *, external: bool = False) -> str:
    """
    Return the address of an article; with the search it was found by, its words are marked and a link leads back.

    Identifiers are any text: one whose segments a browser would resolve away ("..") goes into the query instead.
    """
    segments = article_id.split("/")
    in_query = not article_id or any(segment in (".", "..") for segment in segments)
    path = _path("pages.article", external=external)
    if not in_query:  # as url_for does it, which would take longer than all the rest of a card
        path += "/" + quote(article_id, safe=_SAFE_IN_PATH)
    pairs = [("id", article_id)] if in_query else []
    if came_from is not None:
        pairs += _pairs_of_search(came_from)
    return _with_query(path, pairs, carried=not external)


def citation_url(article_id: str, style: str) -> str:
    """Return the address of the citation of an article in a style; the id is in the query, for it may be any text."""
    return _with_query(_path("pages.cite"), (("id", article_id), ("style", style)), carried=False)


def start_url() -> str:
    """Return the address of the start page."""
    return _with_query(_path("pages.start"), ())


def help_url() -> str:
    """Return the address of the search tips."""
    return _with_query(_path("pages.tips"), ())


def api_url() -> str:
    """Return the address of the page about the API."""
    return _with_query(_path("developers.api"), ())


def embed_url() -> str:
    """Return the address of the search form for other sites."""
    return _with_query(_path("developers.embed"), ())


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


@cache
def _mark_of(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()[:10]


def static_url(name: str) -> str:
    """Return the address of a static file with a mark of its content: browsers may keep it, and get a new one."""
    return url_for("static", filename=name, v=_mark_of(Path(__file__).parent / "static" / name))


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
    query = _written(pairs)
    if carried and (language := _of_request("carried language", carried_language)):
        query += f"&{PARAMETER}={language}" if query else f"{PARAMETER}={language}"
    return f"{path}?{query}" if query else path


def _written(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in pairs])


def _path(endpoint: str, *, external: bool = False) -> str:
    """Return the path of a page without arguments; where the site is mounted may vary with the request."""
    return _of_request((endpoint, external), lambda: url_for(endpoint, _external=external))


def _of_request(name: Hashable, work_out: Callable[[], _Value]) -> _Value:
    """Return what is the same for all addresses of a page, worked out once a request."""
    known: dict[Hashable, _Value] = g.setdefault("addresses", {})
    if name not in known:
        known[name] = work_out()
    return known[name]


@lru_cache(maxsize=16)
def _pairs_of_search(search_request: SearchRequest) -> tuple[tuple[str, str], ...]:
    """Return the parameters of the search that a page's articles were found by: all its cards have the same."""
    return tuple(query_pairs(search_request))


@lru_cache(maxsize=_KEPT_TEXTS)
def _quoted(text: str) -> str:
    return quote_plus(text)
