"""
Which paragraphs answer a tree: for fields whose paragraphs belong together, as a quotation and its speaker do.

Paragraph *n* of one such field belongs to paragraph *n* of the others. A document and a paragraph make one 64-bit
key, so that all of a tree is worked out as sets of keys, for all documents at once and only for those that are asked
for.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import reduce

import numpy as np
import whoosh.query

from search.columnar.arrays import Array
from search.columnar.document import PARAGRAPH_GAP
from search.columnar.document_sets import NONE, is_member
from search.columnar.runs import ranges
from search.columnar.sequences import merged_keys, sequence_starts, term_keys
from search.columnar.snapshot import Snapshot
from search.columnar.work import Work
from search.query import leaves

#: A key is a document times this, plus the number of a paragraph.
PARAGRAPH_BITS = 32


def paragraph_keys(
    snapshot: Snapshot,
    node: whoosh.query.Query,
    documents: Array,
    left_out: Sequence[whoosh.query.Query],
    work: Work,
) -> Array | None:
    """
    Return the ascending keys of the paragraphs of some living documents (ascending) that answer a tree.

    The tree is made of And, Or, DisjunctionMax, words, sequences and beginnings. None if nothing is left of it without
    the leaves that were left out. Raises ``TooMuchWork``, and ``TypeError`` for another kind of node.
    """
    if node in left_out:
        return None
    match node:
        case whoosh.query.And() | whoosh.query.Or() | whoosh.query.DisjunctionMax():
            combine = _both if isinstance(node, whoosh.query.And) else _either
            return _combined(snapshot, node.subqueries, combine, documents, left_out, work)
        case leaves.Word() | leaves.Sequence() | leaves.Beginning():
            keys = (
                _paragraphs_at(snapshot, name, _positions(snapshot, node, name, documents, work))
                for name in node.fields
            )
            return np.unique(np.concatenate([NONE, *keys]))
    raise TypeError(f"{type(node).__qualname__} is not asked of paragraphs")


def _combined(
    snapshot: Snapshot,
    nodes: Sequence[whoosh.query.Query],
    combine: Callable[[Array, Array], Array],
    documents: Array,
    left_out: Sequence[whoosh.query.Query],
    work: Work,
) -> Array | None:
    found = [paragraph_keys(snapshot, node, documents, left_out, work) for node in nodes]
    kept = [keys for keys in found if keys is not None]
    return reduce(combine, kept) if kept else None


def _both(one: Array, other: Array) -> Array:
    return np.intersect1d(one, other, assume_unique=True)


def _either(one: Array, other: Array) -> Array:
    return np.union1d(one, other)


def every_paragraph(snapshot: Snapshot, name: str, documents: Array) -> Array:
    """Return the keys of all the paragraphs of a field in some documents, which are ascending."""
    found = [
        (numbered << PARAGRAPH_BITS) + _ordinals(counts)
        for numbered, counts, _ in _paragraphs_of(snapshot, name, documents)
    ]
    return np.concatenate([NONE, *found])


def _positions(
    snapshot: Snapshot,
    node: leaves.Word | leaves.Sequence | leaves.Beginning,
    name: str,
    documents: Array,
    work: Work,
) -> Array:
    """Return the ascending keys, of document and position, at which a leaf is answered in a field."""
    match node:
        case leaves.Word(forms=forms):
            return merged_keys([term_keys(snapshot, name, form.term, documents, work) for form in forms])
        case leaves.Sequence(slots=slots, slop=slop):
            found = [
                merged_keys([term_keys(snapshot, name, form.term, documents, work) for form in slot]) for slot in slots
            ]
            return sequence_starts(found, slop)
        case leaves.Beginning(text=text, without=without):
            terms = {term for term in snapshot.terms_beginning(text) if not term.startswith(without)}
            work.spend(len(terms))
            return merged_keys([term_keys(snapshot, name, term, documents, work) for term in sorted(terms)])


def _paragraphs_at(snapshot: Snapshot, name: str, positions: Array) -> Array:
    """Return the keys of the paragraphs in which keys of positions are, ascending; some come more than once."""
    documents = np.unique(positions >> PARAGRAPH_BITS)
    found = [NONE]
    for numbered, counts, lengths in _paragraphs_of(snapshot, name, documents):
        ordinals = _ordinals(counts)
        before = np.cumsum(lengths + PARAGRAPH_GAP) - (lengths + PARAGRAPH_GAP)
        first = np.repeat(before[np.cumsum(counts) - counts], counts)
        starts = (numbered << PARAGRAPH_BITS) + before - first
        edges = np.searchsorted(positions, [starts[0], (int(numbered[-1]) + 1) << PARAGRAPH_BITS])
        places = np.searchsorted(starts, positions[edges[0] : edges[1]], side="right") - 1
        found.append((numbered[places] << PARAGRAPH_BITS) + ordinals[places])
    return np.concatenate(found)


def _paragraphs_of(snapshot: Snapshot, name: str, documents: Array) -> Iterator[tuple[Array, Array, Array]]:
    """
    Yield for each segment that has any of some documents, and paragraphs of them: for each paragraph the number of its
    document, for each document the number of its paragraphs, and for each paragraph its length.
    """
    for base, segment in snapshot.based_segments():
        start, end = np.searchsorted(documents, [base, base + len(segment)])
        local = documents[start:end] - base
        text = segment.text[name]
        ends = text.paragraph_ends[local].astype(np.int64)
        firsts = np.where(local > 0, text.paragraph_ends[np.maximum(local - 1, 0)].astype(np.int64), 0)
        counts = ends - firsts
        having = counts > 0
        if having.any():
            local, firsts, counts = local[having], firsts[having], counts[having]
            lengths = text.paragraphs[ranges(firsts, counts)].astype(np.int64)
            yield np.repeat(local + base, counts), counts, lengths


def _ordinals(counts: Array) -> Array:
    return ranges(np.zeros(len(counts), dtype=np.int64), counts)


def documents_of_keys(snapshot: Snapshot, keys: Array, documents: Array) -> Array:
    """Return those of some documents that have any of the paragraphs."""
    return documents[is_member(snapshot, documents, np.unique(keys >> PARAGRAPH_BITS))]
