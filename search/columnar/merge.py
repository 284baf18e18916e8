"""
Segments to one segment: the arrays are scattered into new ones, without decoding a document.

Deleted documents are left behind, with the terms that only they had. Documents keep their order among themselves.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from search.columnar.arrays import Array
from search.columnar.document import Layout
from search.columnar.invert import keyword_arrays, posting_arrays, stored_arrays, string_arrays
from search.columnar.segment import KeywordField, Segment, Strings

# Segments of one tier are merged when there are this many of them; each merge multiplies the size by about as many,
# so an article is copied about log8(articles / batch) times and a search sees at most a few dozen segments.
MERGE_FACTOR = 8


def segments_to_merge(sizes: Sequence[int]) -> list[int]:
    """
    Return the numbers of the segments that should become one, given their sizes in documents; none is a good answer.

    >>> segments_to_merge([100, 90, 80, 5, 5]), segments_to_merge([3] * 8 + [1000])
    ([], [0, 1, 2, 3, 4, 5, 6, 7])
    """
    tiers: dict[int, list[int]] = {}
    for number, size in enumerate(sizes):
        tiers.setdefault(max(size, 1).bit_length() // 3, []).append(number)  # bit length / 3: tiers eight times apart
    for tier in sorted(tiers):
        if len(tiers[tier]) >= MERGE_FACTOR:
            return tiers[tier]
    return []


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
    arrays.update(string_arrays("cards", _kept_bytes([segment.cards for segment in segments], alive)))
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


def _kept_bytes(columns: Sequence[Iterable[bytes]], alive: Sequence[Array]) -> list[bytes]:
    return [
        value
        for column, mask in zip(columns, alive, strict=True)
        for value, lives in zip(column, mask.tolist(), strict=True)
        if lives
    ]


def _merged_ids(segments: Sequence[Segment], alive: Sequence[Array]) -> dict[str, Array]:
    ids = _kept_bytes([segment.all_ids() for segment in segments], alive)
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
    prefix = f"text.{name}"
    fields = [segment.text[name] for segment in segments]
    terms, ranks_of = _merged_terms([field.terms for field in fields])
    ranks, documents, positions = [], [], []
    for field, mask, new, rank_of in zip(fields, alive, numbers, ranks_of, strict=True):
        old_ranks, old_documents, old_positions = field.all_occurrences()
        lives = mask[old_documents]
        ranks.append(rank_of[old_ranks[lives]])
        documents.append(new[old_documents[lives]])
        positions.append(old_positions[lives])
    used, all_ranks = np.unique(np.concatenate(ranks), return_inverse=True)
    terms = [terms[number] for number in used]
    order = np.argsort(all_ranks, kind="stable")  # segments follow each other: (term, document, position) is kept
    return {
        f"{prefix}.lengths": _kept([field.lengths for field in fields], alive),
        **string_arrays(f"{prefix}.terms", terms),
        **posting_arrays(
            prefix, len(terms), all_ranks[order], np.concatenate(documents)[order], np.concatenate(positions)[order]
        ),
    }


def _merged_terms(tables: Sequence[Strings]) -> tuple[list[bytes], list[Array]]:
    lists = [list(table) for table in tables]
    terms = sorted(set().union(*lists))
    rank = {term: number for number, term in enumerate(terms)}
    return terms, [np.array([rank[term] for term in old], dtype=np.int64) for old in lists]
