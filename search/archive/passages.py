"""
A text as its sentences, and by what each of their words may be known in another text.

In another text of its language a word is known by its lemmas. In a text in another language it is known by what the
glossary, the aliases and the dictionaries beside the index say, by its name keys, and by its consonants, in which
international words and those of the neighbouring language meet (президент, president): that is far too little for a
search, but here two sentences are compared that share most of their other words as well.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from search.archive.dictionaries import Dictionaries
from search.language import (
    Token,
    analyze,
    each_paragraph,
    each_sentence,
    is_function_word,
    paragraph_language,
    split_name_term,
    split_term,
    term_kind,
    translations,
    words_of_chunk,
)
from search.language.aliases import aliases
from search.language.names import skeletons

# A book is compared by its beginning, some 6,000 words: the work grows with the square of a text.
MAX_CHARACTERS = 40_000
# Shorter words that are no numbers are mostly particles and abbreviations of units.
FEWEST_LETTERS = 3
# Three consonants are shared by words that have nothing to do with each other; names are fewer, so three will do there.
FEWEST_CONSONANTS = 4
FEWEST_CONSONANTS_OF_A_NAME = 3
#: A sentence with fewer words says too little to be compared ("Slava Ukraini!", "he said").
FEWEST_WORDS = 4
_REMEMBERED = 1 << 16
# Chunks of compared articles, for each way of being known: 250 bytes each, their keys aside.
_REMEMBERED_CHUNKS = 1 << 15
_MAX_REMEMBERED_CHARACTERS = 100

_NEGATION = re.compile(r"\b(?:не|ні|нема|немає|нет|ни|not|no|never|cannot)\b|n['’]t\b", re.IGNORECASE)


class Passage(NamedTuple):
    """
    A sentence of a text: its offsets, the words that tell something, and whether it denies something.

    The offsets of the words are counted from ``base``, the beginning of the paragraph.
    """

    start: int
    end: int
    base: int
    words: list[Token]
    denies: bool


def passages_of(text: str, language: str) -> list[Passage]:
    """Return the sentences of a text, of a very long one those of its beginning; a headline is one."""
    return list(_passages(text[:MAX_CHARACTERS], language))


def _passages(text: str, language: str) -> Iterator[Passage]:
    for start, end in each_paragraph(text):
        paragraph = text[start:end]
        tokens = analyze(paragraph, paragraph_language(paragraph, language))
        words = [token for token in tokens if _tells(token.text, token.terms)]
        place = 0
        for first, last in each_sentence(paragraph):
            begin = place
            while place < len(words) and words[place].start < last:
                place += 1
            denying = denies(paragraph, first, last)
            yield Passage(start + first, start + last, start, words[begin:place], denying)


def denies(text: str, start: int, end: int) -> bool:
    """Return whether a sentence denies something."""
    return bool(_NEGATION.search(text, start, end))


# Asked of each word of each article that is compared, so the answer is remembered whole.
@lru_cache(_REMEMBERED)
def _tells(text: str, terms: tuple[str, ...]) -> bool:
    """Return whether a word tells something of what a sentence says: any number, or a longer word with a meaning."""
    token = Token(text, 0, len(text), terms)
    return is_number(token) or (len(text) >= FEWEST_LETTERS and not is_function_word(token))


def is_number(token: Token) -> bool:
    """Return whether a word is a number written in digits, or begins with one."""
    return token.text[0].isdigit()


def is_name(token: Token) -> bool:
    """Return whether a word may be a name where it stands."""
    return token.text[0].isupper() and term_kind(token.terms[-1]) == "name"


@lru_cache(_REMEMBERED)
def own_keys(terms: tuple[str, ...]) -> tuple[str, ...]:
    """Return by what a word is known in texts of its language: lemmas and name keys, or itself if it has none."""
    return tuple(term for term in terms if term_kind(term) != "bare") or terms[:1]


@lru_cache(_REMEMBERED)
def meeting_keys(terms: tuple[str, ...]) -> tuple[str, ...]:
    """
    Return by what a word may meet one of another language: its own keys, and the consonants of its lemmas and names.

    >>> set(meeting_keys(("президент", "uk:президент"))) & set(meeting_keys(("president", "en:president")))
    {'~prsdnt'}
    """
    keys = dict.fromkeys(own_keys(terms))
    for term in terms:
        kind = term_kind(term)
        if kind == "lemma":
            found = skeletons(split_term(term)[1].lstrip("~"))
            keys |= dict.fromkeys(f"~{each}" for each in found if len(each) >= FEWEST_CONSONANTS)
        elif kind == "name":
            consonants = split_name_term(term)[0]
            if len(consonants) >= FEWEST_CONSONANTS_OF_A_NAME:
                keys[f"~{consonants}"] = None
    return tuple(keys)


# Where in a chunk a word begins, how it is written, and its keys.
_Known = tuple[int, str, tuple[str, ...]]
_KeysOf = Callable[[tuple[str, ...]], tuple[str, ...]]


def known_by(chunk: str, language: str, keys_of: _KeysOf) -> tuple[_Known, ...]:
    """
    Return the words of a chunk of a text that tell something, and by which keys they are known.

    >>> known_by("(президента)", "uk", own_keys)
    ((1, 'президента', ('uk:президент',)),)
    """
    return (_remembered if len(chunk) <= _MAX_REMEMBERED_CHARACTERS else _known_by)(chunk, language, keys_of)


def _known_by(chunk: str, language: str, keys_of: _KeysOf) -> tuple[_Known, ...]:
    words = words_of_chunk(chunk, language)
    return tuple((start, surface, keys_of(terms)) for surface, start, _, terms in words if _tells(surface, terms))


_remembered = lru_cache(_REMEMBERED_CHUNKS)(_known_by)


def bridged_keys(token: Token, dictionaries: Dictionaries) -> Iterator[str]:
    """Yield by what a word may be known in texts of other languages, some keys more than once."""
    yield from meeting_keys(token.terms)
    yield from _translated_keys(token.text, token.terms)
    for dictionary in (dictionaries.own, dictionaries.learned):
        if dictionary is not None:
            for term in token.terms:
                if term_kind(term) == "lemma":
                    yield from (translation.term for translation in dictionary.of(term))


@lru_cache(_REMEMBERED)
def _translated_keys(text: str, terms: tuple[str, ...]) -> tuple[str, ...]:
    keys: dict[str, None] = {}
    for term in terms:
        if term_kind(term) == "lemma":
            single = (found.terms for found in translations(term) if len(found.terms) == 1)
            keys |= dict.fromkeys(each for (each,) in single)
    for alias in aliases(terms, text):
        if len(alias.words) == 1:
            keys |= dict.fromkeys(meeting_keys(tuple(alias.words[0])))
    return tuple(keys)
