"""
The ids that a run has met, each with a number, in 16 bytes an id: a run may have tens of millions of them.

An id is known by its 64-bit hash alone: of ten million ids two have the same one once in 370,000 runs. The last ones
are in a dict, all others in sorted arrays, each at least ``_RATIO`` times as long as the next, so that there are few.
"""

import numpy as np

from search.columnar.arrays import Array

# A dict takes some 110 bytes an id: 7 MB for so many.
_IN_DICT = 1 << 16
# With 4, ten million ids lie in five arrays at most, and each is sorted again as often; looking one up takes a
# microsecond an array.
_RATIO = 4


class KnownIds:
    """
    Numbers from 0 to 2 ** 64 - 1 by id.

    >>> known = KnownIds()
    >>> known.put("a", 7)
    >>> known.get("a"), known.get("b"), len(known)
    (7, None, 1)
    """

    def __init__(self) -> None:
        self._recent: dict[int, int] = {}
        self._sorted: list[tuple[Array, Array]] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def get(self, identifier: str) -> int | None:
        """Return the number that was put last for an id, or None."""
        key = hash(identifier)
        if (number := self._recent.get(key)) is not None:
            return number
        for keys, numbers in reversed(self._sorted):
            place = int(keys.searchsorted(np.int64(key)))
            if place < len(keys) and keys[place] == key:
                return int(numbers[place])
        return None

    def put(self, identifier: str, number: int = 0) -> int | None:
        """Keep a number for an id, and return the one that it had, or None."""
        before = self.get(identifier)
        self._count += before is None
        self._recent[hash(identifier)] = number
        if len(self._recent) >= _IN_DICT:
            self._set_aside()
        return before

    def _set_aside(self) -> None:
        order = sorted(self._recent)
        keys = np.fromiter(order, np.int64, len(order))
        numbers = np.fromiter(map(self._recent.__getitem__, order), np.uint64, len(order))
        self._recent = {}
        while self._sorted and len(self._sorted[-1][0]) < _RATIO * len(keys):
            older_keys, older_numbers = self._sorted.pop()
            places = older_keys.searchsorted(keys)
            again = older_keys[np.minimum(places, len(older_keys) - 1)] == keys
            older_numbers[places[again]] = numbers[again]
            places, keys, numbers = places[~again], keys[~again], numbers[~again]
            keys = older_keys = np.insert(older_keys, places, keys)  # one after the other: the old one goes first
            numbers = older_numbers = np.insert(older_numbers, places, numbers)
        self._sorted.append((keys, numbers))
