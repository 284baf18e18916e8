"""
Fetching from other people's servers, politely.

A host is asked one request at a time, with a pause between, and only for what its robots.txt allows (RFC 9309),
however many threads fetch. A host that wants to be left alone, or that fails again and again, is left alone for a while
whatever is wanted of it. Sizes and times are bounded, those of what is unpacked too. ``connecting`` keeps us out of the
private network.
"""

import random
import ssl
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from threading import Event, local
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from indexer.connecting import Resolve, checked_transport
from indexer.hosts import MAX_PAUSE_SECONDS, PAUSE_SECONDS, Host, seconds_of
from indexer.robots import Robots

#: A feed with whole articles has a megabyte or two; a sitemap may have 50 (sitemaps.org), and those that do are packed.
MAX_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 60_000_000
#: RFC 9309, 2.5: at least 500 KiB must be read; of a longer one the rest is passed over.
MAX_ROBOTS_BYTES = 512_000
MAX_REDIRECTS = 5
#: For connecting, and for each piece of an answer; the whole takes no longer than ``MAX_SECONDS``.
TIMEOUT_SECONDS = 15.0
MAX_SECONDS = 60.0
#: RFC 9309, 2.4: a day at most.
ROBOTS_SECONDS = 24 * 3600.0
#: How robots.txt names us.
PROGRAM = "Visti"
_GZIP_BEGINS = b"\x1f\x8b"
_GZIP_CODINGS = ("gzip", "x-gzip")
_REDIRECTS = (301, 302, 303, 307, 308)


class FetchFailed(Exception):
    """
    Something could not be fetched; the message says why.

    ``retry_after`` is for how many seconds the server does not want to be asked, if it said so; ``lasting`` that asking
    again soon is of no use; ``resting`` that it was not asked at all, since its host is to be left alone.
    """

    def __init__(
        self, url: str, reason: str, *, retry_after: float | None = None, lasting: bool = False, resting: bool = False
    ) -> None:
        self.url, self.retry_after, self.lasting, self.resting = url, retry_after, lasting, resting
        super().__init__(f"{url}: {reason}")


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server said of an answer, by which it can say that nothing has changed (RFC 9110, 13)."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """
    An answer: its last address, its content, what it was declared to be. None: nothing has changed.

    The content is unpacked, also where the file itself is packed, as ``sitemap.xml.gz`` is.
    """

    url: str
    content: bytes | None
    charset: str | None
    validators: Validators


class _Request(local):
    """What a thread asks for at the moment, and when it gives up."""

    url = ""
    ends = float("inf")


class Fetcher:
    """
    Fetches, for several threads at once; ``clock`` gives seconds that only grow, ``sleep`` lets them pass.

    ``resolve`` gives the addresses of a name, ``verify`` is how certificates are checked if not as the system does.
    When ``stop`` is set, nothing more is asked, and an answer that is coming is given up.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
        resolve: Resolve | None = None,
        verify: ssl.SSLContext | None = None,
        stop: Event | None = None,
    ) -> None:
        self._stop = stop or Event()
        self._clock, self._sleep = clock, sleep or self._stop.wait
        self._request = _Request()
        self._client = httpx.Client(
            transport=checked_transport(
                allow_private=allow_private, going_on=self._require_going_on, resolve=resolve, verify=verify
            ),
            timeout=TIMEOUT_SECONDS,
            headers={"User-Agent": user_agent(), "Accept-Encoding": "gzip"},
            trust_env=False,
        )
        self._robots: dict[str, tuple[Robots, float]] = {}
        self._hosts: dict[str, Host] = {}

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def fetch(self, url: str, known: Validators | None = None) -> Fetched:
        """Return what is at an address, or that it has not changed since ``known``. Raises ``FetchFailed``."""
        known = known or Validators()
        headers = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        return self._followed(url, {name: value for name, value in headers.items() if value}, known)

    def sitemaps_of(self, url: str) -> list[str]:
        """Return the sitemaps that the robots.txt of an address's site names. Raises ``FetchFailed``."""
        return self._robots_of(url).sitemaps

    def _followed(self, url: str, headers: Mapping[str, str], known: Validators) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            self._require_allowed(url)
            with self._asked(url, headers) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    url = _redirected(url, response.headers["location"])
                    continue
                if response.status_code == 304 and headers:
                    return Fetched(url, None, None, known)
                _require_found(url, response)
                content = self._content(url, response)
                found = Validators(response.headers.get("etag", ""), response.headers.get("last-modified", ""))
                return Fetched(url, content, response.charset_encoding, found)
        raise FetchFailed(url, f"it was redirected more than {MAX_REDIRECTS} times", lasting=True)

    def _require_allowed(self, url: str) -> None:
        robots = self._robots_of(url)
        if not robots.allows(PROGRAM, url):
            raise FetchFailed(url, "the site's robots.txt does not allow it", lasting=True)
        self._host(url).pause = min(max(robots.delay(PROGRAM), PAUSE_SECONDS), MAX_PAUSE_SECONDS)

    def _robots_of(self, url: str) -> Robots:
        _host_of(url)
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        robots, until = self._robots.get(origin, (None, 0.0))
        if robots is None or self._clock() >= until:
            robots = Robots(self._robots_text(f"{origin}/robots.txt"))
            self._robots[origin] = robots, self._clock() + ROBOTS_SECONDS
        return robots

    def _robots_text(self, url: str) -> str:
        """Return the rules of a site: none where there is no such file; an error of the server forbids all for now."""
        for _ in range(MAX_REDIRECTS + 1):
            with self._asked(url, {}) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    url = _redirected(url, response.headers["location"])
                    continue
                if response.status_code >= 500 or response.status_code == 429:
                    _require_found(url, response)
                if response.status_code >= 400:
                    return ""
                return self._beginning(url, response).decode("utf-8-sig", errors="replace")
        return ""

    def _beginning(self, url: str, response: httpx.Response) -> bytes:
        """Return as many lines of a robots.txt as are read."""
        content = b""
        for piece in self._pieces(response):
            content += piece
            if len(content) > MAX_ROBOTS_BYTES:
                break
        if _is_packed(url, response):
            content = _unpacked_beginning(content, MAX_ROBOTS_BYTES)
        if len(content) <= MAX_ROBOTS_BYTES:
            return content
        return content[:MAX_ROBOTS_BYTES].rpartition(b"\n")[0]  # half a rule would forbid more than the whole

    def _host(self, url: str) -> Host:
        return self._hosts.setdefault(_host_of(url), Host())

    @contextmanager
    def _asked(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        host = self._host(url)
        with host.turn:
            if (rest := host.rests_until - self._clock()) > 0:
                reason = f"{_host_of(url)} is left alone for another {rest:.0f} seconds"
                raise FetchFailed(url, reason, retry_after=rest, resting=True)
            if (pause := host.last + host.pause - self._clock()) > 0:
                self._sleep(pause)
            self._request.url, self._request.ends = url, self._clock() + MAX_SECONDS
            try:
                self._require_going_on()
                with self._client.stream("GET", url, headers=headers) as response:
                    host.answered(response.status_code, _retry_after(response), self._clock())
                    yield response
            except (httpx.HTTPError, httpx.InvalidURL, httpcore.ConnectError, zlib.error, ValueError) as error:
                host.failed(self._clock())
                raise FetchFailed(url, f"it cannot be fetched ({_told(error)})") from error
            except _TookTooLong:
                host.failed(self._clock())
                raise
            finally:
                host.last = self._clock()

    def _require_going_on(self) -> None:
        """Give the request of this thread up if its time is over, or the end was asked for. Raises ``FetchFailed``."""
        if self._stop.is_set():
            raise FetchFailed(self._request.url, "it is not asked any more: the end was asked for")
        if self._clock() > self._request.ends:
            raise _TookTooLong(self._request.url, f"it took longer than {MAX_SECONDS:g} seconds")

    def _content(self, url: str, response: httpx.Response) -> bytes:
        content, is_packed = bytearray(), _is_packed(url, response)
        for piece in self._pieces(response):
            content += piece
            if len(content) > MAX_BYTES:
                raise _too_large(url)
        return _unpacked(url, _gunzipped(url, bytes(content)) if is_packed else bytes(content))

    def _pieces(self, response: httpx.Response) -> Iterator[bytes]:
        for piece in response.iter_raw():
            self._require_going_on()
            yield piece


class _TookTooLong(FetchFailed):
    """A server that sends too little at a time: one more failure of its host."""


def user_agent() -> str:
    """Return how we name ourselves to servers, whose owners find us in their logs by it."""
    try:
        return f"{PROGRAM}/{version('visti')} (news archive)"
    except PackageNotFoundError:  # run from its folder, not installed
        return f"{PROGRAM} (news archive)"


def back_off_seconds(failures: int, base: float, most: float, chance: Callable[[], float] = random.random) -> float:
    """
    Return how long to wait after so many failures in a row: twice as long each time, a random half of it less.

    >>> [back_off_seconds(n, 60.0, 3600.0, lambda: 1.0) for n in (1, 2, 3, 10)]
    [60.0, 120.0, 240.0, 3600.0]
    """
    longest = min(base * 2.0 ** min(failures - 1, 60), most)
    return longest * (0.5 + chance() / 2)


def _redirected(url: str, location: str) -> str:
    """Return where an address leads; never from https to http, where whoever is on the way could write our news."""
    target = urljoin(url, location)
    _host_of(target)
    if url.lower().startswith("https:") and target.lower().startswith("http:"):
        raise FetchFailed(url, f"it leads to {target}, without encryption; name that to have it so", lasting=True)
    return target


def _require_found(url: str, response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    if status == 304:
        raise FetchFailed(url, "the server says that nothing has changed since we asked last, which we never did")
    wait = _retry_after(response)
    raise FetchFailed(url, f"the server answers {status}", retry_after=wait, lasting=status in (401, 403, 404, 410))


def _retry_after(response: httpx.Response) -> float | None:
    return seconds_of(response.headers.get("retry-after", ""))


def _is_packed(url: str, response: httpx.Response) -> bool:
    """Tell whether an answer is packed on its way. Raises ``FetchFailed`` where that was not asked for."""
    coding = response.headers.get("content-encoding", "identity").lower().strip()
    if coding not in (*_GZIP_CODINGS, "identity", ""):
        raise FetchFailed(url, f"it is packed in a way that was not asked for ({coding})", lasting=True)
    return coding in _GZIP_CODINGS


def _unpacked(url: str, content: bytes) -> bytes:
    """Return what a file has that is packed itself, whatever its name; other files as they are."""
    content = _gunzipped(url, content) if content.startswith(_GZIP_BEGINS) else content
    if len(content) > MAX_UNPACKED_BYTES:
        raise _too_large(url)
    return content


def _gunzipped(url: str, content: bytes) -> bytes:
    """Return what is packed, in one piece or in several one behind the other (RFC 1952, 2.2)."""
    unpacked = bytearray()
    while True:
        unpacker = zlib.decompressobj(wbits=31)
        unpacked += unpacker.decompress(content, MAX_UNPACKED_BYTES + 1 - len(unpacked))
        if len(unpacked) > MAX_UNPACKED_BYTES:
            raise _too_large(url)
        if not unpacker.eof:
            raise FetchFailed(url, "what is packed breaks off")
        content = unpacker.unused_data
        if not content.startswith(_GZIP_BEGINS):  # else it is padding
            return bytes(unpacked)


def _unpacked_beginning(content: bytes, most: int) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(content, most + 1)


def _too_large(url: str) -> FetchFailed:
    reason = f"it is larger than {MAX_BYTES:,} bytes, or {MAX_UNPACKED_BYTES:,} unpacked"
    return FetchFailed(url, reason, lasting=True)


def _told(error: Exception) -> str:
    """Return what went wrong in words; of a certificate, whose fault it is and that nothing is to be switched off."""
    reason = str(error) or type(error).__name__
    if "CERTIFICATE_VERIFY_FAILED" not in reason:
        return reason
    why = reason.partition("verify failed: ")[2].partition(" (_ssl")[0] or "verify failed"
    return (
        f"its certificate is refused: {why}; tell its owners, or if the authority is your own, name the file of its "
        f"certificate before the command: SSL_CERT_FILE=authority.pem"
    )


def _host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError("only http and https, without a password")
    except ValueError as error:
        raise FetchFailed(url, f"it is no address that is fetched ({error})", lasting=True) from error
    return parts.hostname
