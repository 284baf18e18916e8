"""Cyrillic words in Latin letters: the schemes, the bounds, and words that are left alone."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language import fold
from search.language.typing import VocabularyWords, cyrillic_spellings
from search.language.words import is_known

CASES = Path(__file__).parents[3] / "tests" / "cases" / "typing"
LATIN = [
    line.split("\t")
    for line in (CASES / "latin.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("typed", "meant"), LATIN)
def test_first_reading_is_the_word(typed: str, meant: str) -> None:
    assert cyrillic_spellings(typed)[:1] == (meant,)


@pytest.mark.parametrize("typed", (CASES / "not-latin.txt").read_text(encoding="utf-8").split("\n"))
def test_other_words_have_no_reading(typed: str) -> None:
    assert cyrillic_spellings(typed) == ()


@given(st.text() | st.text("abcehijkostuvwxyz4'6\"-"))
def test_any_text_gives_folded_words_of_the_dictionaries(text: str) -> None:
    found = cyrillic_spellings(text, limit=5)
    assert len(found) <= 5
    assert all(word == fold(word) and (is_known("uk", word) or is_known("ru", word)) for word in found)


def test_frequency_decides_between_usual_readings() -> None:
    assert cyrillic_spellings("novyny", frequency=lambda word: 50 * (word == "новины"))[0] == "новины"


def test_names_of_the_archive_are_found() -> None:
    words = VocabularyWords.of_sorted(sorted(["хаймарс", "хаймарси", "залужний"]))
    assert "хаймарс" not in cyrillic_spellings("khaimars")
    assert cyrillic_spellings("khaimars", vocabulary=words) == ("хаймарс",)


def test_one_language_can_be_asked() -> None:
    assert set(cyrillic_spellings("novyny", languages=["ru"])) == {"новины"}


def test_unusual_readings_can_be_left_out() -> None:
    assert cyrillic_spellings("4ernigiv", most_cost=0.0) == ()


def test_a_vocabulary_is_asked_a_bounded_number_of_times() -> None:
    asked: list[str] = []

    def begins(beginning: str) -> bool:
        asked.append(beginning)
        return True

    cyrillic_spellings("ieiyaiuch" * 5, vocabulary=VocabularyWords(begins, lambda _: False))
    assert len(asked) < 200_000
