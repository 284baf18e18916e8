"""Times named in words: the cases in tests/cases/query/dates.tsv, and what holds for every query."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.query import And, DateRange, Node, Or, describe, parse_query, show
from search.query import calendar_words as words
from search.query.date_phrases import DATES, MAX_WORDS_BESIDE
from search.query.date_rules import MIN_PHRASE_YEAR, read_date
from search.query.dates import MAX_YEAR, MIN_YEAR, Limits, kyiv_days, parse_dates
from search.query.nodes import InField, Not, all_of

TODAY = date(2026, 11, 23)
CASES_FILE = Path(__file__).parents[2] / "cases" / "query" / "dates.tsv"


class Case(NamedTuple):
    query: str
    today: date
    days: str
    rest: str


def cases() -> Iterator[Case]:
    for line in CASES_FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            query, today, days, *rest = line.split("\t")
            yield Case(query, date.fromisoformat(today), days, "".join(rest))


CASES = list(cases())


def leaves(node: Node) -> Iterator[Node]:
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child)
        case Not(child) | InField(_, child):
            yield from leaves(child)
        case _:
            yield node


def days_of(node: DateRange) -> str:
    first, last = kyiv_days(Limits(node.since, node.until))
    return f"{first or ''}..{last or ''}"


@pytest.mark.parametrize("case", CASES, ids=[f"{case.query} ({case.today})" for case in CASES])
def test_time_is_read_as_its_case_says(case: Case) -> None:
    parsed = parse_query(case.query, case.today)
    ranges = [node for node in leaves(parsed.tree) if isinstance(node, DateRange)]
    assert ([days_of(node) for node in ranges] or ["-"]) == [case.days]
    others = all_of(node for node in leaves(parsed.tree) if not isinstance(node, DateRange))
    assert show(others) == (case.rest or ("*" if ranges else show(parse_query(case.query, case.today).tree)))


def test_cases_are_many_and_each_is_there_once() -> None:
    assert len(CASES) >= 150
    assert len({(case.query, case.today) for case in CASES}) == len(CASES)
    assert sum(case.days == "-" for case in CASES) >= 75


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("удар минулого тижня АБО вибори", "or(and(удар, dates(2026-11-16..2026-11-22)), вибори)"),
        ("(удар торік) АБО вибори", "or(and(удар, dates(2025-01-01..2025-12-31)), вибори)"),
        ("у липні АБО у серпні", "or(dates(2026-07-01..2026-07-31), dates(2026-08-01..2026-08-31))"),
        ("футбол -спорт минулого тижня", "and(футбол, not(спорт), dates(2026-11-16..2026-11-22))"),
        ("title:мир минулого тижня", "and(in(title, мир), dates(2026-11-16..2026-11-22))"),
        ('"мирний план" торік', 'and(phrase("мирний план"), dates(2025-01-01..2025-12-31))'),
        ('"минулого тижня"', 'phrase("минулого тижня")'),
        ("-вчора", "not(вчора)"),
        ("удар -(минулого тижня)", "and(удар, not(and(минулого, тижня)))"),
        ("title:вчора", "in(title, вчора)"),
        ("title:(минулого тижня)", "in(title, and(минулого, тижня))"),
        ("рубрика:Торік", 'exact(section, "Торік")'),
        ("минулого тижня since:2024", "and(минулого, тижня, dates(2024-01-01..))"),
        ("вчора -date:2024", "and(вчора, not(dates(2024-01-01..2024-12-31)))"),
        ("торік АБО (вибори date:2024)", "or(торік, and(вибори, dates(2024-01-01..2024-12-31)))"),
        ("торік у середу", "and(торік, у, середу)"),
        ("цього року минулого тижня", "and(dates(2026-01-01..2026-12-31), dates(2026-11-16..2026-11-22))"),
    ],
)
def test_place_in_the_query_decides(query: str, tree: str) -> None:
    assert describe(parse_query(query, TODAY).tree) == tree


def test_phrase_says_where_it_stands_and_what_it_means() -> None:
    query = "Обстріл (на МИНУЛОМУ  тижні)! Харків"
    (phrase,) = parse_query(query, TODAY).date_phrases
    assert (phrase.id, phrase.text, phrase.on) == ("dates:на минулому тижні", "на МИНУЛОМУ  тижні", True)
    assert query[phrase.start : phrase.end] == phrase.text
    assert (phrase.since, phrase.until) == parse_dates("date", "2026-11-16..2026-11-22", TODAY)


def test_range_from_words_can_be_told_from_a_field() -> None:
    assert [parse_query(query, TODAY).tree.phrase for query in ("торік", "date:2025")] == [True, False]  # type: ignore[union-attr]


@pytest.mark.parametrize("without", [{DATES}, {"dates:торік"}, ["dates:торік", "names:x"]])
def test_phrase_that_is_switched_off_stays_words(without: set[str]) -> None:
    parsed = parse_query("обстріл торік", TODAY, without=without)
    assert describe(parsed.tree) == "and(обстріл, торік)"
    assert [(phrase.id, phrase.on) for phrase in parsed.date_phrases] == [("dates:торік", False)]


def test_one_phrase_can_be_switched_off_and_another_stay() -> None:
    parsed = parse_query("цього року минулого тижня", TODAY, without={"dates:цього року"})
    assert describe(parsed.tree) == "and(цього, року, dates(2026-11-16..2026-11-22))"
    assert [phrase.on for phrase in parsed.date_phrases] == [False, True]


def test_words_that_a_date_field_cannot_read_may_be_a_phrase() -> None:
    parsed = parse_query("date:(last week) budget", TODAY)
    assert describe(parsed.tree) == "and(dates(2026-11-16..2026-11-22), budget)"
    assert not parsed.notices
    assert parse_query("date:(last chance)", TODAY).notices


def test_long_text_tells_of_a_time() -> None:
    beside = " ".join(["слово"] * MAX_WORDS_BESIDE)
    assert parse_query(f"{beside} торік", TODAY).date_phrases
    assert not parse_query(f"{beside} слово торік", TODAY).date_phrases


def test_years_before_news_on_line_stay_words() -> None:
    assert parse_query(f"у {MIN_PHRASE_YEAR} році", TODAY).date_phrases
    assert not parse_query(f"у {MIN_PHRASE_YEAR - 1} році", TODAY).date_phrases


PIECES = (
    *words.MONTHS,
    *words.WEEKDAYS,
    *words.SEASONS,
    *words.DAYS_AGO,
    *words.YEARS_AGO,
    *words.AGO,
    *words.ROLLING,
    *words.COUNTED_UNITS,
    *words.YEAR_WORDS,
    *words.NUMBERS,
)
SMALL_WORDS = (
    *("у", "в", "во", "на", "за", "з", "с", "по", "до", "від", "між", "і", "між", "после", "після", "тому", "назад"),
    *("in", "on", "of", "the", "since", "from", "to", "between", "and", "before", "after", "ago", "last", "past"),
    *("1", "15", "31", "29", "24th", "1-15", "2024", "2022-2023", "2030", "24.02.2022", "2024-02-30", "0", "999"),
    *('"', "(", ")", "-", " - ", "OR", "І", "title:", "date:", "київ", "війна", "Yesterday", "8 400", "*", ","),
)
queries = st.lists(st.one_of(st.sampled_from(PIECES), st.sampled_from(SMALL_WORDS)), max_size=12).map(" ".join)
todays = st.dates(date(MIN_YEAR, 1, 1), date(MAX_YEAR, 12, 31))


@given(queries, todays)
@example("24 лютого року минулого", date(2024, 2, 29))
@settings(max_examples=400, deadline=None)
def test_without_dates_the_words_are_words(query: str, today: date) -> None:
    plain = parse_query(query, today, without=(DATES,))
    assert not any(isinstance(node, DateRange) and node.phrase for node in leaves(plain.tree))
    applied = parse_query(query, today)
    assert set(applied.notices) <= set(plain.notices)
    if not any(phrase.on for phrase in applied.date_phrases):
        assert applied.tree == plain.tree


@given(queries, todays, st.booleans())
@settings(max_examples=400, deadline=None)
def test_printed_query_means_the_same(query: str, today: date, on: bool) -> None:
    without = () if on else (DATES,)
    tree = parse_query(query, today, without=without).tree
    again = parse_query(show(tree), today, without=without)
    assert describe(again.tree) == describe(tree)


@given(queries, todays)
@settings(max_examples=400, deadline=None)
def test_phrases_stand_in_the_query_one_after_another(query: str, today: date) -> None:
    parsed = parse_query(query, today)
    end = 0
    for phrase in parsed.date_phrases:
        assert end <= phrase.start < phrase.end
        assert query[phrase.start : phrase.end] == phrase.text
        assert phrase.id.startswith(f"{DATES}:")
        assert phrase.since or phrase.until
        end = phrase.end
    ranges = [node for node in leaves(parsed.tree) if isinstance(node, DateRange) and node.phrase]
    assert [(node.since, node.until, node.start, node.end) for node in ranges] == [
        (phrase.since, phrase.until, phrase.start, phrase.end) for phrase in parsed.date_phrases if phrase.on
    ]


@given(queries, todays)
@settings(max_examples=300, deadline=None)
def test_what_is_read_has_begun(query: str, today: date) -> None:
    folded = query.split()
    for start in range(len(folded)):
        reading = read_date(folded, folded, start, today)
        if reading is None:
            continue
        assert 1 <= reading.length <= len(folded) - start
        if reading.span:
            first, last = reading.span
            assert first is None or first <= today
            assert first is None or last is None or first <= last


@pytest.mark.parametrize("today", [date.min, date.max, date(1, 3, 1), date(9999, 12, 1)])
@pytest.mark.parametrize("case", CASES[::7], ids=[case.query for case in CASES[::7]])
def test_a_clock_at_the_end_of_the_calendar_does_not_raise(case: Case, today: date) -> None:
    parsed = parse_query(case.query, today)
    assert describe(parse_query(show(parsed.tree), today).tree) == describe(parsed.tree)
