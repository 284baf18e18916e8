"""Known ids beside a dict of them."""

from hypothesis import given
from hypothesis import strategies as st

from indexer import known_ids
from indexer.known_ids import KnownIds

NUMBERS = st.integers(0, 2**64 - 1)


@given(st.lists(st.tuples(st.text("ab", max_size=4), NUMBERS), max_size=200), st.integers(1, 9))
def test_they_are_what_a_dict_of_them_is(puts, in_dict):
    known, expected = KnownIds(), {}
    before, known_ids._IN_DICT = known_ids._IN_DICT, in_dict
    try:
        for identifier, number in puts:
            assert known.put(identifier, number) == expected.get(identifier)
            expected[identifier] = number
            assert len(known) == len(expected)
    finally:
        known_ids._IN_DICT = before
    assert {each: known.get(each) for each in expected} == expected
    assert known.get("absent") is None
