"""
Going on after a hit: the place of a result in an order, by its values instead of by how many come before it.

An offset counts from the top: what is published between two pages moves everything down, and a page shows again what
the last one showed. A position says after which article to go on, so new articles at the top move nothing.
"""

from typing import NamedTuple

import numpy as np

from search.archive.documents import card_to_version
from search.archive.everything import by_date
from search.archive.results import Position
from search.columnar.arrays import Array
from search.columnar.collect import Collected, Order
from search.columnar.snapshot import Snapshot

#: Above the number of any document. Of articles that equal one that is gone all are shown: better twice than never.
_AFTER_ALL_EQUAL = np.iinfo(np.int64).max


class Sequence(NamedTuple):
    """An order, and what it is: by relevance and then by date, or by date and then by relevance."""

    order: Order
    by_relevance: bool
    oldest: bool


def position_of(snapshot: Snapshot, document: int, relevance: float) -> Position:
    """Return where a document stands, in whatever order."""
    moment = int(snapshot.moments("published")[document])
    return Position(card_to_version(snapshot.card(document)).id, relevance, moment)


def places_after(collected: Collected, sequence: Sequence, position: Position, *, grouped: bool) -> Array:
    """
    Return the places in ``collected.matches`` of what comes after a position.

    With ``grouped``, groups are left out of which a document comes before it: they have been shown.
    """
    documents = collected.matches.documents
    before = _not_after(documents, sequence.order, _anchor(collected, sequence, position))
    if not grouped:
        return np.flatnonzero(~before)
    groups = collected.snapshot.groups[documents]
    shown = np.zeros(collected.snapshot.group_count, dtype=bool)
    shown[groups[before]] = True
    return np.flatnonzero(~shown[groups])


def _anchor(collected: Collected, sequence: Sequence, position: Position) -> list[float | int]:
    """Return key, ties and number of the position, as they are now if its article is still where it was."""
    order, by_relevance = sequence.order, sequence.by_relevance
    moment = int(by_date(np.array([position.moment]), oldest=sequence.oldest and not by_relevance)[0])
    place = _place(collected, position.article_id)
    if place is not None and (by_relevance or order.keys[place] == moment):
        # A commit shifts all scores a little: the article's score of today is the boundary of today
        return [key[place].item() for key in (order.keys, *order.ties, collected.matches.documents)]
    recorded = [position.relevance, moment] if by_relevance else [moment, position.relevance]
    return [*recorded[: 1 + len(order.ties)], _AFTER_ALL_EQUAL]


def _place(collected: Collected, article_id: str) -> int | None:
    """Return the place of an article among the matches; one that may not be seen is not among them."""
    documents = collected.matches.documents
    document = collected.snapshot.document_of(article_id)
    if document is None:
        return None
    place = int(np.searchsorted(documents, document))
    return place if place < len(documents) and documents[place] == document else None


def _not_after(documents: Array, order: Order, anchor: list[float | int]) -> Array:
    """Return the mask of what comes before an anchor or is it; all is ordered highest first."""
    *values, number = anchor
    before: Array = documents >= number
    for column, value in zip(reversed((order.keys, *order.ties)), reversed(values), strict=True):
        before = (column > value) | ((column == value) & before)
    return before
