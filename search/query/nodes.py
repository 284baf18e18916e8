"""
The tree of a query: what the parser makes and the compiler turns into an engine query.

Plain values that know no index, no language and no engine. ``all_of``, ``any_of``, ``negated`` and ``in_field`` build
trees in their simplest form (nothing nested that can be flat), so that two queries that mean the same tend to have
the same tree. ``start`` and ``end`` are offsets in the query as it was typed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any of its forms; ``text`` is as typed and may analyse to several tokens (``F-16``, ``12:30``)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Exactly these forms in this order, with at most ``slop`` other words among them; may be a single word."""

    text: str
    start: int
    end: int
    slop: int = 0


@dataclass(frozen=True, slots=True)
class Prefix:
    """Every word that begins with ``text`` (without the star)."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Everything:
    """Every article."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No article."""


@dataclass(frozen=True, slots=True)
class And:
    """All of at least two ``children``."""

    children: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Any of at least two ``children``."""

    children: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Every article except those of ``child``."""

    child: "Node"


@dataclass(frozen=True, slots=True)
class InField:
    """
    The words of ``child`` in one text field only.

    In a group, an ``InField`` further inside takes its own field, and ``Exact`` and ``DateRange`` keep theirs.
    """

    field: str
    child: "Node"
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Exact:
    """A keyword field has this very value."""

    field: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DateRange:
    """
    Published from ``since`` on and before ``until``: aware, in UTC, either may be None.

    ``phrase``: it was named in words («минулого тижня»), not with a field.
    """

    since: datetime | None
    until: datetime | None
    start: int
    end: int
    phrase: bool = False


Node: TypeAlias = Word | Phrase | Prefix | Everything | Nothing | And | Or | Not | InField | Exact | DateRange


@dataclass(frozen=True, slots=True)
class Notice:
    """
    Something about the reading of a query that its author should know.

    ``code`` is stable, for programs and translations; ``text`` is the piece of the query that it is about; ``start``
    and ``end`` say where that stands in the query; ``message`` is the English sentence.
    """

    code: str
    text: str
    start: int
    end: int
    message: str


@dataclass(frozen=True, slots=True)
class DatePhrase:
    """
    Words of the query that name a time: «минулого тижня», ``in July 2024``.

    ``id`` is what switches it off; ``text`` is the piece of the query from ``start`` to ``end``; ``since`` and
    ``until`` are as in ``DateRange``. If it is not ``on``, its words are searched like others.
    """

    id: str
    text: str
    start: int
    end: int
    since: datetime | None
    until: datetime | None
    on: bool


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query as it was understood: its tree; the notices and the times named in words, both in order of place."""

    tree: Node
    notices: tuple[Notice, ...]
    date_phrases: tuple[DatePhrase, ...] = ()


def all_of(children: Iterable[Node]) -> Node:
    """
    Return the tree that requires all the children; without children it is ``Everything``.

    >>> all_of([Everything(), Word("мир", 0, 3)])
    Word(text='мир', start=0, end=3)
    """
    flat: list[Node] = []
    for child in children:
        flat.extend(child.children if isinstance(child, And) else [child])
    if any(isinstance(child, Nothing) for child in flat):
        return Nothing()
    kept = [child for child in flat if not isinstance(child, Everything)]
    if not kept:
        return Everything()
    return kept[0] if len(kept) == 1 else And(tuple(kept))


def any_of(children: Iterable[Node]) -> Node:
    """
    Return the tree that requires one of the children; without children it is ``Nothing``.

    >>> any_of([Nothing(), Word("мир", 0, 3)])
    Word(text='мир', start=0, end=3)
    """
    flat: list[Node] = []
    for child in children:
        flat.extend(child.children if isinstance(child, Or) else [child])
    if any(isinstance(child, Everything) for child in flat):
        return Everything()
    kept = [child for child in flat if not isinstance(child, Nothing)]
    if not kept:
        return Nothing()
    return kept[0] if len(kept) == 1 else Or(tuple(kept))


def negated(child: Node) -> Node:
    """
    Return the tree that excludes the child; two negations cancel each other.

    >>> negated(negated(Word("мир", 0, 3)))
    Word(text='мир', start=0, end=3)
    """
    if isinstance(child, Not):
        return child.child
    if isinstance(child, Everything):
        return Nothing()
    if isinstance(child, Nothing):
        return Everything()
    return Not(child)


def in_field(field: str, child: Node, start: int, end: int) -> Node:
    """
    Return the tree that looks for the child in a text field; what has its own field, or no words, stays as it is.

    >>> in_field("title", Everything(), 0, 7)
    Everything()
    """
    if isinstance(child, (Word, Phrase, Prefix, And, Or)):
        return InField(field, child, start, end)
    if isinstance(child, Not):
        return negated(in_field(field, child.child, start, end))
    return child
