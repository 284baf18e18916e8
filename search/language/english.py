"""
English stems: Snowball's English stemmer, after a table of forms that it gets wrong.

The table (``data/english_overrides.tsv``) has irregular forms (said, men) and the words that Snowball throws together
with others (university, organization). Words reach this module in lower case, with ' as the apostrophe.
"""

import functools
from types import MappingProxyType
from typing import Any

from search.language.words import MAX_DICTIONARY_CHARACTERS, REMEMBERED_FORMS, read_table


@functools.cache
def overrides() -> MappingProxyType[str, tuple[str, ...]]:
    """Return the lemmas of the forms that the stemmer gets wrong."""
    return read_table("english_overrides.tsv")


@functools.cache
def _stemmer() -> Any:
    import snowballstemmer  # a tenth of a second that a Cyrillic archive never needs

    return snowballstemmer.stemmer("english")


@functools.lru_cache(REMEMBERED_FORMS)
def english_lemmas(word: str) -> tuple[str, ...]:
    """
    Return the one stem of an English word form.

    >>> english_lemmas("announces"), english_lemmas("said"), english_lemmas("university")
    (('announc',), ('say',), ('university',))
    """
    if len(word) > MAX_DICTIONARY_CHARACTERS:
        return ()
    return overrides().get(word) or (str(_stemmer().stemWord(word)) or word,)


def without_possessive(word: str) -> str:
    """
    Return a lower-case word without a possessive 's.

    >>> without_possessive("stoltenberg's"), without_possessive("news")
    ('stoltenberg', 'news')
    """
    return word.removesuffix("'s") or word
