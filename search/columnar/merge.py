"""
Segments to one segment: the arrays are scattered into new ones, without decoding a document.

Deleted documents are left behind, with the terms that only they had. Documents keep their order among themselves.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, pairwise
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array, concatenated
from search.columnar.document import Layout
from search.columnar.invert import keyword_arrays, posting_arrays, stored_arrays, string_arrays
from search.columnar.segment import KeywordField, Segment, Strings, TextField

# Terms are merged range by range: two million occurrences need about 150 MB of intermediate arrays.
OCCURRENCES_AT_ONCE = 2_000_000


def merged_arrays(segments: Sequence[Segment], alive: Sequence[Array], layout: Layout) -> dict[str, Array]:
    """Return the arrays of one segment with the living documents of several; ``alive[i]`` is a mask of segment i."""
    numbers = _new_numbers(alive)
    arrays = _merged_ids(segments, alive)
    arrays["digests"] = _kept([segment.digests for segment in segments], alive)
    arrays.update(_merged_keywords("group", [segment.groups for segment in segments], alive))
    for name in layout.text:
        arrays.update(_merged_text(name, segments, alive, numbers))
    for name in layout.keywords:
        arrays.update(_merged_keywords(f"keywords.{name}", [segment.keywords[name] for segment in segments], alive))
    for name in layout.moments:
        arrays[f"moments.{name}"] = _kept([segment.moments[name] for segment in segments], alive)
    arrays.update(string_arrays("cards", list(_kept_bytes([segment.cards for segment in segments], alive))))
    arrays.update(stored_arrays(_kept_bytes([segment.all_stored() for segment in segments], alive)))
    return arrays


def _new_numbers(alive: Sequence[Array]) -> list[Array]:
    numbers, base = [], 0
    for mask in alive:
        numbers.append(base + np.cumsum(mask) - 1)
        base += int(mask.sum())
    return numbers


def _kept(columns: Sequence[Array], alive: Sequence[Array]) -> Array:
    return np.concatenate([column[mask] for column, mask in zip(columns, alive, strict=True)])


def _kept_bytes(columns: Sequence[Iterable[bytes]], alive: Sequence[Array]) -> Iterator[bytes]:
    for column, mask in zip(columns, alive, strict=True):
        yield from compress(column, mask.tolist())


def _merged_ids(segments: Sequence[Segment], alive: Sequence[Array]) -> dict[str, Array]:
    ids = list(_kept_bytes([segment.all_ids() for segment in segments], alive))
    order = sorted(range(len(ids)), key=ids.__getitem__)
    return {
        **string_arrays("id.terms", [ids[number] for number in order]),
        "id.documents": np.array(order, dtype="<u4"),
    }


def _merged_keywords(prefix: str, columns: Sequence[KeywordField], alive: Sequence[Array]) -> dict[str, Array]:
    values: list[tuple[str, ...]] = []
    for column, mask in zip(columns, alive, strict=True):
        table = [value.decode() for value in column.values]
        starts, ordinals = column.starts.tolist(), column.ordinals.tolist()
        for document in np.flatnonzero(mask).tolist():
            values.append(tuple(table[o] for o in ordinals[starts[document] : starts[document + 1]]))
    return keyword_arrays(prefix, values)


def _merged_text(
    name: str, segments: Sequence[Segment], alive: Sequence[Array], numbers: Sequence[Array]
) -> dict[str, Array]:
    fields = [segment.text[name] for segment in segments]
    terms, ranks_of = _merged_terms([field.terms for field in fields])
    sources = [_Source(*source) for source in zip(fields, alive, numbers, ranks_of, strict=True)]
    parts = [_merged_range(ranks, sources) for ranks in _ranges_of_terms(sources, len(terms))]
    postings = concatenated([np.diff(part["postings"].astype(np.int64)) for part in parts], np.int64)
    occurrences = concatenated([np.diff(part["occurrences"].astype(np.int64)) for part in parts], np.int64)
    used = np.flatnonzero(postings)  # the others were only in deleted documents
    prefix = f"text.{name}"
    return {
        f"{prefix}.lengths": _kept([field.lengths for field in fields], alive),
        **string_arrays(f"{prefix}.terms", [terms[number] for number in used]),
        f"{prefix}.postings": _edges(postings[used]),
        f"{prefix}.documents": concatenated([part["documents"] for part in parts], np.int64).astype("<u4"),
        f"{prefix}.frequencies": concatenated([part["frequencies"] for part in parts], np.int64).astype("<u4"),
        f"{prefix}.occurrences": _edges(occurrences[used]),
        f"{prefix}.positions": concatenated([part["positions"] for part in parts], np.int64).astype("<u4"),
    }


class _Source(NamedTuple):
    """A text field of one segment, and where its things go: documents by ``numbers``, terms by ``ranks``, ascending."""

    field: TextField
    alive: Array
    numbers: Array
    ranks: Array


def _ranges_of_terms(sources: Sequence[_Source], terms: int) -> list[range]:
    """Return successive ranges of the merged terms, each with about ``OCCURRENCES_AT_ONCE``, or one term with more."""
    counts = np.zeros(terms, dtype=np.int64)
    for source in sources:
        counts[source.ranks] += source.field.occurrence_counts()
    totals = np.cumsum(counts)
    steps = np.arange(OCCURRENCES_AT_ONCE, totals[-1] if terms else 0, OCCURRENCES_AT_ONCE)
    edges = np.unique(np.concatenate(([0], np.searchsorted(totals, steps, side="right"), [terms]))).tolist()
    return [range(first, last) for first, last in pairwise(edges)]


def _merged_range(merged: range, sources: Sequence[_Source]) -> dict[str, Array]:
    """Return the posting arrays of a range of the merged terms, under their bare names."""
    ranks, documents, positions = [], [], []
    for source in sources:
        first, last = np.searchsorted(source.ranks, (merged.start, merged.stop)).tolist()
        old_ranks, old_documents, old_positions = source.field.occurrences_in_order(range(first, last))
        lives = source.alive[old_documents]
        ranks.append(source.ranks[old_ranks[lives]] - merged.start)
        documents.append(source.numbers[old_documents[lives]])
        positions.append(old_positions[lives])
    all_ranks = np.concatenate(ranks)
    order = np.argsort(all_ranks, kind="stable")  # segments follow each other: (term, document, position) is kept
    arrays = posting_arrays(
        "", len(merged), all_ranks[order], np.concatenate(documents)[order], np.concatenate(positions)[order]
    )
    return {name.removeprefix("."): array for name, array in arrays.items()}


def _edges(counts: Array) -> Array:
    return np.concatenate(([0], np.cumsum(counts))).astype("<u8")


def _merged_terms(tables: Sequence[Strings]) -> tuple[list[bytes], list[Array]]:
    lists = [list(table) for table in tables]
    terms = sorted(set().union(*lists))
    rank = {term: number for number, term in enumerate(terms)}
    return terms, [np.array([rank[term] for term in old], dtype=np.int64) for old in lists]
