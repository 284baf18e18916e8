"""
Where a query names a time in words, and the tree with limits on the date in their place.

It decides which words of a tree may be read so; what a time is called is date_rules.py's matter. The tree is looked at
rather than the text, so that quoted words, values of fields and what is excluded stay what they are, and a query that
is printed and read again means the same.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from search.language import fold
from search.query.date_rules import Span, read_date
from search.query.dates import limits_of_days
from search.query.nodes import And, DatePhrase, DateRange, InField, Node, Not, Or, Word, all_of, any_of

#: What switches off all date phrases at once; their ids begin with it.
DATES = "dates"
# With more words beside the phrase it is a headline or a sentence, and «вчора» in it is the day before it was written.
MAX_WORDS_BESIDE = 6


@dataclass(frozen=True, slots=True)
class _Found:
    """A phrase among the children of a node: the first of its words, the one after the last, and what it means."""

    first: int
    last: int
    phrase: DatePhrase


def apply_date_phrases(
    tree: Node, query: str, today: date, without: Collection[str] = frozenset()
) -> tuple[Node, tuple[DatePhrase, ...]]:
    """
    Return a tree in which words that name a time are a ``DateRange``, and the phrases in the order of the query.

    A phrase whose id, or the kind ``"dates"``, is in ``without`` is found but not applied. A tree that has dates
    already stays as it is: who uses the fields says all with them.

    >>> from search.query.nodes import Word
    >>> tree, phrases = apply_date_phrases(Word("торік", 0, 5), "торік", date(2026, 3, 15))
    >>> phrases[0].id, phrases[0].since.isoformat(), tree.phrase
    ('dates:торік', '2024-12-31T22:00:00+00:00', True)
    """
    if _has_dates(tree):
        return tree, ()
    phrases: list[DatePhrase] = []
    return _applied(tree, _Reader(query, today, frozenset(without), phrases)), tuple(phrases)


def names_a_time(tree: Node, today: date) -> bool:
    """Tell whether the parser would read some words of a tree as a time."""
    return bool(apply_date_phrases(tree, "", today)[1])


def has_words_of_time(tree: Node, today: date) -> bool:
    """
    Tell whether some words of a tree could be read as a time, were they alone.

    The parser leaves two times be that have no common day; before one of them has come, the other is read.
    """
    return bool(apply_date_phrases(tree, "", today, (DATES,))[1])


@dataclass(frozen=True, slots=True)
class _Reader:
    query: str
    today: date
    without: frozenset[str]
    phrases: list[DatePhrase]

    def found_in(self, nodes: Sequence[Node]) -> list[_Found]:
        """Return the phrases among the words of one list, those that are applied being about one and the same time."""
        found = [found for run in _runs(nodes) for found in self._found_in_run(nodes, run)]
        beside = sum(isinstance(node, Word) for node in nodes) - sum(item.last - item.first for item in found)
        if beside > MAX_WORDS_BESIDE or not _have_a_common_day([item.phrase for item in found if item.phrase.on]):
            return []
        return found

    def _found_in_run(self, nodes: Sequence[Node], run: range) -> Iterator[_Found]:
        words = [node for node in nodes[run.start : run.stop] if isinstance(node, Word)]
        typed = [word.text for word in words]
        folded = [fold(text) for text in typed]
        at = 0
        while at < len(words):
            reading = read_date(typed, folded, at, self.today)
            end = at + (reading.length if reading else 1)
            if reading and reading.span:
                phrase = self._phrase(words[at:end], " ".join(folded[at:end]), reading.span)
                yield _Found(run.start + at, run.start + end, phrase)
            at = end

    def _phrase(self, words: Sequence[Word], folded: str, span: Span) -> DatePhrase:
        start, end = words[0].start, words[-1].end
        name = f"{DATES}:{folded}"
        on = not self.without.intersection((DATES, name))
        return DatePhrase(name, self.query[start:end], start, end, *limits_of_days(*span), on)


def _applied(node: Node, reader: _Reader) -> Node:
    match node:
        case Or(children):
            return any_of(_applied(child, reader) for child in children)
        case And(children):
            return all_of(_with_dates(children, reader))
        case Word():
            return all_of(_with_dates((node,), reader))
        case _:
            return node


def _with_dates(nodes: Sequence[Node], reader: _Reader) -> Iterator[Node]:
    """Yield the nodes of one AND, with a range of dates in the place of each phrase that is applied."""
    found = {item.first: item for item in reader.found_in(nodes)}
    at = 0
    while at < len(nodes):
        item = found.get(at)
        if item is not None:
            reader.phrases.append(item.phrase)
        if item is not None and item.phrase.on:
            phrase = item.phrase
            yield DateRange(phrase.since, phrase.until, phrase.start, phrase.end, phrase=True)
            at = item.last
        else:
            yield _applied(nodes[at], reader) if isinstance(nodes[at], Or) else nodes[at]
            at += 1


def _runs(nodes: Sequence[Node]) -> Iterator[range]:
    """Yield where words stand side by side."""
    start = 0
    for at in range(len(nodes) + 1):
        if at == len(nodes) or not isinstance(nodes[at], Word):
            if at > start:
                yield range(start, at)
            start = at + 1


def _have_a_common_day(phrases: Sequence[DatePhrase]) -> bool:
    """Tell whether several times overlap; two that do not («у липні і у серпні») are rather compared."""
    since = [phrase.since for phrase in phrases if phrase.since]
    until = [phrase.until for phrase in phrases if phrase.until]
    return not since or not until or max(since) < min(until)


def _has_dates(node: Node) -> bool:
    match node:
        case DateRange():
            return True
        case And(children) | Or(children):
            return any(map(_has_dates, children))
        case Not(child) | InField(_, child):
            return _has_dates(child)
        case _:
            return False
