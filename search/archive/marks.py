"""
Which words of a text answer the query: by their terms, not by their letters, so that «Києві» is marked for "Київ".

The text is analysed as it was for the index, so a mark always stands on something that made the article match.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from search.archive.results import Match, Span
from search.columnar.places import sequences
from search.language import Token, analyze, split_term, tokens_with
from search.query import leaves
from search.query.compile import Leaf


class Mark(NamedTuple):
    """A stretch of a text that answers the query; ``leaf`` numbers the word of the query, ``match`` says how."""

    span: Span
    leaf: int
    match: Match


class Marker:
    """Marks the words of one query in the texts of one field."""

    def __init__(self, query_leaves: Sequence[Leaf], field: str) -> None:
        self._words: dict[str, list[int]] = {}
        self._paths: dict[tuple[int, str], str] = {}
        self._sequences: list[tuple[int, _Slots]] = []
        self._beginnings: list[tuple[int, leaves.Beginning]] = []
        self._leaves = query_leaves
        for number, leaf in enumerate(query_leaves):
            for query in leaf.queries if leaf.wanted else ():
                if field in query.fields:
                    self._add(number, query)
        self._wanted = frozenset(self._words)

    def marks_in(self, text: str, language: str) -> list[Mark]:
        """Return the marks of a text, ordered and without overlaps."""
        if self._sequences or self._beginnings:
            return self.marks(analyze(text, language))
        return self.marks(tokens_with(text, language, self._wanted)) if self._words else []

    def answers(self, terms: Iterable[Sequence[str]]) -> dict[int, int]:
        """
        Return which leaves a text answers where: for each such position the bits 1 << n of the leaves n.

        ``terms`` are those of each position. From an index the same comes by ``search.columnar.places``.
        """
        found: dict[int, int] = {}
        at = list(enumerate(terms))
        lacks = self._wanted.isdisjoint
        for position, has in at:
            if not lacks(has):
                found[position] = leaf_bits(leaf for term in has for leaf in self._words.get(term, ()))
            for leaf, beginning in self._beginnings:
                if _begins(has, beginning):
                    found[position] = found.get(position, 0) | 1 << leaf
        for leaf, slots in self._sequences:
            for first, last in slots.stretches([has for _, has in at]):
                for position in range(first, last + 1):
                    found[position] = found.get(position, 0) | 1 << leaf
        return found

    @property
    def sequences(self) -> int:
        """The bits of the leaves that are found as sequences: part of a text may hold part of one."""
        return leaf_bits(leaf for leaf, _ in self._sequences)

    def marks(self, tokens: Sequence[Token]) -> list[Mark]:
        """Return the marks of a text's tokens, ordered and without overlaps."""
        found = list(self._all_marks(tokens))
        if len(found) < 2:
            return found
        found.sort(key=lambda mark: (mark.span.start, -mark.span.end))
        kept: list[Mark] = []
        end = 0
        for mark in found:
            if mark.span.start >= end:
                kept.append(mark)
                end = mark.span.end
        return kept

    def _add(self, number: int, query: leaves.Word | leaves.Sequence | leaves.Beginning) -> None:
        match query:
            case leaves.Word(forms=forms):
                for form in forms:
                    self._words.setdefault(form.term, []).append(number)
                    self._paths.setdefault((number, form.term), form.by)
            case leaves.Sequence():
                slots = [frozenset(form.term for form in slot) for slot in query.slots]
                self._sequences.append((number, _Slots(slots, query.slop)))
            case leaves.Beginning():
                self._beginnings.append((number, query))

    def _all_marks(self, tokens: Sequence[Token]) -> Iterator[Mark]:
        lacks = self._wanted.isdisjoint
        for token in tokens:
            if not lacks(token.terms):
                yield self._word_mark(token)
                continue
            for number, beginning in self._beginnings:
                if _begins(token.terms, beginning):
                    yield self._mark(number, token, "prefix")
        if self._sequences:
            terms = [token.terms for token in tokens]
            for number, slots in self._sequences:
                for first, last in slots.stretches(terms):
                    yield from self._sequence_marks(number, tokens[first : last + 1])

    def _word_mark(self, token: Token) -> Mark:
        term = next(term for term in token.terms if term in self._words)  # the closest: forms stand before lemmas
        number = self._words[term][0]
        by = "phrase" if self._leaves[number].kind == "phrase" else self._paths[number, term]
        return self._mark(number, token, by)

    def _sequence_marks(self, number: int, tokens: Sequence[Token]) -> Iterator[Mark]:
        for token in tokens:
            yield self._mark(number, token, "phrase" if self._leaves[number].kind == "phrase" else "lemma")

    def _mark(self, number: int, token: Token, by: str) -> Mark:
        return Mark(Span(token.start, token.end), number, Match(self._leaves[number].typed, token.text, by))


def leaf_bits(numbers: Iterable[int]) -> int:
    """Return a set of leaves as a number: 1 << n for each of them."""
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


class _Slots(NamedTuple):
    """The terms of each word of a sequence, and how many other positions may stand between them."""

    slots: Sequence[frozenset[str]]
    slop: int

    def stretches(self, terms: Sequence[Sequence[str]]) -> Iterator[tuple[int, int]]:
        """Return the first and the last place of every occurrence, as the engine follows them."""
        places = [[n for n, has in enumerate(terms) if not slot.isdisjoint(has)] for slot in self.slots]
        return sequences(places, self.slop)


def _begins(terms: Sequence[str], beginning: leaves.Beginning) -> bool:
    return any(term.startswith(beginning.text) and not split_term(term)[0] for term in terms)


def distinct_matches(marks: Iterable[Mark], limit: int) -> tuple[Match, ...]:
    """Return the different matches among marks, at most ``limit``; letter case does not make one different."""
    found: dict[tuple[str, str], Match] = {}
    for mark in marks:
        found.setdefault((mark.match.word, mark.match.form.casefold()), mark.match)
    return tuple(found.values())[:limit]
