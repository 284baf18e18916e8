"""
Arrays as long as the archive, kept clean and used again: making one anew costs more than what a rare word reads.

Whoever takes one has it alone, so that threads and nested steps never share one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from search.columnar.arrays import Array


class Scratch:
    """Arrays of zeros, one number for each document."""

    def __init__(self, size: int, dtype: type) -> None:
        self._size, self._dtype = size, dtype
        self._free: list[Array] = []

    @contextmanager
    def marking(self, documents: Array, values: Array | bool) -> Iterator[Array]:
        """Lend an array that has ``values`` at ``documents``; what the borrower writes elsewhere it must clear."""
        try:
            array = self._free.pop()  # an atomic step, as append is: no lock is needed
        except IndexError:
            array = np.zeros(self._size, dtype=self._dtype)
        array[documents] = values
        yield array
        # After an exception it is not reached: an array that may not be clean is thrown away.
        array[documents] = 0
        self._free.append(array)
