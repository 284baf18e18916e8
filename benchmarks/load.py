"""
The site under load: ``visti serve`` on a generated archive, asked for pages of results by many readers at once.

    python -m benchmarks.load [--articles 200000] [--index FOLDER] [--clients 32] [--workers 2] [--seconds 20]

First every view of the log is asked in this process, one after another, without a network: how long the application
takes for a whole answer. Then ``visti serve`` is started, and clients ask for the same views, each for one after the
other over connections of their own: how many a second, and how long each waits. docs/performance.md quotes a run.
"""

import argparse
import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from ipaddress import IPv4Address
from itertools import count, cycle
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import EnvironBuilder

import search
from benchmarks.generated_index import kept_index
from benchmarks.measure import percentile
from benchmarks.page_views import PageView, page_views
from benchmarks.queries import CLASSES, query_log
from search.archive.view import open_current
from web import create_app

#: What browsers take, among others.
COMPRESSED = "gzip, deflate, br"
WARM_UP_SECONDS = 3.0
_WHOLE_LOG = "the whole log"
_READERS = map(IPv4Address, count(int(IPv4Address("10.0.0.1"))))
_ADDRESS = re.compile(r"http://\S+")


class Timed(NamedTuple):
    """What one answer took inside the application (seconds, and of the processor), and its size in bytes."""

    kind: str
    seconds: float
    core_seconds: float
    size: int


class Alone(NamedTuple):
    """The answers to all views: asked for the first time, again, and again by readers who take compressed ones."""

    first: list[Timed]
    again: list[Timed]
    compressed: list[Timed]


@dataclass(slots=True)
class Load:
    """What clients saw: how long each answer took, what went wrong, and in how many seconds all that happened."""

    latencies: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers without an error, a second."""
        return len(self.latencies) / self.seconds


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
    print_alone(asked_alone(create_app(path), views))
    with served(path, options.workers) as address:
        load = asked_at_once(address, views, options.clients, options.seconds)
    print_load(load, options.clients, options.workers)


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
def served(path: Path, workers: int) -> Iterator[str]:
    """Serve an index by ``visti serve`` with some processes while the context lasts; gives the address."""
    visti = [sys.executable, "-c", "from search.command import main; main()"]
    command = [*visti, "serve", "--index", str(path), "--port", "0", "--workers", str(workers)]
    # Clients are limited by address, and all of ours have one.
    environment = {**os.environ, "VISTI_RATE_LIMIT": "0"}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield _announced(process)
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


def asked_at_once(address: str, views: Sequence[PageView], clients: int, seconds: float) -> Load:
    """Let clients ask for views, each for one after the other, for some seconds; after a round to warm up."""
    _ask(address, views, clients, time.perf_counter() + WARM_UP_SECONDS, Load())
    load, started = Load(), time.perf_counter()
    _ask(address, views, clients, started + seconds, load)
    load.seconds = time.perf_counter() - started
    return load


def _ask(address: str, views: Sequence[PageView], clients: int, until: float, load: Load) -> None:
    host, following = urlsplit(address).netloc, cycle(views)
    lock = threading.Lock()

    def client() -> None:
        while time.perf_counter() < until:
            with lock:
                view = next(following)
            started = time.perf_counter()
            trouble = _trouble(host, view)
            taken = time.perf_counter() - started
            with lock:
                if trouble:
                    load.errors[trouble] += 1
                else:
                    load.latencies.append(taken)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _trouble(host: str, view: PageView) -> str | None:
    """Ask for a view on a new connection; return what was wrong with the answer, or None."""
    connection = HTTPConnection(host, timeout=30)
    try:
        connection.request("GET", view.path, headers={"Accept-Language": "uk", "Accept-Encoding": COMPRESSED})
        answer = connection.getresponse()
        answer.read()
        return None if answer.status == 200 else f"status {answer.status}"
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


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


def print_load(load: Load, clients: int, workers: int) -> None:
    """Print what clients saw."""
    errors = f"{sum(load.errors.values())} errors" + (f" {dict(load.errors)}" if load.errors else "")
    print(f"{clients} clients, {workers} processes, {load.seconds:.0f} s: {load.rate:.0f} searches a second, {errors};")
    print(f"a client waits {_milliseconds(load.latencies)} ms; the machine's load was {os.getloadavg()[0]:.1f}")


def _milliseconds(seconds: Iterable[float]) -> str:
    times = [1000 * each for each in seconds]
    return f"{median(times):.1f} / {percentile(times, 0.95):.1f}" if times else "-"


if __name__ == "__main__":
    main()
