"""What search engines read: sitemaps within their rules, robots.txt, and nothing that readers may not see."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient

from indexer import index_articles
from search import Article, Status
from web import create_app, sitemaps
from web.config import SiteConfig

NOW = datetime(2026, 11, 1, 12, 0, 30, tzinfo=UTC)
NAMES = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "news": "http://www.google.com/schemas/sitemap-news/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
}


def article(article_id: str, hours: float | None, **values: object) -> Article:
    published = None if hours is None else NOW - timedelta(hours=hours)
    fields = {"language": "uk", "title": f"Новина {article_id} <&>", "published": published, **values}
    return Article(id=article_id, **fields)  # type: ignore[arg-type]


def articles() -> Iterator[Article]:
    yield article("fresh.uk", 1, story="fresh")
    yield article("fresh.en", 2, story="fresh", language="en", title="Fresh news")
    yield article("yesterday", 30, updated=NOW - timedelta(hours=3))
    yield article("untitled", 40, title="", body="Текст без заголовка.")
    yield article("old", 49)
    yield article("tomorrow", -24)
    yield article("undated", None)
    yield article("withheld", 1, status=Status.WITHHELD)
    yield article("embargoed", 1, embargoed_until=NOW + timedelta(hours=1))
    yield article("long-ago", 24 * 900)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sitemaps") / "index"
    index_articles(articles(), path)
    return path


@pytest.fixture(scope="module")
def site(place: Path) -> Flask:
    return create_app(place, clock=lambda: NOW, config=SiteConfig(name="Вісті & Co"))


@pytest.fixture
def robot(site: Flask) -> FlaskClient:
    return site.test_client()


def read(client: FlaskClient, path: str) -> ElementTree.Element:
    response = client.get(path)
    assert (response.status_code, response.content_type) == (200, "application/xml; charset=utf-8")
    return ElementTree.fromstring(response.get_data())


def texts(root: ElementTree.Element, path: str) -> list[str]:
    return [found.text or "" for found in root.findall(path, NAMES)]


def ids(root: ElementTree.Element) -> list[str]:
    return [address.rpartition("/")[2] for address in texts(root, "s:url/s:loc")]


def test_the_news_are_those_of_two_days(robot: FlaskClient) -> None:
    root = read(robot, "/news-sitemap.xml")
    assert root.tag == f"{{{NAMES['s']}}}urlset"
    assert ids(root) == ["fresh.uk", "fresh.en", "yesterday", "untitled"]
    publication = "s:url/news:news/news:publication"
    assert set(texts(root, f"{publication}/news:name")) == {"Вісті & Co"}
    assert texts(root, f"{publication}/news:language") == ["uk", "en", "uk", "uk"]
    titles = texts(root, "s:url/news:news/news:title")
    assert titles[:2] == ["Новина fresh.uk <&>", "Fresh news"] and all(titles)
    assert texts(root, "s:url/news:news/news:publication_date")[0] == "2026-11-01T11:00:30+00:00"
    assert texts(root, "s:url/s:loc")[0] == "http://localhost/article/fresh.uk"


def test_a_version_names_all_versions(robot: FlaskClient) -> None:
    for entry in read(robot, "/news-sitemap.xml").findall("s:url", NAMES)[:3]:
        links = {link.get("hreflang"): link.get("href") for link in entry.findall("xhtml:link", NAMES)}
        assert set(links) in ({"uk", "en"}, set())
        if links:
            assert links["en"] == "http://localhost/article/fresh.en"


def test_there_are_no_more_news_than_the_rule_allows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sitemaps.NEWS_ENTRIES <= 1_000
    monkeypatch.setattr(sitemaps, "NEWS_ENTRIES", 3)
    index_articles([article(str(number), number) for number in range(1, 9)], tmp_path)
    assert ids(read(create_app(tmp_path, clock=lambda: NOW).test_client(), "/news-sitemap.xml")) == ["1", "2", "3"]


def test_news_age_and_embargoes_end_by_the_clock(place: Path) -> None:
    moment = [NOW]
    client = create_app(place, clock=lambda: moment[0]).test_client()
    first = client.get("/news-sitemap.xml")
    assert client.get("/news-sitemap.xml", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    moment[0] = NOW + timedelta(hours=20)
    again = client.get("/news-sitemap.xml", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 200
    assert set(ids(read(client, "/news-sitemap.xml"))) == {"embargoed", "fresh.uk", "fresh.en"}


def test_the_index_leads_to_every_dated_article(robot: FlaskClient) -> None:
    root = read(robot, "/sitemap.xml")
    assert root.tag == f"{{{NAMES['s']}}}sitemapindex"
    files = [address.removeprefix("http://localhost") for address in texts(root, "s:sitemap/s:loc")]
    assert files == ["/sitemap-2026-11-1.xml", "/sitemap-2026-10-1.xml", "/sitemap-2024-05-1.xml"]
    found = [name for file in files for name in ids(read(robot, file))]
    assert sorted(found) == sorted(
        ["fresh.uk", "fresh.en", "yesterday", "untitled", "old", "tomorrow", "long-ago"],
    )
    lastmod = texts(read(robot, files[1]), "s:url/s:lastmod")
    assert "2026-11-01T09:00:30+00:00" in lastmod  # when it changed, not when it was published


def test_a_long_month_has_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "FILE_ENTRIES", 3)
    days = [datetime(2024, 5, day, 12, tzinfo=UTC) for day in range(1, 9)]
    index_articles([article(str(day.day), 0, published=day) for day in days], tmp_path)
    client = create_app(tmp_path, clock=lambda: NOW).test_client()
    files = texts(read(client, "/sitemap.xml"), "s:sitemap/s:loc")
    assert [ids(read(client, file.removeprefix("http://localhost"))) for file in files] == [
        ["1", "2", "3"],
        ["4", "5", "6"],
        ["7", "8"],
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/sitemap-2026-13-1.xml",
        "/sitemap-2026-11-0.xml",
        "/sitemap-2026-11-2.xml",
        "/sitemap-2026-11-99999999999999999999.xml",
        "/sitemap-0000-01-1.xml",
        "/sitemap-٢٠٢٦-11-1.xml",
        "/sitemap-x-1.xml",
        "/sitemap-2001-01-1.xml",
    ],
)
def test_other_files_are_not_there(robot: FlaskClient, path: str) -> None:
    assert robot.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/sitemap.xml", "/news-sitemap.xml"])
def test_an_empty_archive_has_empty_maps(tmp_path: Path, path: str) -> None:
    index_articles([], tmp_path)
    assert len(read(create_app(tmp_path, clock=lambda: NOW).test_client(), path)) == 0


def test_robots_read_articles_and_leave_searches_alone(robot: FlaskClient) -> None:
    response = robot.get("/robots.txt")
    assert response.content_type == "text/plain; charset=utf-8"
    rules = RobotFileParser()
    rules.parse(response.get_data(as_text=True).splitlines())
    for path in ("/", "/article/fresh.uk", "/help", "/static/style.css", "/opensearch.xml", "/sitemap.xml"):
        assert rules.can_fetch("Googlebot-News", f"http://localhost{path}"), path
    for path in ("/search?q=x", "/search.atom?q=x", "/api/v1/search?q=x", "/api/v1/articles/fresh.uk"):
        assert not rules.can_fetch("Googlebot-News", f"http://localhost{path}"), path
    assert rules.site_maps() == ["http://localhost/sitemap.xml", "http://localhost/news-sitemap.xml"]


def test_under_a_path_the_addresses_have_it(site: Flask) -> None:
    client = site.test_client()
    text = client.get("/robots.txt", base_url="https://news.example/archive").get_data(as_text=True)
    assert "Disallow: /archive/search?" in text and "https://news.example/archive/sitemap.xml" in text


def test_sitemaps_speak_no_language(robot: FlaskClient) -> None:
    for path in ("/sitemap.xml", "/news-sitemap.xml?ui=ru", "/robots.txt"):
        response = robot.get(path)
        assert "Set-Cookie" not in response.headers
        assert not {"accept-language", "cookie"} & set(response.vary)
