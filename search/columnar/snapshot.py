"""
All segments of one commit, seen as one archive: what a search runs on.

Documents are numbered through all segments, deleted ones included; ``alive`` marks the others. Columns are joined
once, when they are first asked for; postings are joined for each term. A snapshot never changes: a newer commit is
another snapshot, which shares the segments that both have.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array, ArraysDamaged, concatenated, read_arrays
from search.columnar.commit import Commit, SegmentEntry, read_commit
from search.columnar.deletions import require_checksum
from search.columnar.document import NO_MOMENT
from search.columnar.segment import KeywordField, Occurrences, Postings, Segment
from search.errors import IndexDamaged

# A writer may remove a segment between the reading of the commit and the opening of its files; the next commit is
# then already there. More than a few times in a row is not that.
_OPEN_ATTEMPTS = 5


class KeywordColumn(NamedTuple):
    """
    Values of all documents, in two arrangements.

    By value: ``documents[i]`` has ``values[ordinals[i]]``, sorted by ordinal. By document: document n has the values
    with the ordinals ``of_documents[starts[n]:starts[n + 1]]``; beside each of these stands in ``pairs`` the number of
    the pair of value and group, and ``pair_ordinals`` gives the value of each pair: so the groups of a value are
    counted without sorting. ``is_single`` says that every document has exactly one value.
    """

    values: list[str]
    ordinals: Array
    documents: Array
    starts: Array
    of_documents: Array
    pairs: Array
    pair_ordinals: Array
    is_single: bool

    def documents_with(self, is_wanted: Callable[[str], bool]) -> Array:
        """Return the documents that have a wanted value; one with several such values comes several times."""
        wanted = np.array([is_wanted(value) for value in self.values], dtype=bool)
        documents: Array = self.documents[wanted[self.ordinals]]
        return documents


@dataclass(slots=True)
class _Joined:
    """Columns that were asked for, by name."""

    lengths: dict[str, Array] = field(default_factory=dict)
    means: dict[str, float] = field(default_factory=dict)
    keywords: dict[str, KeywordColumn] = field(default_factory=dict)
    moments: dict[str, Array] = field(default_factory=dict)


class Snapshot:
    """One commit, opened."""

    def __init__(self, commit: Commit, segments: list[Segment], deletions: list[Array]) -> None:
        self.commit = commit
        self.segments = segments
        self._bases = np.cumsum([0, *map(len, segments)]).tolist()
        self.size: int = self._bases[-1]
        self.alive: Array = ~concatenated(deletions, bool)
        self._joined = _Joined()

    @cached_property
    def alive_count(self) -> int:
        """The number of documents that are not deleted."""
        return int(self.alive.sum())

    def lengths(self, name: str) -> Array:
        """Return the length of a text field, in positions, for every document."""
        if name not in self._joined.lengths:
            self._joined.lengths[name] = concatenated([s.text[name].lengths for s in self.segments], np.uint32)
        return self._joined.lengths[name]

    def mean_length(self, name: str) -> float:
        """Return the mean length of a text field over the documents that have it, at least 1."""
        if name not in self._joined.means:
            lengths = self.lengths(name)
            having = lengths[(lengths > 0) & self.alive]
            self._joined.means[name] = float(having.mean()) if len(having) else 1.0
        return self._joined.means[name]

    def moments(self, name: str) -> Array:
        """Return a moment of every document, in microseconds since 1970 UTC, ``NO_MOMENT`` where it is not known."""
        if name not in self._joined.moments:
            self._joined.moments[name] = concatenated([s.moments[name] for s in self.segments], np.int64)
        return self._joined.moments[name]

    def within(self, name: str, least: int | None, most: int | None) -> Array:
        """Return a mask of the living documents whose moment is known and not outside the bounds, both inclusive."""
        moments = self.moments(name)
        inside: Array = self.alive & (moments != NO_MOMENT)
        if least is not None:
            inside &= moments >= least
        if most is not None:
            inside &= moments <= most
        return inside

    def keywords(self, name: str) -> KeywordColumn:
        """Return the values of a keyword field."""
        if name not in self._joined.keywords:
            joined = _joined_keywords([segment.keywords[name] for segment in self.segments], self._bases)
            self._joined.keywords[name] = self.column(*joined)
        return self._joined.keywords[name]

    def column(self, values: list[str], ordinals: Array, documents: Array) -> KeywordColumn:
        """Return a column of pairs of value (its ordinal) and document, which come in any order."""
        keys, pairs = np.unique(ordinals * self.group_count + self.groups[documents], return_inverse=True)
        by_value, by_document = np.argsort(ordinals, kind="stable"), np.argsort(documents, kind="stable")
        starts = np.searchsorted(documents[by_document], np.arange(self.size + 1))
        return KeywordColumn(
            values,
            ordinals[by_value],
            documents[by_value],
            starts,
            ordinals[by_document],
            pairs[by_document],
            keys // max(self.group_count, 1),
            is_single=bool((np.diff(starts) == 1).all()),
        )

    @cached_property
    def groups(self) -> Array:
        """The number of each document's group, from 0; documents of one group share it."""
        return self._joined_groups[1]

    @cached_property
    def _joined_groups(self) -> tuple[list[str], Array, Array]:
        return _joined_keywords([segment.groups for segment in self.segments], self._bases)

    @property
    def _group_keys(self) -> list[str]:
        return self._joined_groups[0]

    @cached_property
    def _group_order(self) -> Array:
        return np.argsort(self.groups, kind="stable")

    @cached_property
    def group_count(self) -> int:
        """One more than the highest number of a group."""
        return int(self.groups.max()) + 1 if self.size else 0

    def postings(self, name: str, term: str) -> Postings:
        """Return the living documents that have a term in a text field, and how often."""
        encoded = term.encode()
        found = []
        for segment, base in zip(self.segments, self._bases, strict=False):
            number = segment.text[name].terms.find(encoded)
            if number is not None:
                found.append(_shifted(segment.text[name].postings(range(number, number + 1)), base))
        return self._living(found)

    def prefix_postings(self, name: str, prefix: str, without: tuple[str, ...] = ()) -> Postings:
        """
        Return the living documents with terms that begin with ``prefix``; a document stands once for each such term.

        Terms that begin with one of ``without`` do not count.
        """
        found = []
        for segment, base in zip(self.segments, self._bases, strict=False):
            text = segment.text[name]
            # Two prefixes' terms are apart, unless one prefix begins with the other.
            others = [other for other in without if other.startswith(prefix) or prefix.startswith(other)]
            holes = [text.terms.prefix_range(other.encode()) for other in others]
            for part in _without(text.terms.prefix_range(prefix.encode()), holes):
                found.append(_shifted(text.postings(part), base))
        return self._living(found)

    def occurrences(self, name: str, term: str) -> Occurrences:
        """Return every occurrence of a term in the living documents, sorted by document and position."""
        encoded = term.encode()
        documents, positions = [], []
        for segment, base in zip(self.segments, self._bases, strict=False):
            number = segment.text[name].terms.find(encoded)
            if number is not None:
                found = segment.text[name].occurrences(number)
                documents.append(found.documents.astype(np.int64) + base)
                positions.append(found.positions)
        all_documents, all_positions = concatenated(documents, np.int64), concatenated(positions, np.uint32)
        living = self.alive[all_documents]
        return Occurrences(all_documents[living], all_positions[living])

    def vocabulary(self, names: Iterable[str]) -> Iterator[bytes]:
        """Return an iterator over the terms of text fields, as UTF-8; some come more than once."""
        for name in names:
            for segment in self.segments:
                yield from segment.text[name].terms

    def document_of(self, identifier: str) -> int | None:
        """Return the number of the living document with this id, or None."""
        for segment, base in zip(self.segments, self._bases, strict=False):
            number = segment.document_of(identifier)
            if number is not None and self.alive[base + number]:
                return int(base + number)
        return None

    def documents_of_group(self, group: str) -> list[int]:
        """Return the numbers of the living documents of a group, ascending."""
        number = bisect_left(self._group_keys, group)
        if number == len(self._group_keys) or self._group_keys[number] != group:
            return []
        return self._living_members(number)

    def members(self, document: int) -> list[int]:
        """Return the numbers of the living documents that are in one group with a document, ascending."""
        return self._living_members(int(self.groups[document]))

    def _living_members(self, group: int) -> list[int]:
        first, last = np.searchsorted(self.groups, (group, group + 1), sorter=self._group_order)
        found = np.sort(self._group_order[first:last])
        return [int(document) for document in found if self.alive[document]]

    def stored(self, document: int) -> bytes:
        """Return what was stored for a document."""
        segment, number = self._place(document)
        return segment.stored(number)

    def card(self, document: int) -> bytes:
        """Return the card of a document."""
        segment, number = self._place(document)
        return segment.cards[number]

    def _place(self, document: int) -> tuple[Segment, int]:
        number = bisect_right(self._bases, document) - 1
        return self.segments[number], document - self._bases[number]

    def _living(self, found: list[Postings]) -> Postings:
        documents = concatenated([postings.documents for postings in found], np.int64)
        frequencies = concatenated([postings.frequencies for postings in found], np.uint32)
        living = self.alive[documents]
        return Postings(documents[living], frequencies[living])


def open_snapshot(path: Path, before: Snapshot | None = None) -> Snapshot:
    """
    Open the last commit of an index; segments that ``before`` has open are taken from it.

    Raises ``IndexMissing``, ``IndexOutdated``, ``IndexDamaged``.
    """
    for attempt in range(1, _OPEN_ATTEMPTS + 1):
        commit = read_commit(path)
        try:
            return _open_commit(path, commit, before)
        except ArraysDamaged as error:
            if attempt == _OPEN_ATTEMPTS or read_commit(path).generation == commit.generation:
                raise IndexDamaged(path, str(error)) from error
    raise AssertionError("the loop above returns or raises")


def read_deletions(path: Path, entry: SegmentEntry) -> Array:
    """Return a mask of the deleted documents of a segment. Raises ``ArraysDamaged``."""
    mask = np.zeros(entry.documents, dtype=bool)
    if entry.deletions:
        # Small enough to be checked by everyone who opens it: a deleted article must not come back.
        require_checksum(path, entry.deletions)
        deleted = read_arrays(path / entry.deletions.name, entry.deletions.size).get("deleted")
        if deleted is None or deleted.dtype.kind != "u":
            raise ArraysDamaged(f"{entry.deletions.name} is not a file of deletions")
        if len(deleted) and int(deleted.max()) >= entry.documents:
            raise ArraysDamaged(f"{entry.deletions.name} names a document that does not exist")
        mask[deleted] = True
    return mask


def _open_commit(path: Path, commit: Commit, before: Snapshot | None) -> Snapshot:
    # By size and checksum too: an index that was built anew in the same folder begins with the same names.
    known = dict(zip((entry.file for entry in before.commit.segments), before.segments, strict=False)) if before else {}
    segments, deletions = [], []
    for entry in commit.segments:
        segment = known.get(entry.file) or Segment(path / entry.file.name, entry.file.size, commit.layout)
        if len(segment) != entry.documents:
            raise ArraysDamaged(f"{entry.file.name} holds {len(segment):,} documents instead of {entry.documents:,}")
        segments.append(segment)
        deletions.append(read_deletions(path, entry))
    return Snapshot(commit, segments, deletions)


def _shifted(postings: Postings, base: int) -> Postings:
    return Postings(postings.documents.astype(np.int64) + base, postings.frequencies)


def _without(numbers: range, holes: list[range]) -> Iterator[range]:
    start = numbers.start
    for hole in sorted(holes, key=lambda hole: hole.start):
        yield range(start, max(start, hole.start))
        start = max(start, hole.stop)
    yield range(start, max(start, numbers.stop))


def _joined_keywords(fields: list[KeywordField], bases: list[int]) -> tuple[list[str], Array, Array]:
    """Return the values of fields of all segments, and pairs of ordinal and document, ascending by document."""
    tables = [[value.decode() for value in column.values] for column in fields]
    values = sorted(set().union(*tables)) if tables else []
    number = {value: ordinal for ordinal, value in enumerate(values)}
    ordinals, documents = [], []
    for column, table, base in zip(fields, tables, bases, strict=False):
        renumbered = np.array([number[value] for value in table], dtype=np.int64)
        ordinals.append(renumbered[column.ordinals])
        counts: Array = np.diff(column.starts.astype(np.int64))
        documents.append(np.repeat(np.arange(base, base + len(counts)), counts))
    return values, concatenated(ordinals, np.int64), concatenated(documents, np.int64)
