"""What readers and programs get when something goes wrong: a page, or JSON, and never a path or a traceback."""

import logging
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import create_environ, run_wsgi_app

import web.api
import web.pages
from web import create_app


@pytest.fixture
def unready(tmp_path: Path) -> Flask:
    """The site over a folder in which there is no index."""
    return create_app(tmp_path / "nothing-here")


@pytest.mark.parametrize("path", ["/", "/search?q=x", "/article/x", "/search.atom"])
def test_without_an_index_pages_say_so_and_the_log_says_where(
    unready: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.ERROR):
        response = unready.test_client().get(path, headers={"Accept-Language": "en"})
    text = response.get_data(as_text=True)
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    assert "The archive cannot be searched right now" in text
    assert str(tmp_path) not in text and "nothing-here" not in text
    assert str(tmp_path) in caplog.text and "visti index" in caplog.text


@pytest.mark.parametrize(
    "path", ["/api/v1/search", "/api/v1/articles/x", "/api/v1/related?text=x", "/api/v1/suggest?q=x", "/healthz"]
)
def test_without_an_index_programs_get_their_shape(unready: Flask, tmp_path: Path, path: str) -> None:
    response = unready.test_client().get(path)
    assert response.status_code == 503
    assert response.get_json()["error"]["code"] == "index_unavailable"
    assert str(tmp_path) not in response.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/help", "/openapi.json", "/opensearch.xml", "/static/style.css"])
def test_what_needs_no_index_is_there_all_the_same(unready: Flask, path: str) -> None:
    with unready.test_client().get(path) as response:
        assert response.status_code == 200


def test_the_site_heals_when_the_index_comes(index_path: Path, tmp_path: Path) -> None:
    place = tmp_path / "index"
    client = create_app(place).test_client()
    assert client.get("/").status_code == 503
    place.symlink_to(index_path, target_is_directory=True)
    assert client.get("/").status_code == 200


def test_an_index_that_goes_away_is_served_from_memory_and_reported(
    index_path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    place = tmp_path / "index"
    place.symlink_to(index_path, target_is_directory=True)
    client = create_app(place).test_client()
    assert client.get("/healthz").status_code == 200
    place.unlink()
    with caplog.at_level(logging.ERROR):
        assert client.get("/search?q=bulletin").status_code == 200
        assert client.get("/search?q=bulletin").status_code == 200
    assert caplog.text.count("Still serving") == 1


@pytest.mark.parametrize(
    ("ui", "title"), [("uk", "Такої сторінки немає"), ("en", "There is no such page"), ("ru", "Такой страницы нет")]
)
@pytest.mark.parametrize("path", ["/nowhere", "/article/no-such-article"])
def test_a_missing_page_says_so_in_the_language_of_the_site(
    client: FlaskClient, path: str, ui: str, title: str
) -> None:
    response = client.get(f"{path}?ui={ui}")
    page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    assert response.status_code == 404
    assert page.h1 is not None and page.h1.get_text() == title
    assert page.select_one("form[role=search]") is not None
    assert [link["href"] for link in page.select(".switch a")] == ["?ui=uk", "?ui=en", "?ui=ru"]


@pytest.mark.parametrize("ui", ["uk", "en", "ru"])
def test_without_an_index_the_page_is_in_the_language_of_the_site(unready: Flask, ui: str) -> None:
    client = unready.test_client()
    titles = {
        "uk": "Пошук в архіві зараз недоступний",
        "en": "The archive cannot be searched right now",
        "ru": "Поиск в архиве сейчас недоступен",
    }
    page = BeautifulSoup(client.get(f"/search?q=x&ui={ui}").get_data(as_text=True), "html.parser")
    assert page.html is not None and page.html["lang"] == ui
    assert page.h1 is not None and page.h1.get_text() == titles[ui]


def test_a_wrong_method_is_refused_with_a_page(client: FlaskClient) -> None:
    response = client.post("/search")
    assert response.status_code == 405
    assert response.mimetype == "text/html"
    assert "GET" in response.headers["Allow"]


@pytest.mark.parametrize("path", ["/search?q=x", "/api/v1/search?q=x"])
def test_a_bug_is_logged_and_not_shown(
    index_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(web.pages, "run_search", fail)
    monkeypatch.setattr(web.api, "run_search", fail)
    response = create_app(index_path).test_client().get(path)
    assert response.status_code == 500
    assert "secret detail" not in response.get_data(as_text=True)
    assert "a secret detail" in caplog.text
    if path.startswith("/api"):
        assert response.get_json()["error"]["code"] == "internal"
    else:
        assert response.mimetype == "text/html"


@pytest.mark.parametrize("host", ["x" * 8_000, "a..b", "\xff", "<b>"])
def test_a_host_that_is_none_is_refused_without_a_page(client: FlaskClient, host: str) -> None:
    """No address can be written for such a request, so its answer has none."""
    environ = {**create_environ(), "HTTP_HOST": host}
    body, status, headers = run_wsgi_app(client.application, environ)
    assert status.split()[0] in ("200", "400")
    assert "Content-Security-Policy" in headers
    assert b"<b>" not in b"".join(body)
