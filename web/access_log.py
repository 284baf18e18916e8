"""
The line that a request leaves in the access log: when, who, what, how it ended, how big, how long.

As little of people as serves the site: by default the network of an address rather than the address, and never what
was searched for. Where the lines go is the server's business.
"""

import json
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import NamedTuple

#: Bits of an address that name a network of many: what statistics offices and search engines keep.
SHORT_PREFIXES = {4: 24, 6: 48}
#: A line is one screen at most, whatever is sent.
MAX_PATH_CHARACTERS = 500


class AccessEntry(NamedTuple):
    """A request and its answer; ``path`` as it stands in the request line, ``milliseconds`` of the whole."""

    time: datetime
    address: str
    method: str
    path: str
    status: int
    bytes: int
    milliseconds: float
    process: int


def access_line(entry: AccessEntry, *, form: str = "text", addresses: str = "short", queries: bool = False) -> str:
    """
    Return the line of a request; ``form`` is ``text`` or ``json``, ``addresses`` is ``short``, ``full`` or ``none``.

    >>> moment = datetime(2026, 5, 17, 9, 30, tzinfo=UTC)
    >>> entry = AccessEntry(moment, "192.0.2.77", "GET", "/search?q=x", 200, 18234, 12.34, 41)
    >>> access_line(entry)
    '2026-05-17T09:30:00.000+00:00 192.0.2.0 GET /search 200 18234 12.3ms'
    """
    entry = entry._replace(
        address=shown_address(entry.address, addresses), path=_shown_path(entry.path, queries=queries)
    )
    moment = entry.time.astimezone(UTC).isoformat(timespec="milliseconds")
    if form == "json":
        return json.dumps(entry._asdict() | {"time": moment, "milliseconds": round(entry.milliseconds, 1)})
    return (
        f"{moment} {entry.address} {entry.method} {entry.path} {entry.status} {entry.bytes} {entry.milliseconds:.1f}ms"
    )


def shown_address(address: str, addresses: str) -> str:
    """Return as much of an address as may be written down: ``short`` (its network), ``full`` or ``none`` of it."""
    if addresses == "full":
        return _printable(address) or "-"
    if addresses == "none":
        return "-"
    try:
        version = ip_address(address).version
    except ValueError:
        return "-"
    return str(ip_network(f"{address}/{SHORT_PREFIXES[version]}", strict=False).network_address)


def _shown_path(path: str, *, queries: bool) -> str:
    path = path if queries else path.partition("?")[0]
    return _printable(path[:MAX_PATH_CHARACTERS]) or "-"


def _printable(text: str) -> str:
    """Return a text that cannot break out of its place in a line: no spaces, no control characters."""
    return "".join(character if "!" <= character <= "~" else f"\\x{ord(character):02x}" for character in text)
