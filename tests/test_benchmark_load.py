"""The benchmark of the site asks for pages that there are, counts errors and prints every class; not timed here."""

import os
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

import search
from benchmarks import load
from benchmarks.clients import ask_at_once
from benchmarks.engines import LogQuery
from benchmarks.generated_index import kept_index
from benchmarks.page_views import PageView, page_views
from benchmarks.queries import CLASSES, query_log
from search.archive.view import open_current
from web import create_app

ARTICLES = 90


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a generated index."""
    return kept_index(ARTICLES, tmp_path_factory.mktemp("generated"))


@pytest.fixture(scope="module")
def log(index: Path) -> list[LogQuery]:
    """Return three queries of each class."""
    return query_log(open_current(index), 3)


@pytest.fixture(scope="module")
def views(index: Path, log: list[LogQuery]) -> list[PageView]:
    """Return a view of each query."""
    with search.open(index) as archive:
        return page_views(archive, log)


@pytest.fixture(scope="module")
def app(index: Path) -> Flask:
    return create_app(index)


@pytest.fixture
def server(app: Flask) -> Iterator[load.Watched]:
    """Serve the application on this machine, from a process that has no workers."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield load.Watched(f"http://127.0.0.1:{server.port}/", os.getpid())
    server.shutdown()
    thread.join()
    server.server_close()


def test_generated_index_is_built_once(index: Path) -> None:
    built = (index / "visti.json").stat().st_mtime_ns
    assert kept_index(ARTICLES, index.parent) == index
    assert (index / "visti.json").stat().st_mtime_ns == built
    assert {each.name for each in index.parent.iterdir()} <= {index.name, f"{index.name}.lock"}


def test_views_are_of_every_class_and_some_turn_pages_or_narrow(
    views: list[PageView], index: Path, log: list[LogQuery]
) -> None:
    assert {view.kind for view in views} == set(CLASSES)
    with search.open(index) as archive:
        paths = " ".join(view.path for seed in range(9) for view in page_views(archive, log, seed))
    for parameter in ("page=2", "sort=newest", "language=", "section=", "tag="):
        assert parameter in paths


def test_every_class_is_measured_alone_and_printed(
    app: Flask, views: list[PageView], capsys: pytest.CaptureFixture[str]
) -> None:
    alone = load.asked_alone(app, views)
    assert all(Counter(each.kind for each in answers) == Counter(view.kind for view in views) for answers in alone)
    assert all(small.size < plain.size for small, plain in zip(alone.compressed, alone.again, strict=True))
    load.print_alone(alone)
    printed = capsys.readouterr().out
    assert all(kind in printed for kind in (*CLASSES, "the whole log"))


def test_clients_are_answered_and_errors_are_counted(
    server: load.Watched, views: list[PageView], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(load, "WARM_UP_SECONDS", 0.1)
    paths = cycle([*(view.path for view in views[:3]), "/nowhere"])
    found, served = load.asked_at_once(server, paths, clients=3, seconds=0.5)
    assert found.latencies and found.rate > 0 and found.core_seconds > 0
    assert set(found.errors) == {"status 404"}
    assert 0 < served.repeated <= 1
    load.print_load(found, served)
    assert "searches a second" in capsys.readouterr().out


def test_every_path_is_asked_for_once_over_connections_that_are_kept(server: load.Watched, app: Flask) -> None:
    paths = [f"/healthz?{number}" for number in range(20)]
    asked: list[tuple[str, str]] = []
    app.after_request_funcs[None].append(
        lambda response: asked.append((request.full_path, request.headers["Accept-Language"])) or response
    )
    found = ask_at_once(server.address, iter(paths), 3, 60, load.READER)
    app.after_request_funcs[None].pop()
    assert (len(found.latencies), found.errors) == (20, {})
    assert sorted(asked) == sorted((path, "uk") for path in paths)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", "cut short"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "cut short"),
        (b"HTTP/1.1 503 Unavailable\r\ncontent-length: 2\r\n\r\nno", "status 503"),
        (b"", "cut short"),
    ],
)
def test_answers_that_are_none_are_errors(answer: bytes, error: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        found = ask_at_once(f"http://127.0.0.1:{listening.getsockname()[1]}/", ["/"], 1, 60)
        thread.join()
    assert (found.latencies, found.errors) == ([], {error: 1})


def test_half_of_what_readers_ask_is_new_and_the_first_views_are_asked_most() -> None:
    paths = [f"/search?q={number}" for number in range(50)]
    asked = list(islice(load.as_readers_ask(paths), 4000))
    new = [path for path in asked if "&new=" in path]
    assert 0.45 < len(new) / len(asked) < 0.55 and len(set(new)) == len(new)
    counts = Counter(path for path in asked if path in paths)
    assert counts[paths[0]] > 1.5 * counts[paths[1]] > 1.5 * counts[paths[7]] > 0
    assert asked == list(islice(load.as_readers_ask(paths), 4000))


def test_page_about_performance_quotes_the_load(root: Path) -> None:
    page = (root / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "make load" in page and "searches a second" in page
