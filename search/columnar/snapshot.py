"""
All segments of one commit, seen as one archive: what a search runs on.

Documents are numbered through all segments, deleted ones included; ``alive`` marks the others. Columns are joined
once, when they are first asked for (``columns``); postings are joined for each term. A snapshot never changes: a newer
commit is another snapshot, which shares the segments and the beginnings of the columns that both have, and what is left
of a snapshot for those who may not see all of it is another one too (``restricted``).
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterator, Sequence
from copy import copy
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from search.columnar.arrays import Array, ArraysDamaged, concatenated, read_arrays
from search.columnar.columns import Columns, FieldPart, Groups, KeywordColumn
from search.columnar.commit import Commit, FileEntry, SegmentEntry, read_commit
from search.columnar.deletions import require_checksum
from search.columnar.document import NO_MOMENT
from search.columnar.scratch import Scratch
from search.columnar.segment import Occurrences, Postings, Segment
from search.errors import IndexDamaged

# A writer may remove a segment between the reading of the commit and the opening of its files; the next commit is
# then already there. More than a few times in a row is not that.
_OPEN_ATTEMPTS = 5

_T = TypeVar("_T")


class LocalPostings(NamedTuple):
    """Postings of one segment: its documents' numbers begin with ``base`` in the snapshot and with 0 here."""

    base: int
    documents: Array
    frequencies: Array


class Snapshot:
    """One commit, opened."""

    def __init__(
        self, commit: Commit, segments: list[Segment], deletions: list[Array], before: "Snapshot | None" = None
    ) -> None:
        self.commit = commit
        self.segments = segments
        self._bases = np.cumsum([0, *map(len, segments)]).tolist()
        self.size: int = self._bases[-1]
        self.alive: Array = ~concatenated(deletions, bool)
        self.deleted_count = self.size - int(self.alive.sum())
        self._columns: Columns = Columns(
            segments, before._columns if before else None, same_segments(commit, before.commit) if before else 0
        )
        self._derived: dict[Hashable, Any] = {}
        #: What was worked out for this snapshot or one before it, to start from; the values say what they belong to.
        self.carried: dict[Hashable, Any] = dict(before.carried) if before else {}
        self._means: dict[str, float] = {}
        self.marks = Scratch(self.size, bool)
        self.ranks = Scratch(self.size, np.int32)  # a commit's documents are numbered with less than 32 bits

    def restricted(self, alive: Array) -> "Snapshot":
        """
        Return this snapshot as if only the documents of a mask were in it.

        What is worked out over all documents (how many have a word, how long a text is on average) is worked out anew,
        so that nothing, a score included, tells of the others. What says how the files are is shared.
        """
        other = copy(self)
        for name in ("alive_count", "living"):  # what ``cached_property`` keeps
            vars(other).pop(name, None)
        other.alive, other._derived, other._means = alive, {}, {}
        return other

    @cached_property
    def alive_count(self) -> int:
        """The number of documents that are not deleted."""
        return int(self.alive.sum())

    @cached_property
    def living(self) -> Array:
        """The numbers of the documents that are not deleted, ascending (int64), read-only."""
        living = np.flatnonzero(self.alive)
        living.flags.writeable = False
        return living

    def only_living(self, documents: Array) -> Array:
        """Return those of some documents that are not deleted."""
        if self.alive_count == self.size:
            return documents
        inside = self.alive.take(documents)
        return documents if inside.all() else documents[inside]

    def derived(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Return what ``make`` gave for a key, made once: for what follows from the snapshot alone."""
        if key not in self._derived:
            self._derived.setdefault(key, make())  # of two threads that make it, both go on with one
        found: _T = self._derived[key]
        return found

    def lengths(self, name: str) -> Array:
        """Return the length of a text field, in positions, for every document."""
        return self._columns.lengths(name)

    def mean_length(self, name: str) -> float:
        """Return the mean length of a text field over the documents that have it, at least 1."""
        if name not in self._means:
            lengths = self.lengths(name)
            dead = lengths[np.flatnonzero(~self.alive)]  # few, so that the sums need no mask
            having = np.count_nonzero(lengths) - np.count_nonzero(dead)
            total = int(lengths.sum(dtype=np.int64)) - int(dead.sum(dtype=np.int64))
            self._means[name] = total / having if having else 1.0
        return self._means[name]

    def moments(self, name: str) -> Array:
        """Return a moment of every document, in microseconds since 1970 UTC, ``NO_MOMENT`` where it is not known."""
        return self._columns.moments(name)

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
        return self._columns.keywords(name, lambda segment: segment.keywords[name])

    def column(self, name: str, part_of: Callable[[Segment], FieldPart]) -> KeywordColumn:
        """
        Return a column that no field has: ``part_of`` works it out for one segment.

        ``name`` stands for the function, also for later snapshots, and no keyword field may have it.
        """
        return self._columns.keywords(name, part_of)

    @property
    def grouping(self) -> Groups:
        """The groups of all documents."""
        return self._columns.groups()

    @property
    def groups(self) -> Array:
        """The number of each document's group, from 0; documents of one group share it. int64."""
        return self.grouping.numbers

    @property
    def group_count(self) -> int:
        """One more than the highest number of a group."""
        return self.grouping.count

    def based_segments(self) -> Iterator[tuple[int, Segment]]:
        """Yield each segment, and the number of its first document before it."""
        return zip(self._bases, self.segments, strict=False)

    def term_postings(
        self, term: str, names: Sequence[str], segments: slice = slice(None)
    ) -> list[list[LocalPostings]]:
        """Return the postings of a term in each of some text fields, by segment, deleted documents included."""
        encoded = term.encode()
        found: list[list[LocalPostings]] = [[] for _ in names]
        for segment, base in zip(self.segments[segments], self._bases[segments], strict=False):
            number = segment.term(encoded)
            if number is None:
                continue
            for name, pieces in zip(names, found, strict=True):
                text = segment.text[name]
                if text.has(number):
                    pieces.append(LocalPostings(base, *text.postings(range(number, number + 1))))
        return found

    def each_posting_list(self, term: str, names: Sequence[str]) -> Iterator[LocalPostings]:
        """Yield what ``term_postings`` gives, segment by segment, for those who need not see all."""
        encoded = term.encode()
        for segment, base in zip(self.segments, self._bases, strict=False):
            number = segment.term(encoded)
            if number is not None:
                for text in (segment.text[name] for name in names):
                    if text.has(number):
                        yield LocalPostings(base, *text.postings(range(number, number + 1)))

    def prefix_postings(self, name: str, prefix: str, without: Sequence[str] = ()) -> list[LocalPostings]:
        """
        Return the postings of all terms that begin with ``prefix``; a document stands once for each such term.

        Terms that begin with one of ``without`` do not count. Deleted documents are included.
        """
        # Two prefixes' terms are apart, unless one prefix begins with the other.
        others = [other for other in without if other.startswith(prefix) or prefix.startswith(other)]
        found = []
        for segment, base in zip(self.segments, self._bases, strict=False):
            text = segment.text[name]
            holes = [segment.terms.prefix_range(other.encode()) for other in others]
            for part in _without(segment.terms.prefix_range(prefix.encode()), holes):
                postings = text.postings(part)
                if len(postings.documents):
                    found.append(LocalPostings(base, *postings))
        return found

    def term_positions(self, term: str, name: str) -> Array:
        """Return the positions of every occurrence of a term, in the sequence of ``term_postings``."""
        encoded, found = term.encode(), []
        for segment in self.segments:
            number = segment.term(encoded)
            if number is not None:
                found.append(segment.text[name].positions_of_terms(range(number, number + 1)))
        return concatenated(found, np.uint32)

    def postings(self, name: str, term: str) -> Postings:
        """Return the living documents that have a term in a text field, and how often."""
        (pieces,) = self.term_postings(term, (name,))
        documents = joined_documents(pieces)
        frequencies = concatenated([piece.frequencies for piece in pieces], np.uint32)
        living = self.alive[documents]
        return Postings(documents[living], frequencies[living])

    def occurrences(self, name: str, term: str) -> Occurrences:
        """Return every occurrence of a term in the living documents, sorted by document and position."""
        (pieces,) = self.term_postings(term, (name,))
        counts = concatenated([piece.frequencies for piece in pieces], np.uint32)
        documents = np.repeat(joined_documents(pieces), counts)
        living = self.alive[documents]
        return Occurrences(documents[living], self.term_positions(term, name)[living])

    def terms_beginning(self, prefix: str) -> Iterator[str]:
        """Yield the terms of all text fields that begin with a text; some come more than once."""
        encoded = prefix.encode()
        for segment in self.segments:
            yield from (segment.terms[number].decode() for number in segment.terms.prefix_range(encoded))

    def document_of(self, identifier: str) -> int | None:
        """Return the number of the living document with this id, or None."""
        for segment, base in zip(self.segments, self._bases, strict=False):
            number = segment.document_of(identifier)
            if number is not None and self.alive[base + number]:
                return int(base + number)
        return None

    def id_of(self, document: int) -> str:
        """Return the id of a document."""
        segment, number = self._place(document)
        return segment.ids[number].decode()

    def documents_of_group(self, group: str) -> list[int]:
        """Return the numbers of the living documents of a group, ascending."""
        number = self.grouping.number(group)
        return [] if number is None else self._living_members(number)

    def members(self, document: int) -> list[int]:
        """Return the numbers of the living documents that are in one group with a document, ascending."""
        return self._living_members(int(self.groups[document]))

    def _living_members(self, group: int) -> list[int]:
        alive = self.alive.data
        return [member for member in self.grouping.members(group) if alive[member]]

    def stored(self, document: int) -> bytes:
        """Return what was stored for a document. Raises ``IndexDamaged``."""
        segment, number = self._place(document)
        return segment.stored_document(number)

    def members_read(self, document: int) -> list[int]:
        """
        Return what ``members`` does, without the groups of all documents.

        Joining these takes a third of a second for a million documents, this a tenth of a millisecond for a handful of
        documents.
        """
        segment, number = self._place(document)
        group = segment.groups.values[int(segment.groups.ordinals[number])]
        found = []
        for base, each in self.based_segments():
            ordinal = each.groups.values.number_of(group)
            if ordinal is not None:
                found += (np.flatnonzero(each.groups.ordinals == ordinal) + base).tolist()
        return [member for member in found if self.alive[member]]

    def lasting_name(self, document: int) -> tuple[FileEntry, int]:
        """Return a name of a document that other snapshots share, and that no other document of this process has."""
        number = bisect_right(self._bases, document) - 1
        return self.commit.segments[number].file, document - self._bases[number]

    def paragraph_starts(self, name: str, document: int) -> list[int]:
        """Return the position at which each paragraph of a text field of a document begins."""
        segment, number = self._place(document)
        return segment.text[name].paragraph_starts(number)

    def card(self, document: int) -> bytes:
        """Return the card of a document."""
        segment, number = self._place(document)
        return segment.cards[number]

    def documents_with_card(self, piece: bytes) -> Iterator[int]:
        """Yield the numbers of the living documents in whose card ``piece`` stands; this reads all cards."""
        for segment, base in zip(self.segments, self._bases, strict=False):
            for number in dict.fromkeys(segment.cards.holding(piece)):
                if self.alive[base + number]:
                    yield int(base + number)

    def _place(self, document: int) -> tuple[Segment, int]:
        number = bisect_right(self._bases, document) - 1
        return self.segments[number], document - self._bases[number]


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
    known = open_segments(before)
    segments, deletions = [], []
    for entry in commit.segments:
        segment = known.get(entry.file) or Segment(path / entry.file.name, entry.file.size, commit.layout)
        if len(segment) != entry.documents:
            raise ArraysDamaged(f"{entry.file.name} holds {len(segment):,} documents instead of {entry.documents:,}")
        segments.append(segment)
        deletions.append(read_deletions(path, entry))
    return Snapshot(commit, segments, deletions, before)


def open_segments(snapshot: Snapshot | None) -> dict[FileEntry, Segment]:
    """Return the segments that a snapshot has open; by size and checksum too, since an index may be built anew."""
    return (
        {}
        if snapshot is None
        else dict(zip((entry.file for entry in snapshot.commit.segments), snapshot.segments, strict=False))
    )


def same_segments(commit: Commit, before: Commit) -> int:
    """Return how many segments at the beginning of two commits are the same ones, whatever was deleted from them."""
    pairs = zip(commit.segments, before.segments, strict=False)
    return len(list(takewhile(lambda pair: pair[0].file == pair[1].file, pairs)))


def joined_documents(pieces: Sequence[LocalPostings]) -> Array:
    """Return the documents of pieces as one array, numbered in the snapshot (int64)."""
    joined = np.empty(sum(len(piece.documents) for piece in pieces), dtype=np.int64)
    start = 0
    for base, documents, _ in pieces:
        end = start + len(documents)
        np.add(documents, np.int64(base), out=joined[start:end])
        start = end
    return joined


def _without(numbers: range, holes: list[range]) -> Iterator[range]:
    start = numbers.start
    for hole in sorted(holes, key=lambda hole: hole.start):
        yield range(start, max(start, hole.start))
        start = max(start, hole.stop)
    yield range(start, max(start, numbers.stop))
