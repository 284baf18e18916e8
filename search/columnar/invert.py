"""
Documents to arrays: the inversion of a whole batch at once.

Tokens become numbers while documents come in; at the end one stable sort by term gives postings in the order
(term, document, position), because documents and positions were added in theirs. The names of a segment's arrays are
given by the functions here and in ``segment``; the widths are the most that is needed, files hold the narrowest:

    text.FIELD.lengths             u4, positions of each document
    text.FIELD.terms / .ends       u1, UTF-8 terms in byte order / u8, where each ends
    text.FIELD.postings            u8, where each term's postings begin; one more than terms
    text.FIELD.documents / .frequencies   u4, per posting
    text.FIELD.occurrences         u8, where each term's positions begin; one more than terms
    text.FIELD.positions           u4, per occurrence
    keywords.FIELD.values / .ends  u1, u8, the values in byte order
    keywords.FIELD.starts / .ordinals     u8, u4, each document's values
    moments.FIELD                  i8, microseconds since 1970 UTC, or NO_MOMENT
    id.terms / .ends / .documents  u1, u8, u4, ids in byte order and their documents; group.… likewise as keywords
    digests                        u8
    cards / .ends                  u1, u8, each document's card
    stored.blocks / .blocks.ends / .ends  u1, u8, u4: Zstandard blocks of STORED_BLOCK documents
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import numpy as np
import zstandard

from search.columnar.arrays import Array
from search.columnar.document import NO_MOMENT, Document, Layout

# One block is read for each hit: 16 articles of 3-4 kB compress to about a third of what they take one by one and
# unpack in about 0.1 ms.
STORED_BLOCK = 16


class SegmentBuilder:
    """Collects documents and turns them into the arrays of one segment."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._documents: list[tuple[str, str, int]] = []
        self._stored: list[bytes] = []
        self._cards: list[bytes] = []
        self._text = {name: _TextColumn() for name in layout.text}
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
        ids = [identifier for identifier, _, _ in self._documents]
        arrays = dict(_identifiers(ids))
        arrays["digests"] = np.array([digest for _, _, digest in self._documents], dtype="<u8")
        arrays.update(keyword_arrays("group", [(group,) for _, group, _ in self._documents]))
        for name, column in self._text.items():
            arrays.update(column.arrays(f"text.{name}"))
        for name, values in self._keywords.items():
            arrays.update(keyword_arrays(f"keywords.{name}", values))
        for name, moments in self._moments.items():
            arrays[f"moments.{name}"] = np.array(moments, dtype="<i8")
        arrays.update(string_arrays("cards", self._cards))
        arrays.update(stored_arrays(self._stored))
        return arrays


class _TextColumn:
    """The occurrences of one text field, as numbers."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._terms, self._positions = array("I"), array("I")
        self._lengths, self._counts = array("I"), array("I")

    def add(self, positions: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Add the next document's positions."""
        before, numbers = len(self._terms), self._numbers
        for position, terms in positions:
            for term in terms:
                self._terms.append(numbers.setdefault(term, len(numbers)))
                self._positions.append(position)
        self._lengths.append(len(positions))
        self._counts.append(len(self._terms) - before)

    def arrays(self, prefix: str) -> dict[str, Array]:
        """Return the field's arrays: the one stable sort that inverts it."""
        terms = sorted(encoded for encoded in (term.encode() for term in self._numbers))
        order_of = {term: rank for rank, term in enumerate(terms)}
        ranks = np.array([order_of[term.encode()] for term in self._numbers], dtype=np.int64)
        occurrences = ranks[np.frombuffer(self._terms, dtype=np.uint32)] if self._numbers else ranks
        order = np.argsort(occurrences, kind="stable")
        documents = np.repeat(np.arange(len(self._counts), dtype=np.uint32), np.array(self._counts, dtype=np.int64))
        positions = np.array(self._positions, dtype=np.uint32)
        return {
            f"{prefix}.lengths": np.array(self._lengths, dtype="<u4"),
            **string_arrays(f"{prefix}.terms", terms),
            **posting_arrays(prefix, len(terms), occurrences[order], documents[order], positions[order]),
        }


def posting_arrays(prefix: str, terms: int, ranks: Array, documents: Array, positions: Array) -> dict[str, Array]:
    """
    Return the postings of occurrences that are sorted by (rank of the term, document, position).

    ``ranks``, ``documents`` and ``positions`` have one entry for each occurrence; ``terms`` is the number of terms.
    """
    first = np.ones(len(ranks), dtype=bool)
    first[1:] = (ranks[1:] != ranks[:-1]) | (documents[1:] != documents[:-1])
    starts = np.flatnonzero(first)
    edges = np.arange(terms + 1)
    return {
        f"{prefix}.postings": np.searchsorted(ranks[starts], edges).astype("<u8"),
        f"{prefix}.documents": documents[starts].astype("<u4"),
        f"{prefix}.frequencies": np.diff(starts, append=len(ranks)).astype("<u4"),
        f"{prefix}.occurrences": np.searchsorted(ranks, edges).astype("<u8"),
        f"{prefix}.positions": positions.astype("<u4"),
    }


def string_arrays(prefix: str, strings: Sequence[bytes]) -> dict[str, Array]:
    """Return strings as one array of bytes (``prefix``) and one of the places where each ends (``prefix.ends``)."""
    return {
        prefix: np.frombuffer(b"".join(strings), dtype="|u1"),
        f"{prefix}.ends": np.cumsum([len(string) for string in strings], dtype=np.uint64).astype("<u8"),
    }


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


def stored_arrays(stored: Iterable[bytes]) -> dict[str, Array]:
    """
    Return stored documents as compressed blocks; ``stored.ends`` is where each ends inside its unpacked block.

    No more than one block of them is held at a time.
    """
    compressor = zstandard.ZstdCompressor(level=6, write_checksum=True)  # 4 bytes, and a changed block is noticed
    blocks, ends = [], []
    remaining = iter(stored)
    while block := list(islice(remaining, STORED_BLOCK)):
        blocks.append(compressor.compress(b"".join(block)))
        ends.append(np.cumsum([len(document) for document in block], dtype=np.uint64))
    arrays = string_arrays("stored.blocks", blocks)
    arrays["stored.ends"] = np.concatenate(ends).astype("<u4") if ends else np.empty(0, dtype="<u4")
    return arrays


def _identifiers(ids: Sequence[str]) -> Mapping[str, Array]:
    encoded = [identifier.encode() for identifier in ids]
    # Of documents of one id only the last can be alive (the others were replaced in the same batch): it is found first.
    order = sorted(range(len(encoded) - 1, -1, -1), key=encoded.__getitem__)
    return {
        **string_arrays("id.terms", [encoded[number] for number in order]),
        "id.documents": np.array(order, dtype="<u4"),
    }
