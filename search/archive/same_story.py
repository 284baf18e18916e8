"""
Whether two articles in different languages are versions of one story, how surely, and by what.

Three things speak for it, each from 0 to 1: how much of what the most telling words of one tell stands in the other, in
any language (``search.archive.telling``); how far the names and numbers of both come in the same order; how many
numbers they share. The order tells most: two reports of one event have the same names, but a translation has them in
the same places. The weights are those of a logistic regression.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import exp
from typing import NamedTuple, TypeAlias

from search.article import Article
from search.language import each_paragraph, positions, split_name_term, term_kind

# Fitted on the pairs of one half of the stories of the development data, 2,047 of which 543 are versions (each article
# with the three of each language that share most of its words), without five pairs that are translations of each other
# under different numbers. Of the other half .952 of the versions score .9 and more, and 2 of some 1,450 others; of the
# stories taken eight at a time, as in an archive that has just begun, .962 and none.
_WEIGHT_OF_WORDS = 7.44
_WEIGHT_OF_ORDER = 22.84
_WEIGHT_OF_NUMBERS = 5.47
_BIAS = -16.18
#: From here on two articles are versions of one story. A wrong link costs an editor more than a missing one.
THRESHOLD = 0.9
# The development data has no pictures. A picture may be one that an agency took of something else, so it must not
# decide: it multiplies the odds by some 7, as half of the numbers do.
_WEIGHT_OF_IMAGE = 2.0
# Names and numbers beyond those that a text has: two lines with three names alike are less than two pages with thirty.
_FEW_ANCHORS = 10
# Bulletins of two days say the same with other numbers. Of the versions that have so many numbers each, 1 in 200 shares
# less than this; of other pairs with names in the same order, a half.
_TELLING_NUMBERS = 4
_LEAST_SHARE_OF_NUMBERS = 0.25
_SHORTEST_SKELETON = 2
# 250 bytes each; their terms the analysis remembers anyway.
_REMEMBERED_WORDS = 50_000

#: What a word may be known by in any language: a number, or the consonants of a name in its readings.
Anchor: TypeAlias = tuple[str, ...]


class Marks(NamedTuple):
    """What can be compared of a text whatever its language: names and numbers in their order, and the numbers."""

    anchors: Sequence[Anchor]
    numbers: frozenset[str]


class Comparison(NamedTuple):
    """How alike two articles are, each figure from 0 to 1."""

    words: float
    order: float
    numbers: float
    same_image: bool
    shared_numbers: frozenset[str]
    other_numbers: bool

    @property
    def score(self) -> float:
        """The probability that both are one story, as far as the development data can say."""
        if self.other_numbers:
            return 0.0
        odds = _BIAS + _WEIGHT_OF_WORDS * self.words + _WEIGHT_OF_ORDER * self.order + _WEIGHT_OF_NUMBERS * self.numbers
        return 1.0 / (1.0 + exp(-odds - _WEIGHT_OF_IMAGE * self.same_image))


def marks_of(article: Article) -> Marks:
    """Return the names and numbers of an article."""
    anchors = list(_anchors(article))
    return Marks(anchors, frozenset(first for first, *_ in anchors if first[0].isdigit()))


def compare(one: Article, other: Article, words: float, marks: Marks, other_marks: Marks) -> Comparison:
    """Compare two articles, of which ``words`` says how much of the telling words they share."""
    shared = marks.numbers & other_marks.numbers
    fewest, most = sorted((len(marks.numbers), len(other_marks.numbers)))
    return Comparison(
        words,
        in_same_order(marks.anchors, other_marks.anchors),
        (len(shared) + 1) / (most + 1),
        one.image_url is not None and one.image_url == other.image_url,
        shared,
        fewest >= _TELLING_NUMBERS and len(shared) < _LEAST_SHARE_OF_NUMBERS * most,
    )


def in_same_order(one: Sequence[Anchor], other: Sequence[Anchor]) -> float:
    """
    Return which share of the names and numbers of two texts comes in both in the same order; of few, less.

    >>> in_same_order([("kv",), ("5",)] * 10, [("kv",), ("5",)] * 10)
    0.8
    """
    return 2 * common_subsequence(one, other) / (len(one) + len(other) + _FEW_ANCHORS)


def common_subsequence(one: Sequence[Anchor], other: Sequence[Anchor]) -> int:
    """
    Return the length of the longest common subsequence; two anchors are alike if they share a reading.

    By bits, one row of the table at a time (H. Hyyrö, Bit-parallel LCS-length computation revisited, 2004): 40 µs for
    two articles of 60 names each.

    >>> common_subsequence([("a",), ("b", "c"), ("d",)], [("c",), ("d",), ("a",)])
    2
    """
    places: dict[str, int] = {}
    for place, readings in enumerate(one):
        for reading in readings:
            places[reading] = places.get(reading, 0) | 1 << place
    everywhere = (1 << len(one)) - 1
    row = everywhere
    for readings in other:
        matches = 0
        for reading in readings:
            matches |= places.get(reading, 0)
        common = row & matches
        row = ((row + common) | (row - common)) & everywhere
    return len(one) - row.bit_count()


def _anchors(article: Article) -> Iterator[Anchor]:
    for text in (article.title, article.lead, article.body):
        for start, end in each_paragraph(text):
            for terms in positions(text[start:end], article.language):
                if anchor := _anchor(terms):
                    yield anchor


_DIGIT = re.compile(r"\d")


# Asked of every word of every text, of which most have the same words.
@lru_cache(_REMEMBERED_WORDS)
def _anchor(terms: tuple[str, ...]) -> Anchor:
    if _DIGIT.match(terms[0]):
        return terms[:1]
    skeletons = (split_name_term(term)[0] for term in terms if term_kind(term) == "name")
    return tuple(each for each in skeletons if len(each) >= _SHORTEST_SKELETON)
