"""
Near-duplicates among the results of a page: a text that several sources publish is shown once.

Two texts are as alike as the sets of their shingles, all runs of four words: what both have, as a share of what either
has (A. Broder, On the resemblance and containment of documents, 1997). The share is worked out exactly, since ten texts
are few; sketches of them are for millions. Only the results of one page are compared: whether a result repeats one of
an earlier page could only be known by reading all of them, so every count stays a count of stories or versions.

Making the sets of ten articles takes 2 ms, a sixth of a page of results, and hardly any two are alike. So a sketch of
each text is remembered, in which it is seen of nearly all pairs that they cannot be; only the sets of the others are
made.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from search.archive.results import Hit
from search.article import Article
from search.columnar.recent import Recent
from search.language import folded_words

#: Broder's choice for words: in fewer, any two news on one subject have runs in common; in more, one changed word
#: parts too many.
SHINGLE_WORDS = 4
#: Of 100 words, one changed in the middle leaves .92 of the shingles, two .85, three .78: agencies' copies differ by a
#: spelling, a name of the source or a dropped last sentence; a second report of one event has hardly a run in common.
THRESHOLD = 0.8
#: A line of ten words is the same every week ("The exchange rate for tomorrow is") and says something new each time.
LEAST_WORDS = 20

# Ten times the shingles of an article of news, so that each mostly has a bit of its own; longer texts fill it, and from
# some 7,000 words on it tells nothing.
_SKETCH_BITS = 4096
# 2**64 divided by the golden ratio: the products' highest bits are spread evenly (Knuth, volume 3, 6.4).
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
# Characters of texts whose sketches are remembered, in two to four bytes each where the text is not kept anyway: some
# 4,000 articles of news.
_REMEMBERED_CHARACTERS = 8_000_000

Shingles = frozenset[tuple[str, ...]]


class Sketch(NamedTuple):
    """The bits at the hashes of a text's shingles (an int of ``_SKETCH_BITS``), and no less than its shingles are."""

    bits: int
    most: int


_sketches: Recent[str, Sketch] = Recent(_REMEMBERED_CHARACTERS)


class _Text:
    """The text of a result: its sketch, and its shingles when somebody needs them."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self.sketch = sketch_of(text_of(article))

    @cached_property
    def shingles(self) -> Shingles:
        return shingles_of(self._article)


class _Kept(NamedTuple):
    """A result that stands for itself, its text, and those that are folded under it."""

    hit: Hit
    text: _Text
    also: list[Hit]


def fold_duplicates(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """
    Return the results in their order, each near-duplicate under the first one that it resembles (``Hit.also``).

    Only texts in one language are compared, and each with the results that stand for themselves: what resembles a
    folded one alone is not folded, so that everything under a result is like it.
    """
    kept: list[_Kept] = []
    for hit in hits:
        text = _Text(hit.article)
        first = next((one for one in kept if _is_near(one, hit, text)), None)
        if first is None:
            kept.append(_Kept(hit, text, []))
        else:
            first.also.append(hit)
    return tuple(replace(one.hit, also=tuple(one.also)) if one.also else one.hit for one in kept)


def text_of(article: Article) -> str:
    """Return the text of an article that is compared: its body, its lead if it has no more."""
    return article.body or article.lead


def sketch_of(text: str) -> Sketch:
    """Return the sketch of a text, which is remembered."""
    found = _sketches.get(text)
    if found is None:
        found = sketch(folded_words(text))
        _sketches.keep(text, found, len(text) + _SKETCH_BITS // 8)
    return found


def sketch(words: Sequence[str]) -> Sketch:
    """Return the sketch of a text's words; the hashes of words, and with them the bits, are others in each process."""
    if len(words) < LEAST_WORDS:
        return Sketch(0, 0)
    hashes = np.fromiter(map(hash, words), np.int64, len(words)).view(np.uint64)
    runs = len(words) - SHINGLE_WORDS + 1
    mixed = np.zeros(runs, dtype=np.uint64)
    for place in range(SHINGLE_WORDS):
        mixed = mixed * _SPREAD + hashes[place : place + runs]
    marks = np.zeros(_SKETCH_BITS, dtype=bool)
    marks[(mixed * _SPREAD) >> np.uint64(64 - _SKETCH_BITS.bit_length() + 1)] = True
    return Sketch(int.from_bytes(np.packbits(marks).tobytes()), runs)


def may_be_near(one: Sketch, other: Sketch) -> bool:
    """
    Return False only where the resemblance of two texts is surely below ``THRESHOLD``.

    A bit that one sketch alone has is of a shingle that one text alone has. Of c shingles in common and d of one text
    alone, c / (c + d) is the resemblance, and c is at most all that the smaller one has.
    """
    common, apart = min(one.most, other.most), (one.bits ^ other.bits).bit_count()
    return common > 0 and common / (common + apart) >= THRESHOLD


def shingles_of(article: Article) -> Shingles:
    """Return the shingles of an article's text; a short text has none."""
    return shingles(folded_words(text_of(article)))


def shingles(words: Sequence[str]) -> Shingles:
    """Return all runs of ``SHINGLE_WORDS`` words; none if there are fewer than ``LEAST_WORDS`` words."""
    if len(words) < LEAST_WORDS:
        return frozenset()
    return frozenset(zip(*(words[start:] for start in range(SHINGLE_WORDS)), strict=False))  # the last few run out


def resemblance(one: Shingles, other: Shingles) -> float:
    """
    Return the share of shingles that both sets have, of those in either: from 0, also for empty sets, to 1.

    >>> resemblance(frozenset({("a",), ("b",)}), frozenset({("b",)}))
    0.5
    """
    common = len(one & other)
    either = len(one) + len(other) - common
    return common / either if either else 0.0


def _is_near(one: _Kept, hit: Hit, text: _Text) -> bool:
    if one.hit.article.language != hit.article.language or not may_be_near(one.text.sketch, text.sketch):
        return False
    return resemblance(one.text.shingles, text.shingles) >= THRESHOLD
