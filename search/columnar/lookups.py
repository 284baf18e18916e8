"""
Many terms looked up at once: which of them each segment has, in how many documents they stand, and in which.

Looking a term up takes a microsecond in each segment, and an article has hundreds of terms. Looked up together they
take a fifth of that.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array
from search.columnar.document_sets import NONE, distinct
from search.columnar.runs import ranges
from search.columnar.segment import Segment, TextField
from search.columnar.snapshot import Snapshot
from search.columnar.strings import WantedStrings

# Where documents were deleted, the postings of rarer terms are read to see which are left; of a commoner one so many
# may be left that it hardly matters.
_FEW_POSTINGS = 256


class _Part(NamedTuple):
    """A segment, the documents before it, and the number that each of the terms has in it, -1 if it has none."""

    base: int
    segment: Segment
    numbers: Array


class Lookups:
    """Some terms, each looked up in all segments of a snapshot."""

    def __init__(self, snapshot: Snapshot, terms: Iterable[str]) -> None:
        self._snapshot = snapshot
        self._places = {term: place for place, term in enumerate(dict.fromkeys(terms))}
        wanted = WantedStrings([term.encode() for term in self._places])
        self._parts = [
            _Part(base, segment, segment.terms.find_all(wanted)) for base, segment in snapshot.based_segments()
        ]

    def posting_counts(self, names: Sequence[str]) -> dict[str, int]:
        """Return how many postings each term has in some text fields together, those of deleted documents included."""
        return self._summed(
            lambda part, numbers: np.add.reduce([_slices(part.segment.text[name], numbers)[1] for name in names])
        )

    def least_counts(self, names: Sequence[str]) -> dict[str, int]:
        """
        Return for each term a number that is not above that of the living documents with it in any of some text fields.

        Mostly it is that number or little below: the fields are not united, which takes ten times as long.
        """
        return self._summed(lambda part, numbers: self._least_counts(part, numbers, names))

    def joined(self, terms: Iterable[str], names: Sequence[str]) -> Array:
        """Return the documents of all postings of some terms in some text fields (int64), deleted ones included."""
        lists, bases = [], []
        for base, segment, number in (found for term in terms for found in self._found[self._places[term]]):
            for field in [segment.text[name] for name in names]:
                if field.has(number):
                    lists.append(field.documents[field.slice_of(range(number, number + 1))])
                    bases.append(base)
        if not lists:
            return NONE
        joined = np.concatenate(lists, dtype=np.int64)
        joined += np.repeat(bases, list(map(len, lists)))
        return joined

    def documents(self, terms: Iterable[str], names: Sequence[str]) -> Array:
        """Return the living documents that have any of some terms in any of some text fields, ascending (int64)."""
        return self._snapshot.only_living(distinct(self._snapshot, self.joined(terms, names)))

    @cached_property
    def _found(self) -> list[list[tuple[int, Segment, int]]]:
        """For each term the segments that have it, each with the documents before it and the number of the term."""
        found: list[list[tuple[int, Segment, int]]] = [[] for _ in self._places]
        for base, segment, numbers in self._parts:
            there = np.flatnonzero(numbers >= 0)
            for place, number in zip(there.tolist(), numbers[there].tolist(), strict=True):
                found[place].append((base, segment, number))
        return found

    def _summed(self, count: Callable[[_Part, Array], Array]) -> dict[str, int]:
        """Return for each term the sum of what a function gives for it in the segments that have it."""
        totals = np.zeros(len(self._places), dtype=np.int64)
        for part in self._parts:
            found = np.flatnonzero(part.numbers >= 0)
            if len(found):
                totals[found] += count(part, part.numbers[found])
        return dict(zip(self._places, totals.tolist(), strict=True))

    def _least_counts(self, part: _Part, numbers: Array, names: Sequence[str]) -> Array:
        alive = self._snapshot.alive[part.base : part.base + len(part.segment)]
        least: Array = np.maximum.reduce([_least_counts(part.segment.text[name], numbers, alive) for name in names])
        return least


def _slices(field: TextField, numbers: Array) -> tuple[Array, Array]:
    """Return where the postings of some terms of a field begin, and how many there are."""
    starts = field.edges[numbers].astype(np.int64)
    return starts, field.edges[numbers + 1].astype(np.int64) - starts


def _least_counts(field: TextField, numbers: Array, alive: Array) -> Array:
    """Return for some terms of a field how many living documents have them, at least."""
    starts, counts = _slices(field, numbers)
    dead = len(alive) - int(np.count_nonzero(alive))
    if not dead:
        return counts
    is_rare = counts <= _FEW_POSTINGS
    read = np.where(is_rare, counts, 0)
    living = np.concatenate(([0], np.cumsum(alive[field.documents[ranges(starts, read)]])))
    ends = np.cumsum(read)
    least: Array = np.where(is_rare, living[ends] - living[ends - read], counts - dead).clip(0)
    return least
