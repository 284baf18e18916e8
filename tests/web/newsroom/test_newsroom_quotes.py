"""Who said what, on the journalist's page and in the API: by speaker, words, date and language."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from newsroom_client import NewsroomClient

from indexer import index_articles
from search import Article, article_from_record

#: More quotations of one speaker than a page shows.
MANY = 12


def articles() -> Iterator[Article]:
    yield article_from_record({
        "id": "dam.uk", "story": "dam", "language": "uk", "title": "Греблю відремонтують", "published": "2024-05-10",
        "body": "«Гребля <b>витримає</b> повінь», – сказав президент Володимир Зеленський.",
    })  # fmt: skip
    yield article_from_record({
        "id": "dam.en", "story": "dam", "language": "en", "title": "The dam will be mended", "published": "2024-05-10",
        "body": '"The dam will <b>withstand</b> the flood," President Volodymyr Zelensky said.',
    })  # fmt: skip
    yield article_from_record({
        "id": "secret.uk", "language": "uk", "title": "Ще не для всіх", "published": "2024-05-11", "status": "withheld",
        "body": "«Гребля потребує таємного ремонту», – сказав Зеленський.",
    })  # fmt: skip
    yield article_from_record({
        "id": "unsaid.uk", "language": "uk", "title": "Напис на стіні", "published": "2024-05-09",
        "body": "«Тут жили люди, яких уже давно немає.»",
    })  # fmt: skip
    for number in range(MANY):
        yield article_from_record({
            "id": f"mayor{number}.uk", "language": "uk", "title": "День міста", "published": f"2023-01-{number + 1:02}",
            "body": f"«Місто готове до зими номер {number}», – заявив мер Тарас Садовський.",
        })  # fmt: skip


@pytest.fixture
def index_path(tmp_path: Path) -> Path:
    """Return an archive of these articles."""
    index_articles(articles(), tmp_path / "index")
    return tmp_path / "index"


def shown(client: NewsroomClient, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def test_a_card_has_who_said_what_where_and_when(as_journalist: NewsroomClient) -> None:
    page = shown(as_journalist, "/newsroom/quotes/?speaker=Зеленский&q=flood")
    (card,) = page.select(".kept-list > li")
    said = card.select_one(".said")
    assert said["lang"] == "en" and said.get_text() == "The dam will <b>withstand</b> the flood"
    assert [mark.get_text() for mark in said.select("mark")] == ["flood"]
    assert not said.select("b"), "the text of an article is no HTML"
    assert card.select_one("strong").get_text() == "President Volodymyr Zelensky"
    assert card.select_one("time").get_text()
    assert card.select_one("a[lang=en]")["href"].startswith("/article/dam.en?q=flood")
    assert [link["lang"] for link in card.select(".versions [lang]")]


def test_the_form_keeps_what_was_asked(as_journalist: NewsroomClient) -> None:
    page = shown(as_journalist, "/newsroom/quotes/?speaker=Зеленський&q=гребля&since=2024-05-01&language=uk")
    values = {field["name"]: field["value"] for field in page.select(".newsroom-form input:not([type=checkbox])")}
    assert values == {"speaker": "Зеленський", "q": "гребля", "since": "2024-05-01", "until": ""}
    assert [box["value"] for box in page.select(".newsroom-form [type=checkbox][checked]")] == ["uk"]
    assert all(page.find("label", attrs={"for": field["id"]}) for field in page.select(".newsroom-form input"))
    assert len(page.select(".kept-list > li")) == 2, "a withheld article is the newsroom's to see"


def test_what_has_no_speaker_says_so(as_journalist: NewsroomClient) -> None:
    assert "does not tell who" in shown(as_journalist, "/newsroom/quotes/?q=люди").select_one(".kept-list").get_text()


def test_pages_lead_to_each_other(as_journalist: NewsroomClient) -> None:
    first = shown(as_journalist, "/newsroom/quotes/?speaker=Садовський")
    assert f"{MANY} quotations" in first.h2.get_text()
    second = shown(as_journalist, first.select_one("[rel=next]")["href"])
    assert len(second.select(".kept-list > li")) == MANY - 10
    assert shown(as_journalist, second.select_one("[rel=prev]")["href"]).select(".said") == first.select(".said")


def test_nothing_found_and_nothing_understood_are_said(as_journalist: NewsroomClient) -> None:
    page = shown(as_journalist, '/newsroom/quotes/?q="такого ніхто не казав&since=someday')
    assert not page.select(".kept-list")
    assert len(page.select(".notice")) == 2


def test_the_api_answers_readers_without_what_they_may_not_see(newsroom_app: Flask) -> None:
    client = newsroom_app.test_client()
    found = client.get("/api/v1/quotes?speaker=Zelensky&group=none").get_json()
    assert {each["article"]["id"] for each in found["quotes"]} == {"dam.uk", "dam.en"}
    assert (found["total"], found["stories"]) == (2, 1)
    assert client.get("/api/v1/quotes?q=таємного").get_json()["total"] == 0
    assert client.get("/api/v1/quotes?since=someday").status_code == 400
    assert client.get("/api/v1/quotes?limit=0").status_code == 400
    answer = client.get("/api/v1/quotes?speaker=Садовський&limit=5&page=2")
    assert len(answer.get_json()["quotes"]) == 5
    again = client.get(
        "/api/v1/quotes?speaker=Садовський&limit=5&page=2", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
