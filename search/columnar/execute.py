"""
The executor: a query tree to the documents that match it and their scores.

Every node gives ``Matches``: ascending document numbers and a score for each. ``And`` adds the scores of its parts,
``Or`` too, ``DisjunctionMax`` takes the best; filters score nothing. Deleted documents never match.

Whoosh's own leaves mean the same documents as in Whoosh, and the scores are ours: one that stands for many terms
(``Prefix``, ``Wildcard``, ``FuzzyTerm``, ``TermRange`` ...) is ranked as one word that has all their occurrences,
whatever its ``constantscore``; what is asked of a field that is no text is a filter. ``boost`` multiplies a score.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, reduce
from typing import Any, NamedTuple

import numpy as np
import whoosh.query

from search.columnar.arrays import Array
from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.ranking import Bm25f, idf
from search.columnar.segment import Postings
from search.columnar.snapshot import Snapshot
from search.columnar.vocabulary import YEAR_1
from search.columnar.whoosh_reader import WhooshReader
from search.columnar.whoosh_schema import ID, keyword_names
from search.query import leaves

# A document and a position make one 64-bit key; positions are stored in 32 bits.
_POSITION_BITS = 32


# Sorting costs about 30 ns for each posting, passing over a number for each document about 1 ns.
DENSE = 32


class Matches(NamedTuple):
    """Matching documents: their numbers, ascending (int64), and their scores (float64)."""

    documents: Array
    scores: Array

    def __len__(self) -> int:  # the number of documents, not of fields
        return len(self.documents)


class Executor:
    """Evaluates trees over one snapshot; what a node gives is kept, so asking for it again costs nothing."""

    def __init__(self, snapshot: Snapshot, ranking: Bm25f) -> None:
        self._snapshot = snapshot
        self._ranking = ranking
        self._layout = snapshot.commit.layout
        self._known: dict[whoosh.query.Query, Matches] = {}

    def matches(self, node: whoosh.query.Query) -> Matches:
        """
        Return what a tree matches.

        Raises ``TypeError`` for a kind of node that this executor does not know.
        """
        kind = type(node)
        if kind not in _EVALUATORS:
            raise TypeError(f"{kind.__module__}.{kind.__qualname__} is not a query that Visti evaluates")
        if kind not in _LEAVES:
            found, boost = _EVALUATORS[kind](self, node), getattr(node, "boost", 1.0)
            return found if boost == 1.0 else Matches(found.documents, found.scores * boost)
        if node not in self._known:
            self._known[node] = _EVALUATORS[kind](self, node)
        return self._known[node]

    def _and(self, node: whoosh.query.And) -> Matches:
        required = [self.matches(child) for child in node.subqueries if not isinstance(child, whoosh.query.Not)]
        excluded = [self.matches(child.query) for child in node.subqueries if isinstance(child, whoosh.query.Not)]
        required.sort(key=len)
        found = reduce(_intersection, required) if required else self._all()
        return reduce(_difference, excluded, found)

    def _or(self, node: whoosh.query.Or) -> Matches:
        return self._union([self.matches(child) for child in node.subqueries], np.add)

    def _best(self, node: whoosh.query.DisjunctionMax) -> Matches:
        return self._union([self.matches(child) for child in node.subqueries], np.maximum)

    def _not(self, node: whoosh.query.Not) -> Matches:
        return _difference(self._all(), self.matches(node.query))

    def _and_not(self, node: whoosh.query.AndNot) -> Matches:
        return _difference(self.matches(node.a), self.matches(node.b))

    def _and_maybe(self, node: whoosh.query.AndMaybe) -> Matches:
        required, optional = self.matches(node.a), self.matches(node.b)
        places, found = _places(optional.documents, required.documents)
        scores = required.scores.copy()
        scores[found] += optional.scores[places[found]]
        return Matches(required.documents, scores)

    def _require(self, node: whoosh.query.Require) -> Matches:
        return _intersection(self.matches(node.a), _unscored(self.matches(node.b).documents))

    def _constant(self, node: whoosh.query.ConstantScoreQuery) -> Matches:
        documents = self.matches(node.child).documents
        return Matches(documents, np.full(len(documents), float(node.score)))

    def _every(self, node: whoosh.query.Every) -> Matches:
        return self._all() if node.fieldname is None else self._having(node.fieldname)

    def _having(self, name: str) -> Matches:
        """Return the documents that have anything in a field."""
        if name in self._layout.text:
            having = self._snapshot.lengths(name) > 0
        elif name in self._keywords:
            having = self._snapshot.keywords(self._keywords[name]).having_any()
        elif name in self._layout.moments:
            having = self._snapshot.moments(name) != NO_MOMENT
        else:
            return self._all() if name == ID else self._nothing()
        return _unscored(np.flatnonzero(self._snapshot.alive & having))

    def _all(self) -> Matches:
        return _unscored(np.flatnonzero(self._snapshot.alive))

    def _nothing(self, node: whoosh.query.Query | None = None) -> Matches:
        return _unscored(np.empty(0, dtype=np.int64))

    def _word(self, node: leaves.Word) -> Matches:
        forms = [self._form(node.fields, form) for form in node.forms]
        return self._weighted(self._union(forms, np.maximum))

    def _form(self, fields: Iterable[str], form: leaves.Form) -> Matches:
        found = self._saturated((name, self._snapshot.postings(name, form.term)) for name in fields)
        return Matches(found.documents, form.weight * found.scores)

    def _beginning(self, node: leaves.Beginning) -> Matches:
        prefixes = (self._snapshot.prefix_postings(name, node.text, node.without) for name in node.fields)
        return self._weighted(self._saturated(zip(node.fields, prefixes, strict=True)))

    def _sequence(self, node: leaves.Sequence) -> Matches:
        starts = (_sequence_starts([self._slot(name, slot) for slot in node.slots], node.slop) for name in node.fields)
        found = self._saturated(zip(node.fields, map(_postings_of, starts), strict=True))
        # The whole sequence is rarer than its words and is ranked as one rare word. A sequence of inflected forms
        # is worth what its least worthy slot is.
        worth = min((max(form.weight for form in slot) for slot in node.slots if slot), default=1.0)
        return self._weighted(Matches(found.documents, worth * found.scores))

    def _slot(self, name: str, forms: Sequence[leaves.Form]) -> Array:
        keys = []
        for form in forms:
            documents, positions = self._snapshot.occurrences(name, form.term)
            keys.append((documents << _POSITION_BITS) + positions)
        return np.unique(np.concatenate(keys)) if keys else np.empty(0, dtype=np.int64)

    def _union(self, parts: Sequence[Matches], combine: np.ufunc) -> Matches:
        """Return all documents of the parts; the scores of one document are added or the best is taken."""
        parts = [part for part in parts if len(part)]
        if not parts:
            return self._nothing()
        if len(parts) == 1 and not _repeats(parts[0].documents):
            return parts[0]
        if sum(map(len, parts)) * DENSE > self._snapshot.size:
            return _dense_union(parts, combine, self._snapshot.size)
        return _sparse_union(parts, combine)

    def _saturated(self, found: Iterable[tuple[str, Postings]]) -> Matches:
        """Pool what was found, field by field, and return what the pooled frequencies are worth."""
        parts = [
            Matches(documents, self._ranking.pooled(self._snapshot, name, documents, frequencies))
            for name, (documents, frequencies) in found
        ]
        pooled = self._union(parts, np.add)
        return Matches(pooled.documents, self._ranking.saturated(pooled.scores))

    def _weighted(self, matches: Matches) -> Matches:
        return Matches(matches.documents, matches.scores * idf(self._snapshot.alive_count, len(matches)))

    def _keyword(self, node: leaves.Keyword) -> Matches:
        column = self._snapshot.keywords(node.name)
        return _unscored(np.flatnonzero(column.having(column.values.spelt(node.values)) & self._snapshot.alive))

    def _between(self, node: leaves.Between) -> Matches:
        least = None if node.since is None else microseconds(node.since)
        most = None if node.until is None else microseconds(node.until) - 1
        return _unscored(np.flatnonzero(self._snapshot.within(node.name, least, most)))

    def _identifier(self, node: leaves.Identifier) -> Matches:
        if node.group:
            found = self._snapshot.documents_of_group(node.value)
        else:
            document = self._snapshot.document_of(node.value)
            found = [] if document is None else [document]
        return _unscored(np.array(sorted(found), dtype=np.int64))

    @cached_property
    def _reader(self) -> WhooshReader:
        """The same snapshot as Whoosh sees it: its queries find in it which terms they stand for."""
        return WhooshReader(self._snapshot)

    @cached_property
    def _keywords(self) -> dict[str, str]:
        return keyword_names(self._layout)

    def _term(self, node: whoosh.query.Term) -> Matches:
        if node.fieldname not in self._reader.schema:
            return self._nothing()
        try:
            return self._terms(node.fieldname, [self._reader.schema[node.fieldname].to_bytes(node.text)])
        except ValueError:  # no term of this field can be written so
            return self._nothing()

    def _prefix(self, node: whoosh.query.Prefix) -> Matches:
        if node.fieldname not in self._layout.text:
            return self._multi_term(node)
        return self._beginning(leaves.Beginning((node.fieldname,), node.text))

    def _pattern(self, node: whoosh.query.Wildcard | whoosh.query.Regex) -> Matches:
        anything = "*" if isinstance(node, whoosh.query.Wildcard) else ".*"
        return self._having(node.fieldname) if node.text == anything else self._multi_term(node)

    def _multi_term(self, node: whoosh.query.MultiTerm) -> Matches:
        if node.fieldname not in self._reader.schema:
            return self._nothing()
        to_bytes = self._reader.schema[node.fieldname].to_bytes
        return self._terms(node.fieldname, {to_bytes(term) for _, term in node.expanded_terms(self._reader)})

    def _terms(self, name: str, terms: Iterable[bytes]) -> Matches:
        """Return the documents with any of some terms of a field, ranked as one word; terms may be unknown."""
        vocabulary = self._reader.vocabulary(name)
        postings = [vocabulary.postings(term) for term in terms]
        if not postings:
            return self._nothing()
        documents = np.concatenate([each.documents for each in postings])
        if name not in self._layout.text:
            return _unscored(np.unique(documents))
        frequencies = np.concatenate([each.frequencies for each in postings])
        return self._weighted(self._saturated([(name, Postings(documents, frequencies))]))

    def _phrase(self, node: whoosh.query.Phrase) -> Matches:
        name = node.fieldname
        if name not in self._reader.schema or not node.words:
            return self._nothing()
        if name not in self._layout.text:
            raise whoosh.query.QueryError(f"phrase search: the field {name!r} has no positions")
        try:
            slots = [self._slot(name, [leaves.Form(word)]) for word in node.words]
        except UnicodeEncodeError:  # a lone surrogate: no word of the index has one
            return self._nothing()
        return self._weighted(self._saturated([(name, _postings_of(_phrase_starts(slots, node.slop)))]))

    def _range(self, node: whoosh.query.NumericRange) -> Matches:
        if node.fieldname not in self._reader.schema:
            return self._nothing()
        if node.fieldname not in self._layout.moments:
            raise whoosh.query.QueryError(f"the field {node.fieldname!r} has no numbers and no moments")
        least = None if node.start is None else int(node.start) + YEAR_1 + bool(node.startexcl)
        most = None if node.end is None else int(node.end) + YEAR_1 - bool(node.endexcl)
        return _unscored(np.flatnonzero(self._snapshot.within(node.fieldname, least, most)))


_LEAVES: dict[type, Callable[[Executor, Any], Matches]] = {
    leaves.Word: Executor._word,
    leaves.Sequence: Executor._sequence,
    leaves.Beginning: Executor._beginning,
    leaves.Keyword: Executor._keyword,
    leaves.Between: Executor._between,
    leaves.Identifier: Executor._identifier,
}
_EVALUATORS: dict[type, Callable[[Executor, Any], Matches]] = {
    whoosh.query.And: Executor._and,
    whoosh.query.Or: Executor._or,
    whoosh.query.DisjunctionMax: Executor._best,
    whoosh.query.Not: Executor._not,
    whoosh.query.AndNot: Executor._and_not,
    whoosh.query.AndMaybe: Executor._and_maybe,
    whoosh.query.Require: Executor._require,
    whoosh.query.ConstantScoreQuery: Executor._constant,
    whoosh.query.Every: Executor._every,
    type(whoosh.query.NullQuery): Executor._nothing,
    whoosh.query.Term: Executor._term,
    whoosh.query.Prefix: Executor._prefix,
    whoosh.query.Wildcard: Executor._pattern,
    whoosh.query.Regex: Executor._pattern,
    whoosh.query.FuzzyTerm: Executor._multi_term,
    whoosh.query.Variations: Executor._multi_term,
    whoosh.query.TermRange: Executor._multi_term,
    whoosh.query.Phrase: Executor._phrase,
    whoosh.query.NumericRange: Executor._range,
    whoosh.query.DateRange: Executor._range,
    **_LEAVES,
}


def _postings_of(keys: Array) -> Postings:
    """Return in which documents the keys of positions are, and how many."""
    return Postings(*np.unique(keys >> _POSITION_BITS, return_counts=True))


def _unscored(documents: Array) -> Matches:
    return Matches(documents, np.zeros(len(documents)))


def _places(documents: Array, wanted: Array) -> tuple[Array, Array]:
    """Return for each of ``wanted`` where it stands in ``documents`` (ascending), and whether it does."""
    places = np.searchsorted(documents, wanted)
    inside = places < len(documents)
    places = np.where(inside, places, 0)
    return places, inside & (documents[places] == wanted) if len(documents) else inside


def _intersection(few: Matches, many: Matches) -> Matches:
    places, found = _places(many.documents, few.documents)
    return Matches(few.documents[found], few.scores[found] + many.scores[places[found]])


def _difference(matches: Matches, excluded: Matches) -> Matches:
    _, found = _places(excluded.documents, matches.documents)
    return Matches(matches.documents[~found], matches.scores[~found])


def _dense_union(parts: Sequence[Matches], combine: np.ufunc, size: int) -> Matches:
    """Unite by way of one number for each document of the archive: cheaper than sorting when many match."""
    matched, scores = np.zeros(size, dtype=bool), np.zeros(size)  # no score is below 0, so 0 changes no maximum
    for part in parts:
        matched[part.documents] = True
        if _repeats(part.documents):
            combine.at(scores, part.documents, part.scores)
        else:
            scores[part.documents] = combine(scores[part.documents], part.scores)
    documents = np.flatnonzero(matched)
    return Matches(documents, scores[documents])


def _sparse_union(parts: Sequence[Matches], combine: np.ufunc) -> Matches:
    documents = np.concatenate([part.documents for part in parts])
    scores = np.concatenate([part.scores for part in parts])
    order = np.argsort(documents, kind="stable")
    documents, scores = documents[order], scores[order]
    starts = np.flatnonzero(np.concatenate(([True], documents[1:] != documents[:-1])))
    return Matches(documents[starts], combine.reduceat(scores, starts))


def _repeats(documents: Array) -> bool:
    return bool((documents[1:] <= documents[:-1]).any())


def _sequence_starts(slots: Sequence[Array], slop: int) -> Array:
    """
    Return the keys of the first words of every sequence.

    Each slot holds the ascending keys of its word. From a first word the nearest next one is always as good as any
    later one, so following the nearest finds the shortest sequence that begins there.
    """
    starts = slots[0]
    ends = starts
    for slot in slots[1:]:
        places = np.searchsorted(slot, ends, side="right")
        inside = places < len(slot)
        starts, ends = starts[inside], slot[places[inside]]
        near = ends - starts <= len(slots) - 1 + slop  # another document's key is 2^32 away
        starts, ends = starts[near], ends[near]
    return starts


def _phrase_starts(slots: Sequence[Array], slop: int) -> Array:
    """
    Return the keys of the first words of every phrase in Whoosh's sense: each word at most ``slop`` behind the last.

    Found from the end: a word can begin the rest of a phrase if one that can stands near enough behind it, and the
    nearest is the one to look at.
    """
    starts = slots[-1]
    for slot in reversed(slots[:-1]):
        places = np.searchsorted(starts, slot, side="right")
        inside = places < len(starts)
        words, following = slot[inside], starts[places[inside]]
        starts = words[following - words <= slop]
    return starts
