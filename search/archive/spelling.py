"""
"Did you mean": for a word that no article has, the word of the archive that was probably meant.

Candidates are the forms that stand in the archive, and forms of the dictionaries of which the archive has another form.
They are ranked as a noisy channel has it: by how likely the slip is (``search.language.misspelling``), times how
frequent the word is.
"""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.columnar.arrays import Array
from search.language import fold, term_kind
from search.language.misspelling import (
    LETTERS_FOR_TWO_SLIPS,
    MIN_LETTERS,
    correct_languages,
    in_case_of,
    known_lemmas,
    near_dictionary_words,
    slip_cost,
)

# Each candidate that is left costs a few look-ups in the index.
_CANDIDATES = 48
_SUGGESTIONS = 8
# Longer words are not what anybody typed.
_MAX_CHARACTERS = 50

# From one word that is right to another: a single slip.
_MOST_COST_BETWEEN_WORDS = 1.0

# What a slip weighs against a word's frequency, and the form's own against that of all forms: a rare form of a common
# word is likelier than a form of a rare word.
_WEIGHT_OF_SLIP = 5.2
_WEIGHT_OF_FORM = 0.45
_WEIGHT_OF_LEMMA = 0.25


class NearWords:
    """
    The words of an archive by which letters they have: near words have nearly the same.

    Takes some 35 bytes for each word. Making it takes a second for a million words, asking it milliseconds.
    """

    def __init__(self, words: Iterable[str]) -> None:
        listed = list(filter(None, words))
        lengths = np.fromiter(map(len, listed), np.int64, len(listed))
        self._text = "".join(listed)
        self._starts = (np.cumsum(lengths) - lengths).astype(np.uint32)
        self._lengths = np.minimum(lengths, 255).astype(np.uint8)
        self._letters = _sets_of_letters(self._text, lengths)

    def near(self, word: str, slips: int) -> list[str]:
        """Return the words that are at most so many slips (optimal string alignment) away from a word."""
        letters = _sets_of_letters(word, np.array([len(word)], dtype=np.int64))[:1]
        # One slip changes at most two kinds of letters, and the length by one at most.
        possible = np.flatnonzero(
            (np.abs(self._lengths.astype(np.int16) - len(word)) <= slips)
            & (np.bitwise_count(self._letters ^ letters) <= 2 * slips)
        )
        starts, lengths = self._starts[possible].tolist(), self._lengths[possible].tolist()
        words = [self._text[start : start + length] for start, length in zip(starts, lengths, strict=True)]
        found = process.extract(
            word,
            words,
            scorer=OSA.distance,
            score_cutoff=slips,
            limit=None,
        )
        return [text for text, _, _ in found]


class JoinedWords(NamedTuple):
    """The words of several parts of an archive."""

    parts: tuple[NearWords, ...]

    def near(self, word: str, slips: int) -> list[str]:
        """Return what is near in any of them; what is in more than one comes more than once."""
        return [each for part in self.parts for each in part.near(word, slips)]


def _sets_of_letters(text: str, lengths: Array) -> Array:
    """Return the set of letters (u8, one bit for each letter modulo 64) of words of some lengths (i8) run together."""
    if not len(lengths) or not lengths.all():
        return np.zeros(len(lengths), dtype=np.uint64)
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    bits = np.left_shift(np.uint64(1), (codes & 63).astype(np.uint64))
    sets: Array = np.bitwise_or.reduceat(bits, np.cumsum(lengths) - lengths)
    return sets


class _Scored(NamedTuple):
    cost: float
    word: str


def suggested_words(
    word: str,
    vocabulary: NearWords | JoinedWords,
    frequency: Callable[[str], int],
    has_lemma: Callable[[str], int],
) -> list[str]:
    """
    Return the words that may have been meant, the likeliest first, in the case of the typed word.

    ``frequency`` gives the number of articles that have a bare form, ``has_lemma`` of those that have a lemma term;
    what neither finds is never suggested. A word that some article has gets no suggestion. One that a dictionary has
    may still be a slip (данні for дані), but a small one, and of a word of that same language: a word of Russian is
    never mended into one of Ukrainian.
    """
    typed = fold(word[:_MAX_CHARACTERS])
    if not _is_mendable(typed) or frequency(typed):
        return []
    languages = correct_languages(typed)
    slips = 2 if len(typed) >= LETTERS_FOR_TWO_SLIPS else 1
    candidates = {*vocabulary.near(typed, slips), *near_dictionary_words(typed)} - {typed}
    scored_slips = (_Scored(slip_cost(typed, each), each) for each in candidates)
    likely = sorted(slip for slip in scored_slips if not languages or _is_slip_inside(slip, languages))[:_CANDIDATES]
    scored = []
    for cost, each in likely:
        form = frequency(each)
        lemma = max(map(has_lemma, known_lemmas(each)), default=0)
        if form or lemma:
            score = _WEIGHT_OF_FORM * math.log1p(form) + _WEIGHT_OF_LEMMA * math.log1p(lemma) - _WEIGHT_OF_SLIP * cost
            scored.append((-score, each))
    return [in_case_of(word, each) for _, each in sorted(scored)[:_SUGGESTIONS]]


def _is_slip_inside(slip: _Scored, languages: frozenset[str]) -> bool:
    """Say whether a small slip leads from a word of some languages to another word of one of them."""
    return slip.cost <= _MOST_COST_BETWEEN_WORDS and not languages.isdisjoint(correct_languages(slip.word))


def _is_mendable(typed: str) -> bool:
    letters = typed.replace("'", "").replace("-", "")
    return len(letters) >= MIN_LETTERS and letters.isalpha()


def words_only(terms: Iterable[bytes]) -> list[str]:
    """Return the words among index terms in order: no lemmas, no numbers, each once."""
    decoded = {term.decode() for term in terms}
    return sorted(
        term for term in decoded if term_kind(term) == "bare" and term.replace("'", "").replace("-", "").isalpha()
    )
