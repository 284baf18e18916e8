"""Words that are nearly the same in Ukrainian and Russian: which meet, which do not, and that any text is answered."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language import fold
from search.language.cognates import MAX_COGNATES, MOST_COST, NEIGHBOURS, cognates, read_correspondences
from search.language.glossary import read_rows
from search.language.words import is_known

CASES = Path(__file__).parents[3] / "tests" / "cases" / "cognates"
LETTERS = {
    "uk": set("абвгдеєжзиіїйклмнопрстуфхцчшщьюя'^$0"),
    "ru": set("абвгдежзийклмнопрстуфхцчшщъыьэюя^$0"),
}


def rows(name: str) -> list[list[str]]:
    """Return the rows of a file of cases."""
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("ukrainian", "russian"), rows("meet.tsv"))
def test_one_word_meets_in_both_directions(ukrainian: str, russian: str) -> None:
    assert fold(russian) in cognates(fold(ukrainian), "uk")
    assert fold(ukrainian) in cognates(fold(russian), "ru")


@pytest.mark.parametrize(("language", "word", "other"), rows("apart.tsv"))
def test_words_that_look_alike_do_not_meet(language: str, word: str, other: str) -> None:
    assert other not in cognates(word, language)


def test_a_participle_leads_to_its_verb_which_is_its_lemma() -> None:
    assert "мобилизовать" in cognates("мобілізований", "uk")


def test_ukrainian_words_come_in_the_spelling_of_their_index_terms() -> None:
    assert cognates("проекция", "ru") == ("проекція",)
    assert cognates("учительский", "ru") == ("вчительський",)


@pytest.mark.parametrize(("word", "language"), [("реконструкція", "en"), ("кіт", "uk"), ("", "ru"), ("ж" * 51, "ru")])
def test_other_languages_and_words_of_no_common_length_have_none(word: str, language: str) -> None:
    assert cognates(word, language) == ()


@given(st.text() | st.text("абвгдезиіїєийклмнопрстуьяцщ'-^$", max_size=60), st.sampled_from(["uk", "ru", "en"]))
def test_any_text_gives_folded_words_of_the_other_dictionary(text: str, language: str) -> None:
    found = cognates(text, language)
    assert len(found) == len(set(found)) <= MAX_COGNATES
    assert all(word == fold(word) and is_known(NEIGHBOURS[language], word) for word in found)


def test_a_form_of_a_commoner_word_is_no_cognate() -> None:
    assert cognates("банка", "uk") == ("банка",)  # банка is a jar, and in Russian texts mostly the bank's


@given(st.sampled_from([word for row in read_rows() for word in row[0] if " " not in word]))
def test_what_is_found_leads_back(word: str) -> None:
    folded = fold(word)
    for found in cognates(folded, "uk"):
        back = cognates(found, "ru")
        # A participle leads to a verb, which leads back to the verb.
        assert folded in back or folded.endswith("ий") or not back, (folded, found, back)


@pytest.mark.parametrize("language", ["uk", "ru"])
def test_the_table_is_in_the_letters_of_its_languages_and_can_take_effect(language: str) -> None:
    read = list(read_correspondences(language))
    assert len(read) > 250
    for letters, others, cost in read:
        assert set(letters) <= LETTERS[language], letters
        assert set(others) <= LETTERS[NEIGHBOURS[language]], others
        assert 0 <= cost <= MOST_COST
        # Both sides stand at the same end of a word.
        assert letters.startswith("^") == others.startswith("^")
        assert letters.endswith("$") == others.endswith("$")


@pytest.mark.parametrize("language", ["uk", "ru"])
def test_no_row_of_the_table_stands_twice(language: str) -> None:
    pairs = [(letters, others) for letters, others, _ in read_correspondences(language)]
    assert len(pairs) == len(set(pairs))
