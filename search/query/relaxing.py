"""
Looser readings of a query that has found nothing, the closest first.

Each takes back one thing that the query asks for: a phrase its sequence, a word its field, the whole query its dates, a
filter, an exclusion or a word. It knows no index, so which of them find something is for the caller to try.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from search.query.date_phrases import DATES, has_words_of_time, names_a_time
from search.query.dates import MAX_YEAR
from search.query.nodes import (
    And,
    DateRange,
    Everything,
    Exact,
    InField,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Prefix,
    Word,
    all_of,
    any_of,
    in_field,
)
from search.query.parser import parse_query
from search.query.show import describe, show

# The caller looks up each; a person reads three or four.
MAX_RELAXED = 12

# A phrase may come to name a time when its quotation marks go. So late, every time in words has begun, and on one of
# the two days every "this summer" is nearer than the next.
_LATE_DAYS = (date(MAX_YEAR - 1, 2, 1), date(MAX_YEAR - 1, 8, 1))


@dataclass(frozen=True, slots=True)
class RelaxedQuery:
    """
    A looser query: the parser makes this ``tree`` of the query ``show(tree)``.

    ``kind`` says what was taken back: ``"phrase"`` (quoted words may stand anywhere, in any form), ``"field"`` (what
    stood in a field may stand anywhere), ``"date"``, ``"filter"`` (a section, source, language, …), ``"exclusion"``,
    ``"word"`` (one word may be missing) or ``"any"`` (one of the words is enough). ``text`` is that piece as a query.
    """

    kind: str
    text: str
    tree: Node

    @property
    def query(self) -> str:
        """The query to type."""
        return show(self.tree)


def relaxed(tree: Node) -> tuple[RelaxedQuery, ...]:
    """
    Return at most ``MAX_RELAXED`` looser readings of a query, the closest first.

    None of them is everything or only an exclusion. Words that are a switched-off date phrase in the tree are so in
    the readings too, and need the same ``without`` when these are parsed.

    >>> tree = parse_query('"мирний план" Київ date:2024', date(2026, 1, 1)).tree
    >>> [(reading.kind, reading.query) for reading in relaxed(tree)][:3]
    [('phrase', 'мирний план Київ date:2024'), ('date', '"мирний план" Київ'), ('word', 'Київ date:2024')]
    """
    parts = _parts(tree)
    any_word = list(_with_any_word(parts))
    found: dict[str, RelaxedQuery] = {show(tree): RelaxedQuery("", "", tree)}
    for reading in (*_closer(tree, parts), *any_word):
        # The last place is kept for the loosest reading, which finds something if anything does.
        has_room = len(found) < MAX_RELAXED + (reading in any_word or not any_word)
        if has_room and _is_worth_trying(reading.tree, tree):
            found.setdefault(reading.query, reading)
    return tuple(found.values())[1:]


def _closer(tree: Node, parts: Sequence[Node]) -> Iterator[RelaxedQuery]:
    phrases = [leaf for leaf in _leaves(tree) if isinstance(leaf, Phrase)]
    if phrases:
        yield RelaxedQuery("phrase", " ".join(map(show, phrases)), _replaced(tree, Phrase, _words_of))
    yield from _without_a_field(parts)
    yield from _without_dates(parts)
    yield from _without_one("filter", parts, _is_filter)
    yield from _without_one("exclusion", parts, lambda part: isinstance(part, Not))
    if sum(map(_has_words, parts)) > 1:
        yield from _without_one("word", parts, _has_words)


def _parts(tree: Node) -> list[Node]:
    """Return what a query requires, one by one; «title:(a b)» requires two words in the title."""
    parts: list[Node] = []
    for part in tree.children if isinstance(tree, And) else (tree,):
        if isinstance(part, InField) and isinstance(part.child, And):
            parts.extend(in_field(part.field, child, part.start, part.end) for child in part.child.children)
        else:
            parts.append(part)
    return parts


def _without_a_field(parts: Sequence[Node]) -> Iterator[RelaxedQuery]:
    """Yield the query with the words of one field anywhere; the same field in two places is taken back at once."""
    for name in dict.fromkeys(leaf.field for part in parts for leaf in _fields_in(part)):
        anywhere = partial(_without_the_field, name)
        yield RelaxedQuery("field", name, all_of(_replaced(part, InField, anywhere) for part in parts))


def _without_the_field(name: str, node: InField) -> Node:
    return node.child if node.field == name else node


def _without_dates(parts: Sequence[Node]) -> Iterator[RelaxedQuery]:
    dates = [part for part in parts if _consists_of(part, DateRange)]
    if dates:
        kept = [part for part in parts if part not in dates]
        yield RelaxedQuery("date", show(all_of(dates)), all_of(kept))


def _without_one(kind: str, parts: Sequence[Node], goes: Callable[[Node], bool]) -> Iterator[RelaxedQuery]:
    """Yield the query without each of the parts of a kind."""
    for at, part in enumerate(parts):
        if goes(part):
            yield RelaxedQuery(kind, show(part), all_of((*parts[:at], *parts[at + 1 :])))


def _with_any_word(parts: Sequence[Node]) -> Iterator[RelaxedQuery]:
    """Yield the query for which one of its words is enough; filters, dates and exclusions stay."""
    texts = [part for part in parts if _has_words(part)]
    words = {show(word): word for part in texts for word in _single_words(part)}
    if len(words) > 1:
        others = [part for part in parts if not _has_words(part)]
        either = any_of(words.values())
        yield RelaxedQuery("any", show(either), all_of((either, *others)))


def _single_words(node: Node) -> Iterator[Node]:
    match node:
        case Word() | Prefix():
            yield node
        case Phrase():
            yield from (word for word in _leaves(_words_of(node)) if isinstance(word, Word))
        case And(children) | Or(children):
            for child in children:
                yield from _single_words(child)
        case InField(field, child, start, end):
            for word in _single_words(child):
                yield in_field(field, word, start, end)


def _words_of(phrase: Phrase) -> Node:
    """Return the words of a phrase in any form, without what is an operator or a bracket outside quotation marks."""
    parsed = parse_query(phrase.text, _LATE_DAYS[0], without=(DATES,)).tree
    words = [leaf for leaf in _leaves(parsed, excluded=True) if isinstance(leaf, Word)]
    return all_of(replace(word, start=phrase.start, end=phrase.end) for word in words) if words else phrase


def _replaced(node: Node, kind: type, replacement: Callable[..., Node]) -> Node:
    """Return a tree with all nodes of a kind replaced; what is excluded stays as it is."""
    if isinstance(node, kind):
        node = replacement(node)
    match node:
        case And(children):
            return all_of(_replaced(child, kind, replacement) for child in children)
        case Or(children):
            return any_of(_replaced(child, kind, replacement) for child in children)
        case InField(field, child, start, end):
            return in_field(field, _replaced(child, kind, replacement), start, end)
        case _:
            return node


def _leaves(node: Node, excluded: bool = False) -> Iterator[Node]:
    """Yield the leaves of a tree, with or without those that are excluded."""
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from _leaves(child, excluded)
        case InField(_, child):
            yield from _leaves(child, excluded)
        case Not(child):
            if excluded:
                yield from _leaves(child, excluded)
        case _:
            yield node


def _fields_in(node: Node) -> Iterator[InField]:
    match node:
        case And(children) | Or(children):
            for child in children:
                yield from _fields_in(child)
        case InField(_, child):
            yield node
            yield from _fields_in(child)


def _has_words(node: Node) -> bool:
    return any(isinstance(leaf, (Word, Phrase, Prefix)) for leaf in _leaves(node))


def _is_filter(node: Node) -> bool:
    return _consists_of(node, Exact)


def _consists_of(node: Node, kind: type) -> bool:
    """Tell whether a part is a leaf of a kind or several; an exclusion is none."""
    leaves = list(_leaves(node))
    return bool(leaves) and not isinstance(node, Not) and all(isinstance(leaf, kind) for leaf in leaves)


def _is_worth_trying(reading: Node, tree: Node) -> bool:
    """Tell whether a reading asks for something, and can be typed."""
    asked = [part for part in _parts(reading) if not isinstance(part, (Everything, Nothing, Not))]
    if not asked or _comes_to_name_a_time(reading, tree):
        return False
    return describe(parse_query(show(reading), _LATE_DAYS[0], without=(DATES,)).tree) == describe(reading)


def _comes_to_name_a_time(reading: Node, tree: Node) -> bool:
    return any(has_words_of_time(reading, day) and not names_a_time(tree, day) for day in _LATE_DAYS)
