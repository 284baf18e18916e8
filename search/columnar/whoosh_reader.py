"""
An index read through Whoosh's own interface: ``whoosh.searching.Searcher`` and everything above it work on it.

It is a view of one snapshot in which only the visible documents exist, numbered anew from 0 without gaps. So no part
of Whoosh, not even one that forgets about deletions, can come upon another. It is the slow way: Whoosh takes postings
one by one, where ``search.columnar.execute`` takes arrays.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import whoosh.codec.base
import whoosh.columns
import whoosh.fields
import whoosh.matching
import whoosh.reading

from search.columnar.arrays import Array
from search.columnar.document import NO_MOMENT
from search.columnar.segment import Postings
from search.columnar.snapshot import Snapshot
from search.columnar.vocabulary import (
    YEAR_1,
    IdVocabulary,
    KeywordVocabulary,
    MomentVocabulary,
    TextVocabulary,
    Vocabulary,
)
from search.columnar.whoosh_schema import ID, MISSING_MOMENT, keyword_names, schema_of

Record = Mapping[str, Any]


def _no_record(stored: bytes) -> Record:
    return {}


class WhooshReader(whoosh.reading.IndexReader):  # type: ignore[misc]  # Whoosh has no types
    """
    One snapshot for Whoosh.

    ``visible`` is a mask of the documents that exist here, by default all that are alive. ``schema`` is one that
    ``schema_of`` made. ``record`` turns what is stored for a document into Whoosh's stored fields.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        visible: Array | None = None,
        schema: whoosh.fields.Schema | None = None,
        record: Callable[[bytes], Record] = _no_record,
    ) -> None:
        self.schema = schema or schema_of(snapshot.commit.layout)
        self.is_closed = False
        self._snapshot = snapshot
        self._record = record
        self._visible = snapshot.alive if visible is None else visible
        self._documents = np.flatnonzero(self._visible)  # the snapshot's number of each of ours
        self._ranks = np.cumsum(self._visible) - 1  # and back
        self._keywords = keyword_names(snapshot.commit.layout)
        self._vocabularies: dict[str, Vocabulary] = {}

    def vocabulary(self, fieldname: str) -> Vocabulary:
        """Return the terms of a field. Raises ``TermNotFound`` when there is no such field."""
        if self.is_closed:
            raise whoosh.reading.ReaderClosed
        if fieldname not in self.schema:
            raise whoosh.reading.TermNotFound(f"no field {fieldname!r}")
        if fieldname not in self._vocabularies:
            self._vocabularies[fieldname] = self._new_vocabulary(fieldname)
        return self._vocabularies[fieldname]

    def _new_vocabulary(self, fieldname: str) -> Vocabulary:
        if fieldname in self._snapshot.commit.layout.text:
            return TextVocabulary(self._snapshot, fieldname, self._visible)
        if fieldname in self._keywords:
            return KeywordVocabulary(self._snapshot, self._keywords[fieldname], self._visible)
        if fieldname == ID:
            return IdVocabulary(self._snapshot, self._visible)
        return MomentVocabulary(self._snapshot, fieldname, self._visible)

    def close(self) -> None:
        """Close the reader; whoever asks it afterwards gets ``ReaderClosed``."""
        self.is_closed = True

    def generation(self) -> int:
        """Return the number of the commit."""
        return self._snapshot.commit.generation

    # Documents

    def doc_count_all(self) -> int:
        """Return the number of documents."""
        return len(self._documents)

    def doc_count(self) -> int:
        """Return the number of documents: none of them is deleted."""
        return len(self._documents)

    def has_deletions(self) -> bool:
        """Return False: what is deleted or may not be seen has no number here."""
        return False

    def is_deleted(self, docnum: int) -> bool:
        """Return False."""
        return False

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Return the record of a document."""
        if self.is_closed:
            raise whoosh.reading.ReaderClosed
        return dict(self._record(self._snapshot.stored(int(self._documents[docnum]))))

    def has_vector(self, docnum: int, fieldname: str) -> bool:
        """Return False: there are no term vectors."""
        return False

    def vector(self, docnum: int, fieldname: str, format_: object = None) -> whoosh.matching.Matcher:
        """Raise ``KeyError``: there are no term vectors."""
        raise KeyError(f"no vectors are stored for the field {fieldname!r}")

    # Lengths

    def _lengths(self, fieldname: str) -> Array | None:
        if fieldname not in self._snapshot.commit.layout.text:
            return None
        return self._snapshot.lengths(fieldname)[self._documents]

    def field_length(self, fieldname: str) -> int:
        """Return the number of positions in a text field of all documents, 0 for another field."""
        lengths = self._lengths(fieldname)
        return 0 if lengths is None else int(lengths.sum(dtype=np.int64))

    def min_field_length(self, fieldname: str) -> int:
        """Return the length of the shortest text field, among documents that have it."""
        lengths = self._lengths(fieldname)
        return 0 if lengths is None else int(lengths[lengths > 0].min(initial=self.max_field_length(fieldname)))

    def max_field_length(self, fieldname: str) -> int:
        """Return the length of the longest text field."""
        lengths = self._lengths(fieldname)
        return 0 if lengths is None else int(lengths.max(initial=0))

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """Return the length of a document's text field, ``default`` for another field."""
        if fieldname not in self._snapshot.commit.layout.text:
            return default
        return int(self._snapshot.lengths(fieldname)[self._documents[docnum]])

    # Terms

    def indexed_field_names(self) -> list[str]:
        """Return the names of all fields."""
        return sorted(self.schema.names())

    def __contains__(self, term: tuple[str, str | bytes]) -> bool:
        fieldname, text = term
        return fieldname in self.schema and len(self._postings(fieldname, text).documents) > 0

    def all_terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield every field with every term."""
        for fieldname in self.indexed_field_names():
            for term in self.vocabulary(fieldname).terms_from(b""):
                yield fieldname, term

    def terms_from(self, fieldname: str, prefix: str | bytes) -> Iterator[tuple[str, bytes]]:
        """Yield a field with its terms from ``prefix`` on; the terms of other fields do not follow."""
        terms = self.vocabulary(fieldname).terms_from(self._text_to_bytes(fieldname, prefix))
        return ((fieldname, term) for term in terms)

    def lexicon(self, fieldname: str) -> Iterator[bytes]:
        """Yield the terms of a field."""
        return self.vocabulary(fieldname).terms_from(b"")

    def cursor(self, fieldname: str) -> "Cursor":
        """Return a cursor over the terms of a field."""
        return Cursor(self, fieldname)

    def terms_within(self, fieldname: str, text: str, maxdist: int, prefix: int = 0) -> Iterable[str]:
        """Return the terms at most ``maxdist`` edits away that begin with the same ``prefix`` characters."""
        automata = whoosh.codec.base.Automata()
        found: Iterable[str] = automata.terms_within(self.cursor(fieldname), text, maxdist, min(prefix, len(text)))
        return found

    def term_info(self, fieldname: str, text: str | bytes) -> whoosh.reading.TermInfo:
        """Return figures about a term. Raises ``TermNotFound``."""
        documents, frequencies = self._postings(fieldname, text)
        if not len(documents):
            raise whoosh.reading.TermNotFound(f"{fieldname}:{text!r}")
        lengths = self._lengths(fieldname)
        within = np.ones(1, dtype=np.uint32) if lengths is None else lengths[documents]
        return whoosh.reading.TermInfo(
            weight=float(frequencies.sum(dtype=np.int64)),
            df=len(documents),
            minlength=int(within.min()),
            maxlength=int(within.max()),
            maxweight=float(frequencies.max()),
            minid=int(documents[0]),
            maxid=int(documents[-1]),
        )

    def doc_frequency(self, fieldname: str, text: str | bytes) -> int:
        """Return the number of documents that have a term, 0 for an unknown one."""
        return len(self._postings(fieldname, text).documents)

    def frequency(self, fieldname: str, text: str | bytes) -> int:
        """Return how often a term occurs, 0 for an unknown one."""
        return int(self._postings(fieldname, text).frequencies.sum(dtype=np.int64))

    def postings(self, fieldname: str, text: str | bytes, scorer: Any = None) -> "PostingMatcher":
        """Return a matcher over the documents that have a term; it is at its end at once for an unknown one."""
        return PostingMatcher(self, fieldname, self._text_to_bytes(fieldname, text), scorer)

    def _postings(self, fieldname: str, text: str | bytes) -> Postings:
        documents, frequencies = self.vocabulary(fieldname).postings(self._text_to_bytes(fieldname, text))
        return Postings(self._ranks[documents], frequencies)

    # Columns

    def has_column(self, fieldname: str) -> bool:
        """Return whether documents can be sorted by a field without looking at its terms: it has single values."""
        if fieldname not in self._keywords:
            return fieldname in self._snapshot.commit.layout.moments
        starts = self._snapshot.keywords(self._keywords[fieldname]).starts
        return int(np.diff(starts).max(initial=0)) <= 1

    def column_reader(
        self, fieldname: str, column: object = None, reverse: bool = False, translate: bool = True
    ) -> whoosh.columns.ColumnReader:
        """Return the values of all documents; ``translate`` gives texts and moments instead of what sorts fast."""
        if not self.has_column(fieldname):
            raise KeyError(f"the field {fieldname!r} has no column")
        values = self._values(fieldname) if fieldname in self._keywords else self._moments(fieldname)
        reader = Column(values, reverse)
        if not translate:
            return reader
        return whoosh.columns.TranslatingColumnReader(reader, self.schema[fieldname].from_column_value)

    def _values(self, fieldname: str) -> list[bytes]:
        column = self._snapshot.keywords(self._keywords[fieldname])
        table = column.values.encoded(column.count)
        pairs = zip(column.starts[self._documents], column.starts[1:][self._documents], strict=True)
        return [table[column.ordinals[start]] if start < end else b"" for start, end in pairs]

    def _moments(self, fieldname: str) -> list[int]:
        moments = self._snapshot.moments(fieldname)[self._documents]
        known = moments != NO_MOMENT
        numbers: list[int] = np.where(known, np.where(known, moments, 0) - YEAR_1, MISSING_MOMENT).tolist()
        return numbers


class PostingMatcher(whoosh.matching.LeafMatcher):  # type: ignore[misc]
    """
    The postings of one term, one after another.

    It offers no "block quality", by which Whoosh would pass over documents that cannot be among the best: on that path
    some of Whoosh's own matchers give wrong results.
    """

    def __init__(self, reader: WhooshReader, fieldname: str, term: bytes, scorer: Any) -> None:
        documents, frequencies = reader._postings(fieldname, term)
        self.scorer = scorer
        self.format = reader.schema[fieldname].format
        self._reader = reader
        self._term = (fieldname, term)
        self._documents: list[int] = documents.tolist()
        self._frequencies: list[int] = frequencies.tolist()
        self._positions: list[list[int]] | None = None
        self._place = 0

    def is_active(self) -> bool:
        """Return whether there is a posting here."""
        return self._place < len(self._documents)

    def reset(self) -> None:
        """Go back to the first posting."""
        self._place = 0

    def copy(self) -> "PostingMatcher":
        """Return a matcher at the same posting, which goes on by itself."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        return other

    def id(self) -> int:
        """Return the document of this posting."""
        return self._documents[self._place]

    def all_ids(self) -> Iterator[int]:
        """Return an iterator over this document and the following ones."""
        return iter(self._documents[self._place :])

    def next(self) -> None:
        """Go on to the next posting. Raises ``ReadTooFar``."""
        self._check()
        self._place += 1

    def skip_to(self, id: int) -> None:
        """Go on to the first posting whose document is ``id`` or a later one. Raises ``ReadTooFar``."""
        self._check()
        self._place = bisect_left(self._documents, id, self._place)

    def _check(self) -> None:
        if not self.is_active():
            raise whoosh.matching.ReadTooFar

    def weight(self) -> float:
        """Return how often the term occurs in this document."""
        return float(self._frequencies[self._place])

    def score(self) -> float:
        """Return the score of this posting, or its weight where nobody scores."""
        return float(self.scorer.score(self)) if self.scorer else self.weight()

    def supports_block_quality(self) -> bool:
        """Return False."""
        return False

    def value(self) -> bytes:
        """Return this posting as Whoosh's own format would store it."""
        encoded: bytes = self.format.encode(self._here())
        return encoded

    def value_as(self, astype: str) -> Any:
        """Return this posting as ``"frequency"``, ``"weight"``, ``"positions"`` or what else the format supports."""
        if astype == "frequency":
            return self._frequencies[self._place]
        if astype == "weight":
            return self.weight()
        if astype == "positions" and self.supports("positions"):
            return self._here()
        return super().value_as(astype)

    def _here(self) -> list[int]:
        """Return the positions of this posting; none in a field that is no text."""
        if self._positions is None:
            vocabulary = self._reader.vocabulary(self._term[0])
            if not isinstance(vocabulary, TextVocabulary):
                return []
            ends = np.cumsum(self._frequencies)
            positions = vocabulary.occurrences(self._term[1]).positions
            self._positions = [part.tolist() for part in np.split(positions, ends[:-1])]
        return self._positions[self._place]


class Cursor(whoosh.codec.base.FieldCursor):  # type: ignore[misc]
    """A place in the terms of a field, for Whoosh's automata."""

    def __init__(self, reader: WhooshReader, fieldname: str) -> None:
        self._reader, self._fieldname = reader, fieldname
        self.first()

    def first(self) -> bytes | None:
        """Go to the first term and return it."""
        return self.find(b"")

    def find(self, string: str | bytes) -> bytes | None:
        """Go to the first term that is not before ``string`` and return it."""
        # An automaton goes through all characters in their order, surrogates included, which no term has.
        encoded = string if isinstance(string, bytes) else string.encode(errors="surrogatepass")
        self._terms = self._reader.vocabulary(self._fieldname).terms_from(encoded)
        return self.next()

    def next(self) -> bytes | None:
        """Go to the next term and return it."""
        self._term = next(self._terms, None)
        return self._term

    def is_valid(self) -> bool:
        """Return whether there is a term here."""
        return self._term is not None

    def term(self) -> bytes | None:
        """Return this term as it is in the index, None after the last."""
        return self._term

    def text(self) -> Any:
        """Return this term as its field shows it, None after the last."""
        return None if self._term is None else self._reader.schema[self._fieldname].from_bytes(self._term)

    def term_info(self) -> whoosh.reading.TermInfo:
        """Return figures about this term."""
        if self._term is None:
            raise whoosh.reading.TermNotFound(f"the terms of {self._fieldname} are at their end")
        return self._reader.term_info(self._fieldname, self._term)


class Column(whoosh.columns.ColumnReader):  # type: ignore[misc]
    """The single values of all documents. Numbers can be sorted in reverse; what is missing comes last both ways."""

    def __init__(self, values: list[Any], reverse: bool = False) -> None:
        self._of_documents = values
        self._reverse = reverse

    def __len__(self) -> int:
        return len(self._of_documents)

    def __getitem__(self, docnum: int) -> Any:
        return self._of_documents[docnum]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._of_documents)

    def sort_key(self, docnum: int) -> Any:
        """Return what a document is sorted by."""
        value = self._of_documents[docnum]
        return -value if self._reverse and value != MISSING_MOMENT else value

    def set_reverse(self) -> None:
        """Sort in reverse from now on."""
        self._reverse = True
