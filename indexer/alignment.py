"""
Which paragraphs and sentences of two language versions of a text say the same.

The aligner is that of Gale and Church ("A program for aligning sentences in bilingual corpora", Computational
Linguistics 19, 1993): translations are about as long as their originals, mostly one for one and in the same order, and
the likeliest way through both is found by dynamic programming. What both sides write alike, such as numbers, and names
by their keys, speaks for a pair as well.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

# How often a translator makes so many units out of so many (Gale and Church, table 5), as costs: -log of the share.
_SHARES = {(1, 1): 0.89, (1, 0): 0.00495, (0, 1): 0.00495, (2, 1): 0.0445, (1, 2): 0.0445, (2, 2): 0.011}
_COSTS = {counts: -math.log(share) for counts, share in _SHARES.items()}
# The variance of a translation's length for each character of the original (the same, section 3.2).
_VARIANCE = 6.8
# What a shared number or name speaks for a pair, in the unit of the costs: it is found by accident once in e^3 times.
# Of NTREX paragraphs of which a tenth was left out on either side, and some were joined, .95 of the pairs are right
# without anchors and .99 with them; between 2 and 4 nothing changes.
_ANCHOR_GAIN = 3.0
# What stands in more units than this of one text marks none of them.
_MOST_UNITS_OF_AN_ANCHOR = 2
# Far from the diagonal there is nothing to look for, and a text of thousands of lines must not take minutes.
_BAND = 12
_MAX_UNITS = 1_000


class Unit(NamedTuple):
    """A paragraph or sentence: its length in characters, and the terms by which it may be known in any language."""

    length: int
    anchors: frozenset[str]


class Bead(NamedTuple):
    """The units of the left text and those of the right text that say the same; one of both may be empty."""

    left: range
    right: range


def align(left: Sequence[Unit], right: Sequence[Unit]) -> list[Bead]:
    """
    Return how the units of two texts belong together, in order; each unit is in one bead.

    Of a text with more than a thousand units only the first thousand are looked at.

    >>> left = [Unit(40, frozenset()), Unit(120, frozenset({"2024"})), Unit(60, frozenset())]
    >>> right = [Unit(44, frozenset()), Unit(70, frozenset({"2024"})), Unit(60, frozenset()), Unit(65, frozenset())]
    >>> [(list(bead.left), list(bead.right)) for bead in align(left, right)]
    [([0], [0]), ([1], [1, 2]), ([2], [3])]
    """
    left, right = left[:_MAX_UNITS], right[:_MAX_UNITS]
    if not left or not right:
        return []
    return list(_way_back(_steps(left, right), len(left), len(right)))


def _steps(left: Sequence[Unit], right: Sequence[Unit]) -> dict[tuple[int, int], tuple[float, tuple[int, int]]]:
    """Return for each place that can be reached: the lowest cost of reaching it, and the last step."""
    ratio = (sum(unit.length for unit in right) or 1) / (sum(unit.length for unit in left) or 1)
    left_sums, right_sums = _sums(left), _sums(right)
    anchored = _Anchors(left, right)
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i, j in _band(len(left), len(right)):
        found = (math.inf, (0, 0))
        for (di, dj), prior in _COSTS.items():
            before = best.get((i - di, j - dj))
            if before is None:
                continue
            lengths = left_sums[i] - left_sums[i - di], right_sums[j] - right_sums[j - dj]
            cost = before[0] + prior + _length_cost(*lengths, ratio)
            if di and dj:
                cost -= _ANCHOR_GAIN * anchored.shared(i - di, i, j - dj, j)
            if cost < found[0]:
                found = cost, (di, dj)
        if found[0] < math.inf:
            best[i, j] = found
    return best


def _band(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    """Yield the places near the diagonal, row by row, without the first; the last is always among them."""
    width = _BAND + abs(rows - columns)
    for i in range(rows + 1):
        middle = i * columns // rows
        for j in range(max(0, middle - width), min(columns, middle + width) + 1):
            if i or j:
                yield i, j


def _way_back(steps: dict[tuple[int, int], tuple[float, tuple[int, int]]], i: int, j: int) -> Iterator[Bead]:
    beads = []
    while i or j:
        di, dj = steps[i, j][1]
        beads.append(Bead(range(i - di, i), range(j - dj, j)))
        i, j = i - di, j - dj
    return reversed(beads)


@lru_cache(1 << 16)
def _length_cost(left: int, right: int, ratio: float) -> float:
    """Return -log of how likely a difference in length as this or a larger one is, were both the same text."""
    mean = (left + right / ratio) / 2 or 1.0
    deviation = abs(right - left * ratio) / math.sqrt(_VARIANCE * mean * ratio)
    return -math.log(max(math.erfc(deviation / math.sqrt(2)), 1e-30))


def _sums(units: Sequence[Unit]) -> list[int]:
    sums = [0]
    for unit in units:
        sums.append(sums[-1] + unit.length)
    return sums


class _Anchors:
    """What single units of both texts have, and how much of it stretches of them share."""

    def __init__(self, left: Sequence[Unit], right: Sequence[Unit]) -> None:
        marks = _marks(left) & _marks(right)
        shared = [[unit.anchors & marks for unit in units] for units in (left, right)]
        self._left, self._right = shared

    def shared(self, left: int, left_end: int, right: int, right_end: int) -> int:
        """Return how many anchors two stretches share, each unit of one with each of the other."""
        pairs = product(self._left[left:left_end], self._right[right:right_end])
        return sum(len(one & other) for one, other in pairs if one and other)


def _marks(units: Sequence[Unit]) -> frozenset[str]:
    counts = Counter(anchor for unit in units for anchor in unit.anchors)
    return frozenset(anchor for anchor, count in counts.items() if count <= _MOST_UNITS_OF_AN_ANCHOR)
