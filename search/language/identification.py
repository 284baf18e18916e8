"""
In which of the three languages a text is, and in which a paragraph of an article.

Script tells English from the others. Between Ukrainian and Russian, letters that only one of them has count first;
where they say little, words that only one dictionary knows, and the commonest words that stand in both.
"""

import functools
import re
from types import MappingProxyType

from search.language.normalize import fold_letters, normalize
from search.language.words import REMEMBERED_FORMS, is_ordinary, only_language

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
_LETTERS = MappingProxyType({"uk": _UKRAINIAN_LETTERS, "ru": _RUSSIAN_LETTERS})
_OTHER = MappingProxyType({"uk": "ru", "ru": "uk"})
_CYRILLIC_WORD = re.compile("[\u0400-\u052f]+(?:'[\u0400-\u052f]+)*")

# Words that say something among others though the other language has them too.
_MOSTLY = MappingProxyType(
    dict.fromkeys(("та", "й", "як", "про"), "uk") | dict.fromkeys(("и", "как", "от", "об", "он"), "ru")
)
# So many words must speak for the other language before a paragraph is taken to be in it: one may be a name or a slip.
_FEWEST_VOTES = 2
# Names speak for either language; a text without a letter of its own has few other words that do.
_CLEAR_SHARE = 0.7
# A letter alone is an initial or a stutter.
_FEWEST_LETTERS = 2


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


def paragraph_language(paragraph: str, language: str) -> str:
    """
    Return the language in which to analyse a paragraph of an article in ``language``.

    It is another than the article's where an article in one Cyrillic language quotes the other. Letters decide; where
    there are none of either, the words, of which most must speak for the other language, and two at least.
    Words in Latin script are English in every language and need no decision.

    >>> paragraph_language("«Мы этого не забудем», — сказал он.", "uk"), paragraph_language("Так і сталося.", "uk")
    ('ru', 'uk')
    """
    if language not in _OTHER:
        return language
    other = _OTHER[language]
    own_letters, other_letters = _LETTERS[language], _LETTERS[other]
    if not other_letters.search(paragraph):
        if own_letters.search(paragraph):
            return language
        return other if _speaks_for(paragraph, other) else language
    return other if len(other_letters.findall(paragraph)) > len(own_letters.findall(paragraph)) else language


def _speaks_for(paragraph: str, language: str) -> bool:
    """Return whether the words of a paragraph whose letters say nothing are of a language."""
    words = _CYRILLIC_WORD.findall(normalize(paragraph[:_CHARACTERS_READ]).lower())[:_WORDS_LOOKED_UP]
    if len(words) < _FEWEST_VOTES:
        return False
    votes = [found for found in map(language_of_cyrillic_word, words) if found]
    return votes.count(language) >= max(_FEWEST_VOTES, _CLEAR_SHARE * len(votes))


def _saturation(votes: int) -> float:
    """Turn an amount of evidence into a confidence: .5 for one vote, .9 for nine."""
    return votes / (votes + 1)


def _evidence(text: str) -> tuple[int, int]:
    """Return the votes of letters, and if they are few of words too, for Ukrainian and for Russian."""
    ukrainian, russian = len(_UKRAINIAN_LETTERS.findall(text)), len(_RUSSIAN_LETTERS.findall(text))
    if abs(ukrainian - russian) >= _CLEAR_MARGIN:
        return ukrainian, russian
    words = _CYRILLIC_WORD.findall(text.lower())[:_WORDS_LOOKED_UP]
    votes = list(map(language_of_cyrillic_word, words))
    return ukrainian + votes.count("uk"), russian + votes.count("ru")


@functools.lru_cache(REMEMBERED_FORMS)
def language_of_cyrillic_word(word: str) -> str | None:
    """
    Return the language that a word in lower case speaks for; None if it may be of both, or of neither.

    >>> language_of_cyrillic_word("депутати"), language_of_cyrillic_word("только"), language_of_cyrillic_word("закон")
    ('uk', 'ru', None)
    """
    folded = fold_letters(word)
    if found := only_language(folded) or _MOSTLY.get(folded):
        return found
    if len(folded) < _FEWEST_LETTERS:
        return None
    ukrainian, russian = is_ordinary("uk", folded), is_ordinary("ru", folded)
    if ukrainian == russian:
        return None
    return "uk" if ukrainian else "ru"
