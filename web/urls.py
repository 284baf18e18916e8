"""
The addresses of pages: every state of a page has one, and this is where they are written.

Nothing but a URL leaves here; what a link says is the presenters' business.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode, urlsplit

from flask import request, url_for

from web.i18n import PARAMETER, carried_language
from web.params import WRITTEN_FIELDS, SearchRequest, parameter_pairs, query_pairs, read_search_request
from web.request_memory import request_memory

#: An address of this site with all that its parameters may hold, in Cyrillic.
MAX_CARRIED_BYTES = 20_000
_WEB_SCHEMES = ("http", "https")
#: Besides letters, digits and ``-._~``, what Werkzeug leaves as it is in a path (https://url.spec.whatwg.org).
_SAFE_IN_PATH = "!$&'()*+,/:;=@"
# A page of results has a hundred addresses of the same few texts: names of parameters, the query, what is chosen.
_KEPT_TEXTS = 2048
_KEPT_SEARCHES = 16
#: A site is mounted at one or two places; each has some twenty pages.
_KEPT_PATHS = 256


def search_url(search_request: SearchRequest, **changes: object) -> str:
    """Return the address of a page of results: those of a search, or of one that has other values in some fields."""
    pieces = _pieces(search_request)
    if changes:
        pieces = {**pieces, **{field: _written(parameter_pairs(field, value)) for field, value in changes.items()}}
    return _address(_path("pages.search"), pieces.values())


def choosing_url(search_request: SearchRequest, facet: str) -> Callable[[str], str]:
    """
    Return a function that gives the address of a search with one more value of a facet chosen.

    Each address is ``search_url(search_request.toggled(facet, value))``; of those of a list all but the value is the
    same and is written once.
    """
    # A character that stands in no address marks the place
    pieces = {**_pieces(search_request), "page": ""}
    pieces[facet] = "&".join([*filter(None, [pieces[facet]]), f"{facet}=\0"])
    head, _, tail = _address(_path("pages.search"), pieces.values()).partition("\0")
    return lambda value: f"{head}{_quoted(value)}{tail}"


def values_url(search_request: SearchRequest, facet: str) -> str:
    """Return the address of the page of all values of a facet among the results of a search."""
    pieces = {**_pieces(search_request), "page": ""}
    return _address(_path("pages.facet_values"), (f"facet={facet}", *pieces.values()))


def tool_url(endpoint: str, search_request: SearchRequest) -> str:
    """Return the address of a page that works on all results of a search, such as their export."""
    pieces = {**_pieces(search_request), "page": ""}
    return _address(_path(endpoint), pieces.values())


def query_url(query: str) -> str:
    """Return the address of the results of a query and nothing else."""
    return search_url(SearchRequest(query=query))


def feed_url(search_request: SearchRequest) -> str:
    """Return the address of the feed of a search: its newest results first."""
    pieces = {**_pieces(search_request), "page": "", "sort": "", "fold": ""}
    return _address(_path("feeds.atom"), pieces.values(), carried=False)


def api_search_url(search_request: SearchRequest, *more: tuple[str, str]) -> str:
    """Return the whole address of a search of the API from its beginning, with more parameters at the end."""
    pairs = [*query_pairs(replace(search_request, page=1)), *more]
    return _address(_path("api.search", external=True), [_written(pairs)], carried=False)


def article_url(article_id: str, came_from: SearchRequest | None = None, *, external: bool = False) -> str:
    """
    Return the address of an article; with the search it was found by, its words are marked and a link leads back.

    Identifiers are any text: one whose segments a browser would resolve away ("..") goes into the query instead.
    """
    path, query = _article_pieces(article_id)
    found_by = "" if came_from is None else _query_of(came_from)
    return _address(_path("pages.article", external=external) + path, (query, found_by), carried=not external)


@lru_cache(maxsize=_KEPT_TEXTS)
def _article_pieces(article_id: str) -> tuple[str, str]:
    """Return what an identifier adds to the address of articles, in its path and in its query."""
    segments = article_id.split("/")
    if not article_id or "." in segments or ".." in segments:
        return "", _written([("id", article_id)])
    return "/" + quote(article_id, safe=_SAFE_IN_PATH), ""  # as url_for does it, which would take much longer


def citation_url(article_id: str, style: str) -> str:
    """Return the address of the citation of an article in a style; the id is in the query, for it may be any text."""
    return _address(_path("pages.cite"), [_written([("id", article_id), ("style", style)])], carried=False)


def start_url() -> str:
    """Return the address of the start page."""
    return _address(_path("pages.start"))


def help_url() -> str:
    """Return the address of the search tips."""
    return _address(_path("pages.tips"))


def api_url() -> str:
    """Return the address of the page about the API."""
    return _address(_path("developers.api"))


def embed_url() -> str:
    """Return the address of the search form for other sites."""
    return _address(_path("developers.embed"))


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


def static_url(name: str) -> str:
    """Return the address of a static file with a mark of its content: browsers may keep it, and get a new one."""
    return _static_path(request.root_path, name)


@lru_cache(maxsize=_KEPT_PATHS)
def _static_path(root: str, name: str) -> str:
    mark = sha256((Path(__file__).parent / "static" / name).read_bytes()).hexdigest()[:10]
    return url_for("static", filename=name, v=mark)


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


def _address(path: str, pieces: Iterable[str] = (), *, carried: bool = True) -> str:
    """Return a path with what of a query is not empty, and the language that links must carry."""
    query = "&".join(filter(None, pieces))
    if carried and (language := carried_language()):
        query += f"&{PARAMETER}={language}" if query else f"{PARAMETER}={language}"
    return f"{path}?{query}" if query else path


@lru_cache(maxsize=_KEPT_SEARCHES)
def _pieces(search_request: SearchRequest) -> Mapping[str, str]:
    """Return how each field of a search is written in an address; all addresses of a page differ in one or two."""
    return {field: _written(parameter_pairs(field, getattr(search_request, field))) for field in WRITTEN_FIELDS}


@lru_cache(maxsize=_KEPT_SEARCHES)
def _query_of(search_request: SearchRequest) -> str:
    return "&".join(filter(None, _pieces(search_request).values()))


def _written(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in pairs])


def page_path(endpoint: str, **values: str | None) -> str:
    """Return the path that ``url_for`` gives; it is remembered, so this is for arguments of which there are few."""
    return _path_below(request.root_path, endpoint, **values)


def _path(endpoint: str, *, external: bool = False) -> str:
    """Return the path, or the whole address, of a page without arguments."""
    memory = request_memory()
    path: str | None = memory.get((endpoint, external))
    if path is None:
        path = url_for(endpoint, _external=True) if external else page_path(endpoint)
        memory[endpoint, external] = path
    return path


@lru_cache(maxsize=_KEPT_PATHS)
def _path_below(root: str, endpoint: str, **values: str | None) -> str:
    """Return the path of a page on a site that is mounted at ``root``, as the one of this request is."""
    return url_for(endpoint, **values)  # type: ignore[arg-type]  # texts could be its own options


@lru_cache(maxsize=_KEPT_TEXTS)
def _quoted(text: str) -> str:
    return quote_plus(text)
