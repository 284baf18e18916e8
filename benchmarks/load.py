"""
The site under load: ``visti serve`` on a generated archive, asked for pages of results by many readers at once.

    python -m benchmarks.load [--articles 200000] [--index FOLDER] [--clients 32] [--workers 2] [--seconds 20]

First every view of the log is asked in this process, one after another, without a network: how long the application
takes for a whole answer. Then ``visti serve`` is started, and clients ask for the same views, each for one after the
other: how many a second, and how long each waits. All that is with no page kept from one request to the next; then the
same server keeps pages, as it does unless told otherwise, and the clients ask as readers do, some pages more often than
others. docs/performance.md quotes a run.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import accumulate, count, cycle
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import EnvironBuilder

import search
from benchmarks.clients import Load, ask_at_once
from benchmarks.generated_index import kept_index
from benchmarks.measure import percentile
from benchmarks.page_views import PageView, page_views
from benchmarks.queries import CLASSES, query_log
from search.archive.view import open_current
from web import create_app
from web.config import SiteConfig

#: What browsers take, among others: Chrome, Edge and Firefox of 2024 and later.
COMPRESSED = "gzip, deflate, br, zstd"
READER = (("Accept-Language", "uk"), ("Accept-Encoding", COMPRESSED))
WARM_UP_SECONDS = 3.0
#: About half of the searches of a real site have been asked before: of seven million queries to AltaVista a cache that
#: also looked ahead answered 53 % (Lempel and Moran, Predictive Caching and Prefetching of Query Results in Search
#: Engines, Technion CS-2002-16). How often each is asked follows Zipf's law (Xie and O'Hallaron, Locality in Search
#: Engine Queries and Its Implications for Caching, INFOCOM 2002).
NEW_SHARE = 0.5
_WHOLE_LOG = "the whole log"
_READERS = map(IPv4Address, count(int(IPv4Address("10.0.0.1"))))
_ADDRESS = re.compile(r"http://\S+")


class Timed(NamedTuple):
    """What one answer took inside the application (seconds, and of the processor), and its size in bytes."""

    kind: str
    seconds: float
    core_seconds: float
    size: int


class Served(NamedTuple):
    """What a server took of the processor meanwhile (seconds), and the share of what it had been asked before."""

    core_seconds: float
    repeated: float


class Alone(NamedTuple):
    """The answers to all views: asked for the first time, again, and again by readers who take compressed ones."""

    first: list[Timed]
    again: list[Timed]
    compressed: list[Timed]


@dataclass(slots=True)
class Watched:
    """A running server: where it is, and the process that all others of it come from."""

    address: str
    process: int

    def core_seconds(self) -> float:
        """Return what its workers have taken of the processor so far; 0 where the system does not tell (Linux does)."""
        seconds = 0.0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                _, parent, *rest = path.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            if int(parent) == self.process:
                seconds += (int(rest[9]) + int(rest[10])) / os.sysconf("SC_CLK_TCK")  # utime, stime: proc(5)
        return seconds


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--articles", type=int, default=200_000, help="how many to generate (kept for the next run)")
    parser.add_argument("--index", type=Path, help="ask this index instead")
    parser.add_argument("--queries", type=int, default=40, help="queries of each class")
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--workers", type=int, default=2, help="processes of the server")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long the clients ask")
    options = parser.parse_args(arguments)
    path = options.index or kept_index(options.articles)
    with search.open(path) as archive:
        views = page_views(archive, query_log(open_current(path), options.queries))
    print_alone(asked_alone(create_app(path, config=SiteConfig(page_cache_megabytes=0)), views))
    paths = [view.path for view in views]
    for name, megabytes, asked in (
        ("no page kept", 0, cycle(paths)),
        ("pages kept (16 MB a process)", 16, as_readers_ask(paths)),
    ):
        with served(path, options.workers, megabytes) as server:
            print(f"{options.clients} clients, {options.workers} processes, {name}:")
            print_load(*asked_at_once(server, asked, options.clients, options.seconds))


def as_readers_ask(paths: Sequence[str], seed: int = 1) -> Iterator[str]:
    """
    Yield paths without end, drawn by a seed: half of them never asked for before, the others by Zipf's law.

    A new one is any of the paths with a parameter that the site passes over: as much work, and another address.
    """
    chance = random.Random(seed)
    weights = list(accumulate(1 / rank for rank in range(1, len(paths) + 1)))
    for number in count():
        is_new = chance.random() < NEW_SHARE
        yield f"{chance.choice(paths)}&new={number}" if is_new else chance.choices(paths, cum_weights=weights)[0]


def asked_alone(app: Flask, views: Sequence[PageView]) -> Alone:
    """Return what each view takes in an application, one after another; the index is open and tables are read."""
    for path in ("/", "/search?q=місто+город+city"):
        _answer(app, PageView("", path))
    rounds = [[_answer(app, view, encoding) for view in views] for encoding in ("identity", "identity", COMPRESSED)]
    return Alone(*rounds)


def _answer(app: Flask, view: PageView, encoding: str = "identity") -> Timed:
    parts = urlsplit(view.path)
    builder = EnvironBuilder(
        path=parts.path,
        query_string=parts.query,
        headers={"Accept-Language": "uk", "Accept-Encoding": encoding},
        environ_base={"REMOTE_ADDR": str(next(_READERS))},  # each view is another reader's: addresses have limits
    )
    environ, statuses = builder.get_environ(), []
    started, cores = time.perf_counter(), time.process_time()
    answer = app(environ, lambda status, headers, error=None: statuses.append(status))  # type: ignore[arg-type]
    size = sum(map(len, answer))
    taken = Timed(view.kind, time.perf_counter() - started, time.process_time() - cores, size)
    assert statuses[0].startswith("200"), f"{view.path} was answered with {statuses[0]}"
    return taken


@contextmanager
def served(path: Path, workers: int, kept_megabytes: int = 0) -> Iterator[Watched]:
    """Serve an index by ``visti serve`` with some processes, which keep so many megabytes of pages, for a context."""
    visti = [sys.executable, "-c", "from search.command import main; main()"]
    command = [*visti, "serve", "--index", str(path), "--port", "0", "--workers", str(workers)]
    # Clients are limited by address, and all of ours have one.
    settings = {"VISTI_RATE_LIMIT": "0", "VISTI_PAGE_CACHE_MEGABYTES": str(kept_megabytes)}
    environment = {**os.environ, **settings}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield Watched(_announced(process), process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _announced(process: subprocess.Popen[str]) -> str:
    """Return the address that a starting server announces, and go on reading what it says."""
    assert process.stderr is not None
    said = ""
    for line in process.stderr:
        said += line
        if address := _ADDRESS.search(line):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return address[0]
    raise RuntimeError(f"visti serve did not start: {said}")


def asked_at_once(server: Watched, paths: Iterator[str], clients: int, seconds: float) -> tuple[Load, Served]:
    """Let clients ask for paths, each for one after the other, for some seconds; after a while to warm up."""
    asked: list[str] = []

    def noted() -> Iterator[str]:
        for path in paths:
            asked.append(path)
            yield path

    following = noted()
    ask_at_once(server.address, following, clients, WARM_UP_SECONDS, READER)
    before, cores = len(asked), server.core_seconds()
    load = ask_at_once(server.address, following, clients, seconds, READER)
    return load, Served(server.core_seconds() - cores, _repeated(asked, before))


def _repeated(asked: Sequence[str], since: int) -> float:
    """Return the share of what was asked from a place on that had been asked before, there or anywhere earlier."""
    seen = set(asked[:since])
    repeats = 0
    for path in asked[since:]:
        repeats += path in seen
        seen.add(path)
    return repeats / max(len(asked) - since, 1)


def print_alone(alone: Alone) -> None:
    """Print what answers take inside the application, by class of query."""
    print("Inside the application, median / 95th percentile in ms; sizes in bytes, medians")
    widths = (16, 16, 18, 16, 9, 12)
    heads = ("first time", "again", "of the processor", "compressed", "size", "compressed")
    _print_row("", heads, widths)
    for kind in (*CLASSES, _WHOLE_LOG):
        first, again, compressed = ([each for each in answers if kind in (each.kind, _WHOLE_LOG)] for answers in alone)
        if first:
            cells = [_milliseconds(each.seconds for each in answers) for answers in (first, again)]
            cells += [_milliseconds(each.core_seconds for each in again), _milliseconds(e.seconds for e in compressed)]
            sizes = [f"{median(each.size for each in answers):,.0f}" for answers in (again, compressed)]
            _print_row(kind, [*cells, *sizes], widths)


def _print_row(name: str, cells: Sequence[str], widths: Sequence[int]) -> None:
    print(f"{name:<16}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)))


def print_load(load: Load, served: Served) -> None:
    """Print what clients saw, and what it took of the processor."""
    errors = f"{sum(load.errors.values())} errors" + (f" {dict(load.errors)}" if load.errors else "")
    searches = max(len(load.latencies), 1)
    print(f"  {load.rate:.0f} searches a second for {load.seconds:.0f} s, {errors}; {served.repeated:.0%} asked before")
    print(f"  a client waits {_milliseconds(load.latencies)} ms; the machine's load was {os.getloadavg()[0]:.1f}")
    shares = (1000 * taken / searches for taken in (served.core_seconds, load.core_seconds))
    print("  of the processor, ms a search: {:.1f} the server, {:.2f} the clients".format(*shares))


def _milliseconds(seconds: Iterable[float]) -> str:
    times = [1000 * each for each in seconds]
    return f"{median(times):.1f} / {percentile(times, 0.95):.1f}" if times else "-"


if __name__ == "__main__":
    main()
