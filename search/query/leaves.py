"""
The leaves of a query tree that Whoosh does not have.

Trees are made of ``whoosh.query``'s And, Or, Not, DisjunctionMax, Every and NullQuery, and of these leaves. They are
Whoosh queries, compared by value; ``search.columnar.execute`` evaluates them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import whoosh.query

#: Any query, one of Whoosh's or one of the leaves here.
Query: TypeAlias = whoosh.query.Query


@dataclass(frozen=True, slots=True)
class Form:
    """
    One way in which a word may stand in the index, and how much (0 to 1) a match of it is worth.

    ``by`` is the path from the word that was typed: ``"form"``, ``"lemma"``, or a kind of ``search.query.bridges``.
    """

    term: str
    weight: float = 1.0
    by: str = "form"


@dataclass(frozen=True)
class Word(whoosh.query.Query):  # type: ignore[misc]  # Whoosh has no types
    """A word in any of its forms, in any of the fields. The forms are one group: the best that matches counts."""

    fields: tuple[str, ...]
    forms: tuple[Form, ...]


@dataclass(frozen=True)
class Sequence(whoosh.query.Query):  # type: ignore[misc]
    """
    Words one after another in one field; each slot is a group of forms of one word.

    ``slop`` is how many other positions may stand between the first word and the last, in all.
    """

    fields: tuple[str, ...]
    slots: tuple[tuple[Form, ...], ...]
    slop: int = 0


@dataclass(frozen=True)
class Beginning(whoosh.query.Query):  # type: ignore[misc]
    """Every term that begins with ``text``, except those that begin with one of ``without``."""

    fields: tuple[str, ...]
    text: str
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Keyword(whoosh.query.Query):  # type: ignore[misc]
    """Documents with one of ``values`` in the keyword field ``name``, in any letter case. Adds nothing to the score."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Between(whoosh.query.Query):  # type: ignore[misc]
    """Documents with a moment ``name`` from ``since`` up to, not including, ``until`` (aware; None is open)."""

    name: str
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True)
class Identifier(whoosh.query.Query):  # type: ignore[misc]
    """The document with an id, or all documents of a group."""

    value: str
    group: bool = False


@dataclass(frozen=True)
class Most(whoosh.query.Query):  # type: ignore[misc]
    """
    Documents of ``within`` that have those of several parts that tell at least ``share`` (0 to 1) of what all tell.

    What a part tells is its inverse document frequency among the documents of ``within``, so a rare one counts for
    several common ones. The scores of the parts that match are added.
    """

    parts: tuple[whoosh.query.Query, ...]
    share: float
    within: whoosh.query.Query


@dataclass(frozen=True)
class SameParagraph(whoosh.query.Query):  # type: ignore[misc]
    """
    Documents with a paragraph that alone answers all of ``query``: And, Or, DisjunctionMax, words, sequences,
    beginnings.

    Paragraph *n* of one field belongs to paragraph *n* of the others: for fields that are filled so, as those of
    quotations are. Scores are those of ``query``.
    """

    query: whoosh.query.Query


def everything() -> Query:
    """Return the query that every document answers."""
    return whoosh.query.Every()


def every(queries: Iterable[Query]) -> Query:
    """Return the query that requires all of several."""
    return whoosh.query.And(list(queries))


def best_of(queries: Iterable[Query]) -> Query:
    """Return the query that requires any of several, of whose scores the best counts."""
    return whoosh.query.DisjunctionMax(list(queries))
