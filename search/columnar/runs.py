"""Runs in arrays: stretches of successive numbers, and stretches of equal ones."""

import numpy as np

from search.columnar.arrays import Array


def ranges(starts: Array, counts: Array) -> Array:
    """
    Return the numbers from each start on, so many as ``counts`` says, one range after the other, as int64.

    >>> ranges(np.array([5, 0, 2]), np.array([2, 0, 1])).tolist()
    [5, 6, 2]
    """
    ahead = np.cumsum(counts, dtype=np.int64)
    total = int(ahead[-1]) if len(ahead) else 0
    places: Array = np.repeat(starts + counts - ahead, counts)
    places += np.arange(total)  # in place: at a million values fresh memory costs more than the sum
    return places


def is_new(keys: Array) -> Array:
    """Return a mask of the keys that differ from the one before."""
    differs = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=differs[1:])
    return differs


def run_starts(ordered: Array) -> Array:
    """Return where each different number of an ascending array first stands."""
    return np.flatnonzero(is_new(ordered))
