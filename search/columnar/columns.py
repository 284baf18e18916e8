"""
The columns of a whole archive: keywords, groups, moments and lengths of the documents of all segments.

Values are numbered in the order in which they first came, and successive snapshots share the numbers: a column is made
from the one of the snapshot before, as far as both have the same segments, so that a small commit costs little.
Deleted documents stay in the columns, as they stay in their segments.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from threading import Lock, RLock
from typing import NamedTuple, Protocol

import numpy as np

from search.columnar.arrays import Array
from search.columnar.growing import Growing, grown
from search.columnar.runs import is_new, ranges, run_starts
from search.columnar.segment import Segment
from search.columnar.value_rows import ValueRows

# What a value is to the group of a document that has it. A value that only one document of the group has is counted
# with its document; one that all of them have, with the first document found of the group. Only what is neither
# has to be looked at pair by pair.
ALONE, COMMON = 1, 2

# With less than this share of the documents in the same segments, a column is made anew, and numbers that no document
# uses any more go. What has to be read then is of the order of the whole archive anyway.
MIN_KEPT_SHARE = 0.5

# Up to so many values are looked for one by one: comparing narrow numbers takes a tenth of looking each up in a table.
_FEW_VALUES = 8

_SAMPLE = 1000  # kinds that are looked at to find the usual one
_DOCUMENT_BITS = 32
_DOCUMENT = (1 << _DOCUMENT_BITS) - 1


class FieldPart(Protocol):
    """The values of the documents of one segment: ``segment.KeywordField``, or ``DerivedPart``."""

    @property
    def values(self) -> Sequence[bytes]:
        """Different values."""

    @property
    def starts(self) -> Array:
        """Where the ordinals of each document begin, and where the last ones end; unsigned."""

    @property
    def ordinals(self) -> Array:
        """The values of the documents as places in ``values``."""


class DerivedPart(NamedTuple):
    """A ``FieldPart`` that no file has."""

    values: Sequence[bytes]
    starts: Array
    ordinals: Array


class Values:
    """
    Numbers for byte strings (UTF-8), from 0, in the order in which they first came; none is ever taken away.

    Snapshots share them while others are added, from any thread.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers: dict[bytes, int] = {}
        self._encoded: list[bytes] = []
        self._texts: list[str] = []
        self._named: list[tuple[str, str, int]] = []
        self._spelt: dict[str, list[int]] = {}
        self._ranks = np.empty(0, dtype=np.int64)

    def __len__(self) -> int:
        return len(self._encoded)

    def number(self, text: str) -> int | None:
        """Return the number of a value, or None."""
        return self._numbers.get(text.encode(errors="surrogatepass"))

    def numbered(self, table: Iterable[bytes]) -> Array:
        """Return the numbers of different strings, int64; those that are new get the next ones."""
        strings = list(table)
        with self._lock:
            new = [string for string in strings if string not in self._numbers]
            first = len(self._encoded)
            self._encoded += new  # before the numbers, so that who finds a number finds the string
            self._numbers.update(zip(new, range(first, first + len(new)), strict=True))
            return np.fromiter(map(self._numbers.__getitem__, strings), np.int64, len(strings))

    def encoded(self, count: int) -> list[bytes]:
        """Return the first ``count`` strings."""
        return self._encoded[:count]

    def texts(self) -> Sequence[str]:
        """Return the values by number; the list is shared and grows."""
        with self._lock:
            self._name_new()
            return self._texts

    def spelt(self, values: Iterable[str]) -> list[int]:
        """Return the numbers of all values that are equal to one of ``values`` but for small and capital letters."""
        with self._lock:
            self._name_new()
            folded = {value.casefold() for value in values}
            return [number for value in folded for number in self._spelt.get(value, ())]

    def ranks(self) -> Array:
        """Return the place of each number in the alphabetical order of the values, in which case comes second."""
        with self._lock:
            self._name_new()
            if len(self._ranks) != len(self._named):
                self._named.sort()  # all but the new ones are sorted already, which the sort makes use of
                ranks = np.empty(len(self._named), dtype=np.int64)
                ranks[[number for _, _, number in self._named]] = np.arange(len(ranks))
                self._ranks = ranks
            return self._ranks

    def _name_new(self) -> None:
        for number in range(len(self._texts), len(self._encoded)):
            text = self._encoded[number].decode()
            folded = text.casefold()
            self._texts.append(text)
            self._named.append((folded, text, number))
            self._spelt.setdefault(folded, []).append(number)


class Groups:
    """
    The groups of all documents: ``numbers`` gives each document's (int64, shared by the documents of one group).

    ``count`` is one more than the highest number. ``index`` has group << 32 | document of every document, sorted.
    """

    def __init__(self, values: Values, numbers: Growing, index: Array, count: int) -> None:
        self.values, self.numbers, self.count = values, numbers.array, count
        self._growing, self._index, self._keys = numbers, index, index.data

    @classmethod
    def joined(cls, before: "Groups | None", documents: int, fields: Sequence[FieldPart]) -> "Groups":
        """Return the groups of the first ``documents`` documents of ``before`` and those of further segments."""
        values = before.values if before else Values()
        parts = [_numbered_groups(values, part) for part in fields]
        numbers = grown(before._growing if before else None, documents, parts, np.dtype(np.int64))
        # Documents of one group mostly stand together and groups are numbered as they come: hardly anything to sort.
        new = numbers.array[documents:]
        index = np.sort((new << _DOCUMENT_BITS) | np.arange(documents, documents + len(new)), kind="stable")
        if before and documents:
            old = before._index
            old = old[(old & _DOCUMENT) < documents] if documents < len(old) else old
            index = np.insert(old, np.searchsorted(old, index), index)
        count = max([before.count if before else 0, *(int(part.max(initial=-1)) + 1 for part in parts)])
        return cls(values, numbers, index, count)

    def number(self, group: str) -> int | None:
        """Return the number of a group, or None."""
        return self.values.number(group)

    def members(self, group: int) -> list[int]:
        """Return the documents of a group, ascending."""
        if group >= self.count:  # the groups of later snapshots are numbered here too
            return []
        # One by one in the memory of arrays: NumPy takes three times as long for two numbers.
        return [key & _DOCUMENT for key in self._keys[self._edges[group] : self._edges[group + 1]]]

    @cached_property
    def _edges(self) -> memoryview:
        """Where each group begins in the index, and where the last one ends."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.numbers, minlength=self.count))]).data

    @cached_property
    def is_apart(self) -> Array | None:
        """A mask of the documents between which and others of their group are documents of other groups; or None."""
        groups, documents = self._index >> _DOCUMENT_BITS, self._index & _DOCUMENT
        gaps = np.flatnonzero((groups[1:] == groups[:-1]) & (documents[1:] != documents[:-1] + 1))
        if not len(gaps):
            return None
        apart = np.zeros(self.count, dtype=bool)
        apart[groups[gaps]] = True
        return apart.take(self.numbers)

    def members_of_all(self, groups: Array) -> Array:
        """Return the documents of several groups, which may be repeated and unknown, ascending."""
        groups = np.sort(groups)
        groups = groups[is_new(groups)]
        starts, ends = (np.searchsorted(self._index, each << _DOCUMENT_BITS) for each in (groups, groups + 1))
        return np.sort(self._index[ranges(starts, ends - starts)] & _DOCUMENT)


class _KnownKinds(NamedTuple):
    """The kinds of the values of the first documents, which are still right unless a later document joins a group."""

    groups: Groups
    documents: int = 0
    kinds: Array = np.empty(0, dtype=np.uint8)


class KeywordColumn:
    """
    The values of all documents.

    Document n has the values with the numbers ``ordinals[starts[n]:starts[n + 1]]``, of which there are ``count``;
    beside each stands one of ``kinds``. ``is_single`` says that every document has exactly one value. ``starts`` are
    u4 or wider, ``kinds`` u1, ``ordinals`` as narrow as they can be.
    """

    def __init__(self, values: Values, count: int, starts: Growing, ordinals: Growing, known: _KnownKinds) -> None:
        self.values, self.count = values, count
        self.starts, self.ordinals = starts.array, ordinals.array
        self._known = known
        self._growing = starts, ordinals
        widths = self.starts[1:] - self.starts[:-1]
        self.is_single = len(self.ordinals) == len(widths) and bool((widths == 1).all())

    @classmethod
    def joined(
        cls, before: "KeywordColumn | None", documents: int, fields: Sequence[FieldPart], groups: Groups
    ) -> "KeywordColumn":
        """Return the column of the first ``documents`` documents of ``before`` and of further segments."""
        values = before.values if before else Values()
        numbers = [values.numbered(field.values) for field in fields]
        count = max([before.count if before else 0, *(int(each.max(initial=-1)) + 1 for each in numbers)])
        narrow = np.min_scalar_type(max(count - 1, 0))
        parts = [each.astype(narrow)[field.ordinals] for each, field in zip(numbers, fields, strict=True)]
        kept = int(before.starts[documents]) if before else 0
        starts = _joined_starts(before._growing[0] if before else None, documents, fields)
        ordinals = grown(before._growing[1] if before else None, kept, parts, narrow)
        known = before._kinds_known(groups, documents) if before else _KnownKinds(groups)
        return cls(values, count, starts, ordinals, known)

    def _kinds_known(self, groups: Groups, documents: int) -> _KnownKinds:
        """Return the kinds of at most the first ``documents`` documents, as far as anybody has asked for them."""
        found = self.__dict__.get("kinds")  # not the property, which would work them out
        if found is None:
            found, documents = self._known.kinds, min(documents, self._known.documents)
        return _KnownKinds(groups, documents, found[: int(self.starts[documents])])

    @cached_property
    def kinds(self) -> Array:
        """What each value is to the group of its document: ``ALONE``, ``COMMON``, both, or 0 if neither is sure."""
        kinds = np.zeros(len(self.ordinals), dtype=np.uint8)
        kinds[: len(self._known.kinds)] = self._known.kinds
        self._set_kinds(kinds, self._known.groups, self._known.documents)
        return kinds

    @cached_property
    def all_kinds(self) -> int:
        """What every value of every document is to the group: ``ALONE``, ``COMMON``, both or none of them."""
        return int(np.bitwise_and.reduce(self.kinds)) if len(self.kinds) else ALONE | COMMON

    @cached_property
    def usual(self) -> int:
        """``ALONE`` or ``COMMON``, whichever more values of documents are, by a sample: nothing but speed needs it."""
        sample = self.kinds[:: 1 + len(self.kinds) // _SAMPLE]
        alone, common = (np.count_nonzero(sample & kind) for kind in (ALONE, COMMON))
        return ALONE if alone >= common else COMMON

    @cached_property
    def is_odd(self) -> Array:
        """A mask of the documents that have a value of another kind than the usual one."""
        odd = np.flatnonzero((self.kinds & self.usual) == 0)
        mask = np.zeros(len(self.starts) - 1, dtype=bool)
        mask[np.searchsorted(self.starts, odd, side="right") - 1] = True
        return mask

    def having(self, numbers: Iterable[int]) -> Array:
        """Return a mask of the documents that have one of the values with these numbers."""
        known = [number for number in numbers if number < self.count]
        entries = self._entries_with(known)
        if self.is_single:
            return entries
        mask = np.zeros(len(self.starts) - 1, dtype=bool)
        mask[self._owners[np.flatnonzero(entries)]] = True
        return mask

    def having_any(self) -> Array:
        """Return a mask of the documents that have any value."""
        mask: Array = self.starts[1:] != self.starts[:-1]
        return mask

    def numbers(self, values: Iterable[str]) -> list[int]:
        """Return the numbers of the values that exist."""
        return [number for value in values if (number := self.values.number(value)) is not None]

    def of_document(self, document: int) -> list[int]:
        """Return the numbers of the values of one document."""
        numbers: list[int] = self.ordinals[int(self.starts[document]) : int(self.starts[document + 1])].tolist()
        return numbers

    def places(self, documents: Array) -> Array | slice:
        """Return where in ``ordinals`` the values of some documents (distinct, ascending) stand, in their order."""
        if len(documents) == len(self.starts) - 1:
            return slice(None)
        return documents if self.is_single else ranges(self.starts[documents], self._counts(documents))

    def owners(self, documents: Array, places: Array) -> Array:
        """Return which of some documents have the values at places of ``ordinals[self.places(documents)]``."""
        if self.is_single:
            return places
        ends = np.cumsum(self._counts(documents), dtype=np.int64)
        return np.searchsorted(ends, places, side="right")

    def document_counts(self, documents: Array) -> Array:
        """Return how many of some documents (distinct, ascending) have each value, by its number."""
        if self.is_single or len(documents) == len(self.starts) - 1:
            return np.bincount(taken(self.ordinals, self.places(documents)), minlength=self.count)
        return self._rows.counts(documents)

    def _counts(self, documents: Array) -> Array:
        """Return how many values each of some documents has."""
        counts: Array = self.starts[1:][documents] - self.starts[documents]
        return counts

    def _entries_with(self, numbers: list[int]) -> Array:
        if len(numbers) > _FEW_VALUES:
            wanted = np.zeros(self.count, dtype=bool)
            wanted[numbers] = True
            return wanted[self.ordinals]
        entries = np.zeros(len(self.ordinals), dtype=bool)
        for number in numbers:
            entries |= self.ordinals == number
        return entries

    @cached_property
    def _rows(self) -> ValueRows:
        return ValueRows(self.starts, self.ordinals, self.count)

    @cached_property
    def _owners(self) -> Array:
        """The document of each value."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))

    def _set_kinds(self, kinds: Array, groups: Groups, first: int) -> None:
        """Work out the kinds for the groups of the documents from ``first`` on; those of other groups stay as known."""
        size = len(self.starts) - 1
        if first == size:
            return
        documents = groups.members_of_all(groups.numbers[first:]) if first else np.arange(size)
        numbers = groups.numbers[documents]
        counts = self._counts(documents)
        places = ranges(self.starts[documents], counts)
        repeated = np.repeat(numbers, counts)
        pairs = repeated * self.count + self.ordinals[places]
        order = np.argsort(pairs, kind="stable")
        edges = run_starts(pairs[order])
        widths = np.diff(edges, append=len(order))
        sizes = np.bincount(numbers, minlength=groups.count)[repeated[order[edges]]]
        found = (widths == 1) * ALONE + (widths == sizes) * COMMON
        kinds[places[order]] = np.repeat(found, widths)


class _Joined(NamedTuple):
    """What the columns before were made of, as far as it can be kept: the first ``segments`` segments."""

    groups: Groups | None
    keywords: Mapping[str, KeywordColumn]
    arrays: Mapping[str, Growing]
    segments: Mapping[str, int]


# Beside the names of keyword fields, which have no spaces, stand those of the other columns.
_GROUPS = "the groups"


class Columns:
    """
    The columns of the segments of one snapshot, each joined when it is first asked for. Threads may share it.

    ``before`` are the columns of an earlier snapshot whose first ``same`` segments are the first of this one.
    """

    def __init__(self, segments: Sequence[Segment], before: "Columns | None" = None, same: int = 0) -> None:
        self._segments = segments
        self._bases: list[int] = np.cumsum([0, *map(len, segments)]).tolist()
        self._lock = RLock()
        self._groups: Groups | None = None
        self._keywords: dict[str, KeywordColumn] = {}
        self._arrays: dict[str, Growing] = {}
        self._before = before._kept(same) if before else _Joined(None, {}, {}, {})

    def _kept(self, same: int) -> _Joined:
        """Return what a later snapshot can take over: columns that were asked for here, or else before."""
        with self._lock:
            names = [*self._keywords, *self._arrays, *([_GROUPS] if self._groups else [])]
            segments = {**self._before.segments, **dict.fromkeys(names, len(self._segments))}
            return _Joined(
                self._groups or self._before.groups,
                {**self._before.keywords, **self._keywords},
                {**self._before.arrays, **self._arrays},
                {name: min(same, number) for name, number in segments.items()},
            )

    def groups(self) -> Groups:
        """Return the groups of all documents."""
        with self._lock:
            if self._groups is None:
                segments = self._kept_segments(_GROUPS)
                fields = [segment.groups for segment in self._segments[segments:]]
                self._groups = Groups.joined(self._before.groups if segments else None, self._bases[segments], fields)
            return self._groups

    def keywords(self, name: str, part_of: Callable[[Segment], FieldPart]) -> KeywordColumn:
        """Return the column with a name, which ``part_of`` gives for each segment."""
        with self._lock:
            if name not in self._keywords:
                segments = self._kept_segments(name)
                fields = [part_of(segment) for segment in self._segments[segments:]]
                before = self._before.keywords[name] if segments else None
                self._keywords[name] = KeywordColumn.joined(before, self._bases[segments], fields, self.groups())
            return self._keywords[name]

    def lengths(self, name: str) -> Array:
        """Return the lengths of a text field, u4."""
        return self._array(f"length of {name}", lambda segment: segment.text[name].lengths, np.dtype(np.uint32))

    def moments(self, name: str) -> Array:
        """Return the moments of all documents, int64."""
        return self._array(f"moment of {name}", lambda segment: segment.moments[name], np.dtype(np.int64))

    def _array(self, name: str, part_of: Callable[[Segment], Array], dtype: np.dtype[np.generic]) -> Array:
        with self._lock:
            if name not in self._arrays:
                segments = self._kept_segments(name)
                parts = [part_of(segment) for segment in self._segments[segments:]]
                before = self._before.arrays[name] if segments else None
                self._arrays[name] = grown(before, self._bases[segments], parts, dtype)
            return self._arrays[name].array

    def _kept_segments(self, name: str) -> int:
        segments = self._before.segments.get(name, 0)
        return segments if self._bases[segments] >= MIN_KEPT_SHARE * self._bases[-1] else 0


def taken(array: Array, places: Array | slice) -> Array:
    """Return the elements at some places; of narrow arrays ``take`` gets them in two thirds of the time of ``[]``."""
    return array[places] if isinstance(places, slice) else array.take(places)


def _numbered_groups(values: Values, field: FieldPart) -> Array:
    """Return the group of each document of a segment, numbered in the order in which the documents come."""
    ordinals, table = field.ordinals.astype(np.int64), list(field.values)
    first = np.zeros(len(table), dtype=np.int64)
    first[ordinals[::-1]] = np.arange(len(ordinals))[::-1]
    order = np.argsort(first, kind="stable")
    numbers = np.empty(len(table), dtype=np.int64)
    numbers[order] = values.numbered(table[number] for number in order.tolist())
    return numbers[ordinals]


def _joined_starts(before: Growing | None, documents: int, fields: Sequence[FieldPart]) -> Growing:
    if any((field.starts[1:] < field.starts[:-1]).any() or field.starts[-1] != len(field.ordinals) for field in fields):
        raise IndexError("the values of the documents do not follow each other")  # a damaged file
    kept = before.array[: documents + 1] if before else np.zeros(1, dtype=np.uint32)
    ends = np.cumsum([int(kept[-1]), *(len(field.ordinals) for field in fields)])
    dtype = np.result_type(kept.dtype, np.min_scalar_type(int(ends[-1])))
    shifted = [field.starts[1:].astype(dtype) + dtype.type(base) for field, base in zip(fields, ends[:-1], strict=True)]
    return grown(before, documents + 1, shifted, dtype) if before else grown(None, 0, [kept, *shifted], dtype)
