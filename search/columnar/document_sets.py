"""
Sets of documents as ascending arrays of their numbers (int64): who is in, and all together.

Each has a way for few documents and one for many. The thresholds are ratios of costs, measured at 200,000 documents:
writing or reading a scattered number 1 to 1.5 ns, searching for a number 15 to 25 ns, sorting one 20 to 35 ns (merging
one that stands in an ascending run 1 to 5), finding the next of scattered marks 12 ns.
"""

from collections.abc import Sequence

import numpy as np

from search.columnar.arrays import Array
from search.columnar.runs import run_starts
from search.columnar.snapshot import Snapshot

# Searching for a number costs as much as marking so many.
_SEARCH = 5
# Sorting a number, rather than marking it and finding its mark, costs as much as passing over so many documents.
_DENSE = 128
# A stable sort finds ascending runs and merges them; with more runs it becomes a sort.
_FEW_RUNS = 16

NONE: Array = np.empty(0, dtype=np.int64)
NONE.flags.writeable = False


def is_member(snapshot: Snapshot, wanted: Array, documents: Array) -> Array:
    """Return a mask of ``wanted`` (in any order): which of them are among ``documents``."""
    if not len(documents):
        return np.zeros(len(wanted), dtype=bool)
    if len(wanted) * _SEARCH < len(documents):
        places = np.searchsorted(documents, wanted)
        inside: Array = documents.take(places, mode="clip") == wanted
        return inside
    with snapshot.marks.marking(documents, True) as marks:
        inside = marks.take(wanted)
    return inside


def places_of(snapshot: Snapshot, wanted: Array, documents: Array) -> Array:
    """Return where each of ``wanted``, all of which are among ``documents``, stands there."""
    if len(wanted) * _SEARCH < len(documents):
        return np.searchsorted(documents, wanted)
    with snapshot.ranks.marking(documents, np.arange(len(documents), dtype=np.int32)) as ranks:
        return ranks.take(wanted)


def union(snapshot: Snapshot, sets: Sequence[Array]) -> Array:
    """Return the documents that are in any of the sets."""
    sets = sorted((each for each in sets if len(each)), key=len, reverse=True)
    if len(sets) <= 1:
        return sets[0] if sets else NONE
    if len(sets) > _FEW_RUNS:
        return distinct(snapshot, np.concatenate(sets))
    # The largest has nearly all, as the text of an article has the words of its title: what it lacks are short runs.
    with snapshot.marks.marking(sets[0], True) as marks:
        lacking = []
        for each in sets[1:]:
            fresh = each[~marks.take(each)]
            marks[fresh] = True
            lacking.append(fresh)
        more = np.concatenate(lacking)
        marks[more] = False
    return np.sort(np.concatenate((sets[0], more)), kind="stable") if len(more) else sets[0]


def distinct(snapshot: Snapshot, documents: Array) -> Array:
    """Return documents that come in any order and several times as a set."""
    if len(documents) * _DENSE < snapshot.size:
        ordered = np.sort(documents)
        return ordered[run_starts(ordered)]
    with snapshot.marks.marking(documents, True) as marks:
        return np.flatnonzero(marks)
