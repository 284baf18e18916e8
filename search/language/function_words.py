"""
Words that join others and tell nothing of a topic: prepositions, conjunctions, particles, pronouns.

They are in the index like all words, and a query requires them like all words. But no other language has them at the
same places, so of an article in another language they are not asked for (``search.query.across``).
"""

import functools

from search.language.tables import QUERIES, read_list
from search.language.tokens import Token, split_term
from search.language.words import REMEMBERED_FORMS, dictionary

# Prepositions, conjunctions, particles, pronouns, interjections, and pronouns that decline like adjectives, such as
# який (the tags of OpenCorpora). English ones are listed in ``data/queries/english_function_words.txt``.
_CLOSED_CLASSES = frozenset({"PREP", "CONJ", "PRCL", "NPRO", "INTJ", "Apro"})


def is_function_word(token: Token) -> bool:
    """
    Say whether a token of a query is such a word; a Cyrillic one, if it is no other word in one of its languages.

    >>> from search.language import analyze
    >>> [token.text for token in analyze("удар по Києву and in the city") if is_function_word(token)]
    ['по', 'and', 'in', 'the']
    """
    return _is_function_word(token.terms, token.text.isupper())


# Looking at all words of a text, as related stories do, asks for the same ones again and again.
@functools.lru_cache(REMEMBERED_FORMS)
def _is_function_word(terms: tuple[str, ...], in_capitals: bool) -> bool:
    word = terms[0]
    if word.isascii():
        return word in _english() and not in_capitals
    languages = {split_term(term)[0] for term in terms} - {None, "en"}
    return (len(word) == 1 and word.isalpha()) or any(_is_closed(str(language), word) for language in languages)


@functools.cache
def _english() -> frozenset[str]:
    return read_list(QUERIES, "english_function_words.txt")


def _is_closed(language: str, word: str) -> bool:
    readings = dictionary(language).readings(word)
    return bool(readings) and all(_CLOSED_CLASSES.intersection(tag.grammemes) for _, tag in readings)
