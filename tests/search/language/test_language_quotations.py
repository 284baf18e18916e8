"""Quotations and who said them: cases written for this, and what holds for every text."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.article import LANGUAGES
from search.language import quotations

CASES = Path(__file__).parents[2] / "cases" / "quotations"
# What texts with quotations are made of, so that drawn ones have some.
PIECES = st.sampled_from(
    (
        "«",
        "»",
        "„",
        "“",
        "”",
        '"',
        "‘",
        "’",
        "—",
        " ",
        ", ",
        ". ",
        ":",
        "\n\n",
        "!",
        "сказав",
        "said",
        "Зеленський",
        "слово",
        "Zelensky",
        "він",
        "he",
        "the",
        "За словами",
        "а",
    )
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map("".join))


def cases() -> list[Any]:
    return [
        pytest.param(language, case["text"], case["said"], id=f"{language}-{number}")
        for language in LANGUAGES
        for number, case in enumerate(json.loads((CASES / f"{language}.json").read_text(encoding="utf-8")))
    ]


@pytest.mark.parametrize(("language", "text", "said"), cases())
def test_case_holds(language: str, text: str, said: list[list[str | None]]) -> None:
    assert [[each.text, each.speaker] for each in quotations(text, language)] == said


@given(TEXTS, st.sampled_from(LANGUAGES))
def test_offsets_are_those_in_the_text_and_quotations_do_not_overlap(text: str, language: str) -> None:
    end = 0
    for each in quotations(text, language):
        assert end <= each.start < each.end <= len(text)
        assert each.text == text[each.start : each.end] == each.text.strip()
        if each.speaker is None:
            assert each.speaker_start == each.speaker_end == -1
        else:
            assert each.speaker == text[each.speaker_start : each.speaker_end] != ""
        end = each.end


@given(st.lists(st.sampled_from(("слово", "мир", "і", "місто", " ", ". ", "\n\n")), max_size=30).map(" ".join))
def test_without_marks_nobody_is_quoted(text: str) -> None:
    assert quotations(text, "uk") == ()


def test_a_paragraph_in_another_language_is_read_in_its_own() -> None:
    (found,) = quotations("Мова про місто.\n\n«Мы это построим», — сказала архитектор Анна Быкова.", "uk")
    assert (found.speaker, found.language) == ("архитектор Анна Быкова", "ru")
