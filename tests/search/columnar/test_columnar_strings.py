"""Tables of strings: everything is found that is there, nothing else, and kept strings stay in order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.columnar import strings as columnar_strings
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


@pytest.mark.parametrize("few", [0, 3, 100])
@given(strings, strings)
def test_the_last_of_equal_strings_is_found_and_nothing_else(few, table, others):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(columnar_strings, "_FEW_STRINGS", few)
        found = HashedStrings(hashed_string_arrays("t", table), "t")
        last = {string: number for number, string in enumerate(table)}
        wanted = [*table, *others]
        assert [found.find(string) for string in wanted] == [last.get(string) for string in wanted]
        together = found.find_all(WantedStrings(wanted)).tolist()
        assert together == [last.get(string, -1) for string in wanted]


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
