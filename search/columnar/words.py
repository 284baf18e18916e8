"""
Postings, ranked: which documents have a word in any of its forms and fields, and what BM25F gives for it.

All lists of a word are read into one array, form by form and field by field, so that a step costs one call of NumPy
and not one for each list. A leaf with very many postings is evaluated some segments at a time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, groupby, pairwise
from typing import NamedTuple

import numpy as np

from search.columnar.answers import Answer
from search.columnar.arrays import Array, concatenated
from search.columnar.document_sets import distinct, places_of, union
from search.columnar.ranking import Bm25f, idf
from search.columnar.snapshot import LocalPostings, Snapshot, joined_documents

# Postings that are in memory at a time, each with up to 40 bytes: documents, frequencies, slots, weights.
CHUNK_POSTINGS = 2_000_000
# Choosing the postings of a few documents pays when the rest is this many times as large.
_WORTH_CHOOSING = 4


@dataclass(frozen=True, slots=True)
class FieldPostings:
    """
    What was found in one field for one form.

    ``weight`` is what the form is worth. Lists of the same ``form`` are pooled; of the forms the best one counts.
    """

    form: int
    weight: float
    field: str
    pieces: Sequence[LocalPostings]

    def __len__(self) -> int:  # the number of postings
        return sum(len(piece.documents) for piece in self.pieces)


class RankedPostings(Answer):
    """
    The documents that have any of some postings, ranked as one word.

    ``lists`` are ordered by weight, then by form. ``in_order`` says that in each of them a document comes once, in
    ascending order, as it does for one term. Where it ``is_hot``, scores are worked out for all documents and kept.
    """

    def __init__(
        self, snapshot: Snapshot, ranking: Bm25f, lists: Sequence[FieldPostings], *, in_order: bool = True
    ) -> None:
        super().__init__(snapshot)
        self._ranking, self._in_order = ranking, in_order
        whole = _Chunk(0, lists)
        self._chunks = [whole] if len(whole) <= CHUNK_POSTINGS else list(_chunks(lists))

    @cached_property
    def documents(self) -> Array:
        """The living documents that have any of the postings."""
        parts = [self._documents_of(chunk) for chunk in self._chunks]
        return self.snapshot.only_living(parts[0] if len(parts) == 1 else np.concatenate(parts))

    def scores(self, documents: Array) -> Array:
        """Return what the pooled frequencies are worth, times the idf of the whole; read-only if they are kept."""
        if documents is self.documents:
            return self._all_scores
        if self._keeps_scores:
            return self._all_scores.take(places_of(self.snapshot, documents, self.documents))
        return self._scores_of(documents)

    def scores_at(self, places: Array) -> Array:
        """Return the scores of the documents at some places."""
        if self._keeps_scores:
            return self._all_scores.take(places)
        return super().scores_at(places)

    @property
    def bytes(self) -> int:
        """The size of documents and scores, and of lists that are no part of a file."""
        pieces = (piece for chunk in self._chunks for each in chunk.lists for piece in each.pieces)
        own = (array.nbytes for piece in pieces for array in piece[1:] if array.base is None)
        return super().bytes + sum(own)

    def forget_postings(self) -> None:
        """Keep documents and scores alone: postings that are needed again are read again."""
        kept = vars(self)
        kept.pop("_only", None)
        if "documents" in kept and self.documents.base is not None:  # a part of all that was read, which would stay
            kept["documents"] = self.documents.copy()

    @property
    def _keeps_scores(self) -> bool:
        return self.is_hot or "_all_scores" in vars(self)

    @cached_property
    def _all_scores(self) -> Array:
        scores = self._scores_of(self.documents)
        scores.flags.writeable = False
        return scores

    def _scores_of(self, documents: Array) -> Array:
        if len(self._chunks) == 1:
            scores = self._weighted(self._chunks[0], documents)
        else:
            parts = np.split(documents, np.searchsorted(documents, [chunk.base for chunk in self._chunks[1:]]))
            scores = np.concatenate([self._weighted(*pair) for pair in zip(self._chunks, parts, strict=True)])
        scores *= idf(self.snapshot.alive_count, len(self.documents))
        return scores

    def _documents_of(self, chunk: "_Chunk") -> Array:
        joined = self._joined(chunk)
        if not self._in_order:
            return distinct(self.snapshot, joined)
        return union(self.snapshot, [joined[start:end] for start, end in chunk.edges])

    def _joined(self, chunk: "_Chunk") -> Array:
        """Return all documents of a chunk; when it is the only one they are kept for ranking."""
        return self._only if len(self._chunks) == 1 else chunk.joined()

    @cached_property
    def _only(self) -> Array:
        return self._chunks[0].joined()

    def _weighted(self, chunk: "_Chunk", documents: Array) -> Array:
        """Return for each document the best that a form gives; forms of the same weight saturate together."""
        best = np.zeros(len(documents))
        if not len(documents):
            return best
        pooled = self._pooled(chunk, documents)
        for weight, forms in groupby(pooled, key=lambda each: each[0]):
            (_, most), *others = forms
            for _, other in others:
                np.maximum(most, other, out=most)
            worth = self._ranking.saturated(most)
            worth *= weight
            np.maximum(best, worth, out=best)
        return best

    def _pooled(self, chunk: "_Chunk", documents: Array) -> Iterator[tuple[float, Array]]:
        """Yield the weight of each form that occurs, and its pooled frequency in each document."""
        read = self._read(chunk, documents)
        worth = np.empty(len(read.documents))
        for each, (start, end) in zip(chunk.lists, read.edges, strict=True):
            factors = self._ranking.factors(self.snapshot, each.field)
            # Any mode but "clip" would go by way of a copy.
            factors.take(read.documents[start:end], out=worth[start:end], mode="clip")
        worth *= read.frequencies
        for _, of_form in groupby(zip(chunk.lists, read.edges, strict=True), key=lambda pair: pair[0].form):
            pairs = list(of_form)
            part = slice(pairs[0][1][0], pairs[-1][1][1])  # the lists of one form follow each other
            if part.start < part.stop:
                pooled = np.bincount(read.slots[part], weights=worth[part], minlength=len(documents) + 1)
                yield pairs[0][0].weight, pooled[1:]

    def _read(self, chunk: "_Chunk", documents: Array) -> "_Read":
        """Read the postings of a chunk for some documents."""
        joined, frequencies = self._joined(chunk), chunk.frequencies()
        with self.snapshot.ranks.marking(documents, np.arange(1, len(documents) + 1, dtype=np.int32)) as ranks:
            slots = ranks.take(joined)
        if len(documents) * _WORTH_CHOOSING >= len(joined):
            return _Read(joined, frequencies, slots, chunk.edges)
        chosen = np.flatnonzero(slots)
        edges = np.searchsorted(chosen, np.reshape(chunk.edges, (-1, 2))).tolist()
        return _Read(joined[chosen], frequencies[chosen], slots[chosen], edges)


class _Read(NamedTuple):
    """
    Postings for ranking; each list stands between two ``edges``.

    ``slots`` are 1 for the first document that is ranked, 2 for the next, and 0 for those that were not asked for.
    """

    documents: Array
    frequencies: Array
    slots: Array
    edges: Sequence[Sequence[int]]


class _Chunk:
    """The lists of successive segments; ``base`` is the number of their first document."""

    def __init__(self, base: int, lists: Sequence[FieldPostings]) -> None:
        self.base, self.lists = base, lists
        ends = list(accumulate(map(len, lists), initial=0))
        self.edges = list(pairwise(ends))  # where each list begins and ends among the joined ones

    def __len__(self) -> int:  # the number of postings
        return self.edges[-1][1] if self.edges else 0

    def joined(self) -> Array:
        """Return the documents of all lists, numbered in the snapshot."""
        return joined_documents([piece for each in self.lists for piece in each.pieces])

    def frequencies(self) -> Array:
        """Return the frequencies of all lists; unsigned, as narrow as they are stored."""
        return concatenated([piece.frequencies for each in self.lists for piece in each.pieces], np.uint8)


def _chunks(lists: Sequence[FieldPostings]) -> Iterator[_Chunk]:
    """Yield the lists in chunks of whole segments: as many as can be read at a time, at least one."""
    sizes: dict[int, int] = {}
    for each in lists:
        for piece in each.pieces:
            sizes[piece.base] = sizes.get(piece.base, 0) + len(piece.documents)
    bases: list[int] = []
    for base in sorted(sizes):
        if bases and sum(sizes[b] for b in bases) + sizes[base] > CHUNK_POSTINGS:
            yield _chunk(bases, lists)
            bases = []
        bases.append(base)
    yield _chunk(bases, lists)


def _chunk(bases: Sequence[int], lists: Sequence[FieldPostings]) -> _Chunk:
    inside = [replace(each, pieces=[p for p in each.pieces if bases[0] <= p.base <= bases[-1]]) for each in lists]
    return _Chunk(bases[0], [each for each in inside if each.pieces])
