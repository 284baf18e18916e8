"""
Connecting to other people's servers: where a name may lead, and how long an answer may take in all.

Names are resolved here, every address is checked and the connection goes to the address that was checked: a name cannot
lead into the private network, not by a redirect and not by resolving differently the second time. Before every piece of
an answer, its headers too, it is asked whether to go on: a server that sends a byte now and then holds nobody up.
"""

import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx

# They carry an IPv4 address inside (RFC 6052, 3056, 4380), which nobody has checked.
_CARRYING = tuple(IPv6Network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
# While nothing comes it is asked so often whether to go on: who ends the program waits no longer.
_LOOK_SECONDS = 1.0

Resolve = Callable[[str, int], Iterable[str]]


def checked_transport(
    *, allow_private: bool, going_on: Callable[[], None], resolve: Resolve | None = None,
    verify: ssl.SSLContext | None = None,
) -> httpx.HTTPTransport:  # fmt: skip
    """
    Return what ``httpx`` connects with. ``going_on`` is called again and again, and raises to end a request.

    ``resolve`` gives the addresses of a name, ``verify`` is how certificates are checked, if not as the system does.
    """
    transport = httpx.HTTPTransport()
    transport.close()
    # httpx has no public way to a network backend; its version is pinned, and a test connects through this one
    transport._pool = httpcore.ConnectionPool(
        ssl_context=verify or httpx.create_ssl_context(),
        max_connections=10,
        keepalive_expiry=5.0,
        network_backend=_CheckedBackend(resolve or _addresses_of, going_on, allow_private=allow_private),
    )
    return transport


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
        if found.is_site_local or any(found in network for network in _CARRYING):
            return False
        found = found.ipv4_mapped or found
    return found.is_global and not found.is_multicast and not found.is_reserved


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to the addresses of a name, if all of them are public; to those that were checked, not to the name."""

    def __init__(self, resolve: Resolve, going_on: Callable[[], None], *, allow_private: bool) -> None:
        self._resolve, self._going_on, self._allow_private = resolve, going_on, allow_private
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
        except (OSError, UnicodeError) as error:  # UnicodeError: a label of 64 letters
            reason = getattr(error, "strerror", None) or error
            raise httpcore.ConnectError(f"the name {host} cannot be resolved: {reason}") from error
        private = [each for each in addresses if not is_public(each)]
        if private and not self._allow_private:
            raise httpcore.ConnectError(f"{host} is in a private network ({private[0]}); allow it: --allow-private")
        failure: Exception = httpcore.ConnectError(f"the name {host} has no address")
        for address in addresses:
            self._going_on()
            try:
                stream = self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
                return _BoundedStream(stream, self._going_on)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _BoundedStream(httpcore.NetworkStream):
    """A connection on which every piece is asked for only if the request is to go on."""

    def __init__(self, inner: httpcore.NetworkStream, going_on: Callable[[], None]) -> None:
        self._inner, self._going_on = inner, going_on

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what comes next. Raises ``httpcore.ReadTimeout`` if nothing does."""
        looks = max(1, round((timeout or _LOOK_SECONDS) / _LOOK_SECONDS))
        for _ in range(looks):
            self._going_on()
            try:
                return self._inner.read(max_bytes, _LOOK_SECONDS)
            except httpcore.ReadTimeout:
                continue
        raise httpcore.ReadTimeout(f"nothing came for {looks * _LOOK_SECONDS:g} seconds")

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send something."""
        self._going_on()
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        """Hang up."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Return the same connection, encrypted."""
        return _BoundedStream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._going_on)

    def get_extra_info(self, info: str) -> Any:
        """Return what is known of the connection."""
        return self._inner.get_extra_info(info)


def _addresses_of(host: str, port: int) -> Iterator[str]:
    for *_, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        yield str(address[0])
