"""Looser readings: the cases in tests/cases/query/relaxed.json, and what holds for every tree."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.query import describe, parse_query, show
from search.query.date_phrases import DATES
from search.query.relaxing import MAX_RELAXED, relaxed

TODAY = date(2026, 3, 15)
CASES = json.loads((Path(__file__).parents[2] / "cases" / "query" / "relaxed.json").read_text(encoding="utf-8"))
KINDS = ["phrase", "field", "date", "filter", "exclusion", "word", "any"]

PIECES = (
    *(
        "київ",
        "мир",
        "план",
        "перемов*",
        "5",
        "400",
        "торік",
        "минулого",
        "тижня",
        "у",
        "липні",
        "2024",
        "цієї",
        "весни",
    ),
    *('"мирний план"', '"минулого тижня"', '"НЕ 5 400"', '"title:a -b c*"', '"AND"', "«Києві»~2"),
    *("title:мир", 'author:"Іван Франко"', "section:Спорт", "language:uk", "date:2024", "since:2022", "title:", "*"),
    *("(", ")", "-", "OR", "НЕ", "І", "-спорт"),
)
queries = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_query_is_relaxed_as_its_case_says(case: dict[str, Any]) -> None:
    readings = relaxed(parse_query(case["query"], TODAY).tree)
    assert [[reading.kind, reading.text, reading.query] for reading in readings] == case["relaxed"]


def test_every_kind_has_a_case() -> None:
    assert {kind for case in CASES for kind, _, _ in case["relaxed"]} == set(KINDS)


@given(queries)
@settings(max_examples=400, deadline=None)
def test_readings_are_few_different_and_closest_first(query: str) -> None:
    tree = parse_query(query, TODAY).tree
    readings = relaxed(tree)
    assert len(readings) <= MAX_RELAXED
    shown = [reading.query for reading in readings]
    assert len({show(tree), *shown}) == len(shown) + 1
    places = [KINDS.index(reading.kind) for reading in readings]
    assert places == sorted(places)


@given(queries, st.booleans(), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
@example("весни 2024 date:2024 торік", True, date(2001, 1, 1))  # when both have come, they exclude each other
@settings(max_examples=400, deadline=None)
def test_reading_is_what_the_parser_makes_of_its_query(query: str, on: bool, today: date) -> None:
    without = () if on else (DATES,)
    for reading in relaxed(parse_query(query, today, without=without).tree):
        assert describe(parse_query(reading.query, today, without=without).tree) == describe(reading.tree)


def test_the_loosest_reading_of_a_long_query_has_its_place() -> None:
    readings = relaxed(parse_query(" ".join(f"слово{number}" for number in range(30)), TODAY).tree)
    assert len(readings) == MAX_RELAXED
    assert [reading.kind for reading in readings] == ["word"] * (MAX_RELAXED - 1) + ["any"]


def test_words_of_a_switched_off_time_are_relaxed_like_others() -> None:
    tree = parse_query("обстріл торік", TODAY, without=(DATES,)).tree
    assert [reading.query for reading in relaxed(tree)] == ["торік", "обстріл", "обстріл OR торік"]
