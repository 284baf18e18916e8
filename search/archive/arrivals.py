"""
Which articles have come since somebody looked last: told by a record of all that there were.

An index does not say when an article came, and merging its segments moves articles about. So whoever wants to know
keeps what was there: a 64-bit hash of each id, of which two equal ones are expected in an archive of five billion.
"""

from hashlib import blake2b
from typing import NamedTuple

import numpy as np

from search.archive.documents import card_to_version
from search.archive.view import View
from search.columnar.arrays import Array

# Stands before the hashes, so that a record of nothing is no empty record.
_MAGIC = b"visti known 1\n"
_WIDTH = 8


class Arrival(NamedTuple):
    """An article that has come: its id, the key of its story, and the ids of the story's versions known before."""

    id: str
    story: str
    earlier: tuple[str, ...]


class Arrivals(NamedTuple):
    """What has come, in the order of the index, and the record of all that is there now."""

    articles: tuple[Arrival, ...]
    known: bytes


def arrivals(view: View, before: Array | None) -> Arrivals:
    """Return what may be seen and is not in a record that was read; nothing if there is none."""
    hashes = view.snapshot.derived("hashes of ids", lambda: _hashes(view))[view.snapshot.living]
    if before is None:
        return Arrivals((), _written(hashes))
    is_new = ~np.isin(hashes, before)
    numbers = view.snapshot.living[is_new].tolist()
    new = frozenset(numbers)
    # What is not there any more, or not for this audience, stays known: an article that comes back is not new.
    return Arrivals(tuple(_arrival(view, number, new) for number in numbers), _written(np.append(before, hashes)))


def _arrival(view: View, number: int, new: frozenset[int]) -> Arrival:
    snapshot = view.snapshot
    earlier = (each for each in snapshot.members(number) if each not in new)
    article = view.article_at(number)
    return Arrival(article.id, article.story, tuple(card_to_version(snapshot.card(each)).id for each in earlier))


def _hashes(view: View) -> Array:
    """Return a hash of the id of every document."""
    found = bytearray()
    for segment in view.snapshot.segments:
        for identifier in segment.ids:
            found += blake2b(identifier, digest_size=_WIDTH).digest()
    return np.frombuffer(bytes(found), dtype="<u8")


def read_record(known: bytes) -> Array | None:
    """Return the hashes of a record, None for no record. Raises ``ValueError`` for what is none."""
    if not known:
        return None
    if not known.startswith(_MAGIC) or (len(known) - len(_MAGIC)) % _WIDTH:
        raise ValueError("known is not a record that Archive.arrivals has made")
    return np.frombuffer(known[len(_MAGIC) :], dtype="<u8")


def _written(hashes: Array) -> bytes:
    return _MAGIC + np.unique(hashes).astype("<u8").tobytes()
