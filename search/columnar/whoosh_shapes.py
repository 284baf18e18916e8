"""
Whoosh's own leaves: the same documents as in Whoosh, with scores of ours.

One that stands for many terms (``Prefix``, ``Wildcard``, ``FuzzyTerm``, ``TermRange`` ...) is ranked as one word that
has all their occurrences, whatever its ``constantscore``; what is asked of a field that is no text is a filter. Whoosh
itself finds the terms, in a reader that counts how many it passes over.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property, partial

import numpy as np
import whoosh.query

from search.columnar.answers import Answer, Everything
from search.columnar.arrays import Array
from search.columnar.document import NO_MOMENT
from search.columnar.document_sets import NONE, distinct
from search.columnar.filters import Between
from search.columnar.ranking import Bm25f
from search.columnar.segment import Postings
from search.columnar.sequences import phrase_starts, sequence_postings
from search.columnar.snapshot import Snapshot
from search.columnar.vocabulary import YEAR_1, Vocabulary
from search.columnar.whoosh_reader import WhooshReader
from search.columnar.whoosh_schema import ID, keyword_names
from search.columnar.words import FieldPostings, RankedPostings
from search.columnar.work import LOOK_UP, PASSING_OVER, Work

# Terms are paid for so many at a time: counting costs less than what it counts.
_PAID_TOGETHER = 64


class WhooshLeaves:
    """Answers Whoosh's leaves over one snapshot; each raises ``TooMuchWork`` where the query has no room for it."""

    def __init__(self, snapshot: Snapshot, ranking: Bm25f) -> None:
        self._snapshot, self._ranking = snapshot, ranking
        self._layout = snapshot.commit.layout

    def term(self, node: whoosh.query.Term, work: Work) -> Answer:
        """Answer one term."""
        if node.fieldname not in self._reader.schema:
            return self._nothing()
        try:
            return self._terms(node.fieldname, [self._reader.schema[node.fieldname].to_bytes(node.text)], work)
        except ValueError:  # no term of this field can be written so
            return self._nothing()

    def prefix(self, node: whoosh.query.Prefix, work: Work) -> Answer:
        """Answer all terms that begin alike; those of a text stand together, and none needs to be looked at."""
        if node.fieldname not in self._layout.text:
            return self.multi_term(node, work)
        pieces = self._snapshot.prefix_postings(node.fieldname, node.text)
        return self._ranked(FieldPostings(0, 1.0, node.fieldname, pieces), work)

    def pattern(self, node: whoosh.query.Wildcard | whoosh.query.Regex, work: Work) -> Answer:
        """Answer all terms that fit a pattern."""
        anything = "*" if isinstance(node, whoosh.query.Wildcard) else ".*"
        return self.having(node.fieldname) if node.text == anything else self.multi_term(node, work)

    def multi_term(self, node: whoosh.query.MultiTerm, work: Work) -> Answer:
        """Answer all terms that a query stands for."""
        if node.fieldname not in self._reader.schema:
            return self._nothing()
        reader = _CountingReader(self._snapshot, work)
        to_bytes = reader.schema[node.fieldname].to_bytes
        return self._terms(node.fieldname, {to_bytes(term) for _, term in node.expanded_terms(reader)}, work)

    def phrase(self, node: whoosh.query.Phrase, work: Work) -> Answer:
        """Answer words one after another in a text field. Raises ``QueryError`` for another field."""
        name = node.fieldname
        if name not in self._reader.schema or not node.words:
            return self._nothing()
        if name not in self._layout.text:
            raise whoosh.query.QueryError(f"phrase search: the field {name!r} has no positions")
        starts = partial(phrase_starts, slop=node.slop)
        try:
            found = sequence_postings(self._snapshot, (name,), [(word,) for word in node.words], starts, work)
        except UnicodeEncodeError:  # a lone surrogate: no word of the index has one
            return self._nothing()
        return RankedPostings(self._snapshot, self._ranking, [FieldPostings(0, 1.0, name, found)])

    def range(self, node: whoosh.query.NumericRange, work: Work) -> Answer:
        """Answer the moments of a range. Raises ``QueryError`` for a field that has none."""
        if node.fieldname not in self._reader.schema:
            return self._nothing()
        if node.fieldname not in self._layout.moments:
            raise whoosh.query.QueryError(f"the field {node.fieldname!r} has no numbers and no moments")
        least = None if node.start is None else int(node.start) + YEAR_1 + bool(node.startexcl)
        most = None if node.end is None else int(node.end) + YEAR_1 - bool(node.endexcl)
        return Between(self._snapshot, node.fieldname, least, most)

    def having(self, name: str) -> Answer:
        """Answer the documents that have anything in a field."""
        keywords = keyword_names(self._layout)
        having: Array
        if name in self._layout.text:
            having = self._snapshot.lengths(name) > 0
        elif name in keywords:
            having = self._snapshot.keywords(keywords[name]).having_any()
        elif name in self._layout.moments:
            having = self._snapshot.moments(name) != NO_MOMENT
        else:
            return Everything(self._snapshot) if name == ID else self._nothing()
        return Answer(self._snapshot, np.flatnonzero(self._snapshot.alive & having))

    @cached_property
    def _reader(self) -> WhooshReader:
        """The same snapshot as Whoosh sees it."""
        return WhooshReader(self._snapshot)

    def _nothing(self) -> Answer:
        return Answer(self._snapshot, NONE)

    def _terms(self, name: str, terms: Iterable[bytes], work: Work) -> Answer:
        """Answer any of some terms of a field, ranked as one word; terms may be unknown."""
        terms = list(terms)
        work.spend(len(terms) * LOOK_UP * len(self._snapshot.segments))
        if name in self._layout.text:
            texts = [text for term in terms if (text := _decoded(term)) is not None]
            pieces = [piece for text in texts for piece in self._snapshot.term_postings(text, (name,))[0]]
            return self._ranked(FieldPostings(0, 1.0, name, pieces), work, in_order=len(texts) == 1)
        documents = [self._reader.vocabulary(name).postings(term).documents for term in terms]
        return Answer(self._snapshot, distinct(self._snapshot, np.concatenate([NONE, *documents])))

    def _ranked(self, postings: FieldPostings, work: Work, *, in_order: bool = False) -> Answer:
        work.spend(len(postings))
        return RankedPostings(self._snapshot, self._ranking, [postings], in_order=in_order)


class _CountingReader(WhooshReader):
    """A reader whose terms are paid for, one by one, by whoever goes through them."""

    def __init__(self, snapshot: Snapshot, work: Work) -> None:
        super().__init__(snapshot)
        self._work = work

    def _new_vocabulary(self, fieldname: str) -> Vocabulary:
        return _CountingVocabulary(super()._new_vocabulary(fieldname), self._work)


class _CountingVocabulary:
    def __init__(self, vocabulary: Vocabulary, work: Work) -> None:
        self._vocabulary, self._work = vocabulary, work

    def terms_from(self, start: bytes) -> Iterator[bytes]:
        """Yield the terms from ``start`` on. Raises ``TooMuchWork``."""
        for number, term in enumerate(self._vocabulary.terms_from(start)):
            if number % _PAID_TOGETHER == 0:
                self._work.spend(_PAID_TOGETHER * PASSING_OVER)
            yield term

    def postings(self, term: bytes) -> Postings:
        """Return the postings of a term."""
        return self._vocabulary.postings(term)


def _decoded(term: bytes) -> str | None:
    try:
        return term.decode()
    except UnicodeDecodeError:  # no term of ours
        return None
