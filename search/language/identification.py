"""
In which of the three languages a text is.

Script tells English from the others. Between Ukrainian and Russian, letters that only one of them has count first;
where they say little, words that only one dictionary knows, and the commonest words that stand in both.
"""

import re

from search.language.normalize import fold_letters, normalize
from search.language.words import is_known

# A news item shows its language in its first lines; more only takes time.
_CHARACTERS_READ = 20_000
_WORDS_LOOKED_UP = 200

# News in Cyrillic is full of names in Latin script, English news hardly ever quotes Cyrillic.
_LATIN_SHARE = 3

# With so many letters of one language more than of the other, its words cannot change the answer.
_CLEAR_MARGIN = 20

_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_UKRAINIAN_LETTERS = re.compile("[іїєґІЇЄҐ]")
_RUSSIAN_LETTERS = re.compile("[ыэёъЫЭЁЪ]")
_CYRILLIC_WORD = re.compile("[\u0400-\u052f]+(?:'[\u0400-\u052f]+)*")

# Short words that one dictionary has as the commonest words, the other as a letter, an interjection or a rarity.
_ONLY_UKRAINIAN_WORDS = frozenset(
    "та й що як або але ще вже теж щоб від до про тому мене тебе".split()  # noqa: SIM905  reads better as a line
)
_ONLY_RUSSIAN_WORDS = frozenset(
    "и как что но или уже тоже чтобы от об когда потом меня тебя он она".split()  # noqa: SIM905
)


def identify(text: str) -> tuple[str, float]:
    """
    Return the language of a text and how sure that is, from 0 to 1.

    The confidence grows with the evidence and falls with evidence for the other language. A text without a letter is
    ``("uk", 0.0)``; one whose letters and words decide nothing is Ukrainian with a confidence below .5.

    >>> identify("Рада ухвалила бюджет")[0], identify("Депутаты приняли бюджет")[0], identify("The budget passed")[0]
    ('uk', 'ru', 'en')
    """
    text = normalize(text[:_CHARACTERS_READ])
    latin, cyrillic = len(_LATIN.findall(text)), len(_CYRILLIC.findall(text))
    if not latin and not cyrillic:
        return "uk", 0.0
    if latin > _LATIN_SHARE * cyrillic:
        return "en", latin / (latin + cyrillic) * _saturation(latin)
    ukrainian, russian = _evidence(text)
    if not ukrainian and not russian:
        return "uk", 0.25
    language, votes = ("uk", ukrainian) if ukrainian >= russian else ("ru", russian)
    return language, votes / (ukrainian + russian) * _saturation(votes)


def _saturation(votes: int) -> float:
    """Turn an amount of evidence into a confidence: .5 for one vote, .9 for nine."""
    return votes / (votes + 1)


def _evidence(text: str) -> tuple[int, int]:
    """Return the votes of letters, and if they are few of words too, for Ukrainian and for Russian."""
    ukrainian, russian = len(_UKRAINIAN_LETTERS.findall(text)), len(_RUSSIAN_LETTERS.findall(text))
    if abs(ukrainian - russian) >= _CLEAR_MARGIN:
        return ukrainian, russian
    words = _CYRILLIC_WORD.findall(text.lower())[:_WORDS_LOOKED_UP]
    return ukrainian + sum(map(_votes_ukrainian, words)), russian + sum(map(_votes_russian, words))


def _votes_ukrainian(word: str) -> bool:
    return word in _ONLY_UKRAINIAN_WORDS or (word not in _ONLY_RUSSIAN_WORDS and _known_only(word, "uk", "ru"))


def _votes_russian(word: str) -> bool:
    return word in _ONLY_RUSSIAN_WORDS or (word not in _ONLY_UKRAINIAN_WORDS and _known_only(word, "ru", "uk"))


def _known_only(word: str, language: str, other: str) -> bool:
    folded = fold_letters(word)
    return is_known(language, folded) and not is_known(other, folded)
