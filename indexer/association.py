"""
Which terms of one language stand for which of another, from pieces of text that say the same.

Pairs are scored by how much oftener they come together than by accident, the log-likelihood ratio of Dunning
("Accurate methods for the statistics of surprise and coincidence", Computational Linguistics 19, 1993). Then they
compete, as in Melamed ("Models of translational equivalence among words", Computational Linguistics 26, 2000): in each
piece the best pair of terms is linked and both are taken, so that what merely accompanies a word (the first name of a
surname) is left with nothing. How often a pair was linked is what is known of it.

All arrays are sums over the pieces, so the sequence in which these came makes no difference. Memory: no step makes more
than ``_PAIRS_AT_ONCE`` pairs of occurrences, whatever the size of the archive; what stays is the candidates.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array

# 8 bytes each, in some five arrays at a time: 160 MB.
_PAIRS_AT_ONCE = 4_000_000
# 10.83 is the chi-squared value of p = .001 with one degree of freedom: weaker pairs are not even tried.
_LEAST_RATIO = 10.83
# A term in more of the pieces than this is grammar, not content: it comes together with everything.
_LARGEST_SHARE = 0.25
# Linking again with what the first links have taught; after the second time hardly anything changes.
_ROUNDS = 2


class Side(NamedTuple):
    """The terms of one language in all pieces: for each occurrence the piece and the term, both as numbers."""

    pieces: Array
    terms: Array


@dataclass(frozen=True, slots=True)
class Links:
    """
    Pairs of terms that were linked, as columns.

    ``links`` counts the pieces where they were, ``together`` those that have both; ``stories`` in how many stories they
    were linked; ``left_pieces`` and ``right_pieces`` are the pieces that have each; ``ratio`` is the log-likelihood
    ratio.
    """

    left: Array
    right: Array
    links: Array
    together: Array
    stories: Array
    left_pieces: Array
    right_pieces: Array
    ratio: Array


def associate(left: Side, right: Side, stories: Array) -> Links:
    """
    Return the pairs of terms that stand for each other, sorted; ``stories`` is the number of each piece's story.

    Pieces of one story stand next to each other.
    """
    table = _Table(left, right, len(stories))
    candidates = table.candidates()
    scores = candidates.ratio
    for _ in range(_ROUNDS):
        found = _linked(table, candidates, scores, stories)
        scores = _link_ratio(found, candidates.together)
    has = found.links > 0
    keys = candidates.keys[has]
    a, b = np.divmod(keys, table.width)
    return Links(
        a,
        b,
        found.links[has],
        candidates.together[has],
        found.stories[has],
        table.left_counts[a],
        table.right_counts[b],
        candidates.ratio[has],
    )


class _Candidates(NamedTuple):
    keys: Array  # left term * width + right term, ascending
    together: Array
    ratio: Array


class _Found(NamedTuple):
    links: Array
    stories: Array


class _Pairs(NamedTuple):
    """Pairs of occurrences of one piece: their places on each side, and the key of the two terms."""

    left: Array
    right: Array
    keys: Array


class _Table:
    """Both sides, each term once for a piece, sorted by piece; terms that say nothing are gone."""

    def __init__(self, left: Side, right: Side, pieces: int) -> None:
        self.pieces = pieces
        self.left, self.left_counts = _counted(left, pieces)
        self.right, self.right_counts = _counted(right, pieces)
        self.width = len(self.right_counts)
        self._right_starts = np.searchsorted(self.right.pieces, np.arange(pieces + 1))

    def pairs(self, places: Array) -> _Pairs:
        """Return all pairs of some occurrences of the left side with those of the same pieces on the right."""
        pieces = self.left.pieces[places]
        starts = self._right_starts[pieces]
        counts = self._right_starts[pieces + 1] - starts
        before = np.cumsum(counts) - counts
        left = np.repeat(places, counts)
        right = np.arange(counts.sum()) + np.repeat(starts - before, counts)
        return _Pairs(left, right, self.left.terms[left].astype(np.int64) * self.width + self.right.terms[right])

    def portions(self, places: Array, groups: Array) -> list[Array]:
        """Cut occurrences of the left side into parts with few enough pairs, each of the sorted groups in one part."""
        pieces = self.left.pieces[places]
        portion = np.cumsum(self._right_starts[pieces + 1] - self._right_starts[pieces]) // _PAIRS_AT_ONCE
        first = np.searchsorted(groups, groups)  # where the group of each begins
        return np.split(places, np.flatnonzero(np.diff(portion[first])) + 1)

    def candidates(self) -> _Candidates:
        """Return the pairs that come together oftener than by accident."""
        by_term = np.argsort(self.left.terms, kind="stable")
        found = [self._candidates_of(places) for places in self.portions(by_term, self.left.terms[by_term])]
        return _Candidates(*(np.concatenate(column) for column in zip(*found, strict=True)))

    def _candidates_of(self, places: Array) -> _Candidates:
        keys, together = np.unique(self.pairs(places).keys, return_counts=True)
        often = together > 1
        keys, together = keys[often], together[often]
        a, b = np.divmod(keys, self.width)
        left, right = self.left_counts[a], self.right_counts[b]
        ratio = log_likelihood_ratio(together, left, right, self.pieces)
        keep = (ratio >= _LEAST_RATIO) & (together * float(self.pieces) > left.astype(float) * right)
        return _Candidates(keys[keep], together[keep], ratio[keep])


def _counted(side: Side, pieces: int) -> tuple[Side, Array]:
    """Return a side with each term once for a piece, and in how many pieces each term is."""
    width = int(side.terms.max(initial=0)) + 1
    keys = np.unique(side.pieces.astype(np.int64) * width + side.terms)
    which, terms = np.divmod(keys, width)
    counts = np.bincount(terms, minlength=width)
    telling = (counts > 1) & (counts <= max(_LARGEST_SHARE * pieces, 2))
    keep = telling[terms]
    return Side(which[keep].astype(np.int32), terms[keep].astype(np.int32)), counts


def log_likelihood_ratio(together: Array, left: Array, right: Array, pieces: int) -> Array:
    """
    Return -2 log λ of Dunning (1993) for pairs of terms: how surprising it is that they come together so often.

    ``left``, ``right`` and ``together`` are the numbers of pieces that have one, the other, and both, of ``pieces``.

    >>> log_likelihood_ratio(np.array([10, 1]), np.array([10, 10]), np.array([10, 10]), 100).round(1).tolist()
    [65.0, 0.0]
    """
    both, left, right = (np.asarray(count, dtype=np.float64) for count in (together, left, right))
    cells = ((both, left, right), (left - both, left, pieces - right), (right - both, pieces - left, right))
    rest = (pieces - left - right + both, pieces - left, pieces - right)
    terms = [_surprise(count, row * column / pieces) for count, row, column in (*cells, rest)]
    ratio: Array = 2 * np.sum(terms, axis=0)
    return ratio


def _surprise(observed: Array, expected: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(observed > 0, observed * np.log(observed / expected), 0.0)


def _linked(table: _Table, candidates: _Candidates, scores: Array, stories: Array) -> _Found:
    """Link in every piece the best pairs, each occurrence once, and count."""
    size = len(candidates.keys)
    links, in_stories = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    story_of = stories[table.left.pieces].astype(np.int64)
    for places in table.portions(np.arange(len(story_of)), story_of):
        pairs = table.pairs(places)
        number = np.searchsorted(candidates.keys, pairs.keys)
        known = np.flatnonzero(number < size)
        known = known[candidates.keys[number[known]] == pairs.keys[known]]
        number, left = number[known], pairs.left[known]
        chosen = _best_pairs(left, pairs.right[known], scores[number], number)
        links += np.bincount(number[chosen], minlength=size)
        once = np.unique(story_of[left[chosen]] * size + number[chosen])
        in_stories += np.bincount(once % size, minlength=size) if size else 0
    return _Found(links, in_stories)


def _best_pairs(left: Array, right: Array, scores: Array, numbers: Array) -> Array:
    """Take, again and again, the pairs that are the best of both their occurrences among those not yet taken."""
    order, chosen = np.lexsort((numbers, -scores)), []
    while len(order):
        best = _first(left[order]) & _first(right[order])
        chosen.append(order[best])
        taken = np.isin(left[order], left[order[best]]) | np.isin(right[order], right[order[best]])
        order = order[~taken]
    return np.concatenate(chosen) if chosen else order


def _first(values: Array) -> Array:
    mask = np.zeros(len(values), dtype=bool)
    mask[np.unique(values, return_index=True)[1]] = True
    return mask


def _link_ratio(found: _Found, together: Array) -> Array:
    """
    Return how much likelier the links of each pair are for a translation than for an accident.

    Melamed (2000), method B: a pair that is one is linked with probability λ+ when both are there, else with λ-.
    """
    links, together = found.links.astype(float), together.astype(float)
    share = links / together
    true = share > 0.5
    high = np.clip(links[true].sum() / max(together[true].sum(), 1), 0.5, 0.999)
    low = np.clip(links[~true].sum() / max(together[~true].sum(), 1), 1e-4, 0.4)
    ratio: Array = links * np.log(high / low) + (together - links) * np.log((1 - high) / (1 - low))
    return ratio
