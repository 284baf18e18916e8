"""
The terms of every field in Whoosh's sense, in byte order, each with its postings.

Text fields have words, keyword fields whole values, ``id`` the ids, and moments the terms that Whoosh's number fields
have. Only documents inside a mask exist here: a term that no such document has is no term, so that nobody learns from
a list of words what an article says that may not be seen.
"""

import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from heapq import merge
from itertools import compress, groupby
from typing import Protocol

import numpy as np

from search.columnar.arrays import Array
from search.columnar.document import NO_MOMENT
from search.columnar.segment import Occurrences, Postings, Segment
from search.columnar.snapshot import Snapshot

#: Whoosh counts microseconds from the year 1, the engine from 1970.
YEAR_1 = -62_135_596_800_000_000

# Whoosh's DATETIME: 64 bits, whose order is that of unsigned numbers, in terms of 8 fewer bits each.
_SHIFTS = range(0, 64, 8)
_SIGN = np.uint64(1 << 63)
_MOMENT_TERM = struct.Struct(">BQ")


class Vocabulary(Protocol):
    """The terms of one field."""

    def terms_from(self, start: bytes) -> Iterator[bytes]:
        """Yield the terms from ``start`` on, in byte order, each once."""

    def postings(self, term: bytes) -> Postings:
        """Return the documents, by their numbers in the snapshot, that have a term; none for an unknown one."""


class TextVocabulary:
    """The words of a text field."""

    def __init__(self, snapshot: Snapshot, name: str, visible: Array) -> None:
        self._snapshot, self._name, self._visible = snapshot, name, visible
        ends = np.cumsum([len(segment) for segment in snapshot.segments], dtype=np.int64).tolist()
        masks = [visible[end - len(segment) : end] for segment, end in zip(snapshot.segments, ends, strict=True)]
        self._parts = list(zip(snapshot.segments, masks, strict=True))

    def terms_from(self, start: bytes) -> Iterator[bytes]:
        """Yield the terms from ``start`` on, in byte order, each once."""
        return _distinct(_visible_terms(segment, self._name, mask, start) for segment, mask in self._parts)

    def postings(self, term: bytes) -> Postings:
        """Return the documents that have a term, and how often."""
        text = _decoded(term)
        if text is None:
            return _NO_POSTINGS
        documents, frequencies = self._snapshot.postings(self._name, text)
        inside = self._visible[documents]
        return Postings(documents[inside], frequencies[inside])

    def occurrences(self, term: bytes) -> Occurrences:
        """Return every occurrence of a term that has postings, sorted by document and position."""
        documents, positions = self._snapshot.occurrences(self._name, term.decode())
        inside = self._visible[documents]
        return Occurrences(documents[inside], positions[inside])


class KeywordVocabulary:
    """The values of a keyword field, each a term as a whole."""

    def __init__(self, snapshot: Snapshot, name: str, visible: Array) -> None:
        self._column, self._visible = snapshot.keywords(name), visible

    @cached_property
    def _values(self) -> list[bytes]:
        """The values that any document has that may be seen, in byte order."""
        counts = self._column.document_counts(np.flatnonzero(self._visible))
        return sorted(compress(self._column.values.encoded(self._column.count), counts.tolist()))

    def terms_from(self, start: bytes) -> Iterator[bytes]:
        """Yield the values from ``start`` on, in byte order."""
        return iter(self._values[bisect_left(self._values, start) :])

    def postings(self, term: bytes) -> Postings:
        """Return the documents that have a value."""
        text = _decoded(term)
        having = self._column.having([] if text is None else self._column.numbers([text]))
        return _once(np.flatnonzero(having & self._visible))


class IdVocabulary:
    """The ids of the documents."""

    def __init__(self, snapshot: Snapshot, visible: Array) -> None:
        self._snapshot, self._visible = snapshot, visible

    def terms_from(self, start: bytes) -> Iterator[bytes]:
        """Yield the ids from ``start`` on, in byte order."""
        ids = sorted({identifier for segment in self._snapshot.segments for identifier in segment.ids})
        return (identifier for identifier in ids[bisect_left(ids, start) :] if len(self.postings(identifier).documents))

    def postings(self, term: bytes) -> Postings:
        """Return the document that has an id."""
        identifier = _decoded(term)
        document = None if identifier is None else self._snapshot.document_of(identifier)
        visible = document is not None and self._visible[document]
        return _once(np.array([document], dtype=np.int64)) if visible else _NO_POSTINGS


class MomentVocabulary:
    """
    The terms of a moment: a byte that says how many bits were cut off, then what remains, the sign turned around.

    Such are the terms of ``whoosh.fields.DATETIME``; a long range of time is few of them. None is stored: the column of
    moments, sorted once, gives them all.
    """

    def __init__(self, snapshot: Snapshot, name: str, visible: Array) -> None:
        moments = snapshot.moments(name)
        documents = np.flatnonzero(visible & (moments != NO_MOMENT))
        sortable = (moments[documents] - YEAR_1).astype(np.uint64) ^ _SIGN
        order = np.argsort(sortable, kind="stable")
        self._documents, self._sortable = documents[order], sortable[order]

    def terms_from(self, start: bytes) -> Iterator[bytes]:
        """Yield the terms from ``start`` on, in byte order."""
        first, least = _MOMENT_TERM.unpack(start[: _MOMENT_TERM.size].ljust(_MOMENT_TERM.size, b"\0"))
        for shift in _SHIFTS:
            values = np.unique(self._sortable >> np.uint64(shift)) if shift >= first else self._sortable[:0]
            begin = int(np.searchsorted(values, np.uint64(least))) if shift == first else 0
            for value in values[begin:].tolist():
                yield _MOMENT_TERM.pack(shift, value)

    def postings(self, term: bytes) -> Postings:
        """Return the documents whose moment a term covers."""
        if len(term) != _MOMENT_TERM.size or term[0] not in _SHIFTS:
            return _NO_POSTINGS
        shift, value = _MOMENT_TERM.unpack(term)
        cut = self._sortable >> np.uint64(shift)
        value = np.uint64(value)
        part = slice(*(int(np.searchsorted(cut, value, side)) for side in ("left", "right")))
        return _once(np.sort(self._documents[part]))


_NO_POSTINGS = Postings(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint32))


def _once(documents: Array) -> Postings:
    return Postings(documents, np.ones(len(documents), dtype=np.uint32))


def _decoded(term: bytes) -> str | None:
    try:
        return term.decode()
    except UnicodeDecodeError:  # no term of ours
        return None


def _visible_terms(segment: Segment, name: str, mask: Array, start: bytes) -> Iterator[bytes]:
    """Yield the terms of a field, from ``start`` on, that a document inside a mask has."""
    field, sees_all = segment.text[name], bool(mask.all())
    for number in range(bisect_left(segment.terms, start), len(segment.terms)):
        if field.has(number) and (sees_all or mask[field.postings(range(number, number + 1)).documents].any()):
            yield segment.terms[number]


def _distinct(runs: Iterable[Iterator[bytes]]) -> Iterator[bytes]:
    return (term for term, _ in groupby(merge(*runs)))
