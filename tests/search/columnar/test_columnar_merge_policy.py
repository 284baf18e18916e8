"""The policy of merging: it ends, keeps segments few and in order, and copies each document a few times."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.columnar import merge_policy
from search.columnar.merge_policy import MAX_SEGMENT_DOCUMENTS, MERGE_FACTOR, Size, segments_to_merge

SIZES = st.lists(
    st.one_of(st.integers(1, 100), st.integers(1, MAX_SEGMENT_DOCUMENTS)).flatmap(
        lambda documents: st.builds(Size, st.just(documents), st.integers(1, documents))
    ),
    max_size=60,
)
TIERS = 4  # below the top


def full(count, living=None):
    return Size(count, count if living is None else living)


def merged(sizes, chosen):
    living = sum(sizes[number].living for number in chosen)
    return [*sizes[: chosen.start], full(living), *sizes[chosen.stop :]]


def settled(sizes):
    """Merge until nothing is to be merged; return the sizes and how many documents were copied."""
    copied = 0
    for _ in range(len(sizes) * 2 + 1):
        chosen = segments_to_merge(sizes)
        if not chosen:
            return sizes, copied
        copied += sum(sizes[number].living for number in chosen)
        sizes = merged(sizes, chosen)
    raise AssertionError("merging does not end")


def simulated(batches):
    """Return the most segments at any time, those at the end, and how often a document was copied on average."""
    sizes, copied, most = [], 0, 0
    for batch in batches:
        sizes, more = settled([*sizes, full(batch)])
        copied, most = copied + more, max(most, len(sizes))
    return most, sizes, copied / sum(batches)


@given(SIZES)
def test_merging_ends_and_every_merge_is_of_neighbours_that_fit(sizes):
    while chosen := segments_to_merge(sizes):
        assert chosen.step == 1 and 0 <= chosen.start < chosen.stop <= len(sizes)
        assert sum(sizes[number].living for number in chosen) <= MAX_SEGMENT_DOCUMENTS
        if len(chosen) == 1:
            assert sizes[chosen[0]].living * 2 < sizes[chosen[0]].documents
        after = merged(sizes, chosen)
        assert (len(after), sum(s.documents for s in after)) < (len(sizes), sum(s.documents for s in sizes))
        sizes = after


@given(SIZES)
def test_number_of_segments_is_bounded_whatever_their_sizes_were(sizes):
    sizes, _ = settled(sizes)
    bound = TIERS * (MERGE_FACTOR - 1) + MERGE_FACTOR
    total = sum(size.living for size in sizes)
    # Of two neighbours at the top, one is full or both do not fit together: half of the most on average, and a small
    # one that stands between two full ones.
    assert len(sizes) <= bound + 3 * total / MAX_SEGMENT_DOCUMENTS
    assert all(size.living * 2 >= size.documents for size in sizes)


@given(SIZES)
def test_what_is_settled_stays_settled(sizes):
    sizes, _ = settled(sizes)
    assert settled(sizes) == (sizes, 0)


@pytest.mark.parametrize(("batch", "copies", "at_the_end"), [(50, 4.5, 24), (5_000, 1.8, 24), (2_500, 2.4, 24)])
def test_million_articles_in_equal_commits(batch, copies, at_the_end):
    most, sizes, copied = simulated([batch] * (1_000_000 // batch))
    assert copied < copies
    assert len(sizes) <= at_the_end and most <= 16 + TIERS * (MERGE_FACTOR - 1) + MERGE_FACTOR
    assert sum(size.living > MAX_SEGMENT_DOCUMENTS * 3 // 4 for size in sizes) >= 14


def test_million_articles_in_commits_of_every_size():
    batches = [50, 1, 5_000, 300, 7, 7, 12_000, 1] * 57
    most, _, copied = simulated(batches)
    assert most < 45 and copied < 6


def test_mostly_deleted_segment_is_written_anew_alone():
    assert segments_to_merge([full(1000, 500)]) == range(0)
    assert segments_to_merge([full(5000), full(1000, 499)]) == range(1, 2)


def test_order_of_sizes_does_not_keep_small_segments_apart():
    sizes = [full(size) for size in (50, 5_000) * 4]
    assert segments_to_merge(sizes) == range(8)


def test_small_segments_between_full_ones_become_one():
    assert segments_to_merge([full(60_000), full(5), full(5), full(60_000)]) == range(1, 3)


def test_full_segments_are_left_alone():
    assert segments_to_merge([full(merge_policy.MAX_SEGMENT_DOCUMENTS)] * 20) == range(0)
    assert segments_to_merge([full(50_000), full(10)]) == range(0)


def test_settled_sizes_only_go_down_by_tiers():
    _, sizes, _ = simulated([50] * 3_000)
    small = [size.living for size in sizes if size.living < 2_048]
    assert all(first * 8 > second for first, second in pairwise(small))
