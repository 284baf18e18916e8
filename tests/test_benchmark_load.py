"""The benchmark of the site asks for pages that there are, counts errors and prints every class; not timed here."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

import search
from benchmarks import load
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
def views(index: Path) -> list[PageView]:
    """Return views of three queries of each class."""
    with search.open(index) as archive:
        return page_views(archive, query_log(open_current(index), 3))


@pytest.fixture(scope="module")
def app(index: Path) -> Flask:
    return create_app(index)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Serve the application on this machine, and return its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_generated_index_is_built_once(index: Path) -> None:
    built = (index / "visti.json").stat().st_mtime_ns
    assert kept_index(ARTICLES, index.parent) == index
    assert (index / "visti.json").stat().st_mtime_ns == built
    assert [each.name for each in index.parent.iterdir()] == [index.name]


def test_views_are_of_every_class_and_some_turn_pages_or_narrow(views: list[PageView], index: Path) -> None:
    assert {view.kind for view in views} == set(CLASSES)
    with search.open(index) as archive:
        paths = " ".join(view.path for seed in range(9) for view in page_views(archive, query_log_of(index), seed))
    for parameter in ("page=2", "sort=newest", "language=", "section=", "tag="):
        assert parameter in paths


def query_log_of(index: Path) -> list[LogQuery]:
    return query_log(open_current(index), 3)


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
    address: str, views: list[PageView], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(load, "WARM_UP_SECONDS", 0.1)
    found = load.asked_at_once(address, [*views[:3], PageView("none", "/nowhere")], clients=3, seconds=0.5)
    assert found.latencies and found.rate > 0
    assert set(found.errors) == {"status 404"}
    load.print_load(found, clients=3, workers=1)
    assert "searches a second" in capsys.readouterr().out


def test_page_about_performance_quotes_the_load(root: Path) -> None:
    page = (root / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "make load" in page and "searches a second" in page
