"""Sentences and paragraphs: cases in ``tests/cases/sentences.json``, laws for any text."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.language import paragraphs, sentences

CASES = json.loads((Path(__file__).parents[2] / "cases" / "sentences.json").read_text(encoding="utf-8"))

prose = st.text(alphabet=st.sampled_from("аЯяBb1 .!?…»)«—\n\r\u2028\t")) | st.text()


def cut(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['language']}: {case['label']}")
def test_sentences_of_case(case: dict[str, Any]) -> None:
    text = " ".join(case["sentences"])
    assert cut(text, sentences(text)) == case["sentences"]


def test_line_break_ends_a_sentence_without_a_full_stop() -> None:
    text = "Заголовок без крапки\nПерший рядок\r\nДругий"
    assert cut(text, sentences(text)) == ["Заголовок без крапки", "Перший рядок", "Другий"]


def test_line_break_ends_a_sentence_after_an_abbreviation() -> None:
    assert len(sentences("і т. д.\nДалі")) == 2


@pytest.mark.parametrize("text", ["", " \n\t ", "\u2028"])
def test_blank_text_has_neither_sentences_nor_paragraphs(text: str) -> None:
    assert sentences(text) == []
    assert paragraphs(text) == []


def test_blank_line_of_spaces_parts_paragraphs() -> None:
    text = "Один\nодин \n \t\n Два\r\n\r\nТри"
    assert cut(text, paragraphs(text)) == ["Один\nодин", "Два", "Три"]


def test_line_of_full_stops_is_read_in_one_go() -> None:
    assert sentences("." * 1_000_000 + " А") == [(0, 1_000_000), (1_000_001, 1_000_002)]


@given(prose)
@settings(deadline=None, max_examples=200)
def test_sentences_and_paragraphs_cover_all_but_white_space(text: str) -> None:
    for spans in (sentences(text), paragraphs(text)):
        covered = "".join(cut(text, spans))
        assert "".join(covered.split()) == "".join(text.split())
        assert all(start < end for start, end in spans)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
        assert all(piece == piece.strip() for piece in cut(text, spans))


@given(prose)
@settings(deadline=None, max_examples=100)
def test_every_sentence_lies_in_one_paragraph(text: str) -> None:
    spans = paragraphs(text)
    assert all(any(first <= start and end <= last for first, last in spans) for start, end in sentences(text))
