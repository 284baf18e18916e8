"""
Who may see what: readers see usable articles whose embargo has passed, the newsroom sees everything.

This is the one place that decides it. Every count, list and suggestion goes through the mask made here.
"""

from datetime import datetime
from enum import StrEnum
from threading import Lock

import numpy as np

from search.article import Status
from search.columnar.arrays import Array
from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.snapshot import Snapshot


class Audience(StrEnum):
    """For whom an archive is opened."""

    READERS = "readers"
    NEWSROOM = "newsroom"


def visible_mask(snapshot: Snapshot, audience: Audience, now: datetime) -> Array:
    """
    Return a mask of the documents that an audience may see at a moment.

    It is the same object as long as nothing changes, so that what was worked out for it can be kept with it.
    """
    if audience is Audience.NEWSROOM:
        return snapshot.alive
    return snapshot.derived("visible to readers", lambda: _Readers(snapshot)).mask_at(now)


class _Readers:
    """What readers may see of a snapshot; one mask for each stretch of time in which no embargo ends."""

    def __init__(self, snapshot: Snapshot) -> None:
        column, embargoes = snapshot.keywords("status"), snapshot.moments("embargo")
        self._usable = column.having(column.numbers([Status.USABLE])) & snapshot.alive
        embargoed = np.flatnonzero(self._usable & (embargoes != NO_MOMENT))
        self._embargoed = embargoed[np.argsort(embargoes[embargoed], kind="stable")]
        self._ends = embargoes[self._embargoed]
        self._last: tuple[int, Array] | None = None
        self._lock = Lock()

    def mask_at(self, now: datetime) -> Array:
        """Return the mask at a moment."""
        passed = int(np.searchsorted(self._ends, microseconds(now), side="right"))
        with self._lock:
            if self._last is None or self._last[0] != passed:
                mask = self._usable.copy()
                mask[self._embargoed[passed:]] = False
                mask.flags.writeable = False  # every call shares it
                self._last = passed, mask
            return self._last[1]
