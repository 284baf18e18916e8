"""The start page: newest stories, sections, and examples that work."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from readers_archive import FILLERS

Page = Callable[..., BeautifulSoup]


def test_the_start_page_shows_the_newest_stories_and_the_sections(page: Page) -> None:
    found = page("/")
    assert found.select(".newest .headline")[0].get_text() == "Rescuers in Kyiv"
    assert found.select_one("form[role=search] label[for=q]") is not None
    sections = {item.a.get_text(): item.select_one(".number").get_text() for item in found.select(".sections li")}  # type: ignore[union-attr]
    assert sections["Society"] == f"{FILLERS + 1} stories"
    assert sections["Economy"] == "1 story"


def test_unknown_sections_are_shown_as_they_are(page: Page) -> None:
    assert any("section </script>" in item.get_text() for item in page("/").select(".sections a"))


def test_the_start_page_with_a_query_is_its_results(page: Page) -> None:
    assert page("/", q="bulletin").select(".results .headline")


@pytest.mark.parametrize("ui", ["uk", "en", "ru"])
def test_every_example_is_a_query_without_notices(page: Page, client: FlaskClient, ui: str) -> None:
    links = page("/", ui=ui).select(".examples a")
    assert len(links) >= 5
    for link in links:
        results = BeautifulSoup(client.get(str(link["href"])).get_data(as_text=True), "html.parser")
        field = results.select_one("input#q")
        assert field is not None and field["value"] == link.get_text()
        assert not results.select(".notice"), (link.get_text(), results.select(".notice"))


def test_the_monitor_sees_the_number_of_articles(client: FlaskClient) -> None:
    answer = client.get("/healthz").get_json()
    assert answer["status"] == "ok"
    assert answer["articles"] == FILLERS + 9
