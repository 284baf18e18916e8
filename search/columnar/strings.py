"""
Many byte strings in a few arrays, and finding one of them in a microsecond.

A table is all strings one after another (``NAME``) and where each ends (``NAME.ends``). It can have an index by hash:
the numbers of the strings ordered by bucket (``NAME.by_hash``) and where each bucket begins (``NAME.buckets``). The
bucket is the CRC-32 of the string modulo their number, a power of two. A binary search would take ten times as long.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from zlib import crc32

import numpy as np

from search.columnar.arrays import Array
from search.columnar.runs import ranges

# The terms of some ten articles of news; reading them all takes as long as finding a thousand. Of the segments of an
# archive into which articles come one by one, most are so small.
_FEW_STRINGS = 4_096


class Strings(Sequence[bytes]):
    """A table of byte strings; ``prefix_range`` and ``number_of`` are for tables that are sorted."""

    def __init__(self, arrays: dict[str, Array], name: str) -> None:
        self.data, self.ends = arrays[name], arrays[f"{name}.ends"]
        # Reading one number from a memoryview takes half the time that it takes from an array.
        self._bytes, self._ends = self.data.data, self.ends.data

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:  # type: ignore[override]  # slices are never asked for
        ends = self._ends
        return bytes(self._bytes[ends[number - 1] if number else 0 : ends[number]])

    def __iter__(self) -> Iterator[bytes]:
        start, whole = 0, self.data.tobytes()
        for end in self._ends.tolist():
            yield whole[start:end]
            start = end

    def holding(self, piece: bytes) -> Iterator[int]:
        """Yield the numbers of the strings in which ``piece`` stands, ascending; this reads all of the table."""
        for match in re.finditer(re.escape(piece), self._bytes):
            number = bisect_right(self._ends, match.start())
            if match.end() <= self._ends[number]:
                yield number

    def prefix_range(self, prefix: bytes) -> range:
        """Return the numbers of the strings that begin with ``prefix``; UTF-8 keeps a prefix's strings together."""
        return range(bisect_left(self, prefix), bisect_left(self, prefix + b"\xff"))

    def number_of(self, string: bytes) -> int | None:
        """Return the number of a string, or None."""
        number = bisect_left(self, string)
        return number if number < len(self) and self[number] == string else None


class HashedStrings(Strings):
    """A table with an index by hash."""

    def __init__(self, arrays: dict[str, Array], name: str) -> None:
        super().__init__(arrays, name)
        self._buckets, self._by_hash = arrays[f"{name}.buckets"].data, arrays[f"{name}.by_hash"].data
        self._mask = len(self._buckets) - 2

    def hash_arrays(self, name: str) -> dict[str, Array]:
        """Return the arrays of the index by hash, as ``hashed_string_arrays`` names them."""
        return {f"{name}.by_hash": np.asarray(self._by_hash), f"{name}.buckets": np.asarray(self._buckets)}

    def find(self, string: bytes) -> int | None:
        """Return the number of a string, of several equal ones the last, or None."""
        if self._few is not None:
            return self._few.get(string)
        buckets, bucket = self._buckets, crc32(string) & self._mask
        for place in range(buckets[bucket + 1] - 1, buckets[bucket] - 1, -1):
            number = self._by_hash[place]
            if self[number] == string:
                return number
        return None

    @cached_property
    def _few(self) -> dict[bytes, int] | None:
        """The numbers of the strings of a small table, in which each is then found in a tenth of the time."""
        return {string: number for number, string in enumerate(self)} if len(self) <= _FEW_STRINGS else None

    def find_all(self, wanted: "WantedStrings") -> Array:
        """Return for each of some strings what ``find`` gives, or -1 (int64)."""
        if self._few is not None:
            return np.array([self._few.get(string, -1) for string in wanted.strings], dtype=np.int64)
        buckets, by_hash = np.asarray(self._buckets), np.asarray(self._by_hash)
        slots = wanted.hashes & np.uint32(self._mask)
        first = buckets[slots].astype(np.int64)
        in_bucket = buckets[slots + 1] - first
        owners = np.repeat(np.arange(len(wanted.lengths)), in_bucket)
        numbers = by_hash[ranges(first, in_bucket)].astype(np.int64)
        ends = self.ends[numbers].astype(np.int64)
        starts = np.where(numbers > 0, self.ends[numbers - 1].astype(np.int64), 0)
        likely = np.flatnonzero(ends - starts == wanted.lengths[owners])
        owners, lengths = owners[likely], (ends - starts)[likely]
        differs = self.data[ranges(starts[likely], lengths)] != wanted.data[ranges(wanted.starts[owners], lengths)]
        differing = np.concatenate(([0], np.cumsum(differs)))
        after = np.cumsum(lengths)
        same = differing[after] == differing[after - lengths]
        found = np.full(len(wanted.lengths), -1, dtype=np.int64)
        found[owners[same]] = numbers[likely][same]  # of several equal ones the last is written last
        return found


class WantedStrings:
    """Strings that are looked for in several tables at once, by ``HashedStrings.find_all``."""

    def __init__(self, strings: Sequence[bytes]) -> None:
        self.strings = strings
        self.hashes = _hashes(strings)
        self.data = np.frombuffer(b"".join(strings), dtype=np.uint8)
        self.lengths = np.fromiter(map(len, strings), np.int64, len(strings))
        self.starts = np.cumsum(self.lengths) - self.lengths


def string_arrays(name: str, strings: Sequence[bytes]) -> dict[str, Array]:
    """Return the arrays of a table of strings."""
    return {
        name: np.frombuffer(b"".join(strings), dtype="|u1"),
        f"{name}.ends": np.cumsum([len(string) for string in strings], dtype=np.uint64).astype("<u8"),
    }


def hashed_string_arrays(name: str, strings: Sequence[bytes]) -> dict[str, Array]:
    """Return the arrays of a table of strings with an index by hash."""
    count = 1 << max(len(strings) - 1, 0).bit_length()  # a power of two: about one string to a bucket
    hashes = _hashes(strings) & np.uint32(count - 1)
    by_hash = np.argsort(hashes, kind="stable")
    return {
        **string_arrays(name, strings),
        f"{name}.by_hash": by_hash.astype("<u4"),
        f"{name}.buckets": np.searchsorted(hashes[by_hash], np.arange(count + 1)).astype("<u4"),
    }


def kept_string_arrays(name: str, tables: Sequence[Strings], kept: Sequence[Array]) -> dict[str, Array]:
    """
    Return the arrays of a table of those strings of several tables that a mask of each keeps, in their order.

    The strings are copied in runs, not one by one.
    """
    pieces: list[Array] = []
    lengths: list[Array] = []
    for table, mask in zip(tables, kept, strict=True):
        starts = np.concatenate(([0], table.ends)).astype(np.int64)
        lengths.append(np.diff(starts)[mask])
        pieces += [table.data[starts[first] : starts[last]] for first, last in _runs(mask)]
    return {
        name: np.concatenate(pieces) if pieces else np.empty(0, dtype="|u1"),
        f"{name}.ends": np.cumsum(np.concatenate(lengths)).astype("<u8"),
    }


def _hashes(strings: Sequence[bytes]) -> Array:
    return np.fromiter(map(crc32, strings), dtype=np.uint32, count=len(strings))


def _runs(mask: Array) -> list[tuple[int, int]]:
    """
    Return where the runs of True in a mask begin and end.

    >>> _runs(np.array([True, True, False, True]))
    [(0, 2), (3, 4)]
    """
    changes = np.flatnonzero(np.diff(mask, prepend=False, append=False)).tolist()
    return list(pairwise(changes))[::2]
