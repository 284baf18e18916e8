"""
English lemmas: those of a lexicon in one spelling, and Snowball's stem for words that it lacks.

The lexicon has the lemmas of every part of speech; what it gets wrong for news is in ``data/english_overrides.tsv``. A
stemmer alone throws different words together (university, universe), so Snowball only takes inflections off, and only
from words that are in no dictionary. Words reach this module in lower case, with ' as the apostrophe.
"""

import functools
import re
from types import MappingProxyType
from typing import Any

from search.language.english_lexicon import lexicon
from search.language.english_spelling import american_spelling
from search.language.words import MAX_DICTIONARY_CHARACTERS, REMEMBERED_FORMS, read_table

_CONTRACTION = re.compile("(?:n't|'(?:s|d|ll|re|ve|m))$")

# What inflection puts behind a stem; more than that makes another word, which Snowball would bring to the same stem.
_INFLECTION = re.compile("(?:e|e?s|y|ie|ies|ys|ied|[bdfgklmnprt]?(?:ed|ing))?")

# Cut from a word of which Snowball would take more: tokenized, podcasters.
_ENDING = re.compile("(?<=...)(?:ing|ed|es|(?<![sui])s|e)$")

# Words that an acronym in capitals may be taken for: WHO is not who, nor US us.
_WORDS_LIKE_ACRONYMS = frozenset(
    "a all am an and are as at be but by can do for had has he her him his how i if in is it its may me my no"  # noqa: SIM905
    " not of off on one or our out own she so than that the them then they this to too up us was we were who why"
    " will with yes yet you your".split()
)
_LONGEST_ACRONYM = 5


@functools.cache
def overrides() -> MappingProxyType[str, tuple[str, ...]]:
    """Return the lemmas of the forms that the lexicon gets wrong."""
    return read_table("english_overrides.tsv")


@functools.cache
def _stemmer() -> Any:
    import snowballstemmer  # a tenth of a second that a Cyrillic archive never needs

    return snowballstemmer.stemmer("english")


@functools.lru_cache(REMEMBERED_FORMS)
def english_lemmas(word: str) -> tuple[str, ...]:
    """
    Return the lemmas of an English word form; for a word that no dictionary has, its stem, marked with a tilde.

    >>> english_lemmas("announces"), english_lemmas("leaves"), english_lemmas("organised")
    (('announce',), ('leave', 'leaf'), ('organize',))
    >>> english_lemmas("podcasters"), english_lemmas("podcaster")
    (('~podcaster',), ('~podcaster',))
    """
    if len(word) > MAX_DICTIONARY_CHARACTERS:
        return ()
    full = _CONTRACTION.sub("", word) or word
    known = _known_lemmas(word) or _known_lemmas(full)
    return tuple(dict.fromkeys(map(american_spelling, known))) or (stem_of_unknown_english(full),)


def is_acronym_like_a_word(word: str) -> bool:
    """
    Say whether a word as it was written is an acronym that in small letters would be another word.

    >>> is_acronym_like_a_word("WHO"), is_acronym_like_a_word("who"), is_acronym_like_a_word("NATO")
    (True, False, False)
    """
    return 1 < len(word) <= _LONGEST_ACRONYM and word.isupper() and word.lower() in _WORDS_LIKE_ACRONYMS


def _known_lemmas(word: str) -> tuple[str, ...]:
    return overrides().get(word) or lexicon().get(word, ())


def stem_of_unknown_english(word: str) -> str:
    """
    Return what Snowball leaves of a word, marked with a tilde.

    Where it takes more than an inflection, only an ending is cut.

    >>> stem_of_unknown_english("vlogging"), stem_of_unknown_english("zelenskys"), stem_of_unknown_english("islamic")
    ('~vlog', '~zelenski', '~islamic')
    """
    stem = str(_stemmer().stemWord(word)) or word
    shared = stem if word.startswith(stem) else stem[:-1]  # a final y becomes i
    is_inflection = word.startswith(shared) and _INFLECTION.fullmatch(word, len(shared))
    return "~" + (stem if is_inflection else _ENDING.sub("", word))


def without_possessive(word: str) -> str:
    """
    Return a lower-case word without a possessive 's.

    >>> without_possessive("stoltenberg's"), without_possessive("news")
    ('stoltenberg', 'news')
    """
    return word.removesuffix("'s") or word
