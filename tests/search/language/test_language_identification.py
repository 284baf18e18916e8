"""The language of texts long and short."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from language_cases import SHARED_DATA

from search.article import LANGUAGES
from search.language import identify, paragraph_language

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


@pytest.mark.parametrize(
    ("language", "article", "text"),
    [
        ("ru", "uk", "«Мы этого не забудем», — сказал он."),
        ("uk", "ru", "«Ми цього не забудемо», — сказала вона."),
        ("ru", "uk", "Также без света остались два района города."),  # no letter that only Russian has
        ("uk", "ru", "Також без струму лишилась половина громади."),
        ("uk", "uk", "Він назвав це «новый порядок» і пішов, не чекаючи запитань."),
        ("ru", "ru", "Он назвал это «новий лад» и вышел, не дожидаясь вопросов."),
        ("uk", "uk", "Помер Леонид Громов"),  # one name speaks for nothing
        ("uk", "uk", "Андрій Мельник, Reuters"),
        ("uk", "uk", "The council approved the budget."),  # words in Latin script are English anyway
        ("en", "en", "«Мы этого не забудем»"),  # and Cyrillic ones are looked up in both languages there
        ("uk", "uk", ""),
        ("ru", "ru", "2024: 100 %"),
    ],
)
def test_language_of_paragraph(language: str, article: str, text: str) -> None:
    assert paragraph_language(text, article) == language


@given(st.text("абвгеиіїєґыэёъ' \nabc\u0301", max_size=60), st.sampled_from(LANGUAGES))
def test_paragraph_has_the_language_of_its_article_or_the_other_cyrillic_one(text: str, language: str) -> None:
    found = paragraph_language(text, language)
    assert found == language or {found, language} == {"uk", "ru"}
