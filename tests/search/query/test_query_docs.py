"""docs/query-language.md says what the code does: its examples, fields, notices and limits."""

import re
from datetime import date
from pathlib import Path

import pytest

from search.query import MAX_QUERY_CHARACTERS, NOTICE_MESSAGES, describe, parse_query
from search.query.date_phrases import MAX_WORDS_BESIDE
from search.query.date_rules import MIN_PHRASE_YEAR
from search.query.dates import MAX_YEAR, MIN_YEAR
from search.query.fields import DATE_FIELDS, FIELD_ALIASES, KEYWORD_FIELDS, TEXT_FIELDS, find_field
from search.query.lexer import MAX_DEPTH, MAX_SLOP, MAX_WORDS, MIN_PREFIX_LETTERS
from search.query.marks import OPERATORS
from search.query.notices import MAX_NOTICES_OF_A_KIND

TODAY = date(2026, 3, 15)
DOCS = (Path(__file__).parents[3] / "docs" / "query-language.md").read_text(encoding="utf-8")


def tables(header: str) -> list[list[str]]:
    """Return the rows of all tables whose header line begins like this; ``\\|`` in a cell is a bar."""
    rows: list[list[str]] = []
    for block in re.findall(rf"^\| *{re.escape(header)}.*\n\|[-|]+\n((?:\|.*\n)+)", DOCS, re.MULTILINE):
        for line in block.splitlines():
            cells = re.split(r"(?<!\\)\|", line)[1:-1]
            rows.append([cell.strip().replace("\\|", "|") for cell in cells])
    return rows


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


EXAMPLES = [(codes(typed)[0], codes(read)[0]) for typed, _, read in tables("You type")]


@pytest.mark.parametrize(("typed", "read"), EXAMPLES)
def test_example_is_read_as_the_docs_say(typed: str, read: str) -> None:
    parsed = parse_query(typed, TODAY)
    assert describe(parsed.tree) == read
    assert not parsed.notices


def test_docs_have_the_examples_of_all_tables() -> None:
    assert len(EXAMPLES) == 35 + 19 + 22


def test_docs_list_every_field_with_its_other_names() -> None:
    listed = {
        codes(name)[0].rstrip(":"): tuple(n.rstrip(":") for n in codes(also)) for name, also, _ in tables("Field")
    }
    assert listed == FIELD_ALIASES
    assert tuple(listed) == (*TEXT_FIELDS, *KEYWORD_FIELDS, *DATE_FIELDS)


def test_no_two_fields_share_a_name() -> None:
    for field, aliases in FIELD_ALIASES.items():
        assert {find_field(name) for name in (field, *aliases)} == {field}


def test_docs_list_every_notice() -> None:
    assert [codes(code)[0] for code, _ in tables("Code")] == list(NOTICE_MESSAGES)


def test_docs_list_every_operator() -> None:
    listed = {word for row in tables("| English") for cell in row[1:4] for word in codes(cell)}
    assert listed == set(OPERATORS)


def test_docs_give_the_limits() -> None:
    limits = [int(value) for _, value in tables("Limit")]
    assert limits == [MAX_QUERY_CHARACTERS, MAX_WORDS, MAX_DEPTH, MAX_SLOP, MIN_PREFIX_LETTERS]
    assert f"Years go from {MIN_YEAR} to {MAX_YEAR}." in DOCS
    assert f"a\n  year before {MIN_PHRASE_YEAR}," in DOCS
    assert f"With more than {MAX_WORDS_BESIDE} words beside it" in DOCS
    assert f"At most {MAX_NOTICES_OF_A_KIND} of one kind are given." in DOCS


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("a b OR c", "or(and(a, b), c)"),
        ("(a b) OR c", "or(and(a, b), c)"),
        ("OR Київ", "Київ"),
        ("РОСІЯ І УКРАЇНА", "and(РОСІЯ, УКРАЇНА)"),
        ("Київ - Львів", "and(Київ, Львів)"),
        ("–футбол", "not(футбол)"),
        ('об"єкт', "об'єкт"),
        ("until:2024", "dates(..2024-12-31)"),
        ("before:2024", "dates(..2023-12-31)"),
        ("next week", "and(next, week)"),
        ("in 2030", "and(in, 2030)"),
        ("date:1998", "dates(1998-01-01..1998-12-31)"),
        ("липень", "липень"),
        ("May", "May"),
        ("2024", "2024"),
        ("у липні і у серпні", "and(у, липні, і, у, серпні)"),
        ("удар торік OR вибори", "or(and(удар, dates(2025-01-01..2025-12-31)), вибори)"),
    ],
)
def test_examples_in_the_prose_are_true(query: str, read: str) -> None:
    assert f"`{query}`" in DOCS
    assert describe(parse_query(query, TODAY).tree) == read
