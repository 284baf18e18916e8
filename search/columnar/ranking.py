"""
Relevance: BM25F, with the frequencies of the fields combined before they saturate.

The formula is that of Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004,
with the length normalisation of each field of its own (Zaragoza et al., TREC 2004):

    pooled(d) = sum over fields f of  weight_f * tf(d, f) / (1 - b_f + b_f * length(d, f) / mean length_f)
    score(d)  = idf * pooled(d) * (k1 + 1) / (k1 + pooled(d))
    idf       = ln(1 + (N - n + 0.5) / (n + 0.5))          never negative, as in Lucene

The mean length of a field is taken over the documents that have it: over all documents, an archive in which some
articles have no lead or no title ranks those that have one far too low.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log1p

import numpy as np

from search.columnar.arrays import Array
from search.columnar.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """How much an occurrence in a field counts, and how strongly (``b``, 0 to 1) a long field is held against it."""

    weight: float
    b: float


@dataclass(frozen=True, slots=True, eq=False)  # compared by identity: what was ranked is kept by its ranking
class Bm25f:
    """
    The parameters of the formula: ``k1`` sets how fast repeated occurrences stop to count.

    1.2 is the usual middle of the range 1.2 to 2.0 that the TREC experiments give.
    """

    fields: Mapping[str, FieldWeight]
    k1: float = 1.2

    def weight_of(self, name: str) -> FieldWeight:
        """Return the weight of a field."""
        return self.fields.get(name, _PLAIN)

    def factors(self, snapshot: Snapshot, name: str) -> Array:
        """Return what one occurrence in a field gives to the pooled frequency; float64, one for each document."""
        field = self.weight_of(name)
        return snapshot.derived(("factors", name, field), lambda: _factors(field, snapshot, name))

    def saturated(self, pooled: Array) -> Array:
        """Return the part of the score that the pooled frequencies give, between 0 and ``k1 + 1``."""
        saturated: Array = pooled * (self.k1 + 1.0) / (self.k1 + pooled)
        return saturated


_PLAIN = FieldWeight(1.0, 0.75)  # a field that has no weight of its own is ranked as a body


def _factors(field: FieldWeight, snapshot: Snapshot, name: str) -> Array:
    lengths = snapshot.lengths(name)
    # There are fewer lengths than documents, and looking one up costs less than a division. A field of length 0 has
    # no occurrence; it is given another length, since with b = 1 its own would divide by 0.
    possible = np.maximum(np.arange(int(lengths.max(initial=0)) + 1), 1)
    of_lengths = field.weight / (1.0 - field.b + field.b * possible / snapshot.mean_length(name))
    factors: Array = of_lengths.take(lengths)
    factors.flags.writeable = False
    return factors


def idf(documents: int, having: int) -> float:
    """Return the inverse document frequency of something that ``having`` of ``documents`` have."""
    return log1p((documents - having + 0.5) / (having + 0.5))


def freshness(moments: Array, known: Array, now: int, half_life: int, share: float) -> Array:
    """
    Return the factor, between ``1 - share`` and 1, by which age lowers a score.

    ``moments``, ``now`` and ``half_life`` are in microseconds. After a half-life half of ``share`` is lost. What has
    no date (``known`` is False) is treated as old; what lies in the future as new.
    """
    age = np.maximum(now - np.where(known, moments, now), 0)
    remaining = np.where(known, np.exp2(-age / half_life), 0.0)
    factor: Array = 1.0 - share + share * remaining
    return factor
