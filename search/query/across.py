"""
A query of several words across languages: what is required of an article in another language than the query's.

All words of a query are required, also by way of their bridges. But no dictionary has every word, and none always has
the translation that an editor chose. So an article in a language that the query is not written in answers with *most*
of the words that lead there, each weighed by how much it tells; of an article in the query's own language all words are
required, as ever.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from search.article import LANGUAGES
from search.query import leaves

# Of two words both are required: one alone says too little of what was asked.
FEWEST_WORDS = 3
# How much of what all the words tell the words of an article must tell. Of four words that are about as rare it takes
# two. More would be surer and find less: of the versions of stories in another language, searched for by four of their
# words, some .75 are among the first ten, with .4 some .69, and if every word had to be there .3 (docs/quality.md).
SHARE_REQUIRED = 0.34


class Across(NamedTuple):
    """Articles in ``language`` answer with most of ``words`` words that lead there."""

    language: str
    words: int


class Part(NamedTuple):
    """A required word: its query, the languages it was understood in, and those in which it can be answered."""

    query: leaves.Query
    languages: frozenset[str]
    reaches: frozenset[str]


def required_across(words: Sequence[Part], others: Sequence[leaves.Query]) -> tuple[leaves.Query, tuple[Across, ...]]:
    """Return the query that requires all words, or most of them in another language, and whatever else is required."""
    required = leaves.every([*(word.query for word in words), *others])
    asked = tuple(_asked(words)) if len(words) >= FEWEST_WORDS else ()
    if not asked:
        return required, ()
    return leaves.best_of([required, *(_loosely(words, others, across.language) for across in asked)]), asked


def own_languages(words: Iterable[Part]) -> frozenset[str]:
    """
    Return the languages in which a query may be written: those of all its words, else those of any of them.

    Words that are in no language (numbers, codes) don't tell.
    """
    known = [word.languages for word in words if word.languages]
    if not known:
        return frozenset(LANGUAGES)
    return frozenset.intersection(*known) or frozenset.union(*known)


def _asked(words: Sequence[Part]) -> Iterable[Across]:
    own = own_languages(words)
    for language in LANGUAGES:
        leading = sum(language in word.reaches for word in words)
        # Less than half of a query is another query.
        if language not in own and 2 * leading >= len(words):
            yield Across(language, leading)


def _loosely(words: Sequence[Part], others: Sequence[leaves.Query], language: str) -> leaves.Query:
    leading = tuple(word.query for word in words if language in word.reaches)
    return leaves.every([leaves.Most(leading, SHARE_REQUIRED, leaves.Keyword("language", (language,))), *others])
