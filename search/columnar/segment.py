"""
One segment, read: terms, postings, columns and stored documents of an immutable file of arrays.

Document numbers are local to the segment, from 0. Deleted documents are still here; the commit says which they are.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import zstandard

from search.columnar.arrays import Array, ArraysDamaged, read_arrays
from search.columnar.document import Layout
from search.columnar.invert import STORED_BLOCK

# A block holds at most 16 articles of at most 2 million characters in each of two fields; nothing sane is near it.
_MAX_BLOCK_BYTES = 512 << 20


class Strings(Sequence[bytes]):
    """Byte strings in two arrays; ``find`` and ``prefix_range`` are binary searches, for tables that are sorted."""

    def __init__(self, data: Array, ends: Array) -> None:
        self._data = data.data
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:  # type: ignore[override]  # slices are never asked for
        if number >= len(self._ends):
            raise IndexError(number)
        start = int(self._ends[number - 1]) if number else 0
        return bytes(self._data[start : int(self._ends[number])])

    def __iter__(self) -> Iterator[bytes]:
        start = 0
        for end in self._ends.tolist():
            yield bytes(self._data[start:end])
            start = end

    def find(self, string: bytes) -> int | None:
        """Return the number of a string, or None."""
        number = bisect_left(self, string)
        return number if number < len(self) and self[number] == string else None

    def prefix_range(self, prefix: bytes) -> range:
        """Return the numbers of the strings that begin with ``prefix``; UTF-8 keeps a prefix's strings together."""
        return range(bisect_left(self, prefix), bisect_left(self, prefix + b"\xff"))


class Postings(NamedTuple):
    """Documents in ascending order, and how often the term stands in each."""

    documents: Array
    frequencies: Array


class Occurrences(NamedTuple):
    """Documents and positions, ascending, one entry for each time that the term occurs."""

    documents: Array
    positions: Array


class TextField:
    """The inverted lists of one text field."""

    def __init__(self, arrays: dict[str, Array], name: str) -> None:
        prefix = f"text.{name}"
        self.lengths = arrays[f"{prefix}.lengths"]
        self.terms = Strings(arrays[f"{prefix}.terms"], arrays[f"{prefix}.terms.ends"])
        self._postings = arrays[f"{prefix}.postings"]
        self._documents = arrays[f"{prefix}.documents"]
        self._frequencies = arrays[f"{prefix}.frequencies"]
        self._occurrences = arrays[f"{prefix}.occurrences"]
        self._positions = arrays[f"{prefix}.positions"]

    def postings(self, terms: range) -> Postings:
        """Return the postings of successive terms; those of one term are sorted, those of several follow each other."""
        part = slice(int(self._postings[terms.start]), int(self._postings[terms.stop]))
        return Postings(self._documents[part], self._frequencies[part])

    def occurrences(self, term: int) -> Occurrences:
        """Return every occurrence of a term."""
        documents, frequencies = self.postings(range(term, term + 1))
        part = slice(int(self._occurrences[term]), int(self._occurrences[term + 1]))
        return Occurrences(np.repeat(documents, frequencies), self._positions[part])

    def occurrence_counts(self) -> Array:
        """Return how often each term occurs; int64."""
        counts: Array = np.diff(self._occurrences.astype(np.int64))
        return counts

    def occurrences_in_order(self, terms: range) -> tuple[Array, Array, Array]:
        """Return the term number, document and position of every occurrence of successive terms, sorted by these."""
        documents, frequencies = self.postings(terms)
        edges = self._occurrences[terms.start : terms.stop + 1].astype(np.int64)
        ranks = np.repeat(np.arange(terms.start, terms.stop), np.diff(edges))
        return ranks, np.repeat(documents, frequencies), self._positions[int(edges[0]) : int(edges[-1])]


class KeywordField(NamedTuple):
    """The values of one keyword field: ``ordinals[starts[n]:starts[n + 1]]`` number document n's in ``values``."""

    values: Strings
    starts: Array
    ordinals: Array


class Segment:
    """A segment, mapped. Raises ``ArraysDamaged`` if the file is not what the commit says."""

    def __init__(self, path: Path, size: int, layout: Layout) -> None:
        arrays = read_arrays(path, size)
        self.path = path
        try:
            self.text = {name: TextField(arrays, name) for name in layout.text}
            self.keywords = {name: _keyword_field(arrays, f"keywords.{name}") for name in layout.keywords}
            self.groups = _keyword_field(arrays, "group")
            self.moments = {name: arrays[f"moments.{name}"] for name in layout.moments}
            self.digests = arrays["digests"]
            self.ids = Strings(arrays["id.terms"], arrays["id.terms.ends"])
            self.id_documents = arrays["id.documents"]
            self.cards = Strings(arrays["cards"], arrays["cards.ends"])
            self._blocks = Strings(arrays["stored.blocks"], arrays["stored.blocks.ends"])
            self._stored_ends = arrays["stored.ends"]
        except KeyError as error:
            raise ArraysDamaged(f"{path.name} lacks the array {error}") from error

    def __len__(self) -> int:
        return len(self.digests)

    def document_of(self, identifier: str) -> int | None:
        """Return the number of the document with this id, deleted or not, or None."""
        # No document's id has surrogates, but one that was typed may.
        number = self.ids.find(identifier.encode(errors="surrogatepass"))
        return None if number is None else int(self.id_documents[number])

    def stored(self, document: int) -> bytes:
        """Return what was stored for a document."""
        block, place = divmod(document, STORED_BLOCK)
        unpacked = _unpacked(self._blocks[block])
        start = int(self._stored_ends[document - 1]) if place else 0
        return unpacked[start : int(self._stored_ends[document])]

    def all_ids(self) -> list[bytes]:
        """Return the id of every document, in UTF-8, by document number."""
        ids = [b""] * len(self)
        for identifier, document in zip(self.ids, self.id_documents.tolist(), strict=True):
            ids[document] = identifier
        return ids

    def all_stored(self) -> Iterator[bytes]:
        """Return an iterator over what was stored for every document, each block unpacked once."""
        for number, block in enumerate(self._blocks):
            unpacked = _unpacked(block)
            start = 0
            for end in self._stored_ends[number * STORED_BLOCK : (number + 1) * STORED_BLOCK].tolist():
                yield unpacked[start:end]
                start = end


def _unpacked(block: bytes) -> bytes:
    # The size in a block's own header is believed by the decompressor, whatever ``max_output_size`` says.
    if zstandard.frame_content_size(block) > _MAX_BLOCK_BYTES:
        raise zstandard.ZstdError("a block of stored documents has an impossible size")
    # A decompressor is not safe to share between threads and costs a microsecond to make.
    return zstandard.ZstdDecompressor().decompress(block, max_output_size=_MAX_BLOCK_BYTES)


def _keyword_field(arrays: dict[str, Array], prefix: str) -> KeywordField:
    values = Strings(arrays[f"{prefix}.values"], arrays[f"{prefix}.values.ends"])
    return KeywordField(values, arrays[f"{prefix}.starts"], arrays[f"{prefix}.ordinals"])
