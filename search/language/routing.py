"""
In which languages a word is looked up.

Letters decide first, then the language of the document. A word of a query, whose language nobody knows, is looked up in
both Cyrillic languages unless one dictionary alone knows it, and not as a name. What a lemma is, the language modules
decide.
"""

import re

from search.language.words import is_name, is_only_gerund, is_ordinary, only_language

# Letters of both Cyrillic languages alone, as most of their words have.
_SHARED_LETTERS = re.compile("[а-щьюя]+")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[a-z\u00c0-\u024f]")
_UKRAINIAN_LETTER = re.compile("[іїєґ]")
_RUSSIAN_LETTER = re.compile("[ыэёъ]")


def languages_of_letters(word: str) -> tuple[str, ...]:
    """
    Return the languages that a lower-case word can be in, judged by its letters; none for another script.

    >>> languages_of_letters("київ"), languages_of_letters("рынок"), languages_of_letters("банк")
    (('uk',), ('ru',), ('uk', 'ru'))
    """
    if _SHARED_LETTERS.fullmatch(word):
        return ("uk", "ru")
    if word.isascii() or not _CYRILLIC.search(word):
        return ("en",) if _LATIN.search(word) else ()
    if _LATIN.search(word):
        return ()
    ukrainian, russian = bool(_UKRAINIAN_LETTER.search(word)), bool(_RUSSIAN_LETTER.search(word))
    if ukrainian != russian:
        return ("uk",) if ukrainian else ("ru",)
    return ("uk", "ru")


def languages_of_word(word: str, folded: str, language: str | None) -> tuple[str, ...]:
    """
    Return the languages in which to look up a word of a text in ``language``, or of a query if that is None.

    ``word`` is in lower case, with the letters ё and ґ that ``folded`` no longer has.

    >>> languages_of_word("банк", "банк", "uk"), languages_of_word("банк", "банк", None)
    (('uk',), ('uk', 'ru'))
    >>> languages_of_word("п'ять", "п'ять", None), languages_of_word("столтенберг", "столтенберг", None)
    (('uk',), ('uk', 'ru'))
    """
    possible = languages_of_letters(word)
    if len(possible) < 2:
        return possible
    if language in possible:
        return (language,)
    if only := only_language(folded):
        return (only,)
    known = tuple(candidate for candidate in possible if is_ordinary(candidate, folded))
    if len(known) == 2 and is_only_gerund(folded):  # сказав: the commonest past tense, or a form that nobody asks for
        return ("uk",)
    # Names are in the news of both languages whichever dictionary has them (Столтенберг is in the Ukrainian one only).
    return known if len(known) == 1 and not is_name(known[0], folded) else possible
