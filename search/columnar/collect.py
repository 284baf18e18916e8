"""
From matches to a page: filters, exact counts, facets that ignore their own filter, groups, order.

A filter is a mask over all documents, under the name of its dimension (``"section"``, ``"date"`` ...).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array
from search.columnar.execute import Matches
from search.columnar.snapshot import KeywordColumn, Snapshot

# Passing over a whole column costs about 5 ns a pair, looking at chosen documents and sorting about 100 ns a pair.
FEW = 16

# Enough candidates for the first pages of most searches in one go; more are taken when groups make them too few.
_SPARE_CANDIDATES = 64


class Count(NamedTuple):
    """How many documents, and how many groups of documents."""

    documents: int
    groups: int


@dataclass(frozen=True, slots=True)
class Collected:
    """Matches that were filtered: ``masks`` are the filters by dimension, ``matches`` what is inside all of them."""

    snapshot: Snapshot
    unfiltered: Matches
    masks: Mapping[str, Array]
    matches: Matches

    def count(self) -> Count:
        """Count the matches."""
        return count_of(self.snapshot, self.matches.documents)

    def documents_without(self, dimension: str) -> Array:
        """Return the documents inside all filters but that of one dimension."""
        if dimension not in self.masks:
            return self.matches.documents
        documents = self.unfiltered.documents
        others = [mask for name, mask in self.masks.items() if name != dimension]
        return documents[_all_true(others, documents)]


def collect(snapshot: Snapshot, matches: Matches, masks: Mapping[str, Array]) -> Collected:
    """Apply filters to matches."""
    inside = _all_true(list(masks.values()), matches.documents)
    return Collected(snapshot, matches, masks, Matches(matches.documents[inside], matches.scores[inside]))


def count_of(snapshot: Snapshot, documents: Array) -> Count:
    """Count documents and their groups."""
    seen = np.zeros(snapshot.group_count, dtype=bool)
    seen[snapshot.groups[documents]] = True
    return Count(len(documents), int(seen.sum()))


def keyword_counts(snapshot: Snapshot, column: KeywordColumn, documents: Array) -> dict[str, Count]:
    """Return how many of ``documents``, and how many of their groups, have each value of a column."""
    pairs = _pairs_of_few if len(documents) * FEW < len(column.documents) else _pairs_of_many
    ordinals, groups = pairs(snapshot, column, documents)
    documents_having = np.bincount(ordinals, minlength=len(column.values))
    first = np.ones(len(ordinals), dtype=bool)
    first[1:] = (ordinals[1:] != ordinals[:-1]) | (groups[1:] != groups[:-1])
    groups_having = np.bincount(ordinals[first], minlength=len(column.values))
    return {
        column.values[number]: Count(int(documents_having[number]), int(groups_having[number]))
        for number in np.flatnonzero(documents_having)
    }


def _pairs_of_many(snapshot: Snapshot, column: KeywordColumn, documents: Array) -> tuple[Array, Array]:
    """Return the ordinals and groups of documents, sorted, by passing over the whole column."""
    chosen = np.zeros(snapshot.size, dtype=bool)
    chosen[documents] = True
    inside = chosen[column.documents]
    return column.ordinals[inside], column.groups[inside]


def _pairs_of_few(snapshot: Snapshot, column: KeywordColumn, documents: Array) -> tuple[Array, Array]:
    """Return the same by looking at these documents only."""
    starts = column.starts[documents]
    counts = column.starts[documents + 1] - starts
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    ordinals = column.of_documents[np.repeat(starts, counts) + within]
    groups = np.repeat(snapshot.groups[documents], counts)
    order = np.lexsort((groups, ordinals))
    return ordinals[order], groups[order]


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
    threshold = np.partition(keys, len(keys) - number)[len(keys) - number]
    return np.flatnonzero(keys >= threshold)


def _all_true(masks: list[Array], documents: Array) -> Array:
    inside = np.ones(len(documents), dtype=bool)
    for mask in masks:
        inside &= mask[documents]
    return inside
