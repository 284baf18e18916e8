"""
A memory of what was worked out lately, as large as it is allowed to be.

For parts of answers that follow from the index alone and that many searches share: an article that was read, what a
word of queries matches. When there is no more room, what nobody has asked for the longest time is forgotten.
"""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Recent(Generic[_K, _V]):
    """Values by key whose sizes, in whatever unit, come to no more than ``limit`` together. Threads may share it."""

    def __init__(self, limit: int) -> None:
        self._limit = self._room = limit
        self._kept: OrderedDict[_K, tuple[_V, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """The sizes of all values together."""
        return self._limit - self._room

    def get(self, key: _K) -> _V | None:
        """Return the value of a key, which from now on is the last to be forgotten; None if there is none."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
            return found[0]

    def keep(self, key: _K, value: _V, size: int) -> None:
        """Keep a value of some size, instead of another of this key; one larger than all the room is not kept."""
        with self._lock:
            self._room += self._kept.pop(key, (None, 0))[1]
            if size > self._limit:
                return
            self._kept[key] = value, size
            self._room -= size
            while self._room < 0:
                _, (_, freed) = self._kept.popitem(last=False)
                self._room += freed
