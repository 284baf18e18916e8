"""Date expressions: the cases in tests/cases/query/dates.json and not-dates.json."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.query import parse_query
from search.query.dates import Limits, parse_dates
from search.query.fields import DATE_FIELDS

TODAY = date(2026, 3, 15)
CASES_FOLDER = Path(__file__).parents[2] / "cases" / "query"
CASES = json.loads((CASES_FOLDER / "dates.json").read_text(encoding="utf-8"))
NOT_DATES = json.loads((CASES_FOLDER / "not-dates.json").read_text(encoding="utf-8"))


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_date_expression_sets_the_limits_of_its_case(case: dict[str, Any]) -> None:
    expected = Limits(moment(case["since"]), moment(case["until"]))
    assert parse_dates(case["field"], case["text"], TODAY) == expected


@pytest.mark.parametrize("text", NOT_DATES)
@pytest.mark.parametrize("field", DATE_FIELDS)
def test_what_is_no_date_is_refused(field: str, text: str) -> None:
    assert parse_dates(field, text, TODAY) is None


@pytest.mark.parametrize("field", ["since", "until", "after", "before"])
def test_a_range_is_no_single_date(field: str) -> None:
    assert parse_dates(field, "2024..2025", TODAY) is None


@pytest.mark.parametrize("today", [date.min, date.max])
def test_a_clock_at_the_end_of_the_calendar_does_not_raise(today: date) -> None:
    for field in DATE_FIELDS:
        assert parse_dates(field, "yesterday", today) is None
        assert parse_dates(field, "today", today) is None
    assert parse_query("date:yesterday", today).notices[0].code == "bad-date"


@given(st.text("0123456789.-–…TВчораtodyse", max_size=24), st.sampled_from(DATE_FIELDS))
@settings(max_examples=200, deadline=None)
def test_limits_are_in_order_and_in_utc(text: str, field: str) -> None:
    limits = parse_dates(field, text, TODAY)
    if limits is None:
        return
    assert limits.since or limits.until
    assert all(str(limit.tzinfo) == "UTC" for limit in limits if limit)
    if limits.since and limits.until:
        assert limits.since < limits.until
