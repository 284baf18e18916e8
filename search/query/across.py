"""
A query of several words across languages: what is required of an article in another language than the query's.

All words of a query are required, also by way of their bridges. But prepositions and the like lead nowhere, no
dictionary has every other word, and none always has the translation that an editor chose. So an article in a language
that the query is not written in answers with *most* of the telling words that lead there, each weighed by how much it
tells; of an article in the query's own language all words are required, as ever.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from search.article import LANGUAGES
from search.query import leaves

# Of two telling words both are required: one alone says too little of what was asked.
FEWEST_WORDS = 3
# How much of what all the words tell the words of an article must tell: of four words that are about as rare it takes
# two, unless one is much rarer than the others. Of a hundred searches by four words .2 would find 2 more, .5 some 15
# fewer, and if all words had to be there, three of four would find nothing (docs/quality.md says what is found).
SHARE_REQUIRED = 0.3


class Across(NamedTuple):
    """Articles in ``language`` answer with most of ``words`` words that lead there."""

    language: str
    words: int


class Part(NamedTuple):
    """
    A required word: its query, the languages it was understood in, and those in which it can be answered.

    ``tells`` is False for a preposition and the like, of which nothing can be asked in another language.
    """

    query: leaves.Query
    languages: frozenset[str]
    reaches: frozenset[str]
    tells: bool = True


def required_across(words: Sequence[Part], others: Sequence[leaves.Query]) -> tuple[leaves.Query, tuple[Across, ...]]:
    """Return the query that requires all words, or most of them in another language, and whatever else is required."""
    required = leaves.every([*(word.query for word in words), *others])
    telling = [word for word in words if word.tells]
    if len(telling) == len(words) < FEWEST_WORDS:
        return required, ()
    share = SHARE_REQUIRED if len(telling) >= FEWEST_WORDS else 1.0
    asked = tuple(_asked(telling))
    loose = [_loosely(telling, others, across.language, share) for across in asked]
    return (leaves.best_of([required, *loose]) if loose else required), asked


def own_languages(words: Iterable[Part]) -> frozenset[str]:
    """
    Return the languages in which a query may be written: those in which most of its words were understood.

    Words that are in no language (numbers, codes) don't tell; without others every language is the query's own.
    """
    counts = Counter(language for word in words for language in word.languages)
    most = max(counts.values(), default=0)
    return frozenset(language for language in LANGUAGES if counts[language] == most)


def _asked(words: Sequence[Part]) -> Iterable[Across]:
    own = own_languages(words)
    for language in LANGUAGES:
        leading = sum(language in word.reaches for word in words)
        # Less than half of a query is another query.
        if language not in own and leading and 2 * leading >= len(words):
            yield Across(language, leading)


def _loosely(words: Sequence[Part], others: Sequence[leaves.Query], language: str, share: float) -> leaves.Query:
    leading = tuple(word.query for word in words if language in word.reaches)
    return leaves.every([leaves.Most(leading, share, leaves.Keyword("language", (language,))), *others])
