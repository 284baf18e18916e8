"""
Documents to arrays: the inversion of a whole batch at once.

While documents come in, each different set of terms at one position gets a number: the analysis gives the same few sets
again and again. At the end the numbers are spread out to terms, and one sort of (term, document, position), packed into
one 64-bit key each, makes the postings. docs/index-format.md describes the arrays of a segment; the widths here are the
most that is needed, files hold the narrowest.
"""

from array import array
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array
from search.columnar.document import NO_MOMENT, PARAGRAPH_GAP, Document, Layout, Paragraph
from search.columnar.runs import ranges
from search.columnar.stored import stored_arrays
from search.columnar.strings import hashed_string_arrays, string_arrays

#: Where the positions of a posting begin is written down for every so many postings; between them one adds up.
MARKED_POSTINGS = 64


class SegmentBuilder:
    """
    Collects documents, at most ``merge_policy.MAX_SEGMENT_DOCUMENTS``, and turns them into the arrays of one segment.

    ``dictionary`` is that of the stored documents of another segment, if there is one.
    """

    def __init__(self, layout: Layout, dictionary: bytes = b"") -> None:
        self._layout, self._dictionary = layout, dictionary
        self._documents: list[tuple[str, str, int]] = []
        self._stored: list[bytes] = []
        self._cards: list[bytes] = []
        self._sets = _Numbers()
        self._text = {name: _TextColumn(self._sets) for name in layout.text}
        self._keywords: dict[str, list[tuple[str, ...]]] = {name: [] for name in layout.keywords}
        self._moments = {name: array("q") for name in layout.moments}

    def __len__(self) -> int:
        return len(self._documents)

    def add(self, document: Document) -> None:
        """Add a document. The caller has checked it: nothing here can fail halfway."""
        self._documents.append((document.id, document.group, document.digest))
        self._stored.append(document.stored)
        self._cards.append(document.card)
        for name, column in self._text.items():
            column.add(document.text.get(name, ()))
        for name, values in self._keywords.items():
            values.append(tuple(document.keywords.get(name, ())))
        for name, moments in self._moments.items():
            moments.append(document.moments.get(name, NO_MOMENT))

    def arrays(self) -> dict[str, Array]:
        """Return the arrays of the segment."""
        vocabulary, terms = _vocabulary(list(self._sets))
        arrays = hashed_string_arrays("terms", vocabulary)
        for name, column in self._text.items():
            arrays.update(column.arrays(f"text.{name}", terms, len(vocabulary)))
        for name, values in self._keywords.items():
            arrays.update(keyword_arrays(f"keywords.{name}", values))
        for name, moments in self._moments.items():
            arrays[f"moments.{name}"] = np.array(moments, dtype="<i8")
        arrays.update(hashed_string_arrays("ids", [identifier.encode() for identifier, _, _ in self._documents]))
        arrays.update(keyword_arrays("group", [(group,) for _, group, _ in self._documents]))
        arrays["digests"] = np.array([digest for _, _, digest in self._documents], dtype="<u8")
        arrays.update(string_arrays("cards", self._cards))
        arrays.update(stored_arrays(self._stored, self._dictionary))
        return arrays


class _Numbers(dict[tuple[str, ...], int]):
    """Numbers from 0 for what is asked for, in that order."""

    def __missing__(self, key: tuple[str, ...]) -> int:
        number = self[key] = len(self)
        return number


class _Terms(NamedTuple):
    """The ranks of the terms in each numbered set: ``ranks[starts[n]:starts[n + 1]]``."""

    starts: Array
    ranks: Array

    def spread(self, sets: Array) -> tuple[Array, Array]:
        """Return the ranks of the terms in each of ``sets``, one set after the other, and how many each gives."""
        counts = np.diff(self.starts)[sets]
        return self.ranks[ranges(self.starts[sets], counts)], counts


def _vocabulary(sets: Sequence[tuple[str, ...]]) -> tuple[list[bytes], _Terms]:
    """Return the terms in numbered sets, in byte order, and which of them each set has."""
    numbers: dict[str, int] = {}
    of_sets = np.array([numbers.setdefault(term, len(numbers)) for terms in sets for term in terms], dtype=np.int64)
    encoded = [term.encode() for term in numbers]
    order = np.array(sorted(range(len(encoded)), key=encoded.__getitem__), dtype=np.int64)
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    starts = np.cumsum([0, *map(len, sets)])
    return [encoded[number] for number in order.tolist()], _Terms(starts, ranks[of_sets])


class _TextColumn:
    """The positions of one text field, each the number of the set of terms that stands there."""

    def __init__(self, numbers: _Numbers) -> None:
        self._numbers = numbers
        self._sets = array("I")
        self._paragraph_lengths, self._paragraph_counts = array("I"), array("I")

    def add(self, paragraphs: Sequence[Paragraph]) -> None:
        """Add the next document's paragraphs."""
        for paragraph in paragraphs:
            self._sets.extend(map(self._numbers.__getitem__, paragraph))
            self._paragraph_lengths.append(len(paragraph))
        self._paragraph_counts.append(len(paragraphs))

    def arrays(self, prefix: str, terms: _Terms, vocabulary: int) -> dict[str, Array]:
        """Return the field's arrays; ``vocabulary`` is the number of terms of the segment."""
        paragraphs = np.array(self._paragraph_lengths, dtype=np.int64)
        paragraph_ends = np.cumsum(np.array(self._paragraph_counts, dtype=np.int64))
        positions_before = np.concatenate(([0], np.cumsum(paragraphs)))
        ends = positions_before[paragraph_ends]
        lengths = np.diff(ends, prepend=0)
        documents = np.repeat(np.arange(len(lengths)), lengths)
        places = np.arange(len(self._sets)) - np.repeat(ends - lengths, lengths)
        gaps = np.arange(len(paragraphs)) - np.repeat(
            paragraph_ends - np.array(self._paragraph_counts, dtype=np.int64), self._paragraph_counts
        )
        places += np.repeat(gaps * PARAGRAPH_GAP, paragraphs)
        ranks, counts = terms.spread(np.array(self._sets, dtype=np.int64))
        occurrences = sorted_occurrences(ranks, np.repeat(documents, counts), np.repeat(places, counts))
        return {
            f"{prefix}.lengths": lengths.astype("<u4"),
            f"{prefix}.paragraphs": paragraphs.astype("<u4"),
            f"{prefix}.paragraphs.ends": paragraph_ends.astype("<u4"),
            **posting_arrays(prefix, vocabulary, occurrences),
        }


class TermOccurrences(NamedTuple):
    """Terms, documents and positions, one entry for each time that a term stands somewhere, sorted by these."""

    terms: Array
    documents: Array
    positions: Array


def sorted_occurrences(terms: Array, documents: Array, positions: Array) -> TermOccurrences:
    """Sort occurrences, given in any order as non-negative integers."""
    widths = [int(column.max()).bit_length() if len(column) else 0 for column in (terms, documents, positions)]
    if sum(widths) > 64:  # an article as long as several books among a million words
        order = np.lexsort((positions, documents, terms))
        return TermOccurrences(terms[order], documents[order], positions[order])
    document_shift, term_shift = widths[2], widths[2] + widths[1]
    keys = terms.astype(np.uint64) << np.uint64(term_shift)
    keys |= documents.astype(np.uint64) << np.uint64(document_shift)
    keys |= positions.astype(np.uint64)
    keys.sort()  # of plain numbers several times faster than any indirect sort
    return TermOccurrences(
        (keys >> np.uint64(term_shift)).astype(np.int64),
        (keys >> np.uint64(document_shift)).astype(np.int64) & ((1 << widths[1]) - 1),
        keys.astype(np.int64) & ((1 << widths[2]) - 1),
    )


def posting_arrays(prefix: str, vocabulary: int, occurrences: TermOccurrences) -> dict[str, Array]:
    """Return the postings of sorted occurrences of the terms from 0 to ``vocabulary``."""
    terms, documents, positions = occurrences
    first = np.ones(len(terms), dtype=bool)
    first[1:] = (terms[1:] != terms[:-1]) | (documents[1:] != documents[:-1])
    starts = np.flatnonzero(first)
    frequencies = np.diff(starts, append=len(terms)).astype("<u4")
    return {
        f"{prefix}.postings": np.searchsorted(terms[starts], np.arange(vocabulary + 1)).astype("<u4"),
        f"{prefix}.documents": documents[starts].astype("<u4"),
        f"{prefix}.frequencies": frequencies,
        f"{prefix}.positions": positions.astype("<u4"),
        f"{prefix}.positions.marks": position_marks(frequencies),
    }


def position_marks(frequencies: Array) -> Array:
    """Return where the positions of every ``MARKED_POSTINGS``-th posting begin."""
    starts = np.arange(0, len(frequencies), MARKED_POSTINGS)
    if not len(starts):
        return np.empty(0, dtype="<u8")
    sums = np.add.reduceat(frequencies, starts, dtype=np.uint64)
    marks: Array = np.cumsum(sums) - sums
    return marks


def keyword_arrays(prefix: str, values: Sequence[Sequence[str]]) -> dict[str, Array]:
    """Return the arrays of a field of values, each document having any number of them."""
    table = sorted({value.encode() for many in values for value in many})
    ordinal = {value: rank for rank, value in enumerate(table)}
    counts = np.array([0, *(len(many) for many in values)], dtype=np.uint64)
    return {
        **string_arrays(f"{prefix}.values", table),
        f"{prefix}.starts": np.cumsum(counts).astype("<u8"),
        f"{prefix}.ordinals": np.array([ordinal[v.encode()] for many in values for v in many], dtype="<u4"),
    }
