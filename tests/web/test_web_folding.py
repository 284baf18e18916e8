"""Near-duplicates on the page and in the API: under the first of them, still counted, and apart again by a link."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from indexer import index_articles
from search import Article
from web import create_app

NOW, HOUR_AGO = datetime(2026, 11, 1, 12, tzinfo=UTC), datetime(2026, 11, 1, 11, tzinfo=UTC)
TEXT = "Новина про міст. " + " ".join(f"слово{number}" for number in range(60))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    path = tmp_path_factory.mktemp("folding") / "index"
    common = {"language": "uk", "body": TEXT}
    copies = [
        Article(id="first", title="Міст <b>відкрито</b>", source="Перша", published=NOW, **common),
        Article(id="second", title="Відкрито <i>міст</i>", source="Друга & Ко", published=HOUR_AGO, **common),
        Article(id="third", published=datetime(2026, 10, 1, 9, tzinfo=UTC), **common),
        Article(id="other", language="uk", title="Інша новина", body="Новина про інше."),
    ]  # fmt: skip
    index_articles(copies, path)
    return create_app(path, clock=lambda: NOW).test_client()


def results(reader: FlaskClient, query: str) -> BeautifulSoup:
    return BeautifulSoup(reader.get(f"/search?sort=newest&ui=en&{query}").get_data(as_text=True), "html.parser")


def cards(page: BeautifulSoup) -> list[str]:
    return [urlsplit(str(link["href"])).path for link in page.select(".headline a")]


def text_of(element: Tag) -> str:
    return " ".join(element.get_text().split())


def test_copies_are_links_on_the_card_of_the_first(reader: FlaskClient) -> None:
    page = results(reader, "q=новина")
    assert cards(page) == ["/article/first", "/article/other"]
    also = page.select(".also li")
    assert text_of(also[0]) == "Друга & Ко, today, 13:00: Відкрито <i>міст</i>"
    assert text_of(also[1]).startswith("October 1, 2026: Новина про міст. слово0")  # it has neither source nor title
    link = also[0].a
    assert link is not None and (link["lang"], link["hreflang"]) == ("uk", "uk")
    assert urlsplit(str(link["href"])).path == "/article/second"
    assert parse_qs(urlsplit(str(link["href"])).query)["q"] == ["новина"]


def test_they_stay_counted_and_come_apart_by_a_link(reader: FlaskClient) -> None:
    page = results(reader, "q=новина")
    assert page.h1 is not None and "4 stories, 4 language versions" in page.h1.get_text()
    folded = page.select_one(".folded")
    assert folded is not None and folded.a is not None
    assert text_of(folded).startswith("2 repeated texts on this page are shown under the first ones.")
    apart = BeautifulSoup(reader.get(str(folded.a["href"])).get_data(as_text=True), "html.parser")
    assert cards(apart) == ["/article/first", "/article/second", "/article/third", "/article/other"]
    assert not apart.select(".also, .folded")
    chip = apart.select_one(".chips a")
    assert chip is not None and "Repeated texts: one by one" in text_of(chip)
    assert cards(BeautifulSoup(reader.get(str(chip["href"])).get_data(as_text=True), "html.parser")) == cards(page)


def test_the_api_folds_only_if_it_is_asked(reader: FlaskClient) -> None:
    plain, page = (reader.get(f"/api/v1/search?q=новина&sort=newest{more}").get_json() for more in ("", "&fold=1"))
    assert [hit["id"] for hit in plain["hits"]] == ["first", "second", "third", "other"]
    assert not any("also" in hit for hit in plain["hits"])
    assert [[each["id"] for each in hit.get("also", ())] for hit in page["hits"]] == [["second", "third"], []]
    assert page["hits"][0]["also"][0]["source"] == "Друга & Ко"
    assert {name: page[name] for name in ("total", "stories", "facets")} == {
        name: plain[name] for name in ("total", "stories", "facets")
    }
    described = reader.get("/openapi.json").get_json()["components"]["schemas"]
    assert set(described["AlsoPublished"]["required"]) == set(page["hits"][0]["also"][0])


def test_a_feed_has_every_copy(reader: FlaskClient) -> None:
    for asked in ("", "&fold=1"):
        assert reader.get(f"/search.atom?q=новина{asked}").get_data(as_text=True).count("</entry>") == 4
