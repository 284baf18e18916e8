"""Words of the wrong keyboard layout: what is mended, what is left alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.language.layout import LAYOUT_TABLES, mended_layout, other_layouts, reads_better

ROOT = Path(__file__).parents[3]
CASES = json.loads((ROOT / "tests" / "cases" / "typing" / "layout.json").read_text(encoding="utf-8"))

ukrainian_words = st.text("абвгдежзийклмнопрстуфхцчшьюяіїєґ", min_size=4)
queries = st.lists(st.text() | st.text("ghbdtn[];',.руддщїіьє-'\"АB1 "), max_size=30)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_layout_case_holds(case: dict[str, Any]) -> None:
    mended = mended_layout(case["words"], lambda word: case["known"].get(word, 0))
    assert [each and each.text for each in mended] == case["mended"]


@given(ukrainian_words)
def test_keys_of_another_layout_lead_back(word: str) -> None:
    typed = word.translate(LAYOUT_TABLES["uk", "en"])
    assert typed.translate(LAYOUT_TABLES["en", "uk"]) == word


@given(ukrainian_words.filter(str.isalpha))
def test_the_meant_word_is_among_the_readings(word: str) -> None:
    typed = word.translate(LAYOUT_TABLES["uk", "en"])
    if any(letter.isalpha() for letter in typed):
        assert word in [reading.text for reading in other_layouts(typed)]


@given(queries)
def test_any_words_get_one_answer_each(words: list[str]) -> None:
    assert len(mended_layout(words, lambda word: len(word) % 3)) == len(words)
    assert len(mended_layout(words, None)) == len(words)


@given(queries)
def test_words_that_articles_have_are_left_alone(words: list[str]) -> None:
    assert not any(mended_layout([word], lambda _: 1)[0] for word in words if word.isalpha() and word.isascii())


def test_an_archive_is_asked_a_bounded_number_of_times() -> None:
    asked: list[str] = []
    mended_layout(["ghbdtn" * 100, *["руддщ-" * 500] * 100], lambda word: bool(asked.append(word)))
    assert len(asked) < 300


def test_reads_better_says_how_much() -> None:
    (wrong,) = (each for each in other_layouts("ghbdtn") if each.target == "uk" or each.text == "привет")
    right = other_layouts("hello")[0]
    assert reads_better("ghbdtn", wrong) > 0 > reads_better("hello", right)
