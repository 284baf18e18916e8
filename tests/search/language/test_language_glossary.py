"""The glossary: every row is whole, every word is a word of its language in its dictionary form, and nothing twice."""

import re
from collections import Counter

import pytest

from search.article import LANGUAGES
from search.language import analyze, fold, translations
from search.language.glossary import read_rows, terms_of_words
from search.language.words import is_known

ROWS = list(read_rows())
SCRIPTS = {
    "uk": re.compile("[абвгґдеєжзиіїйклмнопрстуфхцчшщьюя' -]+"),
    "ru": re.compile("[абвгдеёжзийклмнопрстуфхцчшщъыьэюя -]+"),
    "en": re.compile("[a-zéèïç' -]+"),
}
# New words and compounds that the dictionaries lack; more would show that something was written badly.
MAX_SHARE_OF_UNKNOWN = {"uk": 0.01, "ru": 0.025}
# Plurals that the dictionaries bring to a singular (камни), adverbs that they bring to an adjective.
MAX_SHARE_OF_FORMS = 0.012


def words(language: str) -> list[str]:
    """Return all words of a column."""
    return [word for row in ROWS for word in row[LANGUAGES.index(language)]]


def test_there_are_as_many_senses_as_promised() -> None:
    assert len(ROWS) >= 11_000


def test_every_row_has_a_word_of_each_language_and_none_twice() -> None:
    for row in ROWS:
        assert len(row) == len(LANGUAGES), row
        assert all(row), row
        assert all(len(set(cell)) == len(cell) for cell in row), row


def test_no_row_stands_twice() -> None:
    assert [row for row, count in Counter(ROWS).items() if count > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_in_the_letters_of_their_language(language: str) -> None:
    assert [word for word in words(language) if not SCRIPTS[language].fullmatch(word.lower())] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_in_their_dictionary_form(language: str) -> None:
    single = sorted({word for word in words(language) if " " not in word and "-" not in word})
    missed = [word for word in single if terms_of_words(language, word)[0] not in analyze(word, language)[0].terms]
    assert len(missed) <= MAX_SHARE_OF_FORMS * len(single), missed


@pytest.mark.parametrize("language", ["uk", "ru"])
def test_nearly_all_words_are_in_the_dictionary(language: str) -> None:
    single = sorted({word for word in words(language) if " " not in word and "-" not in word})
    unknown = [word for word in single if not is_known(language, fold(word))]
    assert len(unknown) <= MAX_SHARE_OF_UNKNOWN[language] * len(single), unknown


def test_every_word_leads_to_the_words_of_the_other_languages_of_its_row() -> None:
    for row in ROWS[::50]:
        for language, cell in zip(LANGUAGES, row, strict=True):
            others = {
                (other, word)
                for other, column in zip(LANGUAGES, row, strict=True)
                if other != language
                for word in column
            }
            for word in cell:
                terms = terms_of_words(language, word)
                if len(terms) == 1:
                    assert others <= {(found.language, found.shown) for found in translations(terms[0])}


def test_a_word_does_not_lead_to_words_of_its_own_language() -> None:
    for row in ROWS[::50]:
        for language, cell in zip(LANGUAGES, row, strict=True):
            for word in cell:
                for term in terms_of_words(language, word)[:1]:
                    assert language not in {found.language for found in translations(term)} or language == "en"


def test_an_unknown_term_leads_nowhere() -> None:
    assert translations("uk:аааааа") == ()
