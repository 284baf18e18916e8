"""
Near-duplicates of a text in the whole archive: all that resemble it, and no others.

Resemblance is the share of shingles that two texts have in common (``search.archive.duplicates``), so a text that
resembles this one has most of its shingles. The fingerprint of this text are its rarest words, taken until they stand
in more than the shingles that may be missing: what has too few of them lacks too many shingles and cannot resemble it.
This is the prefix filter of similarity joins (S. Chaudhuri, V. Ganti and R. Kaushik, A primitive operator for
similarity joins in data cleaning, 2006). It rests on the index that is there, and unlike sketches (MinHash) it misses
nothing; what it lets through is compared shingle by shingle, so the threshold is exact.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from search.archive.duplicates import THRESHOLD, Shingles, resemblance, shingles_of
from search.archive.view import View
from search.article import Article
from search.columnar.arrays import Array
from search.columnar.document_sets import NONE
from search.columnar.lookups import Lookups

#: The fields that ``shingles_of`` reads.
_FIELDS = ("body", "lead")
# A word counts if it is letters only, and not too short to be cut differently (U.S.): so it stands in the index as it
# stands in a shingle, unless it is part of a web address. A text of which four shingles of five have no such word is
# compared with nothing.
_SHORTEST_WORD = 3
# More words than are needed let fewer others through: they cover so much more than may be missing. Of 765 articles of
# the development data each lets 19 through with no more, .10 beside itself with 1.5, .013 with 2 and .004 with 3.
_COVER = 2.0
# So many words are looked for in one go over the shingles, in each further one twice as many as before: of the 150
# words of an article of news some 60 are needed, of those of a text of 400,000 characters some 1,800.
_FIRST_LOOKED_FOR = 32


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """An article that resembles another: ``resemblance`` is from ``THRESHOLD`` to 1."""

    article: Article
    resemblance: float


def near_duplicates(view: View, article: Article) -> tuple[NearDuplicate, ...]:
    """Return the articles in the language of an article that resemble it, the nearest first; it itself is left out."""
    found = [
        NearDuplicate(other, share)
        for document, share in near_documents(view, article, np.flatnonzero(view.visible))
        if (other := view.article_at(document)).id != article.id
    ]
    return tuple(sorted(found, key=lambda each: (-each.resemblance, each.article.id)))


def near_documents(view: View, article: Article, among: Array) -> Iterator[tuple[int, float]]:
    """Yield those of some documents that resemble an article in its language, itself included, and how much."""
    shingles = shingles_of(article)
    if not shingles or not len(among):
        return
    for document in candidates(view, shingles, among).tolist():
        other = view.article_at(document)
        if other.language == article.language:
            share = resemblance(shingles, shingles_of(other))
            if share >= THRESHOLD:
                yield document, share


def candidates(view: View, shingles: Shingles, among: Array) -> Array:
    """Return those of some documents that may resemble a text by its shingles: all that do, and few others."""
    missing = most_missing(len(shingles))
    lookups = Lookups(view.snapshot, _indexed_words(shingles))
    counts = lookups.posting_counts(_FIELDS)
    covering = fingerprint(shingles, sorted(counts, key=counts.__getitem__), missing)
    least = sum(covering.values()) - missing
    if least <= 0:  # a table of numbers or addresses: nothing could be ruled out, and all would have to be read
        return NONE
    has = np.zeros(view.snapshot.size, dtype=np.int32)
    for word, covered in covering.items():
        has[lookups.joined((word,), _FIELDS)] += covered  # once, also where both fields have it
    enough: Array = among[has[among] >= least]
    return enough


def most_missing(shingles: int) -> int:
    """
    Return how many of its shingles a text may lack in another that resembles it.

    What both have is at least ``THRESHOLD`` of what either has, and so of this text's.

    >>> most_missing(100), most_missing(17)
    (20, 3)
    """
    return int((1.0 - THRESHOLD) * shingles + 1e-9)  # a fifth of 100 is 19.999... in binary


def fingerprint(shingles: Shingles, words: Sequence[str], missing: int) -> Mapping[str, int]:
    """
    Return words, taken in their order, and for each how many shingles it has that none before it has.

    They are taken until they have ``_COVER`` times as many shingles as may be missing. A text without some of the words
    lacks at least the sum of their numbers.
    """
    covered: set[int] = set()
    chosen: dict[str, int] = {}
    first, number = 0, _FIRST_LOOKED_FOR
    while some := words[first : first + number]:
        first, number = first + number, 2 * number
        having = _shingles_having(some, shingles)
        for word in some:
            if len(covered) > _COVER * missing:
                return chosen
            if new := having[word] - covered:
                chosen[word] = len(new)
                covered |= new
    return chosen


def _shingles_having(words: Sequence[str], shingles: Shingles) -> Mapping[str, set[int]]:
    """Return for each of some words which of the shingles, numbered as they come, have it."""
    having: dict[str, set[int]] = {word: set() for word in words}
    wanted = frozenset(words)
    for number, shingle in enumerate(shingles):
        for word in wanted.intersection(shingle):
            having[word].add(number)
    return having


def _indexed_words(shingles: Shingles) -> list[str]:
    """Return the words of shingles that the index surely has where a text has them."""
    words: set[str] = set().union(*shingles)
    return sorted(word for word in words if word.isalpha() and len(word) >= _SHORTEST_WORD)
