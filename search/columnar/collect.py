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
    places = documents if column.is_single else _places(column.starts[documents], column.starts[documents + 1])
    documents_having = np.bincount(column.of_documents[places], minlength=len(column.values))
    seen = np.zeros(len(column.pair_ordinals), dtype=bool)
    seen[column.pairs[places]] = True
    groups_having = np.bincount(column.pair_ordinals[seen], minlength=len(column.values))
    return {
        column.values[number]: Count(int(documents_having[number]), int(groups_having[number]))
        for number in np.flatnonzero(documents_having)
    }


def _places(starts: Array, ends: Array) -> Array:
    """Return the numbers from each start up to its end, one range after the other."""
    counts = ends - starts
    places: Array = np.arange(int(counts.sum())) + np.repeat(starts - np.cumsum(counts) + counts, counts)
    return places


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
