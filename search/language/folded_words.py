"""
The words of a text as they are written, folded: for comparing texts and names with each other, not with the index.

Far cheaper than analysis: nothing is looked up in a dictionary, and a word has no lemmas.
"""

import re
from functools import lru_cache

from search.language.normalize import APOSTROPHES, JOINING_CHARACTERS, fold

_LETTER = rf"[\w{JOINING_CHARACTERS}]"
_WORD = re.compile(rf"{_LETTER}+(?:['{APOSTROPHES}]{_LETTER}+)*")
# Folding is most of the work. A page of ten articles has some 3,000 words, most of them those of the pages before.
_folded = lru_cache(maxsize=1 << 15)(fold)


def folded_words(text: str) -> list[str]:
    """
    Return the words of a text in lower case and in one spelling; a hyphen parts words.

    >>> folded_words("Івано-Франківськ: ҐАНОК, «п’ять»")
    ['івано', 'франківськ', 'ганок', "п'ять"]
    """
    return list(map(_folded, _WORD.findall(text)))


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return where the words of ``folded_words`` stand in a text."""
    return [match.span() for match in _WORD.finditer(text)]
