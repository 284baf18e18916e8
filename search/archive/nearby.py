"""
The documents of about the time of some new ones, and in which language they are: whatever may be of one story.

What is needed of them is read segment by segment: joining the columns of all documents for the sake of some hundred
takes fifty times as long.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from search.article import LANGUAGES
from search.columnar.arrays import Array, concatenated
from search.columnar.document import NO_MOMENT
from search.columnar.segment import Segment
from search.columnar.snapshot import Snapshot

#: Versions of a story are published within so much of each other, or one has no date: in the development data within a
#: day; a weekend may lie between.
WINDOW = timedelta(days=4)
# As numbers: a date of the year 9999, which stands for none in some systems, has no moment four days later.
_MICROSECONDS = WINDOW // timedelta(microseconds=1)


class Near(NamedTuple):
    """Some living documents, ascending (int64), and the place of the language of each in ``LANGUAGES``."""

    documents: Array
    languages: Array

    def those(self, mask: Array) -> "Near":
        """Return some of them."""
        return Near(self.documents[mask], self.languages[mask])


class Nearby:
    """The living documents of about the time of some articles, by their moments (microseconds, ``NO_MOMENT``)."""

    def __init__(self, snapshot: Snapshot, moments: Iterable[int]) -> None:
        least, most = _range_around(moments)
        parts = [_part(snapshot, base, segment, least, most) for base, segment in snapshot.based_segments()]
        found, documents, languages = (concatenated(arrays, np.int64) for arrays in zip(*parts, strict=True))
        self._near = Near(documents, languages)
        self._by_moment = np.argsort(found, kind="stable")
        self._moments = found[self._by_moment]
        self._undated = int(np.searchsorted(self._moments, NO_MOMENT, side="right"))  # they come first

    def around(self, moment: int) -> Near:
        """Return those within ``WINDOW`` of a moment, and those of unknown date; all if it is not known itself."""
        if moment == NO_MOMENT:
            return self._near
        first = max(self._undated, int(np.searchsorted(self._moments, moment - _MICROSECONDS, side="left")))
        after = max(first, int(np.searchsorted(self._moments, moment + _MICROSECONDS, side="right")))
        return self._near.those(
            np.sort(np.concatenate((self._by_moment[: self._undated], self._by_moment[first:after])))
        )


def _range_around(moments: Iterable[int]) -> tuple[int, int]:
    """Return the bounds of all that is near to some moments."""
    known = sorted(moments)
    if not known or known[0] == NO_MOMENT:
        info = np.iinfo(np.int64)
        return info.min, info.max
    return known[0] - _MICROSECONDS, known[-1] + _MICROSECONDS


def _part(snapshot: Snapshot, base: int, segment: Segment, least: int, most: int) -> tuple[Array, Array, Array]:
    """Return moments, numbers and languages of the living documents of a segment between bounds, and of the undated."""
    moments = segment.moments["published"]
    inside = (moments >= least) & (moments <= most) | (moments == NO_MOMENT)
    found = np.flatnonzero(inside & snapshot.alive[base : base + len(segment)])
    return moments[found], found + base, languages_of(segment, found)


def languages_of(segment: Segment, documents: Array) -> Array:
    """Return the places in ``LANGUAGES`` of the languages of some documents of a segment (int64)."""
    field = segment.keywords["language"]
    places = np.array([LANGUAGES.index(value.decode()) for value in field.values], dtype=np.int64)
    return places[field.ordinals[field.starts[documents]]]
