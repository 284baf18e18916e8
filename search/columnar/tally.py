"""
How many documents, of all that may be seen, have each value: counted once, and then only what has changed.

Between two commits, or when an embargo ends, few documents come or go. Only the groups of these are counted anew, so
that the facets of a whole archive cost the same after a small commit however large it is.
"""

from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array
from search.columnar.collect import Selection, ValueCounts, value_counts
from search.columnar.columns import Groups, KeywordColumn
from search.columnar.commit import Commit
from search.columnar.snapshot import Snapshot, same_segments

# When more than one document in so many has come or gone, counting all is as fast as counting their groups twice.
_MANY = 8


class _Tally(NamedTuple):
    """The counts of a column for the documents of a mask, and what they were counted from."""

    commit: Commit
    groups: Groups
    column: KeywordColumn
    mask: Array
    counts: ValueCounts


def counts_of_mask(snapshot: Snapshot, name: str, column: KeywordColumn, mask: Array) -> ValueCounts:
    """
    Return how many documents of a mask, and how many of their groups, have each value of a column.

    ``name`` stands for the column in later snapshots. Fast for masks that are much like the one asked for before.
    """
    before: _Tally | None = snapshot.carried.get(("tally", name))
    if before and before.mask is mask:
        return before.counts
    counts = _changed_counts(before, snapshot, column, mask) if before else None
    if counts is None:
        counts = value_counts(column, Selection(snapshot.grouping, np.flatnonzero(mask)))
    snapshot.carried["tally", name] = _Tally(snapshot.commit, snapshot.grouping, column, mask, counts)
    return counts


def _changed_counts(before: _Tally, snapshot: Snapshot, column: KeywordColumn, mask: Array) -> ValueCounts | None:
    """Return the counts, worked out from those before; None where nothing can be gained by that."""
    groups = snapshot.grouping
    if before.column.values is not column.values or before.groups.values is not groups.values:
        return None  # other numbers
    entries = snapshot.commit.segments[: same_segments(snapshot.commit, before.commit)]
    same = sum(entry.documents for entry in entries)
    changed = np.flatnonzero(before.mask[:same] != mask[:same])
    gone = _changed_documents(before.mask, changed, same)
    come = _changed_documents(mask, changed, same)
    if (len(gone) + len(come)) * _MANY > len(mask):
        return None
    touched = np.concatenate([before.groups.numbers[gone], groups.numbers[come]])
    old = _counts_in_groups(before.column, before.groups, before.mask, touched)
    new = _counts_in_groups(column, groups, mask, touched)
    size = max(column.count, before.column.count)
    parts = [ValueCounts(*(_padded(each, size) for each in counts)) for counts in (before.counts, old, new)]
    documents, in_groups = (one - two + three for one, two, three in zip(*parts, strict=True))
    return ValueCounts(documents, in_groups)


def _changed_documents(mask: Array, changed: Array, same: int) -> Array:
    """Return the documents of a mask that the other one lacks: some of the changed ones, and all from ``same`` on."""
    return np.concatenate([changed[mask[changed]], same + np.flatnonzero(mask[same:])])


def _counts_in_groups(column: KeywordColumn, groups: Groups, mask: Array, touched: Array) -> ValueCounts:
    documents = groups.members_of_all(touched)
    return value_counts(column, Selection(groups, documents[mask[documents]]))


def _padded(counts: Array, size: int) -> Array:
    padded = np.zeros(size, dtype=np.int64)
    padded[: len(counts)] = counts
    return padded
