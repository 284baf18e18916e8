"""Those who are signed in see all of the archive, marked, on the same pages; readers get no answer meant for them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from newsroom_client import NewsroomClient
from readers_archive import NOW

import search
from indexer import index_articles
from search import Article, Status

WORD = "Zorvexian"
STATES = {
    "withheld": {"status": Status.WITHHELD},
    "canceled": {"status": Status.CANCELED},
    "embargoed": {"embargoed_until": NOW + timedelta(days=1)},
}
MARKS = {"withheld": "Withheld", "canceled": "Cancelled", "embargoed": "Under embargo until November 2, 2026"}
ADDRESSES = ("/", "/search?q=Zorvexian", "/search.atom?q=Zorvexian", "/api/v1/search?q=Zorvexian", "/healthz")


def articles() -> Iterator[Article]:
    """Yield an article that everybody sees, and one of each kind that readers do not."""
    yield Article(id="open", language="en", title=f"{WORD} ships", body="They sail.", published=NOW)
    for name, state in STATES.items():
        yield Article(id=name, language="en", title=f"{WORD} {name}", body="Text.", published=NOW, **state)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def index_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audiences") / "index"
    assert not index_articles(articles(), path).rejected
    return path


def test_cards_of_hidden_articles_say_why(as_journalist: NewsroomClient, as_reader: NewsroomClient) -> None:
    page = BeautifulSoup(as_journalist.get(f"/search?q={WORD}").text, "html.parser")
    cards = {card.select_one(".headline").get_text().strip(): card for card in page.select(".card")}  # type: ignore[union-attr]
    assert len(cards) == 4
    for name, mark in MARKS.items():
        assert mark in cards[f"{WORD} {name}"].get_text()
    assert not cards[f"{WORD} ships"].select(".not-public")
    assert len(BeautifulSoup(as_reader.get(f"/search?q={WORD}").text, "html.parser").select(".card")) == 1


@pytest.mark.parametrize("name", STATES)
def test_pages_of_hidden_articles_say_why(as_journalist: NewsroomClient, as_reader: NewsroomClient, name: str) -> None:
    page = as_journalist.get(f"/article/{name}")
    assert page.status_code == 200 and MARKS[name] in page.text
    assert as_reader.get(f"/article/{name}").status_code == 404
    assert as_reader.get(f"/api/v1/articles/{name}").status_code == 404


@pytest.mark.parametrize("address", ADDRESSES[:-1])
def test_answers_to_the_newsroom_are_kept_nowhere_and_never_taken_for_readers_answers(
    as_journalist: NewsroomClient, as_reader: NewsroomClient, address: str
) -> None:
    for client in (as_reader, as_journalist, as_reader):
        answer = client.get(address)
        signed_in = client is as_journalist
        assert (answer.headers.get("Cache-Control") == "private, no-store") is signed_in
        assert "Cookie" in answer.vary
        if signed_in:
            assert "ETag" not in answer.headers and "withheld" in answer.text
            if tag := as_reader.get(address).headers.get("ETag"):
                assert client.get(address, headers={"If-None-Match": tag}).status_code == 200
        else:
            assert "withheld" not in answer.text


def test_what_machines_watch_is_for_nobody_in_particular(
    as_journalist: NewsroomClient, as_reader: NewsroomClient
) -> None:
    assert as_journalist.get("/healthz").json == as_reader.get("/healthz").json


def test_after_signing_out_the_archive_is_the_readers(as_journalist: NewsroomClient) -> None:
    assert as_journalist.get("/article/withheld").status_code == 200
    as_journalist.submit("/newsroom/logout")
    assert as_journalist.get("/article/withheld").status_code == 404


def test_both_audiences_share_what_was_read(newsroom_app: Flask, index_path: Path) -> None:
    with search.open(index_path, clock=lambda: NOW) as readers:
        newsroom = readers.seen_by("newsroom")
        assert newsroom._snapshot is readers._snapshot and newsroom._dictionaries is readers._dictionaries
        assert (readers.count(), newsroom.count(), newsroom.seen_by("readers").count()) == (1, 4, 1)
        with search.open(index_path, audience="newsroom", clock=lambda: NOW) as opened:
            assert newsroom.search(WORD).as_dict() == opened.search(WORD).as_dict()
