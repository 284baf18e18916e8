"""Tree to text: what is printed parses to the same tree."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search.query import (
    And,
    DateRange,
    Everything,
    Exact,
    Node,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Word,
    describe,
    parse_query,
    show,
)
from search.query.dates import MAX_YEAR, MIN_YEAR, parse_dates
from search.query.fields import TEXT_FIELDS
from search.query.marks import OPERATORS
from search.query.nodes import all_of, any_of, in_field, negated

TODAY = date(2026, 3, 15)

words = st.text("абвгіїє'ABCxyz012-", min_size=2, max_size=6).filter(
    lambda text: text[0].isalnum() and text[-1].isalnum() and text not in OPERATORS
)
days = st.dates(date(MIN_YEAR, 1, 1), date(MAX_YEAR, 12, 31))


@st.composite
def date_ranges(draw: st.DrawFn) -> DateRange:
    first, last = sorted((draw(days), draw(days)))
    text = draw(
        st.sampled_from((f"{first}..{last}", f"{first}..", f"..{last}", f"{first}", f"{first:%Y}", f"{first:%m.%Y}"))
    )
    limits = parse_dates("date", text, TODAY)
    assert limits
    return DateRange(limits.since, limits.until, 0, 0)


leaves: st.SearchStrategy[Node] = st.one_of(
    words.map(lambda text: Word(text, 0, 0)),
    words.map(lambda text: Prefix(text, 0, 0)),
    st.builds(
        lambda texts, slop: Phrase(" ".join(texts), 0, 0, slop),
        st.lists(words, min_size=1, max_size=3),
        st.integers(0, 9),
    ),
    st.builds(
        Exact,
        st.sampled_from(("section", "source", "id", "status")),
        st.sampled_from(("Спорт", "a b", 'x "y"', "-5", "a*", "https://a.b/(c)|d,")),
        st.just(0),
        st.just(0),
    ),
    date_ranges(),
    st.builds(Everything),
    st.builds(Nothing),
)


def grown(smaller: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(smaller, min_size=2, max_size=3)
    return st.one_of(
        several.map(all_of),
        several.map(any_of),
        smaller.map(negated),
        st.builds(in_field, st.sampled_from(TEXT_FIELDS), smaller, st.just(0), st.just(0)),
    )


@given(st.recursive(leaves, grown, max_leaves=8))
@settings(max_examples=300, deadline=None)
def test_printed_tree_parses_to_the_same_tree(tree: Node) -> None:
    parsed = parse_query(show(tree), TODAY)
    assert describe(parsed.tree) == describe(tree)


@given(date_ranges())
@settings(max_examples=200, deadline=None)
def test_printed_dates_are_the_same_moments(dates: DateRange) -> None:
    parsed = parse_query(show(dates), TODAY).tree
    assert isinstance(parsed, DateRange)
    assert (parsed.since, parsed.until) == (dates.since, dates.until)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("київ львів | одеса", "київ AND львів OR одеса"),
        ("заголовок: мир І (план АБО «мирна угода») –спорт", 'title:мир (план OR "мирна угода") -спорт'),
        ("мова:ua рубрика:«Світ і політика»", 'language:uk section:"Світ і політика"'),
        ("вчора..сьогодні дата:вчора..сьогодні", "вчора..сьогодні date:2026-03-14..2026-03-15"),
        ("дата:2024-01..2024-12 від:05.2024 до:2024", "date:2024 since:2024-05-01 until:2024-12-31"),
        ("після:2024 перед:17.05.2026", "since:2025-01-01 until:2026-05-16"),
        ("", "*"),
        ("?", "-*"),
    ],
)
def test_query_is_shown_in_its_canonical_form(query: str, shown: str) -> None:
    assert show(parse_query(query, TODAY).tree) == shown


def test_limits_within_a_day_are_shown_as_the_whole_day() -> None:
    morning, noon = (datetime(2024, 5, 17, hour, tzinfo=UTC) for hour in (6, 9))
    assert show(DateRange(morning, noon, 0, 0)) == "date:2024-05-17"
    assert show(DateRange(None, noon, 0, 0)) == "until:2024-05-17"


def test_constructors_keep_the_tree_simple() -> None:
    a, b, c = (Word(text, 0, 1) for text in "abc")
    assert all_of([all_of([a, b]), c]) == And((a, b, c))
    assert any_of([a, any_of([b, c])]) == Or((a, b, c))
    assert (all_of([]), any_of([]), all_of([a]), any_of([a])) == (Everything(), Nothing(), a, a)
    assert (all_of([a, Nothing()]), any_of([a, Everything()])) == (Nothing(), Everything())
    assert (negated(Everything()), negated(Nothing()), negated(negated(a))) == (Nothing(), Everything(), a)
    exact = Exact("section", "Спорт", 0, 1)
    assert in_field("title", exact, 0, 1) == exact
    assert in_field("title", negated(a), 0, 1) == negated(in_field("title", a, 0, 1))


def test_numbers_that_are_two_are_printed_as_two() -> None:
    assert show(parse_query("5, 400 грн", TODAY).tree) == "5 AND 400 грн"
    assert show(parse_query("5 400 грн", TODAY).tree) == "5 400 грн"
