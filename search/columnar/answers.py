"""
What a node of a query tree matches, worked out in two steps: which documents first, then what they score.

An answer is asked for the scores only of documents that the whole query found, so a common word beside a rare one
costs little. Filters need not list what they let through: asked whether they contain some documents, they look at
these alone. Deleted documents are in no answer.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array
from search.columnar.document_sets import NONE, is_member, union
from search.columnar.ranking import idf
from search.columnar.snapshot import Snapshot


class Matches(NamedTuple):
    """Matching documents: their numbers, ascending (int64), and their scores (float64)."""

    documents: Array
    scores: Array

    def __len__(self) -> int:  # the number of documents, not of fields
        return len(self.documents)


class Answer:
    """
    The documents that match something; this one is a filter, which scores nothing.

    ``is_hot`` says that it was remembered and asked for again, so that it is worth while to work out more at once.
    """

    is_hot = False

    def __init__(self, snapshot: Snapshot, documents: Array | None = None) -> None:
        self.snapshot = snapshot
        if documents is not None:
            self.documents = documents

    @cached_property
    def documents(self) -> Array:
        """The documents that match, ascending (int64)."""
        raise NotImplementedError

    @property
    def most(self) -> int:
        """A number that is not below that of the documents, and costs little to know."""
        return len(self.documents)

    def contains(self, documents: Array) -> Array:
        """Return a mask of some living documents: which of them match."""
        return is_member(self.snapshot, documents, self.documents)

    def scores(self, documents: Array) -> Array:
        """Return the scores of some documents, ascending, all of which match."""
        # One zero, seen many times: nothing as long as the archive is allocated for the empty query.
        return np.broadcast_to(np.float64(0.0), len(documents))

    def scores_at(self, places: Array) -> Array:
        """Return the scores of the documents at some ascending places of ``documents``."""
        return self.scores(self.documents.take(places))

    @property
    def bytes(self) -> int:
        """The size of what would be remembered."""
        return sum(each.nbytes for each in vars(self).values() if isinstance(each, np.ndarray))

    def forget_postings(self) -> None:
        """Let go of what can be read again, before this is remembered."""

    @cached_property
    def matches(self) -> Matches:
        """All the documents, with their scores."""
        return Matches(self.documents, self.scores(self.documents))


class Everything(Answer):
    """All living documents."""

    @cached_property
    def documents(self) -> Array:
        """The living documents."""
        return self.snapshot.living

    def contains(self, documents: Array) -> Array:
        """Return True for each."""
        return np.broadcast_to(np.True_, len(documents))


class AllOf(Answer):
    """What every one of some parts matches; the scores are added."""

    def __init__(self, parts: Sequence[Answer]) -> None:
        super().__init__(parts[0].snapshot)
        self._parts = sorted(parts, key=lambda part: part.most)

    @cached_property
    def documents(self) -> Array:
        """The documents of the smallest part that are in all the others."""
        documents = self._parts[0].documents
        for part in self._parts[1:]:
            inside = part.contains(documents)
            documents = documents if inside.all() else documents.compress(inside)
        return documents

    @property
    def most(self) -> int:
        """As many as the smallest part has."""
        return self._parts[0].most

    def scores(self, documents: Array) -> Array:
        """Return the sum of what the parts give."""
        return sum((part.scores(documents) for part in self._parts[1:]), self._parts[0].scores(documents))


class AnyOf(Answer):
    """What any of some parts matches; the scores of the parts that match are combined, which begins with 0."""

    def __init__(self, snapshot: Snapshot, parts: Sequence[Answer], combine: np.ufunc) -> None:
        super().__init__(snapshot)
        self._parts, self._combine = parts, combine

    @cached_property
    def documents(self) -> Array:
        """The documents of all parts."""
        return union(self.snapshot, [part.documents for part in self._parts])

    @property
    def most(self) -> int:
        """As many as all parts have, without each other."""
        return sum(part.most for part in self._parts)

    def scores(self, documents: Array) -> Array:
        """Return what the parts give together."""
        scores = np.zeros(len(documents) + 1)  # as ranks begin with 1
        with self.snapshot.ranks.marking(documents, np.arange(1, len(documents) + 1, dtype=np.int32)) as ranks:
            # Whoever ranks some of the documents has no need of the union of all.
            every = documents is vars(self).get("documents")
            for number, part in enumerate(self._parts):
                slots = ranks.take(part.documents)
                if every:
                    found = part.scores(part.documents)
                else:
                    places = np.flatnonzero(slots)
                    slots, found = slots.take(places), part.scores_at(places)
                scores[slots] = self._combine(scores[slots], found) if number else found
        return scores[1:]


class MostOf(Answer):
    """
    What is in a filter and matches enough of some parts; their scores are added.

    Each part weighs its idf inside the filter; enough is ``share`` of the weights of all. ``weigh`` gives the weights
    instead where the snapshot is only a part of what they are to be taken from.
    """

    def __init__(
        self, within: Answer, parts: Sequence[Answer], share: float, weigh: Callable[[], Sequence[float]] | None = None
    ) -> None:
        super().__init__(within.snapshot)
        self._within, self._parts, self._share, self._weigh = within, parts, share, weigh
        self._scored = AnyOf(within.snapshot, parts, np.add)

    @cached_property
    def documents(self) -> Array:
        """The documents inside that enough parts have."""
        inside = [part.documents.compress(self._within.contains(part.documents)) for part in self._parts]
        if self._weigh is None:
            size = len(self._within.documents)
            weights: Sequence[float] = [idf(size, len(documents)) for documents in inside]
        elif not any(map(len, inside)):
            return NONE
        else:
            weights = self._weigh()
        # Added up in another order the last digit may be another, which must not decide.
        least = self._share * sum(weights) * (1 - 1e-9)
        candidates = union(self.snapshot, [inside[number] for number in _needed(weights, least)])
        found = np.zeros(len(candidates))
        for documents, weight in zip(inside, weights, strict=True):
            found += weight * is_member(self.snapshot, candidates, documents)
        return candidates.compress(found >= least)

    @property
    def most(self) -> int:
        """As many as all parts have, without each other."""
        return self._scored.most

    def scores(self, documents: Array) -> Array:
        """Return the sum of what the parts that match give."""
        return self._scored.scores(documents)


def _needed(weights: Sequence[float], least: float) -> list[int]:
    """Return the places of the largest weights, so many that all the others together do not reach the least."""
    needed = []
    rest = sum(weights)
    for weight, number in sorted(zip(weights, range(len(weights)), strict=True), reverse=True):
        if rest < least:
            break
        rest -= weight
        needed.append(number)
    return needed


class Without(Answer):
    """What one answer matches and another does not."""

    def __init__(self, wanted: Answer, excluded: Answer) -> None:
        super().__init__(wanted.snapshot)
        self._wanted, self._excluded = wanted, excluded

    @cached_property
    def documents(self) -> Array:
        """The documents of the one that are not in the other."""
        documents = self._wanted.documents
        return documents.compress(~self._excluded.contains(documents))

    @property
    def most(self) -> int:
        """As many as without the exclusion."""
        return self._wanted.most

    def contains(self, documents: Array) -> Array:
        """Return which of the documents are in the one and not in the other."""
        inside: Array = self._wanted.contains(documents) & ~self._excluded.contains(documents)
        return inside

    def scores(self, documents: Array) -> Array:
        """Return what the wanted answer gives."""
        return self._wanted.scores(documents)


class Narrowed(Answer):
    """Some of the documents of another answer, with its scores."""

    def __init__(self, inner: Answer, documents: Array) -> None:
        super().__init__(inner.snapshot, documents)
        self._inner = inner

    def scores(self, documents: Array) -> Array:
        """Return what the other answer gives."""
        return self._inner.scores(documents)


class Preferring(Answer):
    """What one answer matches; where another matches too, its score is added."""

    def __init__(self, required: Answer, optional: Answer) -> None:
        super().__init__(required.snapshot)
        self._required = required
        self._scored = AnyOf(required.snapshot, (required, optional), np.add)

    @cached_property
    def documents(self) -> Array:
        """The documents of the required answer."""
        return self._required.documents

    @property
    def most(self) -> int:
        """As many as the required answer has."""
        return self._required.most

    def contains(self, documents: Array) -> Array:
        """Return which of the documents the required answer has."""
        return self._required.contains(documents)

    def scores(self, documents: Array) -> Array:
        """Return what both give."""
        return self._scored.scores(documents)


class Rescored(Answer):
    """What another answer matches, its scores multiplied (``boost``) or replaced (``constant``)."""

    def __init__(self, inner: Answer, *, boost: float = 1.0, constant: float | None = None) -> None:
        super().__init__(inner.snapshot)
        self._inner, self._boost, self._constant = inner, boost, constant

    @cached_property
    def documents(self) -> Array:
        """The documents of the other answer."""
        return self._inner.documents

    @property
    def most(self) -> int:
        """As many as the other answer has."""
        return self._inner.most

    def contains(self, documents: Array) -> Array:
        """Return what the other answer contains."""
        return self._inner.contains(documents)

    def scores(self, documents: Array) -> Array:
        """Return the scores as they were changed."""
        if self._constant is not None:
            return np.full(len(documents), self._constant)
        scores: Array = self._inner.scores(documents) * self._boost
        return scores
