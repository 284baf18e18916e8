"""
Words one after another: only documents that have all of them are looked at, and only their positions are read.

A document and a position make one 64-bit key, so that a sequence is found in all documents at once. ``Sequence`` and
Whoosh's ``Phrase`` differ in what ``slop`` means.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array
from search.columnar.document_sets import NONE, is_member, union
from search.columnar.runs import run_starts
from search.columnar.snapshot import LocalPostings, Snapshot, joined_documents
from search.columnar.work import Work

# Positions are stored in 32 bits.
_POSITION_BITS = 32

Starts = Callable[[Sequence[Array]], Array]


class _Term(NamedTuple):
    """The postings of one term in one field, joined."""

    text: str
    documents: Array
    pieces: Sequence[LocalPostings]


def sequence_postings(
    snapshot: Snapshot, names: Sequence[str], slots: Sequence[Sequence[str]], starts: Starts, work: Work
) -> list[LocalPostings]:
    """
    Return for each field the living documents that have a sequence, and how many.

    Each slot is the terms of which one must stand there; ``starts`` finds the sequences among the keys of the slots.
    Raises ``TooMuchWork`` before postings or positions are read that the query has no room for.
    """
    found = [{term: snapshot.term_postings(term, names) for term in slot} for slot in slots]
    work.spend(sum(len(p.documents) for slot in found for fields in slot.values() for pieces in fields for p in pieces))
    return [
        _in_field(snapshot, name, [{t: fields[n] for t, fields in slot.items()} for slot in found], starts, work)
        for n, name in enumerate(names)
    ]


def _in_field(
    snapshot: Snapshot, name: str, slots: list[dict[str, list[LocalPostings]]], starts: Starts, work: Work
) -> LocalPostings:
    if not all(any(slot.values()) for slot in slots):
        return LocalPostings(0, NONE, NONE)
    joined = [[_Term(text, joined_documents(pieces), pieces) for text, pieces in slot.items()] for slot in slots]
    sets = sorted((union(snapshot, [term.documents for term in slot]) for slot in joined), key=len)
    candidates = snapshot.only_living(sets[0])
    for each in sets[1:]:
        candidates = candidates[is_member(snapshot, candidates, each)]
    if not len(candidates):
        return LocalPostings(0, NONE, NONE)
    known: dict[str, Array] = {}
    for term in (term for slot in joined for term in slot):
        if term.text not in known:
            known[term.text] = _keys(snapshot, name, term, candidates, work)
    keys = starts([merged_keys([known[term.text] for term in slot]) for slot in joined])
    documents = keys >> _POSITION_BITS
    first = run_starts(documents)
    return LocalPostings(0, documents[first], np.diff(first, append=len(documents)))


def _keys(snapshot: Snapshot, name: str, term: _Term, candidates: Array, work: Work) -> Array:
    """Return the ascending keys of a term's occurrences in the candidates."""
    frequencies = np.concatenate([piece.frequencies for piece in term.pieces] or [NONE], dtype=np.int64)
    chosen = np.flatnonzero(is_member(snapshot, term.documents, candidates))
    counts = frequencies[chosen]
    total = int(counts.sum())
    work.spend(total)
    if not total:
        return NONE
    starts = np.cumsum(frequencies)[chosen] - counts
    # The numbers from each start on, one range after the other.
    places = np.arange(total) + np.repeat(starts - np.cumsum(counts) + counts, counts)
    keys: Array = np.repeat(term.documents[chosen] << _POSITION_BITS, counts)
    keys += snapshot.term_positions(term.text, name)[places]
    return keys


def merged_keys(keys: Sequence[Array]) -> Array:
    """Return the keys of all forms of a word, each once: two forms may stand at one position."""
    keys = [each for each in keys if len(each)]
    if len(keys) <= 1:
        return keys[0] if keys else NONE
    merged = np.sort(np.concatenate(keys), kind="stable")  # merges ascending runs
    return merged[run_starts(merged)]


def term_keys(snapshot: Snapshot, name: str, term: str, documents: Array, work: Work) -> Array:
    """
    Return the ascending keys of a term's occurrences in a field of some living documents.

    A key is a document times 2^32, plus a position. Raises ``TooMuchWork``.
    """
    (pieces,) = snapshot.term_postings(term, (name,))
    if not pieces:
        return NONE
    return _keys(snapshot, name, _Term(term, joined_documents(pieces), pieces), documents, work)


def sequence_starts(slots: Sequence[Array], slop: int) -> Array:
    """
    Return the keys of the first words of every sequence with at most ``slop`` other positions in between, in all.

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


def phrase_starts(slots: Sequence[Array], slop: int) -> Array:
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
