"""
Segments to one segment: the arrays are scattered into new ones, without decoding a document.

Deleted documents are left behind, with the terms that only they had. Documents keep their order among themselves.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from search.columnar.arrays import Array
from search.columnar.document import Layout
from search.columnar.invert import keyword_arrays, position_marks
from search.columnar.runs import ranges
from search.columnar.segment import KeywordField, Segment, TextField
from search.columnar.stored import merged_stored_arrays
from search.columnar.strings import Strings, hashed_string_arrays, kept_string_arrays

# Terms are merged range by range: two million postings with their positions need about 150 MB of intermediate arrays.
POSTINGS_AT_ONCE = 2_000_000


def merged_arrays(segments: Sequence[Segment], alive: Sequence[Array], layout: Layout) -> dict[str, Array]:
    """Return the arrays of one segment with the living documents of several; ``alive[i]`` is a mask of segment i."""
    numbers = _new_numbers(alive)
    vocabulary, ranks = _merged_terms([segment.terms for segment in segments])
    used = np.zeros(len(vocabulary), dtype=bool)  # the others were only in deleted documents
    fields = {}
    for name in layout.text:
        sources = [
            _Source(segment.text[name], *source)
            for segment, *source in zip(segments, alive, numbers, ranks, strict=True)
        ]
        fields[name] = _merged_text(sources, len(vocabulary))
        used |= np.diff(fields[name]["postings"]) > 0
    arrays = hashed_string_arrays("terms", [vocabulary[number] for number in np.flatnonzero(used)])
    for name, field in fields.items():
        edges = field["postings"][np.append(used, True)]  # those of an unused term begin where the next one's do
        field["postings"] = edges.astype("<u4")
        arrays.update({f"text.{name}.{part}": array for part, array in field.items()})
    for name in layout.keywords:
        arrays.update(_merged_keywords(f"keywords.{name}", [segment.keywords[name] for segment in segments], alive))
    for name in layout.moments:
        arrays[f"moments.{name}"] = _kept([segment.moments[name] for segment in segments], alive)
    ids = [
        identifier
        for segment, mask in zip(segments, alive, strict=True)
        for identifier in _kept_strings(segment.ids, mask)
    ]
    arrays.update(hashed_string_arrays("ids", ids))
    arrays.update(_merged_keywords("group", [segment.groups for segment in segments], alive))
    arrays["digests"] = _kept([segment.digests for segment in segments], alive)
    arrays.update(kept_string_arrays("cards", [segment.cards for segment in segments], alive))
    arrays.update(merged_stored_arrays([segment.stored for segment in segments], alive))
    return arrays


def _new_numbers(alive: Sequence[Array]) -> list[Array]:
    numbers, base = [], 0
    for mask in alive:
        numbers.append(base + np.cumsum(mask) - 1)
        base += int(mask.sum())
    return numbers


def _kept(columns: Sequence[Array], alive: Sequence[Array]) -> Array:
    return np.concatenate([column[mask] for column, mask in zip(columns, alive, strict=True)])


def _kept_strings(strings: Strings, alive: Array) -> list[bytes]:
    return [strings[number] for number in np.flatnonzero(alive).tolist()]


def _merged_keywords(prefix: str, columns: Sequence[KeywordField], alive: Sequence[Array]) -> dict[str, Array]:
    values: list[tuple[str, ...]] = []
    for column, mask in zip(columns, alive, strict=True):
        table = [value.decode() for value in column.values]
        starts, ordinals = column.starts.tolist(), column.ordinals.tolist()
        for document in np.flatnonzero(mask).tolist():
            values.append(tuple(table[o] for o in ordinals[starts[document] : starts[document + 1]]))
    return keyword_arrays(prefix, values)


def _merged_terms(tables: Sequence[Strings]) -> tuple[list[bytes], list[Array]]:
    """Return the terms of several vocabularies, sorted, and for each vocabulary the new numbers of its terms."""
    lists = [list(table) for table in tables]
    terms = sorted(set().union(*lists))
    rank = {term: number for number, term in enumerate(terms)}
    return terms, [np.array([rank[term] for term in old], dtype=np.int64) for old in lists]


class _Source(NamedTuple):
    """A text field of one segment, and where its things go: documents by ``numbers``, terms by ``ranks``, ascending."""

    field: TextField
    alive: Array
    numbers: Array
    ranks: Array


def _merged_text(sources: Sequence[_Source], vocabulary: int) -> dict[str, Array]:
    """Return the arrays of a text field, by the last parts of their names; ``postings`` for all of the vocabulary."""
    parts = [_merged_range(terms, sources) for terms in _ranges_of_terms(sources, vocabulary)]
    counts = np.concatenate([part.counts for part in parts]) if parts else np.empty(0, dtype=np.int64)
    frequencies = _joined([part.frequencies for part in parts])
    paragraphs = [_kept_paragraphs(source.field, source.alive) for source in sources]
    return {
        "lengths": _kept([source.field.lengths for source in sources], [source.alive for source in sources]),
        "paragraphs": np.concatenate([lengths for lengths, _ in paragraphs]),
        "paragraphs.ends": np.cumsum(np.concatenate([counts for _, counts in paragraphs])).astype("<u4"),
        "postings": np.concatenate(([0], np.cumsum(counts))),
        "documents": _joined([part.documents for part in parts]),
        "frequencies": frequencies,
        "positions": _joined([part.positions for part in parts]),
        "positions.marks": position_marks(frequencies),
    }


def _kept_paragraphs(field: TextField, alive: Array) -> tuple[Array, Array]:
    """Return the lengths of the paragraphs of living documents, and the number of paragraphs of each document."""
    counts: Array = np.diff(field.paragraph_ends.astype(np.int64), prepend=0)
    return field.paragraphs[np.repeat(alive, counts)], counts[alive]


def _joined(parts: Sequence[Array]) -> Array:
    """Return the parts of an array one after another, as unsigned numbers of the width of the widest."""
    return np.concatenate(parts) if parts else np.empty(0, dtype="|u1")


class _MergedRange(NamedTuple):
    """The postings of a range of terms: how many each term has, and their documents, frequencies and positions."""

    counts: Array
    documents: Array
    frequencies: Array
    positions: Array


def _ranges_of_terms(sources: Sequence[_Source], vocabulary: int) -> list[range]:
    """Return successive ranges of the merged terms, each with about ``POSTINGS_AT_ONCE``, or one term with more."""
    counts = np.zeros(vocabulary, dtype=np.int64)
    for source in sources:
        of_source: Array = np.diff(source.field.edges.astype(np.int64))
        counts[source.ranks] += of_source
    totals = np.cumsum(counts)
    steps = np.arange(POSTINGS_AT_ONCE, totals[-1] if vocabulary else 0, POSTINGS_AT_ONCE)
    edges = np.unique(np.concatenate(([0], np.searchsorted(totals, steps, side="right"), [vocabulary]))).tolist()
    return [range(first, last) for first, last in pairwise(edges)]


def _merged_range(merged: range, sources: Sequence[_Source]) -> _MergedRange:
    """Put the postings of each source behind those of the sources before it, term by term: nothing needs sorting."""
    found = [_living_postings(source, merged) for source in sources]
    counts, occurrences = np.zeros(len(merged), dtype=np.int64), np.zeros(len(merged), dtype=np.int64)
    for living in found:
        counts[living.terms] += living.counts
        occurrences[living.terms] += living.occurrences
    documents = np.empty(int(counts.sum()), dtype=np.min_scalar_type(sum(len(source.numbers) for source in sources)))
    frequencies = np.empty(len(documents), dtype=_widest([living.frequencies for living in found]))
    positions = np.empty(int(occurrences.sum()), dtype=_widest([living.positions for living in found]))
    free, free_positions = np.cumsum(counts) - counts, np.cumsum(occurrences) - occurrences
    for living in found:
        places = ranges(free[living.terms], living.counts)
        documents[places], frequencies[places] = living.documents, living.frequencies
        positions[ranges(free_positions[living.terms], living.occurrences)] = living.positions
        free[living.terms] += living.counts
        free_positions[living.terms] += living.occurrences
    return _MergedRange(counts, documents, frequencies, positions)


class _Living(NamedTuple):
    """
    The postings of some terms in the living documents of one segment, the documents with their new numbers.

    ``terms`` are counted from the first of the range; ``counts`` and ``occurrences`` say how many postings and how
    many positions each of them has.
    """

    terms: Array
    counts: Array
    occurrences: Array
    documents: Array
    frequencies: Array
    positions: Array


def _living_postings(source: _Source, merged: range) -> _Living:
    field = source.field
    first, last = np.searchsorted(source.ranks, (merged.start, merged.stop)).tolist()
    documents, frequencies = field.postings(range(first, last))
    positions = field.positions_of_terms(range(first, last))
    edges = field.edges[first : last + 1].astype(np.int64)
    edges -= edges[0]
    lives = source.alive[documents]
    if not lives.all():
        edges = np.concatenate(([0], np.cumsum(lives)))[edges]
        positions = positions[np.repeat(lives, frequencies)]
        documents, frequencies = documents[lives], frequencies[lives]
    position_edges = np.concatenate(([0], np.cumsum(frequencies, dtype=np.int64)))[edges]
    return _Living(
        source.ranks[first:last] - merged.start,
        np.diff(edges),
        np.diff(position_edges),
        source.numbers[documents],
        frequencies,
        positions,
    )


def _widest(arrays: Sequence[Array]) -> np.dtype[np.unsignedinteger[Any]]:
    return np.result_type(*arrays)
