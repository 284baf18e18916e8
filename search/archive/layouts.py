"""
Queries typed with the wrong keyboard layout, mended where the archive has the words that were meant and not the others.

What the keys of another layout write, and which reading is likelier, ``search.language.layout`` decides.
"""

import re
from collections.abc import Sequence
from functools import partial

from search.archive.request import ReadingOptions
from search.archive.results import Correction
from search.archive.view import View
from search.language import analyze
from search.language.layout import mended_layout
from search.query.bridges import is_on, switch

_BY = "layout"
# Marks of the query language; who writes those types with care, and in them a mended letter could be a mark.
_MARKED = re.compile(r"[\"«»„“”()|*]|(?<!\S)[-–]|\w:")
# A query of more words was pasted.
_MAX_WORDS = 16


def mended(
    view: View, query: str, options: ReadingOptions, fields: Sequence[str]
) -> tuple[str, tuple[Correction, ...]]:
    """Return a query as it was meant to be typed, and its corrections, also those that are switched off."""
    words = layout_words(query)
    if all(map(partial(_has_articles, view, fields), words)):  # nearly every query: nothing is counted
        return query, ()
    meant = mended_layout(words, partial(_articles_with_word, view, fields))
    corrections, read = [], []
    for typed, conversion in zip(words, meant, strict=True):
        on = conversion is not None and is_on(_BY, typed, options.without)
        read.append(conversion.text if conversion and on else typed)
        if conversion:
            corrections.append(Correction(switch(_BY, typed), _BY, typed, conversion.text, on))
    return (" ".join(read) if corrections else query), tuple(corrections)


def layout_words(query: str) -> list[str]:
    """Return the words of a query that may be mended if an article lacks one of them: none where it has marks."""
    words = query.split()
    return [] if len(words) > _MAX_WORDS or _MARKED.search(query) else words


def _has_articles(view: View, fields: Sequence[str], word: str) -> bool:
    """Return whether ``_articles_with_word`` finds any."""
    tokens = analyze(word)
    return bool(tokens) and all(view.has_articles_with(token.terms, fields) for token in tokens)


def _articles_with_word(view: View, fields: Sequence[str], word: str) -> int:
    """Return how many articles have a word in any form; of a word of several parts, the rarest."""
    tokens = analyze(word)
    return min((view.articles_with(token.terms, fields) for token in tokens), default=0)
