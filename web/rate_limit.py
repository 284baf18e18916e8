"""
How often one address may ask: the generic cell rate algorithm over memory that all worker processes share.

A bucket holds one number, the moment until which its requests are "paid for"; each request moves it on by the interval
of the rate, and is refused while it lies further ahead than the burst allows. This is a token bucket without a timer
(ITU-T I.371, annex A). The table has a fixed size: however many addresses ask, it grows no further.
"""

import fcntl
import math
import mmap
import os
import secrets
import struct
import tempfile
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from threading import Lock

from flask import Flask, request
from werkzeug.exceptions import TooManyRequests

from web.config import SiteConfig

#: Rows of the table and buckets in a row: 65,536 addresses in 1 MiB. A full row gives up the bucket that is nearest to
#: being full of tokens again; one that has them all loses nothing by it.
ROWS, ROW_BUCKETS = 8192, 8
_SECOND = 1_000_000_000
_BUCKET = struct.Struct("<Qq")  # the address as a keyed hash (0: free), the moment in nanoseconds: whole, so exact

#: Load balancers and monitors ask these often, and browsers ask for several static files with each page.
EXEMPT_ENDPOINTS = frozenset({"static", "monitoring.health", "monitoring.ready", "monitoring.metrics"})


class RateLimiter:
    """
    Counts requests by address; make it before the worker processes are forked, and they count together.

    ``per_minute`` is the rate that may go on for ever, ``burst`` the number of requests that may come at once;
    ``clock`` gives nanoseconds, the same in all processes.
    """

    def __init__(self, per_minute: int, burst: int, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._interval = 60 * _SECOND // per_minute
        self._ahead = (burst - 1) * self._interval
        self._clock = clock
        self._key = secrets.token_bytes(16)  # nobody can choose addresses that share a row
        self._table = mmap.mmap(-1, ROWS * ROW_BUCKETS * _BUCKET.size)
        self._thread_lock = Lock()
        # The kernel frees a file's lock when its process dies; a semaphore that a killed worker held would stay taken
        self._lock_file = _nameless_file()
        weakref.finalize(self, os.close, self._lock_file)

    def wait_seconds(self, address: str) -> float:
        """Count a request of an address; return 0.0 if it may pass, else the seconds until the next one may."""
        mark = self._mark(address)
        with self._locked():
            now = self._clock()
            place, paid_until = self._find(mark)
            if paid_until - now > self._ahead:
                return (paid_until - now - self._ahead) / _SECOND
            _BUCKET.pack_into(self._table, place, mark, max(paid_until, now) + self._interval)
        return 0.0

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._thread_lock:  # the file's lock is the process's: its threads need one of their own
            fcntl.lockf(self._lock_file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._lock_file, fcntl.LOCK_UN)

    def _mark(self, address: str) -> int:
        digest = blake2b(network_of(address).encode(), digest_size=8, key=self._key).digest()
        return int.from_bytes(digest, "little") or 1

    def _find(self, mark: int) -> tuple[int, int]:
        """Return where the bucket of an address is, or the one that it may take over, and its moment."""
        row = mark % ROWS * ROW_BUCKETS * _BUCKET.size
        places = range(row, row + ROW_BUCKETS * _BUCKET.size, _BUCKET.size)
        buckets = [(place, *_BUCKET.unpack_from(self._table, place)) for place in places]
        for place, owner, paid_until in buckets:
            if owner == mark:
                return place, paid_until
        place, _, _ = min(buckets, key=lambda bucket: bucket[2])
        return place, 0


def _nameless_file() -> int:
    """Return the descriptor of an empty file that has no name; where memory can be one, no folder need be writable."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("visti-rate-limit")
    descriptor, path = tempfile.mkstemp(prefix="visti-rate-limit-")
    Path(path).unlink()
    return descriptor


def network_of(address: str) -> str:
    """
    Return whom an address is counted as: an IPv4 address alone, an IPv6 one as its /64, which one customer has whole.

    >>> network_of("2001:db8:1:2:aaaa::1"), network_of("::ffff:192.0.2.7"), network_of("192.0.2.7"), network_of("?")
    ('2001:db8:1:2::', '192.0.2.7', '192.0.2.7', '?')
    """
    found = _parsed(address)
    if isinstance(found, IPv6Address):
        return str(IPv6Address(int(found) >> 64 << 64))
    return str(found or address)


def is_own_machine(address: str) -> bool:
    """Tell whether an address is a loopback one."""
    found = _parsed(address)
    return found is not None and found.is_loopback


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def init_rate_limit(app: Flask, config: SiteConfig) -> None:
    """Let an application refuse (429) the requests of an address that asks too often; a rate of 0 refuses none."""
    if not config.rate_limit:
        return
    limiter = RateLimiter(config.rate_limit, config.rate_burst)

    def refuse_too_many() -> None:
        # The machine itself is not counted: behind a proxy on it that the set-up does not know of (trusted_proxies),
        # all readers have its address, and one crawler would shut out everybody
        address = request.remote_addr or ""
        if request.endpoint in EXEMPT_ENDPOINTS or is_own_machine(address):
            return
        if wait := limiter.wait_seconds(address):
            raise TooManyRequests("Too many requests from this address.", retry_after=math.ceil(wait))

    app.before_request(refuse_too_many)
