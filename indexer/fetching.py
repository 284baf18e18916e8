"""
Fetching from other people's servers: politely, and never from where a stranger's address could lead us.

A host is asked one request at a time, with a pause between, and only for what its robots.txt allows (RFC 9309),
however many threads fetch. Names are resolved here, every address is checked and the connection goes to the address
that was checked: a name cannot lead into the private network, not by a redirect and not by resolving differently the
second time. Sizes and times are bounded, those of what is unpacked too.
"""

import random
import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from threading import Event, Lock
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import httpcore
import httpx

#: A feed with whole articles has a megabyte or two; a sitemap may have 50 (sitemaps.org), and those that do are packed.
MAX_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 60_000_000
#: RFC 9309, 2.5: at least 500 KiB must be read; no real one has more.
MAX_ROBOTS_BYTES = 512_000
MAX_REDIRECTS = 5
#: For connecting, and for each piece of an answer; the whole takes no longer than ``MAX_SECONDS``.
TIMEOUT_SECONDS = 15.0
MAX_SECONDS = 60.0
#: Between two requests to one host, unless robots.txt asks for more; what asks for longer than this would hold up all.
PAUSE_SECONDS = 1.0
MAX_PAUSE_SECONDS = 30.0
#: RFC 9309, 2.4: a day at most.
ROBOTS_SECONDS = 24 * 3600.0
_PIECE_BYTES = 1 << 16
_GZIP_BEGINS = b"\x1f\x8b"
_REDIRECTS = (301, 302, 303, 307, 308)
# They carry an IPv4 address inside (RFC 6052, 3056, 4380), which nobody has checked.
_CARRYING = tuple(IPv6Network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))

Resolve = Callable[[str, int], Iterable[str]]


class FetchFailed(Exception):
    """
    Something could not be fetched; the message says why.

    ``retry_after`` is for how many seconds the server does not want to be asked, if it said so; ``lasting`` that asking
    again soon is of no use.
    """

    def __init__(self, url: str, reason: str, *, retry_after: float | None = None, lasting: bool = False) -> None:
        self.retry_after, self.lasting = retry_after, lasting
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


@dataclass(slots=True)
class _Host:
    """What is owed to a host: one request at a time, and a rest after each."""

    turn: Lock = field(default_factory=Lock)
    pause: float = PAUSE_SECONDS
    last: float = float("-inf")


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
        self._client = httpx.Client(
            transport=_transport(CheckedBackend(resolve or _addresses_of, allow_private=allow_private), verify),
            timeout=TIMEOUT_SECONDS,
            headers={"User-Agent": user_agent(), "Accept-Encoding": "gzip"},
            trust_env=False,
        )
        self._robots: dict[str, tuple[RobotFileParser, float]] = {}
        self._hosts: dict[str, _Host] = {}

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
        return self._robots_of(url).site_maps() or []

    def _followed(self, url: str, headers: Mapping[str, str], known: Validators) -> Fetched:
        for _ in range(MAX_REDIRECTS + 1):
            self._require_allowed(url)
            with self._asked(url, headers) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    url = _redirected(url, response.headers["location"])
                    continue
                if response.status_code == 304:
                    return Fetched(url, None, None, known)
                _require_found(url, response)
                content = self._content(url, response, MAX_BYTES, MAX_UNPACKED_BYTES)
                found = Validators(response.headers.get("etag", ""), response.headers.get("last-modified", ""))
                return Fetched(url, content, response.charset_encoding, found)
        raise FetchFailed(url, f"it was redirected more than {MAX_REDIRECTS} times", lasting=True)

    def _require_allowed(self, url: str) -> None:
        robots = self._robots_of(url)
        if not robots.can_fetch(user_agent(), url):
            raise FetchFailed(url, "the site's robots.txt does not allow it", lasting=True)
        wanted = float(robots.crawl_delay(user_agent()) or 0)
        self._host(url).pause = min(max(wanted, PAUSE_SECONDS), MAX_PAUSE_SECONDS)

    def _robots_of(self, url: str) -> RobotFileParser:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        parser, until = self._robots.get(origin, (None, 0.0))
        if parser is None or self._clock() >= until:
            parser = RobotFileParser()
            parser.parse(self._robots_lines(f"{origin}/robots.txt"))
            self._robots[origin] = parser, self._clock() + ROBOTS_SECONDS
        return parser

    def _robots_lines(self, url: str) -> list[str]:
        """Return the rules of a site: none where there is no such file; an error of the server forbids all for now."""
        for _ in range(MAX_REDIRECTS + 1):
            with self._asked(url, {}) as response:
                if response.status_code in _REDIRECTS and "location" in response.headers:
                    url = _redirected(url, response.headers["location"])
                    continue
                if response.status_code >= 500 or response.status_code == 429:
                    _require_found(url, response)
                if response.status_code >= 400:
                    return []
                content = self._content(url, response, MAX_ROBOTS_BYTES, MAX_ROBOTS_BYTES)
                return content.decode("utf-8-sig", errors="replace").splitlines()
        return []

    def _host(self, url: str) -> _Host:
        return self._hosts.setdefault(_host_of(url), _Host())

    @contextmanager
    def _asked(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        host = self._host(url)
        with host.turn:
            if (pause := host.last + host.pause - self._clock()) > 0:
                self._sleep(pause)
            self._require_going_on(url)
            try:
                with self._client.stream("GET", url, headers=headers) as response:
                    yield response
            except (httpx.HTTPError, httpx.InvalidURL, httpcore.ConnectError, zlib.error, ValueError) as error:
                raise FetchFailed(url, f"it cannot be fetched ({_told(error)})") from error
            finally:
                host.last = self._clock()

    def _require_going_on(self, url: str) -> None:
        if self._stop.is_set():
            raise FetchFailed(url, "it is not asked any more: the end was asked for")

    def _content(self, url: str, response: httpx.Response, most: int, most_unpacked: int) -> bytes:
        coding = response.headers.get("content-encoding", "identity").lower().strip()
        if coding not in ("identity", "gzip", "x-gzip", ""):
            raise FetchFailed(url, f"it is packed in a way that was not asked for ({coding})", lasting=True)
        unpacker = zlib.decompressobj(wbits=31) if "gzip" in coding else None
        ends, received, content = self._clock() + MAX_SECONDS, 0, bytearray()
        for piece in response.iter_raw(_PIECE_BYTES):
            self._require_going_on(url)
            received += len(piece)
            content += unpacker.decompress(piece, most_unpacked + 1 - len(content)) if unpacker else piece
            if received > most or len(content) > most_unpacked:
                raise FetchFailed(url, f"it is larger than {most:,} bytes, or {most_unpacked:,} unpacked", lasting=True)
            if self._clock() > ends:
                raise FetchFailed(url, f"it took longer than {MAX_SECONDS:g} seconds")
        return _unpacked(url, bytes(content), most_unpacked)


class CheckedBackend(httpcore.NetworkBackend):
    """Connects to the addresses of a name, if all of them are public; to those that were checked, not to the name."""

    def __init__(self, resolve: Resolve, *, allow_private: bool) -> None:
        self._resolve, self._allow_private = resolve, allow_private
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a host. Raises ``httpcore.ConnectError``."""
        try:
            addresses = list(dict.fromkeys(self._resolve(host, port)))
        except OSError as error:
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {error.strerror or error}") from error
        private = [each for each in addresses if not is_public(each)]
        if private and not self._allow_private:
            raise httpcore.ConnectError(f"{host} is in a private network ({private[0]}); allow it: --allow-private")
        failure: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for address in addresses:
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def is_public(address: str) -> bool:
    """
    Tell whether an address is one of the public internet.

    >>> [is_public(each) for each in ("8.8.8.8", "127.0.0.1", "::ffff:10.0.0.1", "169.254.169.254", "64:ff9b::7f00:1")]
    [True, False, False, False, False]
    """
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if any(found in network for network in _CARRYING):
            return False
        found = found.ipv4_mapped or found
    return found.is_global and not found.is_multicast and not found.is_reserved


def user_agent() -> str:
    """Return how we name ourselves to servers, whose owners find us in their logs and in robots.txt by ``Visti``."""
    try:
        return f"Visti/{version('visti')} (news archive)"
    except PackageNotFoundError:  # run from its folder, not installed
        return "Visti (news archive)"


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
    if url.lower().startswith("https:") and target.lower().startswith("http:"):
        raise FetchFailed(url, f"it leads to {target}, without encryption; name that to have it so", lasting=True)
    return target


def _require_found(url: str, response: httpx.Response) -> None:
    status = response.status_code
    if status == 200:
        return
    wait = _retry_after(response.headers.get("retry-after", ""))
    raise FetchFailed(url, f"the server answers {status}", retry_after=wait, lasting=status in (401, 403, 404, 410))


def _unpacked(url: str, content: bytes, most: int) -> bytes:
    """Return what a file has that is packed itself, whatever its name; other files as they are."""
    if not content.startswith(_GZIP_BEGINS):
        return content
    unpacker = zlib.decompressobj(wbits=31)
    unpacked = unpacker.decompress(content, most + 1)
    if len(unpacked) > most:
        raise FetchFailed(url, f"it is larger than {most:,} bytes unpacked", lasting=True)
    if not unpacker.eof:
        raise FetchFailed(url, "the packed file breaks off")
    return unpacked


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


def _retry_after(given: str) -> float | None:
    """Return the seconds of a header ``Retry-After``: a number, or a date (RFC 9110, 10.2.3)."""
    if given.isascii() and given.isdigit():
        return float(given[:9])
    try:
        return max(0.0, (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _transport(backend: httpcore.NetworkBackend, verify: ssl.SSLContext | None) -> httpx.HTTPTransport:
    transport = httpx.HTTPTransport()
    transport.close()
    # httpx has no public way to a network backend; its version is pinned, and a test connects through this one
    transport._pool = httpcore.ConnectionPool(
        ssl_context=verify or httpx.create_ssl_context(),
        max_connections=10,
        keepalive_expiry=5.0,
        network_backend=backend,
    )
    return transport


def _addresses_of(host: str, port: int) -> Iterator[str]:
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        yield str(address[0])


def _host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            raise ValueError("only http and https, without a password")
    except ValueError as error:
        raise FetchFailed(url, f"it is no address that is fetched ({error})", lasting=True) from error
    return parts.hostname
