"""
Who may see what: readers see usable articles whose embargo has passed, the newsroom sees everything.

This is the one place that decides it. Every count, list and suggestion goes through what is made here, and so does
every statistic that scores are made of: an archive that hides articles answers as one that never had them.
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


def visible_snapshot(snapshot: Snapshot, audience: Audience, now: datetime) -> Snapshot:
    """
    Return a snapshot in which only what an audience may see at a moment is alive.

    It is the same object as long as nothing changes, so that what was worked out for it can be kept with it.
    """
    if audience is Audience.NEWSROOM:
        return snapshot
    return snapshot.derived("visible to readers", lambda: _Readers(snapshot)).at(now)


def visible_mask(snapshot: Snapshot, audience: Audience, now: datetime) -> Array:
    """Return a mask of the documents that an audience may see at a moment."""
    return visible_snapshot(snapshot, audience, now).alive


class _Readers:
    """What readers may see of a snapshot; it changes when an embargo ends."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        column, embargoes = snapshot.keywords("status"), snapshot.moments("embargo")
        self._usable = column.having(column.numbers([Status.USABLE])) & snapshot.alive
        embargoed = np.flatnonzero(self._usable & (embargoes != NO_MOMENT))
        self._embargoed = embargoed[np.argsort(embargoes[embargoed], kind="stable")]
        self._ends = embargoes[self._embargoed]
        self._last: tuple[int, Snapshot] | None = None
        self._lock = Lock()

    def at(self, now: datetime) -> Snapshot:
        """Return what there is to see at a moment."""
        passed = int(np.searchsorted(self._ends, microseconds(now), side="right"))
        with self._lock:
            if self._last is None or self._last[0] != passed:
                self._last = passed, self._without(self._embargoed[passed:])
            return self._last[1]

    def _without(self, embargoed: Array) -> Snapshot:
        mask = self._usable.copy()
        mask[embargoed] = False
        mask.flags.writeable = False  # every call shares it
        return self._snapshot.restricted(mask)
