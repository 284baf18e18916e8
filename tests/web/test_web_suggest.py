"""Suggestions for the search box: of what kind, in which language, where they lead; and never what is hidden."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from readers_archive import NOW

import search
from indexer import index_articles
from search import Article, Status
from search.language import fold
from web import create_app
from web.archive import archive_handle

Suggest = Callable[..., list[dict[str, Any]]]

PUBLISHED = datetime(2024, 3, 1, 9, tzinfo=UTC)


def articles() -> Iterator[Article]:
    """Yield stories whose names, places, sections, tags and headlines begin alike."""
    bridge = {"uk": "Міст через Дніпро відкрили", "ru": "Мост через Днепр открыли", "en": "Dnipro bridge opened"}
    for number, (language, title) in enumerate(bridge.items()):
        yield Article(
            id=f"bridge.{language}",
            story="bridge",
            language=language,
            title=title,
            published=PUBLISHED + timedelta(hours=number),
            section="economy",
            place="Дніпро" if language == "uk" else None,
            authors=("Мирослава Дніпровська",) if language == "uk" else (),
            tags=("дніпровські мости",) if language == "uk" else ("NATO",),
        )
    for number in range(12):
        yield Article(
            id=f"rain-{number}",
            language="uk",
            title=f"Дощ на Поділлі, день {number}",
            published=PUBLISHED + timedelta(days=number),
            place="Дніпро" if number else 'Місто "Дніпро-Схід"',
        )
    yield Article(id="twice.uk", story="twice", language="uk", title="Парк Nova відкрито", published=PUBLISHED)
    yield Article(id="twice.en", story="twice", language="en", title="Nova park opens", published=PUBLISHED)
    hidden: dict[str, Any] = {
        "title": "Прихований матеріал",
        "authors": ("Прихований Автор",),
        "tags": ("прихована тема",),
        "place": "Прихоричі",
        "section": "прихорубрика",
        "language": "uk",
    }
    yield Article(id="withheld", status=Status.WITHHELD, **hidden)
    yield Article(id="embargoed", embargoed_until=NOW + timedelta(days=1), **hidden)


@pytest.fixture(scope="module")
def suggest_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("suggest") / "index"
    assert index_articles(articles(), path).rejected == 0
    return path


@pytest.fixture(scope="module")
def suggest_app(suggest_path: Path) -> Iterator[Flask]:
    app = create_app(suggest_path, clock=lambda: NOW)
    yield app
    with app.app_context():
        archive_handle().close()


@pytest.fixture
def suggest_client(suggest_app: Flask) -> FlaskClient:
    return suggest_app.test_client()


@pytest.fixture
def suggest(suggest_client: FlaskClient) -> Suggest:
    def get(typed: str, ui: str = "uk") -> list[dict[str, Any]]:
        suggest_client.set_cookie("ui", ui)
        items: list[dict[str, Any]] = suggest_client.get("/api/v1/suggest", query_string={"q": typed}).get_json()[
            "items"
        ]
        return items

    return get


def kinds(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(item["kind"], item["text"]) for item in items]


def test_names_come_before_headlines(suggest: Suggest) -> None:
    assert kinds(suggest("дніпр")) == [
        ("person", "Мирослава Дніпровська"),
        ("place", "Дніпро"),
        ("place", 'Місто "Дніпро-Схід"'),
        ("tag", "дніпровські мости"),
        ("headline", "Міст через Дніпро відкрили"),
    ]


def test_every_suggestion_leads_to_something(suggest: Suggest, suggest_client: FlaskClient) -> None:
    items = [*suggest("дніпр"), *suggest("еконо")]
    assert {item["kind"] for item in items} == {"person", "place", "section", "tag", "headline"}
    for item in items:
        response = suggest_client.get(item["url"])
        assert response.status_code == 200
        assert item["kind"] == "headline" or 'class="cards"' in response.get_data(as_text=True), item


def test_a_section_is_found_by_its_name_in_the_language_of_the_page(suggest: Suggest) -> None:
    assert kinds(suggest("еконо", "uk")) == [("section", "Економіка")]
    assert kinds(suggest("эконо", "ru")) == [("section", "Экономика")]
    (item,) = suggest("econo", "en")
    assert (item["text"], item["language"], item["id"]) == ("Economy", "en", None)


@pytest.mark.parametrize(("ui", "expected"), [("uk", "twice.uk"), ("en", "twice.en")])
def test_a_story_has_one_headline_in_the_language_of_the_page(suggest: Suggest, ui: str, expected: str) -> None:
    assert [item["id"] for item in suggest("nova", ui)] == [expected]


def test_items_say_their_language(suggest: Suggest) -> None:
    assert {item["language"] for item in suggest("мост", "uk")} == {"ru", "uk"}
    assert [item["language"] for item in suggest("bridge", "uk")] == ["en"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("lysg", "дніпровські мости"),  # дніп with the English layout
        ("тфещ", "NATO"),  # nato with a Cyrillic one
        ("dnipr", "Dnipro bridge opened"),  # begins as typed
        ("podil", "Дощ на Поділлі, день 11"),  # Latin letters for Cyrillic ones
        ("mist cher", "Міст через Дніпро відкрили"),
    ],
)
def test_keys_that_begin_nothing_are_read_otherwise(suggest: Suggest, typed: str, expected: str) -> None:
    assert expected in [item["text"] for item in suggest(typed)]


def test_two_letters_are_not_read_otherwise(suggest: Suggest) -> None:
    assert suggest("ly") == []


@pytest.mark.parametrize("typed", ["прихо", "Прихований", "прихов авт", "ghb[j", "pryhov"])
def test_hidden_articles_complete_nothing(suggest: Suggest, typed: str) -> None:
    assert suggest(typed) == []


def test_an_embargo_that_has_passed_shows_what_it_hid(suggest_path: Path) -> None:
    moments = [NOW]
    with search.open(suggest_path, clock=lambda: moments[-1]) as archive:
        assert archive.suggestions("прихо") == ()
        moments.append(NOW + timedelta(days=2))
        assert {each.kind for each in archive.suggestions("прихо")} == {"person", "place", "tag", "section", "headline"}
        moments.append(NOW)
        assert archive.suggestions("прихо") == ()


def test_names_of_a_later_commit_are_suggested(tmp_path: Path) -> None:
    first = Article(id="1", language="en", title="One", tags=("alphabet", "zeta"))
    index_articles([first], tmp_path)
    with search.open(tmp_path) as archive:
        assert archive.suggest("alph") == ("alphabet",)
        index_articles([Article(id="2", language="en", title="Two", tags=("alpha", "zeta", "Beta alpha"))], tmp_path)
        assert archive.suggest("alph") == ("alphabet",)
        archive.refresh()
        assert archive.suggest("alph") == ("Beta alpha", "alpha", "alphabet")
        assert archive.suggest("zet") == ("zeta",)


def test_the_strings_are_the_texts_that_can_be_searched_for(suggest_client: FlaskClient) -> None:
    answer = suggest_client.get("/api/v1/suggest?q=дніпр").get_json()
    assert answer["suggestions"] == [item["text"] for item in answer["items"]]
    typed, found = json.loads(suggest_client.get("/api/v1/suggest?q=economy&ui=en&format=opensearch").get_data())
    assert (typed, found) == ("economy", [])


@settings(max_examples=60, deadline=None)
@given(typed=st.text(max_size=30) | st.sampled_from(["дн", "м", "д 1", "nova p", "на под"]), limit=st.integers(-1, 9))
def test_what_is_suggested_begins_as_typed_or_stands_for_it(suggest_path: Path, typed: str, limit: int) -> None:
    with search.open(suggest_path, clock=lambda: NOW) as archive:
        found = archive.suggestions(typed, limit=limit)
    assert len(found) <= max(limit, 0)
    assert len(set(found)) == len(found)
    if found and len(typed) < 3:  # nothing so short is read otherwise
        beginnings = re.findall(r"[\w']+", fold(typed))
        for each in found:
            assert all(re.search(rf"(?<![\w']){re.escape(word)}", fold(each.text)) for word in beginnings), each


@pytest.mark.parametrize("typed", ["азов", "«азов", "сталь", "п'ять", "ʼять"])
def test_a_name_begins_behind_quotation_marks_but_not_behind_an_apostrophe(tmp_path: Path, typed: str) -> None:
    tags = ("«Азов»", "метінвест-сталь", "п'ять")
    index_articles([Article(id="1", language="uk", title="Новина", tags=tags)], tmp_path)
    with search.open(tmp_path) as archive:
        assert len(archive.suggest(typed)) == (0 if typed == "ʼять" else 1)
