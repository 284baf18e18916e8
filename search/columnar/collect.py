"""
From matches to a page: filters, exact counts, facets that ignore their own filter, groups, order.

A filter is a mask over all documents, under the name of its dimension (``"section"``, ``"date"`` ...).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array
from search.columnar.columns import ALONE, COMMON, Groups, KeywordColumn, taken
from search.columnar.execute import Matches
from search.columnar.runs import is_new
from search.columnar.snapshot import Snapshot

# Enough candidates for the first pages of most searches in one go; more are taken when groups make them too few.
_SPARE_CANDIDATES = 64

# The best of very many keys are looked for above what the best of a sample are: of 200,000 that takes 0.2 ms instead
# of the 1.5 of a partition of all.
_SAMPLE = 2000
_SPARE_SAMPLED = 8

_ORDINAL_BITS = 32
_ORDINAL = (1 << _ORDINAL_BITS) - 1

# 2**64 divided by the golden ratio: the products' highest bits are spread evenly (Knuth, volume 3, 6.4).
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


class Count(NamedTuple):
    """How many documents, and how many groups of documents."""

    documents: int
    groups: int


class ValueCounts(NamedTuple):
    """How many documents, and how many of their groups, have each value of a column, by the value's number."""

    documents: Array
    groups: Array


class Selection:
    """Some documents (ascending, int64), and which of them are the first of their groups."""

    def __init__(self, grouping: Groups, documents: Array) -> None:
        self.grouping, self.documents = grouping, documents

    @cached_property
    def groups(self) -> Array:
        """The number of each document's group."""
        return self.grouping.numbers.take(self.documents)

    @cached_property
    def is_first(self) -> Array:
        """
        A mask of the documents, one of each group.

        The documents of most groups were indexed one after another: of these it is the first one found.
        """
        is_first = is_new(self.groups)
        if self.grouping.is_apart is not None:
            apart = np.flatnonzero(self.grouping.is_apart.take(self.documents))
            is_first[apart] = _is_last(self.groups[apart], self.grouping.count)
        return is_first

    @cached_property
    def firsts(self) -> Array:
        """One document of each group."""
        # In half of the time of [], whose branches nobody can foretell.
        return self.documents.compress(self.is_first)

    def count(self) -> Count:
        """Count the documents and their groups."""
        return Count(len(self.documents), int(np.count_nonzero(self.is_first)))


def _is_last(groups: Array, count: int) -> Array:
    """Return a mask of some groups (less than ``count``, repeated in any order) with one True for each."""
    places, last = np.arange(len(groups)), np.empty(count, dtype=np.int64)
    last[groups] = places  # whichever is written last
    is_last: Array = last[groups] == places
    return is_last


@dataclass(frozen=True)
class Collected:
    """Matches that were filtered: ``masks`` are the filters by dimension, ``matches`` what is inside all of them."""

    snapshot: Snapshot
    unfiltered: Matches
    masks: Mapping[str, Array]
    matches: Matches

    @cached_property
    def selection(self) -> Selection:
        """The documents of the matches."""
        return Selection(self.snapshot.grouping, self.matches.documents)

    @cached_property
    def _count(self) -> Count:
        return self.selection.count()

    def count(self) -> Count:
        """Count the matches."""
        return self._count

    def without(self, dimension: str) -> Selection:
        """Return the documents inside all filters but that of one dimension."""
        if dimension not in self.masks:
            return self.selection
        documents = self.unfiltered.documents
        others = [mask for name, mask in self.masks.items() if name != dimension]
        return Selection(
            self.snapshot.grouping, documents.compress(_all_true(others, documents)) if others else documents
        )


def collect(snapshot: Snapshot, matches: Matches, masks: Mapping[str, Array]) -> Collected:
    """Apply filters to matches."""
    if not masks:
        return Collected(snapshot, matches, masks, matches)
    inside = _all_true(list(masks.values()), matches.documents)
    found = Matches(matches.documents.compress(inside), matches.scores.compress(inside))
    return Collected(snapshot, matches, masks, found)


def count_of(snapshot: Snapshot, documents: Array) -> Count:
    """Count documents and their groups."""
    return Selection(snapshot.grouping, documents).count()


def value_counts(column: KeywordColumn, found: Selection) -> ValueCounts:
    """Return how many of the documents, and of their groups, have each value of a column."""
    if column.all_kinds & ALONE:
        documents = column.document_counts(found.documents)
        return ValueCounts(documents, documents)
    if column.all_kinds & COMMON:
        return ValueCounts(column.document_counts(found.documents), column.document_counts(found.firsts))
    return _counts_of_pairs(column, found)


def _counts_of_pairs(column: KeywordColumn, found: Selection) -> ValueCounts:
    """Count as if every pair were of the column's usual kind, and then put right the others, which are fewer."""
    documents = column.document_counts(found.documents)
    groups = documents if column.usual == ALONE else column.document_counts(found.firsts)
    holders = np.flatnonzero(column.is_odd.take(found.documents))
    if not len(holders):
        return ValueCounts(documents, groups)
    holding = found.documents[holders]
    places = column.places(holding)
    ordinals, kinds = taken(column.ordinals, places), taken(column.kinds, places)
    odd = np.flatnonzero((kinds & column.usual) == 0)
    kinds, ordinals = kinds[odd], ordinals[odd]
    owners = holders[column.owners(holding, odd)]
    is_first = found.is_first[owners]
    change = ((kinds == ALONE) | ((kinds == COMMON) & is_first)).astype(np.float64)
    change -= 1 if column.usual == ALONE else is_first
    groups = groups + np.bincount(ordinals, change, column.count).astype(np.int64)
    unknown = np.flatnonzero(kinds == 0)
    pairs = _distinct((found.groups[owners[unknown]] << _ORDINAL_BITS) + ordinals[unknown])
    return ValueCounts(documents, groups + np.bincount(pairs & _ORDINAL, minlength=column.count))


def _distinct(keys: Array) -> Array:
    """
    Return each of some keys (int64, not negative) once.

    Every key is written to a slot of a table; only keys whose slot another one took need sorting.
    """
    bits = (4 * len(keys)).bit_length()
    slots = ((keys.view(np.uint64) * _SPREAD) >> np.uint64(64 - bits)).view(np.int64)
    numbers, table = np.arange(len(keys), dtype=np.int32), np.empty(1 << bits, dtype=np.int32)
    table[slots] = numbers
    holders = table[slots]
    lost = np.sort(keys[keys[holders] != keys])
    return np.concatenate([keys[holders == numbers], lost[is_new(lost)]])


class Order(NamedTuple):
    """What a list is ordered by: ``keys`` first, highest first, then ``ties``, highest first; one for each document."""

    keys: Array
    ties: tuple[Array, ...]


def ordered(snapshot: Snapshot, documents: Array, order: Order, needed: int, *, grouped: bool) -> Array:
    """
    Return the first ``needed`` documents in an order; with ``grouped``, only the first of each group.

    ``documents`` are ascending and ``order`` gives their keys in the same sequence. Equal ones come newest number
    first, so that the order is a whole one.
    """
    taken = needed + _SPARE_CANDIDATES
    while True:
        candidates = _best(order.keys, taken)
        columns = (documents, *reversed(order.ties), order.keys)  # the last one decides first
        # Turned around as a whole rather than negated: the lowest moment (NO_MOMENT) has no negative.
        sequence = np.lexsort([column[candidates] for column in columns])[::-1]
        found = documents[candidates[sequence]]
        if grouped:
            _, first = np.unique(snapshot.groups[found], return_index=True)
            found = found[np.sort(first)]
        if len(found) >= needed or len(candidates) == len(documents):
            return found[:needed]
        taken *= 4


def _best(keys: Array, number: int) -> Array:
    """Return the places of at least the ``number`` highest keys, with all that equal the lowest of them."""
    if number >= len(keys):
        return np.arange(len(keys))
    likely = _likely_best(keys, number)
    candidates = keys[likely]
    threshold = np.partition(candidates, len(candidates) - number)[len(candidates) - number]
    best: Array = likely[candidates >= threshold]
    return best


def _likely_best(keys: Array, number: int) -> Array:
    """Return the places of the highest keys, all of them from some key on: ``number`` or more, but not many more."""
    step = 1 + len(keys) // _SAMPLE
    sample = keys[::step]
    wanted = _SPARE_SAMPLED + 2 * number // step  # twice as many as are needed, and some more for chance
    if wanted < len(sample):
        likely = np.flatnonzero(keys >= np.partition(sample, len(sample) - wanted)[len(sample) - wanted])
        if len(likely) >= number:
            return likely
    return np.arange(len(keys))


def _all_true(masks: list[Array], documents: Array) -> Array:
    inside = np.ones(len(documents), dtype=bool)
    for mask in masks:
        inside &= mask.take(documents)
    return inside
