"""A small real index, the site over it, and a client; shared by all tests of the site."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from chromium import as_before, complaints, start_chromium
from flask import Flask
from flask.testing import FlaskClient
from readers_archive import NOW, articles
from selenium import webdriver
from served import served

from indexer import index_articles
from web import create_app
from web.archive import archive_handle
from web.config import SiteConfig


@pytest.fixture(scope="session")
def index_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "index"
    report = index_articles(articles(), path)
    assert report.rejected == 0
    return path


@pytest.fixture(scope="session")
def app(index_path: Path) -> Iterator[Flask]:
    app = create_app(index_path, clock=lambda: NOW, config=SiteConfig(rate_limit=0))
    yield app
    with app.app_context():
        archive_handle().close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def page(client: FlaskClient) -> Callable[..., BeautifulSoup]:
    """Get a page, in English unless told otherwise, and parse it."""

    def get(path: str, ui: str = "en", **parameters: object) -> BeautifulSoup:
        client.set_cookie("ui", ui)
        response = client.get(path, query_string=parameters or None)
        assert response.status_code == 200, response.status
        return BeautifulSoup(response.get_data(as_text=True), "html.parser")

    return get


@pytest.fixture
def search_page(page: Callable[..., BeautifulSoup]) -> Callable[..., BeautifulSoup]:
    """Search, and parse the page of results."""

    def get(query: str = "", **parameters: object) -> BeautifulSoup:
        return page("/search", q=query, **parameters)

    return get


@pytest.fixture(scope="module")
def site(app: Flask) -> Iterator[str]:
    """The address of the site, served as ``visti serve`` does it."""
    with served(app) as address:
        yield address


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    driver = start_chromium(tmp_path_factory.mktemp("chromium"))
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """The one Chromium of the session, without cookies, and with its own window after the test."""
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    complaints(chromium)  # those of the test before
    yield chromium
    as_before(chromium)
