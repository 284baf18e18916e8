"""A paragraph in the other Cyrillic language: found by its own lemmas, and marked wherever the article is shown."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from small_archive import article, opened

import search

UKRAINIAN = article(
    "quotes.ru",
    language="uk",
    title="Жителі розповіли про повінь",
    lead="Рятувальники вивозили людей човнами.\n\n«Мы ждали помощи двое суток», — сказал пенсионер.",
    body="Рівень води у річці знижується.\n\n«Соседей увезли на лодке, а мы остались на крыше», — вспоминает он.",
)
RUSSIAN = article(
    "quotes.uk",
    language="ru",
    title="Жители рассказали о наводнении",
    body="Уровень воды в реке снижается.\n\n«Сусідів забрали великими човнами, а ми чекали на даху», — згадує він.",
)


@pytest.mark.parametrize(
    ("query", "identifier", "marked"),
    [
        ("лодка", "quotes.ru", "лодке"),
        ("пенсионеры", "quotes.ru", "пенсионер"),
        ("вспоминать", "quotes.ru", "вспоминает"),
        ("дах", "quotes.uk", "даху"),
        ("сусід", "quotes.uk", "Сусідів"),
        ("чекати", "quotes.uk", "чекали"),
    ],
)
def test_a_quotation_is_found_by_its_lemma_and_marked(
    build: Callable[[Iterable[search.Article]], Path], query: str, identifier: str, marked: str
) -> None:
    with opened(build([UKRAINIAN, RUSSIAN])) as archive:
        (hit,) = archive.search(query).hits
        assert hit.article.id == identifier
        assert f"<mark>{marked}</mark>" in hit.snippet
        whole = archive.highlight(hit.article, query)
        assert f"<mark>{marked}</mark>" in "".join((whole.lead, *whole.paragraphs))


def test_the_paragraphs_around_keep_the_language_of_the_article(
    build: Callable[[Iterable[search.Article]], Path],
) -> None:
    with opened(build([UKRAINIAN, RUSSIAN])) as archive:
        (hit,) = archive.search("рівні").hits
        assert hit.article.id == "quotes.ru"
        assert "<mark>Рівень</mark>" in hit.snippet
