"""
What somebody has begun to type, and how else the keys can be read: another keyboard layout, Latin for Cyrillic letters.

Words are whole in a query, and dictionaries say which reading was meant; of a word that has just been begun only the
archive can say whether any begins so. Whatever it has is suggested, and only where it has nothing that begins as typed.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice, product
from typing import NamedTuple

from search.archive.view import View
from search.language import fold
from search.language.layout import other_layouts
from search.language.typing import VocabularyWords, cyrillic_spellings

#: Of fewer letters almost any other reading begins some word.
MIN_LETTERS = 3
# The likeliest spellings; who goes on typing makes the others likely.
_SPELLINGS_OF_A_WORD = 3
_MAX_TEXTS = 6
# Looking for a beginning among the terms takes some 20 microseconds; a word with many readings must not take a second.
_MOST_LOOKS = 400

_AROUND = '"«»“”„()'
_LATIN = re.compile("[a-z]")


class Beginnings(NamedTuple):
    """
    The folded beginnings of words, each in all its spellings; ``texts`` are likely spellings of all of them together.
    """

    words: tuple[tuple[str, ...], ...]
    texts: tuple[str, ...]

    def begin_in(self, text: str) -> bool:
        """Return whether a word of a text, and those that follow it, begin so."""
        folded = fold(text)
        return any(re.search(rf"(?<![\w']){re.escape(each)}", folded) for each in self.texts)


def typed_words(typed: str) -> list[str]:
    """Return the words of a typed text as names and headlines are compared with them, without signs around them."""
    return [word for each in typed.split() if (word := fold(each).strip(_AROUND))]


def as_typed(words: Sequence[str]) -> Beginnings:
    """Return folded words as beginnings that are spelt in one way."""
    return Beginnings(tuple((word,) for word in words), (" ".join(words),))


def other_readings(view: View, typed: str) -> Iterator[Beginnings]:
    """Yield how else a typed text may be read, the likeliest first; nothing for a text that is too short to say."""
    if sum(map(str.isalpha, typed)) < MIN_LETTERS:
        return
    for conversion in other_layouts(typed):
        if words := typed_words(conversion.text):
            yield as_typed(words)
    words = typed_words(typed)
    if any(map(_LATIN.search, words)):
        spellings = tuple(_spellings(view, word) for word in words)
        texts = tuple(map(" ".join, islice(product(*spellings), _MAX_TEXTS)))
        yield Beginnings(spellings, texts)


def _spellings(view: View, word: str) -> tuple[str, ...]:
    """Return the beginnings of words of the archive for which a word in Latin letters may stand, or else itself."""
    if not _LATIN.search(word):
        return (word,)
    begins = _Terms(view).begin
    found = cyrillic_spellings(word, _SPELLINGS_OF_A_WORD, vocabulary=VocabularyWords(begins, begins))
    return found or (word,)


class _Terms:
    """The terms of a snapshot; a limited number of questions is answered, each once."""

    def __init__(self, view: View) -> None:
        self._segments = view.snapshot.segments
        self._asked: dict[str, bool] = {}

    def begin(self, letters: str) -> bool:
        """Return whether any term begins with some letters; False when too much was asked for already."""
        if letters not in self._asked and len(self._asked) < _MOST_LOOKS:
            encoded = letters.encode()
            self._asked[letters] = any(segment.terms.prefix_range(encoded) for segment in self._segments)
        return self._asked.get(letters, False)
