"""
Who may see what: readers see usable articles whose embargo has passed, the newsroom sees everything.

This is the one place that decides it. Every count, list and suggestion goes through the mask made here.
"""

from datetime import datetime
from enum import StrEnum
from functools import lru_cache

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
    """Return a mask of the documents that an audience may see at a moment."""
    if audience is Audience.NEWSROOM:
        return snapshot.alive
    usable, embargoed = _usable(snapshot), _with_embargo(snapshot)
    still = embargoed[snapshot.moments("embargo")[embargoed] > microseconds(now)]
    if not len(still):
        return usable
    visible = usable.copy()
    visible[still] = False
    return visible


@lru_cache(maxsize=2)  # the snapshot in use, and the one before it while calls are finishing
def _usable(snapshot: Snapshot) -> Array:
    mask = np.zeros(snapshot.size, dtype=bool)
    mask[snapshot.keywords("status").documents_with(lambda status: status == Status.USABLE)] = True
    mask &= snapshot.alive
    mask.flags.writeable = False  # every call shares it
    return mask


@lru_cache(maxsize=2)
def _with_embargo(snapshot: Snapshot) -> Array:
    """Return the documents that have an embargo at all: few, and each is looked at in every call."""
    return np.flatnonzero(snapshot.moments("embargo") != NO_MOMENT)
