"""
What a search without words and filters finds: all that may be seen, the newest first, with the facets of the archive.

It is the first page of every site and depends on nothing but the commit and the embargoes that have passed, so it is
worked out once for these. Threads may share it: at worst two of them work out the same.
"""

import numpy as np

from search.archive.facets import facet_of_mask
from search.archive.request import SearchRequest
from search.archive.results import FacetValue
from search.columnar.arrays import Array
from search.columnar.collect import Collected, Order, ordered
from search.columnar.document import NO_MOMENT
from search.columnar.execute import Matches
from search.columnar.snapshot import Snapshot

# Twenty pages of ten are kept ready; for the pages after them each call orders anew.
KEPT_HITS = 200


class Everything:
    """All documents of a mask as matches of a search."""

    def __init__(self, snapshot: Snapshot, visible: Array) -> None:
        documents = np.flatnonzero(visible)
        matches = Matches(documents, np.zeros(len(documents)))
        self.visible = visible
        self.collected = Collected(snapshot, matches, {}, matches)
        self._facets: dict[str, tuple[FacetValue, ...]] = {}
        self._firsts: dict[tuple[bool, bool], Array] = {}

    def facets(self, request: SearchRequest) -> dict[str, tuple[FacetValue, ...]]:
        """Return the values of the facets that a request asks for, which has no filters."""
        for name in request.facets:
            if name not in self._facets:
                self._facets[name] = facet_of_mask(self.collected.snapshot, self.visible, name, request)
        return {name: self._facets[name] for name in request.facets}

    def first(self, needed: int, *, oldest: bool, grouped: bool) -> Array:
        """Return the first ``needed`` documents by date; with ``grouped``, only the first of each group."""
        if needed > KEPT_HITS:
            return self._ordered(needed, oldest=oldest, grouped=grouped)
        if (oldest, grouped) not in self._firsts:
            self._firsts[oldest, grouped] = self._ordered(KEPT_HITS, oldest=oldest, grouped=grouped)
        return self._firsts[oldest, grouped][:needed]

    def _ordered(self, needed: int, *, oldest: bool, grouped: bool) -> Array:
        snapshot, documents = self.collected.snapshot, self.collected.matches.documents
        moments = snapshot.moments("published")[documents]
        return ordered(snapshot, documents, Order(by_date(moments, oldest=oldest), ()), needed, grouped=grouped)


def by_date(moments: Array, *, oldest: bool) -> Array:
    """Return keys that order by date, highest first; unknown moments come last in both orders."""
    return np.where(moments != NO_MOMENT, -moments, NO_MOMENT) if oldest else moments  # NO_MOMENT is lower than all


def everything_seen(snapshot: Snapshot, visible: Array) -> Everything:
    """Return what there is to find among the documents of a mask (the same object as long as it is the same)."""
    kept: list[Everything] = snapshot.derived("everything", list)
    found = next((each for each in kept if each.visible is visible), None)
    if found is None:
        found = Everything(snapshot, visible)
        kept[:] = [found]  # of masks that are no more in use none is kept
    return found
