"""Which terms stand for which: the statistics against their definition, and that portions change nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer import association
from indexer.association import Side, associate, log_likelihood_ratio


def side(pieces):
    """Return a side of pieces that are lists of terms."""
    numbers = [number for number, terms in enumerate(pieces) for _ in terms]
    return Side(np.array(numbers, dtype=np.int32), np.array([t for terms in pieces for t in terms], dtype=np.int32))


def linked(left, right, stories=None):
    found = associate(side(left), side(right), np.array(stories or range(len(left)), dtype=np.int32))
    rows = zip(found.left.tolist(), found.right.tolist(), found.links.tolist(), found.stories.tolist(), strict=True)
    return {(a, b): (links, stories) for a, b, links, stories in rows}


@st.composite
def tables(draw):
    pieces = draw(st.integers(4, 200))
    left, right = draw(st.integers(1, pieces - 1)), draw(st.integers(1, pieces - 1))
    return draw(st.integers(max(0, left + right - pieces), min(left, right))), left, right, pieces


@given(tables())
def test_ratio_is_that_of_the_multinomial_table(table):
    """Two ways to the same number: Dunning's ratio is 2 N times the mutual information of the table."""
    together, left, right, pieces = table
    cells = [[together, left - together], [right - together, pieces - left - right + together]]
    rows, columns = [sum(row) for row in cells], [sum(column) for column in zip(*cells, strict=True)]
    information = sum(
        count / pieces * math.log(count * pieces / (rows[i] * columns[j]))
        for i, row in enumerate(cells) for j, count in enumerate(row) if count
    )  # fmt: skip
    ratio = log_likelihood_ratio(np.array([together]), np.array([left]), np.array([right]), pieces)[0]
    assert ratio == pytest.approx(2 * pieces * information, abs=1e-6)


def test_companion_of_a_word_is_left_with_nothing():
    """0 is always there with 1, but 1 has a translation of its own, so 0 gets 10 and not 11."""
    names = [([0, 1], [10, 11])] * 6 + [([0], [10])] * 6 + [([2], [12])] * 40
    found = linked([left for left, _ in names], [right for _, right in names])
    assert found.keys() == {(0, 10), (1, 11), (2, 12)} - {(2, 12)}  # 2 is in most pieces: grammar


def test_stories_are_counted_once():
    pieces = [([0], [5])] * 6 + [([1], [6])] * 30
    found = linked([left for left, _ in pieces], [right for _, right in pieces], [0, 0, 0, 1, 1, 2, *range(3, 33)])
    assert found[0, 5] == (6, 3)


texts = st.lists(st.lists(st.integers(0, 12), max_size=6), min_size=30, max_size=60)


@given(texts, st.randoms(use_true_random=False))
def test_portions_change_nothing(left, chance):
    right = [[term + 20 for term in terms if chance.random() < 0.9] for terms in left]
    stories = [number // 3 for number in range(len(left))]
    whole = linked(left, right, stories)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(association, "_PAIRS_AT_ONCE", 7)
        assert linked(left, right, stories) == whole


@given(texts, texts)
def test_a_piece_links_each_term_once(left, right):
    right = [*right, *[[]] * len(left)][: len(left)]
    found = linked(left, right)
    for term in range(13):
        pieces = sum(term in terms for terms in left)
        assert sum(links for (a, _), (links, _) in found.items() if a == term) <= pieces


def test_no_pieces_are_no_links():
    assert linked([], []) == {}
    assert linked([[], []], [[1], [2]]) == {}
