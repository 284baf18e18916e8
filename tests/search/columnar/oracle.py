"""
The oracle: the answers of the engine, worked out document by document, with no index and nothing clever.

It follows the words of the leaves' docstrings, those of Whoosh's queries, and the formula of
``search.columnar.ranking``. Where it and the engine
disagree, one of them is wrong, and this one can be read in five minutes.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise, product
from math import log

import whoosh.query
from whoosh.lang.morph_en import variations
from whoosh.util.times import long_to_datetime

from search.columnar.collect import Count
from search.columnar.document import NO_MOMENT, Document, microseconds
from search.columnar.ranking import Bm25f, FieldWeight
from search.query import leaves

# The fields of ``archives.LAYOUT`` that are not keywords.
TEXT_FIELDS, MOMENTS = ("title", "body"), ("published",)

Scores = dict[str, float]  # by the document's id
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Oracle:
    """Evaluates trees over documents by id."""

    def __init__(self, documents: Mapping[str, Document], ranking: Bm25f) -> None:
        self.documents = documents
        self.ranking = ranking

    def scores(self, node: whoosh.query.Query) -> Scores:
        """Return what matches, with its score."""
        boost = getattr(node, "boost", 1.0)
        return {identifier: boost * score for identifier, score in self._scores(node).items()}

    def _scores(self, node: whoosh.query.Query) -> Scores:
        everything = dict.fromkeys(self.documents, 0.0)
        match node:
            case whoosh.query.And():
                return self._and(node.subqueries, everything)
            case whoosh.query.Or():
                return self._either(node.subqueries, sum)
            case whoosh.query.DisjunctionMax():
                return self._either(node.subqueries, max)
            case leaves.Most():
                return self._most(node)
            case leaves.SameParagraph():
                found = self.scores(node.query)
                return {i: score for i, score in found.items() if self.paragraphs(node.query, i)}
            case whoosh.query.Not():
                return {i: 0.0 for i in everything if i not in self.scores(node.query)}
            case whoosh.query.AndNot():
                excluded = self.scores(node.b)
                return {i: score for i, score in self.scores(node.a).items() if i not in excluded}
            case whoosh.query.AndMaybe():
                more = self.scores(node.b)
                return {i: score + more.get(i, 0.0) for i, score in self.scores(node.a).items()}
            case whoosh.query.Require():
                required = self.scores(node.b)
                return {i: score for i, score in self.scores(node.a).items() if i in required}
            case whoosh.query.ConstantScoreQuery():
                return dict.fromkeys(self.scores(node.child), node.score)
            case whoosh.query.Every():
                return {i: 0.0 for i in everything if node.fieldname is None or self._values(node.fieldname, i)}
            case whoosh.query.Wildcard(text="*") | whoosh.query.Regex(text=".*"):
                return self._scores(whoosh.query.Every(node.fieldname))
            case whoosh.query.Term() | whoosh.query.MultiTerm():
                return self._any_term(node.fieldname, stands_for(node))
            case whoosh.query.Phrase():
                return self._phrase(node)
            case whoosh.query.NumericRange():
                return {i: 0.0 for i in everything if any(map(stands_for(node), self._values(node.fieldname, i)))}
            case leaves.Word():
                return self._word(node)
            case leaves.Beginning():
                return self._beginning(node)
            case leaves.Sequence():
                return self._sequence(node)
            case leaves.Keyword() | leaves.Between() | leaves.Identifier():
                return {i: 0.0 for i, document in self.documents.items() if passes(node, document)}
            case whoosh.query.NullQuery:
                return {}
        raise TypeError(node)

    def paragraphs(self, node: whoosh.query.Query, identifier: str) -> set[int]:
        """Return which paragraphs of a document answer a tree, numbered alike in all fields."""
        document = self.documents[identifier]
        match node:
            case whoosh.query.And():
                return set.intersection(*(self.paragraphs(part, identifier) for part in node.subqueries))
            case whoosh.query.Or() | whoosh.query.DisjunctionMax():
                return set.union(*(self.paragraphs(part, identifier) for part in node.subqueries))
            case leaves.Sequence():
                starts = {(name, p) for name in node.fields for p in sequence_starts(text_of(document, name), node)}
                return {paragraph_of(document, name, place) for name, place in starts}
        numbers = set()
        for name in node.fields:
            for number, paragraph in enumerate(document.text.get(name, ())):
                if any(answers(node, term) for terms in paragraph for term in terms):
                    numbers.add(number)
        return numbers

    def _and(self, parts: Iterable[whoosh.query.Query], everything: Scores) -> Scores:
        found = everything
        for part in parts:  # the score of a Not is 0, so it needs no case of its own
            scores = self.scores(part)
            found = {i: score + scores[i] for i, score in found.items() if i in scores}
        return found

    def _either(self, parts: Iterable[whoosh.query.Query], combine) -> Scores:
        found = defaultdict(list)
        for part in parts:
            for identifier, score in self.scores(part).items():
                found[identifier].append(score)
        return {identifier: combine(scores) for identifier, scores in found.items()}

    def _most(self, node: leaves.Most) -> Scores:
        inside = self.scores(node.within)
        parts = [self.scores(part).keys() & inside.keys() for part in node.parts]
        worth = [log(1 + (len(inside) - len(part) + 0.5) / (len(part) + 0.5)) for part in parts]

        def has(identifier: str) -> float:
            return sum(w for w, part in zip(worth, parts, strict=True) if identifier in part)

        least = node.share * sum(worth) - 1e-6
        return {i: score for i, score in self._either(node.parts, sum).items() if i in inside and has(i) >= least}

    def _word(self, node: leaves.Word) -> Scores:
        found: dict[str, list[float]] = defaultdict(list)
        for form in node.forms:
            frequencies = self._frequencies(node.fields, lambda text, term=form.term: terms_of(text).count(term))
            for identifier, pooled in frequencies.items():
                found[identifier].append(form.weight * self._saturated(pooled))
        return self._times_idf({identifier: max(scores) for identifier, scores in found.items()})

    def _beginning(self, node: leaves.Beginning) -> Scores:
        def frequency(text):
            return sum(t.startswith(node.text) and not t.startswith(node.without) for t in terms_of(text))

        pooled = self._frequencies(node.fields, frequency)
        return self._times_idf({identifier: self._saturated(value) for identifier, value in pooled.items()})

    def _any_term(self, name: str, wanted: Callable[..., bool]) -> Scores:
        if name not in TEXT_FIELDS:
            return {i: 0.0 for i in self.documents if any(map(wanted, self._values(name, i)))}
        pooled = self._frequencies([name], lambda text: sum(map(wanted, terms_of(text))))
        return self._times_idf({identifier: self._saturated(value) for identifier, value in pooled.items()})

    def _values(self, name: str, identifier: str) -> list:
        """Return all terms, values or moments (without a zone) in a field of Whoosh's schema."""
        document = self.documents[identifier]
        if name == "id":
            return [document.id]
        if name in MOMENTS:
            moment = document.moments.get(name, NO_MOMENT)
            return [] if moment == NO_MOMENT else [(EPOCH + timedelta(microseconds=moment)).replace(tzinfo=None)]
        return terms_of(text_of(document, name)) or list(document.keywords.get(name, ()))

    def _phrase(self, node: whoosh.query.Phrase) -> Scores:
        pooled = self._frequencies([node.fieldname], lambda text: len(set(phrase_starts(text, node))))
        return self._times_idf({identifier: self._saturated(value) for identifier, value in pooled.items()})

    def _sequence(self, node: leaves.Sequence) -> Scores:
        pooled = self._frequencies(node.fields, lambda text: len(set(sequence_starts(text, node))))
        worth = min((max(form.weight for form in slot) for slot in node.slots if slot), default=1.0)
        return self._times_idf({identifier: worth * self._saturated(value) for identifier, value in pooled.items()})

    def _frequencies(self, fields: Iterable[str], frequency) -> dict[str, float]:
        """Return the pooled frequency of what ``frequency`` counts in the positions of a field, where it occurs."""
        pooled: dict[str, float] = {}
        for name in fields:
            field = self.ranking.fields.get(name, FieldWeight(1.0, 0.75))
            lengths = [len(text_of(document, name)) for document in self.documents.values()]
            lengths = [length for length in lengths if length]
            for identifier, document in self.documents.items():
                text = text_of(document, name)
                if count := frequency(text):
                    relative = len(text) / (sum(lengths) / len(lengths))
                    part = field.weight * count / (1 - field.b + field.b * relative)
                    pooled[identifier] = pooled.get(identifier, 0.0) + part
        return pooled

    def _saturated(self, pooled: float) -> float:
        return pooled * (self.ranking.k1 + 1) / (self.ranking.k1 + pooled)

    def _times_idf(self, scores: Scores) -> Scores:
        n, having = len(self.documents), len(scores)
        idf = log(1 + (n - having + 0.5) / (having + 0.5))
        return {identifier: score * idf for identifier, score in scores.items()}

    def count(self, found: Iterable[str]) -> Count:
        """Count documents and their groups."""
        found = set(found)
        return Count(len(found), len({self.documents[identifier].group for identifier in found}))

    def facet(self, name: str, found: Iterable[str]) -> dict[str, Count]:
        """Count the documents and groups that have each value of a keyword field."""
        having = defaultdict(set)
        for identifier in found:
            for value in self.documents[identifier].keywords.get(name, ()):
                having[value].add(identifier)
        return {value: self.count(identifiers) for value, identifiers in having.items()}


def passes(node: whoosh.query.Query, document: Document) -> bool:
    """Return whether a filter lets a document through."""
    match node:
        case leaves.Keyword(name, values):
            wanted = {value.casefold() for value in values}
            return any(value.casefold() in wanted for value in document.keywords.get(name, ()))
        case leaves.Between(name, since, until):
            moment = document.moments.get(name, NO_MOMENT)
            after = since is None or moment >= microseconds(since)
            return moment != NO_MOMENT and after and (until is None or moment < microseconds(until))
        case leaves.Identifier(value, group):
            return value == (document.group if group else document.id)
    raise TypeError(node)


def stands_for(node: whoosh.query.Query) -> Callable[..., bool]:
    """Return whether a query that stands for terms stands for one."""
    match node:
        case whoosh.query.Term():
            return lambda term: term == node.text
        case whoosh.query.Prefix():
            return lambda term: term.startswith(node.text)
        case whoosh.query.Wildcard():
            return lambda term: fnmatchcase(term, node.text)
        case whoosh.query.Regex():
            return lambda term: re.match(node.text, term) is not None
        case whoosh.query.Variations():
            return lambda term: term in variations(node.text)
        case whoosh.query.FuzzyTerm():
            same = node.text[: node.prefixlength]
            rest = node.text[len(same) :]
            return lambda term: term.startswith(same) and edits(term[len(same) :], rest) <= node.maxdist
        case whoosh.query.TermRange():
            start, end = node.start, node.end
        case whoosh.query.NumericRange():
            start, end = (None if n is None else long_to_datetime(n) for n in (node.start, node.end))
        case _:
            raise TypeError(node)

    def inside(value) -> bool:
        after = start is None or (value > start if node.startexcl else value >= start)
        return after and (end is None or (value < end if node.endexcl else value <= end))

    return inside


@cache
def edits(one: str, other: str) -> int:
    """Return how many letters must be put in, taken out or replaced to make one word of the other."""
    if not one or not other:
        return len(one or other)
    replaced = edits(one[1:], other[1:]) + (one[0] != other[0])
    return min(replaced, edits(one[1:], other) + 1, edits(one, other[1:]) + 1)


def phrase_starts(text, node: whoosh.query.Phrase) -> Iterator[int]:
    """Yield where a phrase of Whoosh's begins: ``slop`` is the greatest distance of each word from the one before."""
    places = [[p for p, terms in text if word in terms] for word in node.words]
    for chosen in product(*places):
        if all(1 <= right - left <= node.slop for left, right in pairwise(chosen)):
            yield chosen[0]


def text_of(document: Document, name: str) -> list[tuple[int, tuple[str, ...]]]:
    """Return the positions of a text field with the terms at each; 100 are left free after a paragraph."""
    text, position = [], 0
    for paragraph in document.text.get(name, ()):
        for terms in paragraph:
            text.append((position, terms))
            position += 1
        position += 100
    return text


def paragraph_of(document: Document, name: str, place: int) -> int:
    """Return the number of the paragraph in which a position of a field is."""
    for number, paragraph in enumerate(document.text[name]):
        if place < len(paragraph):
            return number
        place -= len(paragraph) + 100
    raise AssertionError(place)


def answers(node: leaves.Word | leaves.Beginning, term: str) -> bool:
    """Return whether a term answers a leaf."""
    if isinstance(node, leaves.Beginning):
        return term.startswith(node.text) and not term.startswith(node.without)
    return any(form.term == term for form in node.forms)


def terms_of(text) -> list[str]:
    """Return every term of a field, as often as it occurs."""
    return [term for _, terms in text for term in terms]


def sequence_starts(text, node: leaves.Sequence) -> Iterator[int]:
    """Yield where a sequence begins, trying every choice of positions."""
    places = [[p for p, terms in text if any(form.term in terms for form in slot)] for slot in node.slots]
    for chosen in product(*places):
        ascending = all(left < right for left, right in pairwise(chosen))
        between = chosen[-1] - chosen[0] + 1 - len(chosen)
        if ascending and between <= node.slop:
            yield chosen[0]


def first_of_each_group(ordered: Iterable[str], documents: Mapping[str, Document]) -> list[str]:
    """Return the documents that come first of their group."""
    seen: Counter[str] = Counter()
    firsts = []
    for identifier in ordered:
        seen[documents[identifier].group] += 1
        if seen[documents[identifier].group] == 1:
            firsts.append(identifier)
    return firsts
