"""
Which words may be names, and what a name's base forms are.

A capital letter begins names and sentences. Cyrillic words that a dictionary has only as ordinary ones are left out,
and so are the commonest English ones (``data/english_ordinary.txt``): without that list the name keys of news in
English are 16 % more postings, with it 7 %. Other words may be names. People type queries in small letters, so there
the capital is not asked for.
"""

import functools
import re
from typing import Any

from search.language.names import name_terms
from search.language.routing import languages_of_word
from search.language.russian import SMALLEST_SHARE, russian_lemmas
from search.language.tables import read_list
from search.language.ukrainian import overrides, ukrainian_lemmas
from search.language.words import (
    MAX_DICTIONARY_CHARACTERS,
    NAME_TAGS,
    REMEMBERED_FORMS,
    dictionary,
    is_known,
)

# Shorter Latin words typed in small letters are words of the language far more often than names.
_SHORTEST_TYPED_LATIN = 4
_SHORTEST_NAME = 2
# Shorter words in capitals that no dictionary knows are acronyms, which have no endings: ЗСУ, ВАКС.
_LONGEST_ACRONYM = 5

# What ends an English abstract noun and no English name.
_ABSTRACT = re.compile("(?:[ts]ion|ness|ment|[^c]ity)(?:s|al|ally)?$")

# Of things that have one number: a gender that is so in all forms, plural only, an abbreviation.
_ONE_NUMBER = frozenset({"masc", "femn", "neut", "Pltm", "Abbr"})
# Places of which the Ukrainian dictionary has a plural.
_PLACES_WITH_PLURAL = frozenset({"україна"})
# Words of these parts of speech begin sentences, and hardly any of them is a name as well.
_CLOSED_CLASSES = frozenset({"PREP", "CONJ", "PRCL", "NPRO", "NUMR", "INTJ", "ADVB", "PRED"})


def terms_of_name(word: str, folded: str, language: str | None) -> tuple[str, ...]:
    """
    Return the name terms of a normalised word that may be a name; none for others.

    ``folded`` is the word as a bare term, without a possessive; ``language`` that of the article, None for a query.

    >>> terms_of_name("Зеленського", "зеленського", "uk"), terms_of_name("Робота", "робота", "uk")
    (('name:slnsk:zelenski',), ())
    >>> terms_of_name("Kyiv", "kyiv", "en"), terms_of_name("kyiv", "kyiv", "en"), terms_of_name("kyiv", "kyiv", None)
    (('name:kv:kiv',), (), ('name:kv:kiv',))
    """
    if not _SHORTEST_NAME <= len(folded) <= MAX_DICTIONARY_CHARACTERS:
        return ()
    typed_small = not word[0].isupper()
    if typed_small and language is not None:
        return ()
    bases: list[str] = []
    for candidate in languages_of_word(word.lower(), folded, language):
        if candidate == "en":
            bases += _latin_bases(folded, typed_small)
        elif candidate not in ("uk", "ru"):
            bases.append(folded)  # a language without one of these dictionaries
        elif word.isupper() and len(word) <= _LONGEST_ACRONYM and not is_known(candidate, folded):
            bases.append(folded)
        else:
            bases += base_forms(candidate, folded)
    return name_terms(dict.fromkeys(bases))


def _latin_bases(folded: str, typed_small: bool) -> tuple[str, ...]:
    if (
        (typed_small and len(folded) < _SHORTEST_TYPED_LATIN)
        or folded in ordinary_english()
        or _ABSTRACT.search(folded)
    ):
        return ()
    return (folded,)


@functools.cache
def ordinary_english() -> frozenset[str]:
    """Return the English words that stand at the start of sentences and in headlines, and are no names."""
    return read_list("english_ordinary.txt")


@functools.lru_cache(REMEMBERED_FORMS)
def base_forms(language: str, folded: str) -> tuple[str, ...]:
    """
    Return the base forms of a Cyrillic word that may be a name, likeliest first; none for an ordinary word.

    A word that the dictionary lacks has its predictions and its stem.

    >>> base_forms("uk", "києва"), base_forms("ru", "работа")
    (('київ',), ())
    """
    readings = dictionary(language).readings(folded)
    if not readings:
        return _bases_beyond(language, folded)
    if any(_is_of_closed_class(tag) for _, tag in readings):
        return ()
    named = [number for number, (lemma, tag) in enumerate(readings) if _is_of_name(lemma, tag, language)]
    if not named:
        return ()
    shares = dictionary(language).shares(folded, readings)
    if sum(shares[number] for number in named) < SMALLEST_SHARE * sum(shares):
        return ()
    return tuple(dict.fromkeys(readings[number][0].replace("ё", "е") for number in named))


@functools.cache
def _is_of_closed_class(tag: Any) -> bool:
    return tag.POS in _CLOSED_CLASSES


def _is_of_name(lemma: str, tag: Any, language: str) -> bool:
    return _is_tag_of_name(tag, language) or lemma in _PLACES_WITH_PLURAL


@functools.cache
def _is_tag_of_name(tag: Any, language: str) -> bool:
    """
    Return whether a tag of a dictionary is one of names.

    The Ukrainian dictionary marks persons only. Its places are things that have one number: what the tag says before
    its space is true of all forms, and gender is so only where there is no plural.
    """
    if NAME_TAGS.intersection(tag.grammemes):
        return True
    if language != "uk":
        return False
    of_all_forms = set(str(tag).partition(" ")[0].split(","))
    return {"NOUN", "inan"} <= of_all_forms and bool(_ONE_NUMBER & of_all_forms)


def _bases_beyond(language: str, folded: str) -> tuple[str, ...]:
    """
    Return the base forms of a word that the dictionary of its language lacks: predictions and a stem.

    The other dictionary may know it: as a name of both languages, or as the word that begins a quotation.
    """
    if folded in overrides():
        return ()
    other = "ru" if language == "uk" else "uk"
    readings = dictionary(other).readings(folded)
    if any(_is_of_closed_class(tag) for _, tag in readings):
        return ()
    known = base_forms(other, folded) if readings else ()
    return tuple(dict.fromkeys((*known, *_bases_of_unknown(language, folded))))


def _bases_of_unknown(language: str, folded: str) -> tuple[str, ...]:
    # The lemmas of an unknown word are just these, and remembered: predicting takes longer than all the rest.
    lemmas = ukrainian_lemmas(folded) if language == "uk" else russian_lemmas(folded)
    stems = tuple(lemma[1:] for lemma in lemmas if lemma.startswith("~"))
    return (*stems, *(lemma for lemma in lemmas if not lemma.startswith("~")), folded)
