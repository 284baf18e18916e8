"""
One segment, read: terms, postings, columns and stored documents of an immutable file of arrays.

Document numbers are local to the segment, from 0. Deleted documents are still here; the commit says which they are.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import zstandard

from search.columnar.arrays import Array, ArraysDamaged, read_arrays
from search.columnar.document import Layout, paragraph_starts
from search.columnar.invert import MARKED_POSTINGS
from search.columnar.stored import StoredDocuments
from search.columnar.strings import HashedStrings, Strings
from search.errors import IndexDamaged


class Postings(NamedTuple):
    """Documents in ascending order, and how often the term stands in each."""

    documents: Array
    frequencies: Array


class Occurrences(NamedTuple):
    """Documents and positions, ascending, one entry for each time that the term occurs."""

    documents: Array
    positions: Array


class TextField:
    """The inverted lists of one text field, for the term numbers of its segment."""

    def __init__(self, arrays: dict[str, Array], name: str) -> None:
        prefix = f"text.{name}"
        self.lengths = arrays[f"{prefix}.lengths"]
        self.edges = arrays[f"{prefix}.postings"]
        self.documents = arrays[f"{prefix}.documents"]
        self.frequencies = arrays[f"{prefix}.frequencies"]
        self.positions = arrays[f"{prefix}.positions"]
        self.position_marks = arrays[f"{prefix}.positions.marks"]
        # Reading a few numbers from a memoryview takes half the time that it takes from an array.
        self._edges, self._frequencies = self.edges.data, self.frequencies.data
        self._positions, self._marks = self.positions.data, self.position_marks.data
        self.paragraphs = arrays[f"{prefix}.paragraphs"]
        self.paragraph_ends = arrays[f"{prefix}.paragraphs.ends"]

    def slice_of(self, terms: range) -> slice:
        """Return where the postings of successive terms are."""
        return slice(self._edges[terms.start], self._edges[terms.stop])

    def has(self, term: int) -> bool:
        """Return whether a term of the segment stands in this field."""
        return bool(self._edges[term + 1] > self._edges[term])

    def postings(self, terms: range) -> Postings:
        """Return the postings of successive terms; those of one term are sorted, those of several follow each other."""
        part = self.slice_of(terms)
        return Postings(self.documents[part], self.frequencies[part])

    def occurrences(self, term: int) -> Occurrences:
        """Return every occurrence of a term."""
        terms = range(term, term + 1)
        return Occurrences(np.repeat(*self.postings(terms)), self.positions_of_terms(terms))

    def positions_of(self, posting: int) -> list[int]:
        """Return the positions of one posting, given by its place in the field."""
        first = self._position_start(posting)
        places: list[int] = self._positions[first : first + self._frequencies[posting]].tolist()
        return places

    def positions_of_terms(self, terms: range) -> Array:
        """Return the positions of successive terms, in the order of their postings."""
        part = self.slice_of(terms)
        return self.positions[self._position_start(part.start) : self._position_start(part.stop)]

    def paragraph_starts(self, document: int) -> list[int]:
        """Return the position at which each paragraph of a document begins."""
        first = int(self.paragraph_ends[document - 1]) if document else 0
        return paragraph_starts(self.paragraphs[first : int(self.paragraph_ends[document])].tolist())

    def _position_start(self, posting: int) -> int:
        mark = posting // MARKED_POSTINGS
        if mark == len(self._marks):  # behind the last posting
            return len(self._positions)
        return int(self._marks[mark] + sum(self._frequencies[mark * MARKED_POSTINGS : posting]))


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
            self.terms = HashedStrings(arrays, "terms")
            self.text = {name: TextField(arrays, name) for name in layout.text}
            self.keywords = {name: _keyword_field(arrays, f"keywords.{name}") for name in layout.keywords}
            self.groups = _keyword_field(arrays, "group")
            self.moments = {name: arrays[f"moments.{name}"] for name in layout.moments}
            self.digests = arrays["digests"]
            self.ids = HashedStrings(arrays, "ids")
            self.cards = Strings(arrays, "cards")
            self.stored = StoredDocuments(arrays)
        except KeyError as error:
            raise ArraysDamaged(f"{path.name} lacks the array {error}") from error

    def __len__(self) -> int:
        return len(self.digests)

    def stored_document(self, number: int) -> bytes:
        """Return what was stored for a document. Raises ``IndexDamaged`` where the file was changed."""
        try:
            return self.stored[number]
        except (zstandard.ZstdError, IndexError, ValueError) as error:
            raise IndexDamaged(
                self.path.parent, f"{self.path.name}: a stored article cannot be read ({error})"
            ) from error

    def term(self, term: bytes) -> int | None:
        """Return the number of a term in all text fields of the segment, or None."""
        return self.terms.find(term)

    def vocabulary(self, names: Iterable[str]) -> Iterator[bytes]:
        """Yield the terms of some text fields, as UTF-8, in order; those of deleted documents, too."""
        fields = [self.text[name] for name in names]
        return (term for number, term in enumerate(self.terms) if any(field.has(number) for field in fields))

    def document_of(self, identifier: str) -> int | None:
        """
        Return the number of the document with this id, deleted or not, or None.

        Of several with one id only the last can be alive (the others were replaced in the same batch): it is found.
        """
        # No document's id has surrogates, but one that was typed may.
        return self.ids.find(identifier.encode(errors="surrogatepass"))


def _keyword_field(arrays: dict[str, Array], prefix: str) -> KeywordField:
    return KeywordField(Strings(arrays, f"{prefix}.values"), arrays[f"{prefix}.starts"], arrays[f"{prefix}.ordinals"])
