"""Kept pages: the same as made ones, for everybody who is nobody in particular, until anything has changed."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import Headers

import search
from indexer import index_articles
from search import Article, Status
from web import create_app
from web.config import SiteConfig
from web.page_cache import ENTRY_BYTES, LARGEST_SHARE, KeptPage, PageCache

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
EMBARGO_ENDS = NOW + timedelta(minutes=5)
PATHS = ("/", "/search?q=порт", "/search?q=порт&sort=newest", "/article/open?q=порт")


def article(article_id: str, title: str, **others: object) -> Article:
    return Article(id=article_id, language="uk", title=title, body="Про порт.", published=NOW, **others)  # type: ignore[arg-type]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    articles = [article("open", "Порт працює"), article("later", "Таємний порт", embargoed_until=EMBARGO_ENDS)]
    index_articles(articles, tmp_path / "index")
    return tmp_path / "index"


@pytest.fixture
def clock() -> list[datetime]:
    """The time of the site: the last one in the list."""
    return [NOW]


def make_site(place: Path, clock: list[datetime], **config: object) -> Flask:
    return create_app(place, clock=lambda: clock[-1], config=SiteConfig(**config))  # type: ignore[arg-type]


@pytest.fixture
def app(place: Path, clock: list[datetime]) -> Flask:
    return make_site(place, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client(use_cookies=False)


@pytest.fixture(autouse=True)
def worked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What pages have asked of the archive so far."""
    asked: list[str] = []
    for name in ("search", "highlight"):
        method = getattr(search.Archive, name)

        def counted(self: object, *given: object, _method=method, _name: str = name, **named: object) -> object:  # type: ignore[no-untyped-def]
            asked.append(_name)
            return _method(self, *given, **named)

        monkeypatch.setattr(search.Archive, name, counted)
    yield asked


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("encoding", ["identity", "gzip", "br", "zstd"])
def test_a_page_that_is_asked_for_again_is_the_same_and_not_made_again(
    client: FlaskClient, worked: list[str], path: str, encoding: str
) -> None:
    headers = {"Accept-Encoding": encoding}
    first = client.get(path, headers=headers)
    made = len(worked)
    again = client.get(path, headers=headers)
    assert len(worked) == made > 0
    assert (again.status_code, again.data) == (200, first.data)
    assert _lasting(again.headers) == _lasting(first.headers)
    assert again.headers.get("Content-Encoding", "identity") == encoding


@pytest.mark.parametrize("path", PATHS)
def test_head_is_answered_as_get_without_the_page(client: FlaskClient, path: str) -> None:
    for first, second in (("HEAD", "GET"), ("GET", "HEAD")):
        answers = {each: client.open(path, method=each) for each in (first, second)}
        assert answers["HEAD"].data == b"" != answers["GET"].data
        assert _lasting(answers["HEAD"].headers) == _lasting(answers["GET"].headers)


READERS = [
    {"Accept-Language": "uk", "Accept-Encoding": "br"},  # gzip writes the time into what it makes
    {"Accept-Language": "uk"},
    {"Accept-Language": "en"},
    {"Accept-Language": "en", "Cookie": "ui=ru"},
    {"Accept-Language": "en", "Cookie": "ui=en"},
    {"Accept-Language": "uk", "Host": "news.example.org"},
]
ADDRESSES = [
    "/search?q=порт",
    "/search?q=порт&ui=en",
    "/search?ui=en&q=порт",
    "/search?q=порт&unknown=1",
    "/search?q=Порт",
    "/?q=порт",
    "/article/open",
    "/article?id=open",
]


def test_each_reader_gets_the_page_that_a_site_without_a_cache_makes(
    client: FlaskClient, place: Path, clock: list[datetime]
) -> None:
    without = make_site(place, clock, page_cache_megabytes=0).test_client(use_cookies=False)
    for _ in range(2):
        for path in ADDRESSES:
            for headers in READERS:
                kept, made = client.get(path, headers=headers), without.get(path, headers=headers)
                assert kept.data == made.data, (path, headers)
                assert _lasting(kept.headers) == _lasting(made.headers)
            kept, made = (each.get(path, base_url="https://localhost/news") for each in (client, without))
            assert kept.data == made.data, path


def _lasting(headers: Headers) -> set[tuple[str, str]]:
    """Return headers without the moments at which the answer was made and a cookie ends."""
    return {(name, value.partition("Expires=")[0]) for name, value in headers if name != "Date"}


@pytest.mark.parametrize("headers", [{"Cookie": "session=x"}, {"Authorization": "Bearer x"}])
def test_who_may_have_signed_in_gets_no_kept_page_and_leaves_none(
    client: FlaskClient, worked: list[str], headers: dict[str, str]
) -> None:
    for _ in range(2):
        client.get("/search?q=порт", headers=headers)
    assert len(worked) == 2
    client.get("/search?q=порт")
    assert len(worked) == 3
    client.get("/search?q=порт", headers=headers)
    assert len(worked) == 4


def test_the_end_of_an_embargo_shows_at_once(client: FlaskClient, clock: list[datetime]) -> None:
    for path in PATHS[:3]:
        assert "Таємний" not in client.get(path).text
    clock.append(EMBARGO_ENDS - timedelta(microseconds=1))
    for path in PATHS[:3]:
        assert "Таємний" not in client.get(path).text
    clock.append(EMBARGO_ENDS)
    for path in PATHS[:3]:
        assert "Таємний" in client.get(path).text


def test_a_commit_shows_at_once(client: FlaskClient, place: Path) -> None:
    assert "працює" in client.get("/search?q=порт").text
    index_articles([article("open", "Порт працює", status=Status.WITHHELD), article("new", "Новий порт")], place)
    page = client.get("/search?q=порт").text
    assert "Новий" in page and "працює" not in page
    assert client.get("/article/open?q=порт").status_code == 404


def test_today_becomes_yesterday(client: FlaskClient, clock: list[datetime]) -> None:
    assert "today, 12:30" in client.get("/search?q=порт&ui=en").text
    clock.append(NOW + timedelta(days=1))
    assert "yesterday, 12:30" in client.get("/search?q=порт&ui=en").text


def test_a_page_during_which_the_archive_changed_is_not_kept(
    client: FlaskClient, worked: list[str], clock: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    method = search.Archive.search

    def slowly(self: search.Archive, *given: object, **named: object) -> object:
        clock.append(EMBARGO_ENDS)
        return method(self, *given, **named)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(search.Archive, "search", slowly)
        client.get("/search?q=порт")
    clock.append(NOW)
    assert "Таємний" not in client.get("/search?q=порт").text


def test_what_is_no_page_is_not_kept(client: FlaskClient, worked: list[str]) -> None:
    for _ in range(2):
        assert client.get("/search?q=порт&page=9").status_code == 302
    assert len(worked) == 2
    assert client.get("/article/none").status_code == 404


def test_limits_and_counters_see_every_request(place: Path, clock: list[datetime]) -> None:
    app = make_site(place, clock, metrics_token="t", rate_limit=1, rate_burst=2)
    client = app.test_client()
    reader = {"REMOTE_ADDR": "192.0.2.7"}
    statuses = [client.get("/search?q=порт", environ_base=reader).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    figures = client.get("/metrics", headers={"Authorization": "Bearer t"}).text
    assert 'visti_searches_total{kind="page"} 2.0' in figures


def test_oldest_pages_make_room(worked: list[str]) -> None:
    cache = PageCache(LARGEST_SHARE * 1000)
    page = KeptPage(bytes(1000 - ENTRY_BYTES), None)
    for number in range(LARGEST_SHARE):
        cache.put(str(number), page)
        cache.put(str(number), page)  # kept once, counted once
    assert cache.get("0") == page
    cache.put("new", page)
    assert cache.get("0") == cache.get("new") == page and cache.get("1") is None
    cache.put("large", KeptPage(bytes(1001 - ENTRY_BYTES), None))
    assert cache.get("large") is None and cache.get("2") == page


def test_threads_get_their_own_pages(app: Flask) -> None:
    paths = [f"/search?q={word}" for word in ("порт", "працює", "ніщо", "порт працює")]
    expected = {path: app.test_client().get(path).text for path in paths}
    wrong: list[str] = []

    def read(first: int) -> None:
        client = app.test_client()
        for number in range(12):
            path = paths[(first + number) % len(paths)]
            if client.get(path).text != expected[path]:
                wrong.append(path)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
