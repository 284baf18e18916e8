"""Text to tree: the cases in tests/cases/query/trees.json, the limits, and what holds for every text."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from search.query import MAX_QUERY_CHARACTERS, NOTICE_MESSAGES, And, Phrase, Word, describe, parse_query, show
from search.query.lexer import MAX_DEPTH, MAX_WORDS
from search.query.notices import MAX_NOTICE_TEXT_CHARACTERS, MAX_NOTICES_OF_A_KIND

TODAY = date(2026, 3, 15)
CASES = json.loads((Path(__file__).parents[2] / "cases" / "query" / "trees.json").read_text(encoding="utf-8"))

# What the language gives a meaning to, and some of what it does not: random sequences of these find what random
# characters never would.
PIECES = (
    *"()\"«»„“”*|~-–—:,.!'+№/ ",
    *("київ", "a", 'об"єкт', "1,5", "x:y", "пре", "3", "́", "\0", "\ud800", "\u200b", "\n", " ", " "),
    *("AND", "OR", "НЕ", "І", " -", "title:", "Тег: ", "section:", "date:", "until: ", "language:", "id:", "статус:"),
    *("2024-05", "2024", "..", "2024-13", "yesterday", "uk", "de", "https://a.b/c?d=1,2"),
)
queries = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=60)


def codes(text: str) -> list[str]:
    return [notice.code for notice in parse_query(text, TODAY).notices]


@pytest.mark.parametrize("case", CASES, ids=[case["label"] for case in CASES])
def test_query_is_read_as_its_case_says(case: dict[str, Any]) -> None:
    parsed = parse_query(case["query"], TODAY)
    assert describe(parsed.tree) == case["tree"]
    assert [notice.code for notice in parsed.notices] == case.get("notices", [])


def test_case_labels_are_unique() -> None:
    labels = [case["label"] for case in CASES]
    assert len(labels) == len(set(labels))


def test_every_notice_has_a_case() -> None:
    seen = {code for case in CASES for code in case.get("notices", [])}
    # These have tests of their own.
    assert seen | {"query-cut", "too-many-words", "left-out"} == set(NOTICE_MESSAGES)


@given(queries)
@example('"' * 50)
@example("title:НЕ* date:2024-13!")
@settings(max_examples=400, deadline=None)
def test_any_text_is_a_query_and_its_printed_form_means_the_same(text: str) -> None:
    tree = parse_query(text, TODAY).tree
    assert describe(parse_query(show(tree), TODAY).tree) == describe(tree)
    assert show(parse_query(show(tree), TODAY).tree) == show(tree)


@given(queries)
@settings(max_examples=200, deadline=None)
def test_notices_point_into_the_query(text: str) -> None:
    for notice in parse_query(text, TODAY).notices:
        assert 0 <= notice.start <= notice.end <= len(text)
        assert notice.message.encode()  # a lone surrogate would not do
        assert "{text}" not in notice.message or "{text}" in text


@given(queries)
@settings(max_examples=200, deadline=None)
def test_words_stand_where_their_offsets_say(text: str) -> None:
    tree = parse_query(text, TODAY).tree
    for node in tree.children if isinstance(tree, And) else (tree,):
        if isinstance(node, Word):
            assert text[node.start : node.end].replace('"', "'") == node.text


def test_offsets_of_a_field_include_its_name_and_its_value() -> None:
    query = 'війна -автор: "Іван Франко"~2 рубрика:Спорт date:2024 заголовок:(a b)'
    tree = parse_query(query, TODAY).tree
    assert isinstance(tree, And)
    author, *others = tree.children[1:]
    author = author.child  # type: ignore[union-attr]
    assert query[author.start : author.end] == 'автор: "Іван Франко"~2'
    assert query[author.child.start : author.child.end] == '"Іван Франко"~2'
    assert [query[node.start : node.end] for node in others] == ["рубрика:Спорт", "date:2024", "заголовок:(a b)"]


@pytest.mark.parametrize(
    "garbage",
    [
        *(
            "(",
            ")",
            "()",
            '"',
            "«",
            "„",
            "-",
            "*",
            "|",
            "~",
            ":",
            "-(",
            '-"',
            "title:(",
            "title: ",
            "section:",
            "date:",
        ),
        *("NOT ", "AND ", "НЕ (", "a ", "a|", "(a OR ", '"a', "\0", "🙂", "a", "1,", "x:", "\ud800"),
    ],
)
def test_ten_thousand_characters_of_garbage_are_a_query(garbage: str) -> None:
    text = (garbage * 10_000)[:10_000]
    parsed = parse_query(text, TODAY)
    describe(parsed.tree)
    show(parsed.tree)
    assert "query-cut" in [notice.code for notice in parsed.notices]


def test_brackets_as_deep_as_the_limit_count() -> None:
    inner = "a OR b"
    for _ in range(MAX_DEPTH // 2):
        inner = f"c (d OR e ({inner}))"
    parsed = parse_query(inner, TODAY)
    assert not parsed.notices
    assert describe(parse_query(show(parsed.tree), TODAY).tree) == describe(parsed.tree)
    assert codes(f"({inner})") == ["too-deep"]


def test_long_query_is_cut_at_the_end_of_a_word() -> None:
    kept = "ab " * (MAX_QUERY_CHARACTERS // 30) + '"' + "x" * (MAX_QUERY_CHARACTERS * 9 // 10 - 20)
    parsed = parse_query(f'{kept} yy" {"z" * 200}', TODAY)
    cut = next(notice for notice in parsed.notices if notice.code == "query-cut")
    assert cut.start == len(kept) + 4
    assert len(cut.text) <= MAX_NOTICE_TEXT_CHARACTERS
    assert "z" not in show(parsed.tree)


def test_query_of_the_greatest_length_is_not_cut() -> None:
    assert codes("x" * MAX_QUERY_CHARACTERS) == []
    assert codes("x" * (MAX_QUERY_CHARACTERS + 1)) == ["query-cut"]


def test_words_over_the_limit_are_not_searched() -> None:
    words = [f"w{number}" for number in range(MAX_WORDS + 3)]
    assert codes(" ".join(words[:MAX_WORDS])) == []
    parsed = parse_query("(" + " OR ".join(words) + ")", TODAY)
    assert describe(parsed.tree) == f"or({', '.join(words[:MAX_WORDS])})"
    assert [notice.code for notice in parsed.notices] == ["too-many-words"]


def test_phrase_over_the_limit_is_cut() -> None:
    words = [f"w{number}" for number in range(MAX_WORDS + 3)]
    parsed = parse_query(f'"{" ".join(words)}" x', TODAY)
    assert isinstance(parsed.tree, Phrase)
    assert parsed.tree.text.split() == words[:MAX_WORDS]
    assert [notice.code for notice in parsed.notices] == ["too-many-words"]


def test_a_kind_of_notice_is_given_a_few_times_only() -> None:
    assert codes(") " * 100 + "a") == ["unbalanced-bracket"] * MAX_NOTICES_OF_A_KIND


def test_notice_quotes_the_piece_it_is_about() -> None:
    (notice,) = parse_query("мир autor:Франко", TODAY).notices
    assert (notice.text, notice.start, notice.end) == ("autor:Франко", 4, 16)
    assert notice.message == "There is no such field; “autor:Франко” was searched as words."
