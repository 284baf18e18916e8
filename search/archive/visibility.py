"""
Who may see what: readers see usable articles whose embargo has passed, the newsroom sees everything.

This is the one place that decides it. Every count, list and suggestion goes through the mask made here.
"""

from datetime import datetime
from enum import StrEnum

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
    embargo = snapshot.moments("embargo")
    open_now = (embargo == NO_MOMENT) | (embargo <= microseconds(now))
    visible: Array = snapshot.alive & _usable(snapshot) & open_now
    return visible


def _usable(snapshot: Snapshot) -> Array:
    column = snapshot.keywords("status")
    mask = np.zeros(snapshot.size, dtype=bool)
    if Status.USABLE in column.values:
        mask[column.documents[column.ordinals == column.values.index(Status.USABLE)]] = True
    return mask
