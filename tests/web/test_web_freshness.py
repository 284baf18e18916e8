"""What is committed while the site is being served: the next request sees it. And days are days in Kyiv."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from readers_archive import plain_spaces

from indexer import index_articles
from search import Article, Status
from web import create_app

#: Half past one at night of the first of July in Kyiv.
NIGHT = datetime(2024, 6, 30, 22, 30, tzinfo=UTC)


def article(article_id: str, title: str, published: datetime = NIGHT, status: Status = Status.USABLE) -> Article:
    return Article(id=article_id, language="uk", title=title, published=published, status=status)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    index_articles(
        [article("first", "Перша новина"), article("older", "Давня новина", datetime(2024, 5, 2, tzinfo=UTC))],
        tmp_path / "index",
    )
    return tmp_path / "index"


@pytest.fixture
def reader(place: Path) -> FlaskClient:
    return create_app(place).test_client()


def titles(client: FlaskClient, query: str) -> set[str]:
    return {hit["title"] for hit in client.get(f"/api/v1/search?q={query}").get_json()["hits"]}


def test_the_next_request_sees_what_was_added_and_changed(place: Path, reader: FlaskClient) -> None:
    assert titles(reader, "новина") == {"Перша новина", "Давня новина"}
    index_articles([article("second", "Друга новина"), article("first", "Виправлена новина")], place)
    assert titles(reader, "новина") == {"Виправлена новина", "Друга новина", "Давня новина"}
    assert "Друга новина" in reader.get("/").get_data(as_text=True)


def test_the_next_request_misses_what_was_withdrawn(place: Path, reader: FlaskClient) -> None:
    assert reader.get("/article/first").status_code == 200
    index_articles([article("first", "Перша новина", status=Status.CANCELED)], place)
    assert reader.get("/article/first").status_code == 404
    assert titles(reader, "новина") == {"Давня новина"}


def test_a_month_is_a_month_in_kyiv(reader: FlaskClient) -> None:
    page = BeautifulSoup(reader.get("/search?ui=en").get_data(as_text=True), "html.parser")
    bars = {str(bar.title.string): str(bar["href"]) for bar in page.select(".timeline svg a") if bar.title}
    assert set(bars) == {"May 2024: 1 story", "July 2024: 1 story"}
    chosen = BeautifulSoup(reader.get(bars["July 2024: 1 story"]).get_data(as_text=True), "html.parser")
    assert [headline.get_text() for headline in chosen.select(".headline")] == ["Перша новина"]
    assert [time.get_text() for time in chosen.select(".card time")] == ["July 1, 2024"]
    assert [chip.get_text(" ", strip=True).partition(" ×")[0] for chip in chosen.select(".chips li a:not(.clear)")] == [
        "From: July 1, 2024",
        "To: July 31, 2024",
    ]


@pytest.mark.parametrize(
    ("ui", "months"),
    [
        ("uk", ["травень 2024 р.: 1 матеріал", "липень 2024 р.: 1 матеріал"]),
        ("ru", ["май 2024 г.: 1 материал", "июль 2024 г.: 1 материал"]),
        ("en", ["May 2024: 1 story", "July 2024: 1 story"]),
    ],
)
def test_months_have_their_names_in_the_language_of_the_page(reader: FlaskClient, ui: str, months: list[str]) -> None:
    page = BeautifulSoup(reader.get(f"/search?ui={ui}").get_data(as_text=True), "html.parser")
    names = [bar.title.get_text() for bar in page.select(".timeline svg a") if bar.title]
    assert [plain_spaces(name) for name in names] == months


@pytest.mark.parametrize(
    ("ui", "now", "text"),
    [
        ("uk", datetime(2024, 7, 1, 20, tzinfo=UTC), "сьогодні, 01:30"),
        ("uk", datetime(2024, 7, 1, 21, tzinfo=UTC), "вчора, 01:30"),  # midnight in Kyiv
        ("ru", datetime(2024, 7, 2, 9, tzinfo=UTC), "вчера, 01:30"),
        ("en", datetime(2024, 7, 1, 9, tzinfo=UTC), "today, 01:30"),
        ("en", datetime(2024, 7, 2, 21, tzinfo=UTC), "July 1, 2024"),
        (
            "en",
            datetime(2024, 6, 30, 9, tzinfo=UTC),
            "July 1, 2024",
        ),  # it says so itself, and is not of tomorrow's making
    ],
)
def test_a_card_names_today_and_yesterday_and_gives_the_moment(place: Path, ui: str, now: datetime, text: str) -> None:
    client = create_app(place, clock=lambda: now).test_client()
    page = BeautifulSoup(client.get(f"/search?since=2024-07&ui={ui}").get_data(as_text=True), "html.parser")
    time = page.select_one(".card time")
    assert time is not None
    assert (plain_spaces(time.get_text()), time["datetime"]) == (text, NIGHT.isoformat())
    assert "2024" in str(time["title"]) and "01:30" in str(time["title"])
