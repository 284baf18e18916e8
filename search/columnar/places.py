"""
Places: at which positions of a text field a few documents answer a leaf of a query.

What a page shows of its ten hits is found here, from the postings that made them hits, instead of in their texts.
Documents are looked up one by one in each term's postings: for so few that takes less than one call of NumPy.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from search.columnar.segment import Segment, TextField
from search.columnar.snapshot import Snapshot
from search.query import leaves

#: The leaves that have places.
PlacedLeaf: TypeAlias = leaves.Word | leaves.Sequence | leaves.Beginning

# The row of a document in what was asked for, and its number in its segment.
_Row: TypeAlias = tuple[int, int]


class Places:
    """Where the leaves of a query stand in a handful of documents of a snapshot."""

    def __init__(self, snapshot: Snapshot, documents: Sequence[int]) -> None:
        self._number = len(documents)
        self._parts = list(_by_segment(snapshot, documents))

    def __len__(self) -> int:
        return self._number

    def of(self, query: PlacedLeaf, field: str) -> list[list[int]]:
        """
        Return for each document the ascending positions of ``field`` at which it answers a leaf.

        Of a sequence these are all positions from its first word to its last, as the executor follows it.
        """
        found: list[list[int]] = [[] for _ in range(self._number)]
        for segment, rows in self._parts:
            for row, places in _places_in(segment, query, field, rows):
                found[row] = places
        return found


def _by_segment(snapshot: Snapshot, documents: Sequence[int]) -> Iterator[tuple[Segment, list[_Row]]]:
    bases = [0]
    for segment in snapshot.segments:
        bases.append(bases[-1] + len(segment))
    rows: dict[int, list[_Row]] = {}
    for row, document in enumerate(documents):
        number = bisect_right(bases, document) - 1
        rows.setdefault(number, []).append((row, document - bases[number]))
    return ((snapshot.segments[number], wanted) for number, wanted in rows.items())


def _places_in(
    segment: Segment, query: PlacedLeaf, field: str, rows: Sequence[_Row]
) -> Iterable[tuple[int, list[int]]]:
    text = segment.text[field]
    match query:
        case leaves.Word(forms=forms):
            return _united(segment, text, forms, rows).items()
        case leaves.Sequence(slots=slots, slop=slop):
            return _in_sequences([_united(segment, text, slot, rows) for slot in slots], slop)
        case leaves.Beginning():
            return _beginnings(segment, text, query, rows)


def _united(
    segment: Segment, text: TextField, forms: Sequence[leaves.Form], rows: Sequence[_Row]
) -> dict[int, list[int]]:
    """Return the positions of a group of forms by row; where several forms stand at one position it comes once."""
    found: dict[int, list[int]] = {}
    for form in forms:
        number = segment.term(form.term.encode())
        for row, places in _positions_of_term(text, number, rows) if number is not None else ():
            found[row] = sorted({*found[row], *places}) if row in found else places
    return found


def _in_sequences(slots: Sequence[dict[int, list[int]]], slop: int) -> Iterator[tuple[int, list[int]]]:
    for row in slots[0]:
        if all(row in slot for slot in slots):
            stretches = sequences([slot[row] for slot in slots], slop)
            yield row, sorted({place for first, last in stretches for place in range(first, last + 1)})


def sequences(slots: Sequence[Sequence[int]], slop: int) -> Iterator[tuple[int, int]]:
    """
    Yield the first and the last position of every sequence; each slot holds the ascending positions of its word.

    From a first word the nearest next one is always as good as any later one.

    >>> list(sequences([[1, 5, 20], [3, 7, 9]], slop=1))
    [(1, 3), (5, 7)]
    """
    for first in slots[0]:
        last, limit = first, first + len(slots) - 1 + slop
        for slot in slots[1:]:
            place = bisect_right(slot, last)
            if place == len(slot) or slot[place] > limit:
                break
            last = slot[place]
        else:
            yield first, last


def _beginnings(
    segment: Segment, text: TextField, query: leaves.Beginning, rows: Sequence[_Row]
) -> Iterator[tuple[int, list[int]]]:
    numbers = segment.terms.prefix_range(query.text.encode())
    near = [other for other in query.without if other.startswith(query.text) or query.text.startswith(other)]
    holes = [segment.terms.prefix_range(other.encode()) for other in near]
    edges = text.edges[numbers.start : numbers.stop + 1]
    documents = text.postings(numbers).documents
    for row, document in rows:
        postings = np.flatnonzero(documents == document) + int(edges[0])
        terms = numbers.start - 1 + np.searchsorted(edges, postings.astype(edges.dtype), side="right")
        places: set[int] = set()
        for term, posting in zip(terms.tolist(), postings.tolist(), strict=True):
            if not any(term in hole for hole in holes):
                places.update(text.positions_of(posting))
        yield row, sorted(places)


def _positions_of_term(text: TextField, term: int, rows: Sequence[_Row]) -> Iterator[tuple[int, list[int]]]:
    """Yield the positions of a term in those documents that have it."""
    postings, documents = text.slice_of(range(term, term + 1)), text.documents.data
    for row, document in rows:
        posting = bisect_left(documents, document, postings.start, postings.stop)
        if posting < postings.stop and documents[posting] == document:
            yield row, text.positions_of(posting)
