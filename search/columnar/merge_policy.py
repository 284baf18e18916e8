"""
Which segments are merged, and when: a pure function of their sizes.

Only neighbours are merged, so documents never change their order. Small segments go up in tiers, each eight times the
one below; from the top tier on they are gathered until the next would not fit into one segment any more.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

#: Document numbers of a segment fit 16 bits: postings are half as large, and a merge needs a bounded time and memory.
MAX_SEGMENT_DOCUMENTS = 1 << 16

# Segments of one tier are merged when there are this many of them. A million articles in commits of 50 are then copied
# 4.1 times each, and there are never more than 36 segments; with 4 it is 7.2 times and 27, with 16 it is 3.0 and 49.
MERGE_FACTOR = 8

# The tier of 2,048 documents and more. Tiers of their own above it would end at 8 x 5,000 documents, as two of 40,000
# do not fit together: 25 segments for a million articles instead of 16.
_TOP_TIER = 4

# Three quarters of the most are enough: filling the rest would copy all of it for a few documents more.
_FULL = MAX_SEGMENT_DOCUMENTS * 3 // 4


class Size(NamedTuple):
    """How many documents a segment has, and how many of them are not deleted."""

    documents: int
    living: int


def segments_to_merge(sizes: Sequence[Size]) -> range:
    """
    Return the numbers of the neighbours that should become one segment, or an empty range when all is well.

    A range of one is a segment to be written anew because more than half of it is deleted: what that copies is less
    than what was deleted since it was written, and the index is never more than twice what lives in it.

    >>> segments_to_merge([Size(100, 100), Size(5, 5), Size(5, 5)])
    range(0, 0)
    >>> segments_to_merge([Size(1000, 1000)] + [Size(3, 3)] * 8)
    range(1, 9)
    >>> segments_to_merge([Size(1000, 1000), Size(1000, 499)])
    range(1, 2)
    """
    tiers = _tiers([size.living for size in sizes])
    top = sum(tier == _TOP_TIER for tier in tiers)
    for candidate in (_low_tier(tiers, sizes), _gathered(sizes[:top]), _sparse(sizes)):
        if candidate:
            return candidate
    return range(0)


def _tiers(living: Sequence[int]) -> list[int]:
    """
    Return each segment's tier: its own, or that of a larger one behind it, since nothing will be added in between.

    So tiers only go down from the first segment to the last, and those of one tier are neighbours.
    """
    own = [min(max(count, 1).bit_length() // 3, _TOP_TIER) for count in living]
    return list(accumulate(reversed(own), max))[::-1]


def _low_tier(tiers: Sequence[int], sizes: Sequence[Size]) -> range:
    """Return a full tier below the top, the lowest first: it is the cheapest."""
    for tier in range(_TOP_TIER):
        count = tiers.count(tier)
        if count >= MERGE_FACTOR:
            first = tiers.index(tier)
            return range(first, first + _fitting(sizes[first : first + count]))
    return range(0)


def _gathered(sizes: Sequence[Size]) -> range:
    """Return the first group of top segments that nothing more can join, or that has become long."""
    start = 0
    while start < len(sizes):
        group = range(start, start + _fitting(sizes[start:]))
        ended = group.stop < len(sizes)
        if len(group) > 1 and (ended or len(group) >= MERGE_FACTOR):
            return group
        start = group.stop
    return range(0)


def _sparse(sizes: Sequence[Size]) -> range:
    for number, size in enumerate(sizes):
        if size.living * 2 < size.documents:
            return range(number, number + 1)
    return range(0)


def _fitting(sizes: Sequence[Size]) -> int:
    """Return how many of the first segments fit into one, at least one; a full one stays alone."""
    total = 0
    for count, size in enumerate(sizes):
        total += size.living
        if count and (total > MAX_SEGMENT_DOCUMENTS or size.living >= _FULL):
            return count
        if size.living >= _FULL:
            return 1
    return len(sizes)
