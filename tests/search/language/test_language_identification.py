"""The language of texts long and short."""

import json

import pytest
from language_cases import SHARED_DATA

from search.language import identify

ARTICLES = SHARED_DATA / "articles.jsonl"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("uk", "Президент провів зустріч з послами країн Європи."),
        ("ru", "Президент провёл встречу с послами стран Европы."),
        ("en", "The president met the ambassadors of European countries."),
        ("uk", "Київ"),
        ("ru", "рынок"),
        ("en", "Kyiv"),
        ("uk", "рада та громада"),
        ("ru", "как он это сделал"),
        ("uk", "Компанія Google і Microsoft Azure"),
        ("ru", "Компания Apple представила iPhone, сообщает Reuters"),
        ("uk", "ПРЕЗИДЕНТ ПІДПИСАВ УКАЗ"),
        ("en", "He said “так” and left the room"),
        ("uk", "охорона здоров’я"),
        ("ru", "Киев, 24 февраля"),
        ("uk", "За словами посадовця, «этого не было»: цитату наведено мовою оригіналу, повідомляє агенція."),
    ],
)
def test_language_of_text(language: str, text: str) -> None:
    assert identify(text)[0] == language


@pytest.mark.parametrize("text", ["", " \n", "2024: 100 %", "\ud800\x00", "!?"])
def test_text_without_letters_is_ukrainian_without_confidence(text: str) -> None:
    assert identify(text) == ("uk", 0.0)


def test_confidence_grows_with_the_text() -> None:
    line = "Президент провів зустріч. "
    assert 0 < identify("банк")[1] < 0.5 < identify(line)[1] < identify(line * 20)[1] <= 1


def test_confidence_falls_with_the_other_language() -> None:
    assert identify("Зустріч відбулася. Встреча состоялась вчера, сообщают объединённые СМИ.")[1] < 0.8


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert identify("Київ відбудовується. " * 2_000 + "рынок " * 1_000_000)[0] == "uk"


@pytest.mark.skipif(not ARTICLES.exists(), reason=f"optional development data: {ARTICLES} is absent")
def test_language_of_articles_is_found_by_their_titles() -> None:
    articles = [json.loads(line) for line in ARTICLES.read_text(encoding="utf-8").splitlines()]
    right = sum(identify(article["title"])[0] == article["language"] for article in articles)
    assert right / len(articles) >= 0.98
