"""Tables of strings: everything is found that is there, nothing else, and kept strings stay in order."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from search.columnar.strings import (
    HashedStrings,
    Strings,
    WantedStrings,
    hashed_string_arrays,
    kept_string_arrays,
    string_arrays,
)

strings = st.lists(st.binary(max_size=6))


@given(strings)
def test_table_gives_back_its_strings(table):
    found = Strings(string_arrays("t", table), "t")
    assert list(found) == table
    assert [found[number] for number in range(len(found))] == table


@given(strings, st.binary(max_size=6))
def test_hash_finds_the_last_of_equal_strings_and_nothing_else(table, other):
    found = HashedStrings(hashed_string_arrays("t", table), "t")
    for string in (*table, other):
        last = max((number for number, each in enumerate(table) if each == string), default=None)
        assert found.find(string) == last


@given(strings, strings)
def test_strings_looked_for_together_are_found_as_one_by_one(table, wanted):
    found = HashedStrings(hashed_string_arrays("t", table), "t")
    numbers = found.find_all(WantedStrings([*table, *wanted])).tolist()
    assert [None if number < 0 else number for number in numbers] == [found.find(each) for each in (*table, *wanted)]


@given(st.lists(st.text("абв", max_size=4), unique=True), st.text("абв", max_size=4))
def test_a_string_of_a_sorted_table_has_its_number(table, other):
    table = sorted(word.encode() for word in table)
    strings = Strings(string_arrays("t", table), "t")
    assert [strings.number_of(word) for word in table] == list(range(len(table)))
    assert (strings.number_of(other.encode()) is None) == (other.encode() not in table)


@given(st.lists(st.text("абв", max_size=4), unique=True), st.text("абв", max_size=3))
def test_prefix_range_is_what_begins_so(words, prefix):
    table = sorted(word.encode() for word in words)
    numbers = Strings(string_arrays("t", table), "t").prefix_range(prefix.encode())
    assert list(numbers) == [number for number, word in enumerate(table) if word.startswith(prefix.encode())]


@given(st.lists(st.lists(st.tuples(st.binary(max_size=4), st.booleans())), min_size=1, max_size=3))
def test_kept_strings_follow_each_other(parts):
    tables = [Strings(string_arrays("t", [string for string, _ in part]), "t") for part in parts]
    kept = [np.array([keep for _, keep in part], dtype=bool) for part in parts]
    merged = Strings(kept_string_arrays("m", tables, kept), "m")
    assert list(merged) == [string for part in parts for string, keep in part if keep]
