"""The filters of a query: a moment between two, values of a keyword field, an id. They score nothing."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from search.columnar.answers import Answer
from search.columnar.arrays import Array
from search.columnar.document import NO_MOMENT
from search.columnar.snapshot import Snapshot


class Between(Answer):
    """Documents whose moment is known and not outside the bounds, in microseconds, both inclusive; None is open."""

    def __init__(self, snapshot: Snapshot, name: str, least: int | None, most: int | None) -> None:
        super().__init__(snapshot)
        self._name, self._least, self._most = name, least, most

    @cached_property
    def documents(self) -> Array:
        """The documents inside the bounds."""
        return np.flatnonzero(self.snapshot.within(self._name, self._least, self._most))

    @property
    def most(self) -> int:
        """As many as there are."""
        return self.snapshot.alive_count

    def contains(self, documents: Array) -> Array:
        """Return which documents are inside the bounds, looking at their moments only."""
        moments = self.snapshot.moments(self._name).take(documents)
        inside: Array = moments != NO_MOMENT
        if self._least is not None:
            inside &= moments >= self._least
        if self._most is not None:
            inside &= moments <= self._most
        return inside


class Valued(Answer):
    """Documents with one of some values of a keyword field, in any letter case."""

    def __init__(self, snapshot: Snapshot, name: str, values: Sequence[str]) -> None:
        super().__init__(snapshot)
        self._column = snapshot.keywords(name)
        self._numbers = self._column.values.spelt(values)

    @cached_property
    def documents(self) -> Array:
        """The living documents that have a value."""
        return np.flatnonzero(self._column.having(self._numbers) & self.snapshot.alive)

    def contains(self, documents: Array) -> Array:
        """Return which documents have a value."""
        if not self._column.is_single:
            return super().contains(documents)
        wanted = np.zeros(self._column.count, dtype=bool)
        wanted[[number for number in self._numbers if number < self._column.count]] = True
        return wanted.take(self._column.ordinals.take(documents))

    @property
    def most(self) -> int:
        """As many as have the values, or all where counting them costs more than looking at a few."""
        return self.snapshot.alive_count if self._column.is_single else len(self.documents)
