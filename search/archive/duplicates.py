"""
Near-duplicates among the results of a page: a text that several sources publish is shown once.

Two texts are as alike as the sets of their shingles, all runs of four words: what both have, as a share of what either
has (A. Broder, On the resemblance and containment of documents, 1997). The share is worked out exactly, since ten texts
are few; sketches of them are for millions. Only the results of one page are compared: whether a result repeats one of
an earlier page could only be known by reading all of them, so every count stays a count of stories or versions.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from search.archive.results import Hit
from search.article import Article
from search.language import folded_words

#: Broder's choice for words: in fewer, any two news on one subject have runs in common; in more, one changed word
#: parts too many.
SHINGLE_WORDS = 4
#: Of 100 words, one changed in the middle leaves .92 of the shingles, two .85, three .78: agencies' copies differ by a
#: spelling, a name of the source or a dropped last sentence; a second report of one event has hardly a run in common.
THRESHOLD = 0.8
#: A line of ten words is the same every week ("The exchange rate for tomorrow is") and says something new each time.
LEAST_WORDS = 20

Shingles = frozenset[tuple[str, ...]]


class _Kept(NamedTuple):
    """A result that stands for itself, its shingles, and those that are folded under it."""

    hit: Hit
    shingles: Shingles
    also: list[Hit]


def fold_duplicates(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """
    Return the results in their order, each near-duplicate under the first one that it resembles (``Hit.also``).

    Only texts in one language are compared, and each with the results that stand for themselves: what resembles a
    folded one alone is not folded, so that everything under a result is like it.
    """
    kept: list[_Kept] = []
    for hit in hits:
        found = shingles_of(hit.article)
        first = next((one for one in kept if _is_near(one, hit, found)), None)
        if first is None:
            kept.append(_Kept(hit, found, []))
        else:
            first.also.append(hit)
    return tuple(replace(one.hit, also=tuple(one.also)) if one.also else one.hit for one in kept)


def shingles_of(article: Article) -> Shingles:
    """Return the shingles of an article's text, of its lead if it has no more; a short text has none."""
    return shingles(folded_words(article.body or article.lead))


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


def _is_near(one: _Kept, hit: Hit, found: Shingles) -> bool:
    if one.hit.article.language != hit.article.language:
        return False
    least, most = sorted((len(one.shingles), len(found)))
    # No more can be common than the smaller one has: texts of different lengths need no comparing
    return most > 0 and least / most >= THRESHOLD and resemblance(one.shingles, found) >= THRESHOLD
