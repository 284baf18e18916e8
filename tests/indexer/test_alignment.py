"""Aligning two versions of a text: the law of alignments, what is found, and bounded work."""

from hypothesis import given
from hypothesis import strategies as st

from indexer import alignment
from indexer.alignment import Unit, align

units = st.lists(
    st.builds(Unit, st.integers(0, 2_000), st.frozensets(st.sampled_from(["2024", "f-16", "name:kv:kyiv"]))),
    max_size=25,
)


def pairs(beads):
    return [(left, right) for bead in beads for left in bead.left for right in bead.right]


@given(units, units)
def test_every_unit_is_in_one_bead_in_order(left, right):
    beads = align(left, right)
    if left and right:
        assert [number for bead in beads for number in bead.left] == list(range(len(left)))
        assert [number for bead in beads for number in bead.right] == list(range(len(right)))
    else:
        assert not beads


@given(units)
def test_text_aligns_with_itself(text):
    text = [Unit(unit.length + 1, unit.anchors) for unit in text]
    assert pairs(align(text, text)) == [(number, number) for number in range(len(text))]


def test_paragraph_that_was_left_out_has_no_other_side():
    left = [Unit(100, frozenset()), Unit(700, frozenset()), Unit(90, frozenset()), Unit(310, frozenset())]
    right = [left[0], left[2], left[3]]
    assert pairs(align(left, right)) == [(0, 0), (2, 1), (3, 2)]


def test_number_decides_where_lengths_do_not():
    plain, marked = Unit(100, frozenset()), Unit(100, frozenset({"2024"}))
    assert pairs(align([plain, plain, marked], [marked])) == [(2, 0)]
    assert pairs(align([marked, plain, plain], [marked])) == [(0, 0)]


def test_long_texts_take_bounded_work():
    text = [Unit(50, frozenset())] * 50_000
    beads = align(text, text)
    assert sum(len(bead.left) for bead in beads) == alignment._MAX_UNITS
