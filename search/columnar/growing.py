"""
Arrays that successive snapshots make longer, without copying what is there.

Each snapshot has a view of its own length on shared memory, behind which there is room for the next. Nothing inside a
view is ever changed.
"""

from collections.abc import Sequence
from threading import Lock

import numpy as np

from search.columnar.arrays import Array

# Room for an eighth more: then an array is copied once while an archive grows by as much. Memory that was not written
# to costs nothing.
_ROOM = 8


class _Memory:
    """Memory that arrays share, written up to ``used``."""

    def __init__(self, array: Array, used: int) -> None:
        self.array, self.used = array, used
        self.lock = Lock()


class Growing:
    """An array that can be made longer; made by ``grown``."""

    def __init__(self, memory: _Memory, length: int) -> None:
        self._memory = memory
        self.array: Array = memory.array[:length]

    def extended(self, kept: int, parts: Sequence[Array], length: int) -> "Growing | None":
        """Return the first ``kept`` elements and what follows, in the same memory; None if it has no room there."""
        memory = self._memory
        with memory.lock:  # of two snapshots that follow the same one, only one can have the room
            if memory.used != kept or length > len(memory.array):
                return None
            memory.used = length
        _write(memory.array, kept, parts)
        return Growing(memory, length)


def grown(before: Growing | None, kept: int, parts: Sequence[Array], dtype: np.dtype[np.generic]) -> Growing:
    """Return an array of a type: the first ``kept`` elements of ``before``, then the parts."""
    length = kept + sum(map(len, parts))
    if before and before.array.dtype == dtype and (extended := before.extended(kept, parts, length)):
        return extended
    memory = _Memory(np.empty(length + length // _ROOM, dtype=dtype), length)
    _write(memory.array, 0, [before.array[:kept], *parts] if before else parts)
    return Growing(memory, length)


def _write(array: Array, start: int, parts: Sequence[Array]) -> None:
    for part in parts:
        array[start : start + len(part)] = part
        start += len(part)
