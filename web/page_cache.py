"""
Pages that readers ask for again: the compressed HTML is kept while nothing that it depends on has changed.

A page is kept under a name made of everything that decides it: the archive's state (commit, dictionaries, embargoes
that have ended, hour), the address as it was sent, the language of the interface and of the links, and what the reader
takes of compressions. A commit or an embargo's end gives all pages new names, so none has to be looked for and thrown
away. Only the body is kept: headers, cookies, counters, limits and the log are made for each request as ever.
"""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import NamedTuple, ParamSpec

from flask import Flask, Response, current_app, make_response, request
from flask.typing import ResponseReturnValue

from search import Archive
from web.archive import current_archive
from web.conditional import answer_name
from web.config import SiteConfig
from web.i18n import carried_language, interface_language
from web.request_memory import request_memory

_EXTENSION = "visti-page-cache"
_MISSED = "page to be kept"
#: One odd page of several megabytes must not push out all others.
LARGEST_SHARE = 16
#: Of a page besides its body: the name and the entry itself.
ENTRY_BYTES = 300

_P = ParamSpec("_P")


class KeptPage(NamedTuple):
    """The body of a page, and how it is compressed, if it is."""

    body: bytes
    encoding: str | None


class _Missed(NamedTuple):
    name: str
    archive: Archive
    state: str


class PageCache:
    """The pages asked for last, as many as ``capacity`` bytes hold; for the threads of one process."""

    def __init__(self, capacity: int) -> None:
        self._free = self._capacity = capacity
        self._pages: OrderedDict[str, KeptPage] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str) -> KeptPage | None:
        """Return the page of a name, if it is kept."""
        with self._lock:
            if name in self._pages:
                self._pages.move_to_end(name)
            return self._pages.get(name)

    def put(self, name: str, page: KeptPage) -> None:
        """Keep a page, and let go of those that nobody has asked for the longest time."""
        if _size(page) > self._capacity // LARGEST_SHARE:
            return
        with self._lock:
            if name not in self._pages:  # another thread may have made the same page
                self._pages[name] = page
                self._free -= _size(page)
            while self._free < 0:
                self._free += _size(self._pages.popitem(last=False)[1])


def _size(page: KeptPage) -> int:
    return len(page.body) + ENTRY_BYTES


def init_page_cache(app: Flask, config: SiteConfig) -> None:
    """Let an application keep pages; called before compression, it sees answers as they are sent."""
    if config.page_cache_megabytes:
        app.extensions[_EXTENSION] = PageCache(config.page_cache_megabytes << 20)
        app.after_request(_keep)


def kept_page(view: Callable[_P, ResponseReturnValue]) -> Callable[_P, ResponseReturnValue]:
    """Let a view be answered from the cache, for everybody who is nobody in particular."""

    @wraps(view)
    def answer(*arguments: _P.args, **named: _P.kwargs) -> ResponseReturnValue:
        cache: PageCache | None = current_app.extensions.get(_EXTENSION)
        if cache is None or _is_somebody():
            return view(*arguments, **named)
        archive = current_archive()
        state = archive.state()
        name = answer_name(state, (request.root_path, request.query_string, _reader()))
        if (page := cache.get(name)) is not None:
            response = Response(page.body)
            if page.encoding:
                response.headers["Content-Encoding"] = page.encoding
            return response
        request_memory()[_MISSED] = _Missed(name, archive, state)
        return make_response(view(*arguments, **named))

    return answer


def _is_somebody() -> bool:
    """Tell whether the request may come from a person who has signed in, whatever the page makes of it."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies or "Authorization" in request.headers


def _reader() -> tuple[str | None, ...]:
    return interface_language(), carried_language(), request.headers.get("Accept-Encoding")


def _keep(response: Response) -> Response:
    missed: _Missed | None = request_memory().get(_MISSED)
    # The view may have seen a newer commit than the name says, or another hour; then this page is of neither state
    if missed and response.status_code == 200 and missed.archive.state() == missed.state:
        cache: PageCache = current_app.extensions[_EXTENSION]
        cache.put(missed.name, KeptPage(response.get_data(), response.headers.get("Content-Encoding")))
    return response
