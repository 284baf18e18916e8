"""
Which words of a text answer the query: by their terms, not by their letters, so that «Києві» is marked for "Київ".

The text is analysed as it was for the index, so a mark always stands on something that made the article match.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from search.archive.results import Match, Span
from search.language import Token, split_term
from search.query import leaves
from search.query.compile import Leaf


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of a text that answers the query; ``leaf`` numbers the word of the query, ``match`` says how."""

    span: Span
    leaf: int
    match: Match


class Marker:
    """Marks the words of one query in the texts of one field."""

    def __init__(self, query_leaves: Sequence[Leaf], field: str) -> None:
        self._words: dict[str, list[int]] = {}
        self._sequences: list[tuple[int, leaves.Sequence]] = []
        self._beginnings: list[tuple[int, leaves.Beginning]] = []
        self._leaves = query_leaves
        for number, leaf in enumerate(query_leaves):
            for query in leaf.queries if leaf.wanted else ():
                if field in query.fields:
                    self._add(number, query)
        first_slots = (form.term for _, sequence in self._sequences for form in sequence.slots[0])
        self._wanted = frozenset((*self._words, *first_slots))

    def __bool__(self) -> bool:
        return bool(self._words or self._sequences or self._beginnings)

    def may_mark(self, terms: Iterable[Sequence[str]]) -> bool:
        """Return whether a text with these terms, position by position, can have a mark: a look that costs little."""
        return bool(self._beginnings) or not all(map(self._wanted.isdisjoint, terms))

    def marks(self, tokens: Sequence[Token]) -> list[Mark]:
        """Return the marks of a text's tokens, ordered and without overlaps."""
        found = sorted(self._all_marks(tokens), key=lambda mark: (mark.span.start, -mark.span.end))
        kept: list[Mark] = []
        for mark in found:
            if not kept or mark.span.start >= kept[-1].span.end:
                kept.append(mark)
        return kept

    def _add(self, number: int, query: leaves.Word | leaves.Sequence | leaves.Beginning) -> None:
        match query:
            case leaves.Word(forms=forms):
                for form in forms:
                    self._words.setdefault(form.term, []).append(number)
            case leaves.Sequence():
                self._sequences.append((number, query))
            case leaves.Beginning():
                self._beginnings.append((number, query))

    def _all_marks(self, tokens: Sequence[Token]) -> Iterator[Mark]:
        words = self._words.keys()
        for token in tokens:
            if self._beginnings or not words.isdisjoint(token.terms):  # most tokens answer nothing: a cheap look first
                yield from self._word_marks(token)
        for number, sequence in self._sequences:
            for first, last in _sequence_places(sequence, tokens):
                yield from self._sequence_marks(number, tokens[first : last + 1])

    def _word_marks(self, token: Token) -> Iterator[Mark]:
        for term in token.terms:
            for number in self._words.get(term, ()):
                by = "lemma" if split_term(term)[0] else "form"
                yield self._mark(number, token, "phrase" if self._leaves[number].kind == "phrase" else by)
                return  # the first term that answers is the closest: forms stand before lemmas
        for number, beginning in self._beginnings:
            if any(term.startswith(beginning.text) and not split_term(term)[0] for term in token.terms):
                yield self._mark(number, token, "prefix")

    def _sequence_marks(self, number: int, tokens: Sequence[Token]) -> Iterator[Mark]:
        for token in tokens:
            yield self._mark(number, token, "phrase" if self._leaves[number].kind == "phrase" else "lemma")

    def _mark(self, number: int, token: Token, by: str) -> Mark:
        return Mark(Span(token.start, token.end), number, Match(self._leaves[number].typed, token.text, by))


def distinct_matches(marks: Iterable[Mark], limit: int) -> tuple[Match, ...]:
    """Return the different matches among marks, at most ``limit``; letter case does not make one different."""
    found: dict[tuple[str, str], Match] = {}
    for mark in marks:
        found.setdefault((mark.match.word, mark.match.form.casefold()), mark.match)
    return tuple(found.values())[:limit]


def _sequence_places(sequence: leaves.Sequence, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last token of every occurrence, following the nearest next word as the engine does."""
    slots = [frozenset(form.term for form in slot) for slot in sequence.slots]
    for first, token in enumerate(tokens):
        if slots[0].isdisjoint(token.terms):
            continue
        stop = min(first + len(slots) + sequence.slop, len(tokens))
        last = first
        for slot in slots[1:]:
            last = next((place for place in range(last + 1, stop) if not slot.isdisjoint(tokens[place].terms)), -1)
            if last < 0:
                break
        if last >= 0:
            yield first, last
