"""
What the dictionaries of two languages are asked in the same way: loading, and stems of words that they do not know.

What the answers mean differs by language and is decided in ``ukrainian`` and ``russian``.
"""

import functools
import re
from types import MappingProxyType

from search.language.dictionaries import Dictionary
from search.language.tables import lines_of, read_text

# No form in either dictionary is longer; longer words are compounds of a hashtag or noise, and predictions are slow.
MAX_DICTIONARY_CHARACTERS = 50

# Analyses are remembered by word form: 65,536 forms are some 30 MB, and cover all but 2-3 % of a day's news.
REMEMBERED_FORMS = 65_536

# Shorter unknown words are acronyms and names whose ending cannot be told from the stem.
_SHORTEST_WITH_ENDING = 5

#: Surnames, first names, patronymics, places, organisations, trade marks (the tags of OpenCorpora).
NAME_TAGS = frozenset({"Surn", "Name", "Patr", "Geox", "Orgn", "Trad"})
# Places mostly have names of their own in each language.
_SHARED_NAME_TAGS = NAME_TAGS - {"Geox"}
# Forms that the dictionary marks as slang, archaic, distorted or informal.
MARKED_TAGS = frozenset({"Slng", "Arch", "Dist", "Infr"})

# Case endings of nouns, names and adjectives in Ukrainian and Russian. Longest first: the first that fits is cut.
_CASE_ENDING = re.compile(
    "(?:"
    "ового|ами|ями|ого|его|ому|ему|ими|ыми|ові|еві|єві|ою|ею|єю|ах|ях|ам|ям|ом|ем|єм|ів|їв|ов|ев|ой|ей|их|ых|им|ым|ий|ый"
    "|[аяуюеєиіїыоьй]"
    ")$"
)


@functools.cache
def dictionary(language: str) -> Dictionary:
    """
    Return the morphological dictionary of ``uk`` or ``ru``, loaded on first use.

    Loading takes a tenth of a second and 35 MB; importing the library itself as much again, so both wait until a
    Cyrillic word has to be analysed.
    """
    return Dictionary(language)


@functools.lru_cache(REMEMBERED_FORMS)
def is_known(language: str, word: str) -> bool:
    """Say whether the dictionary of ``uk`` or ``ru`` has a folded word."""
    return len(word) <= MAX_DICTIONARY_CHARACTERS and dictionary(language).knows(word)


@functools.lru_cache(REMEMBERED_FORMS)
def is_name(language: str, word: str) -> bool:
    """
    Say whether a folded word can be a proper name in ``uk`` or ``ru`` that the other language writes in the same way.

    >>> is_name("uk", "столтенберг"), is_name("uk", "робота"), is_name("ru", "великобритании")
    (True, False, False)
    """
    readings = dictionary(language).readings(word) or dictionary(language).predictions(word)
    return any(_SHARED_NAME_TAGS.intersection(tag.grammemes) for _, tag in readings)


@functools.lru_cache(REMEMBERED_FORMS)
def is_ordinary(language: str, word: str) -> bool:
    """
    Say whether the dictionary of ``uk`` or ``ru`` has a folded word that is not only slang, archaic or informal there.

    >>> is_ordinary("uk", "пока"), is_ordinary("ru", "пока")
    (False, True)
    """
    if len(word) > MAX_DICTIONARY_CHARACTERS:
        return False
    return any(MARKED_TAGS.isdisjoint(tag.grammemes) for _, tag in dictionary(language).readings(word))


@functools.lru_cache(REMEMBERED_FORMS)
def is_only_gerund(word: str) -> bool:
    """
    Say whether a folded word is an adverbial participle and nothing else in Russian.

    >>> is_only_gerund("сказав"), is_only_gerund("рукав")
    (True, False)
    """
    readings = dictionary("ru").readings(word) if len(word) <= MAX_DICTIONARY_CHARACTERS else []
    return bool(readings) and all("GRND" in tag.grammemes for _, tag in readings)


def only_language(word: str) -> str | None:
    """
    Return the language of a folded word that is common in it and no word of the other; None for other words.

    >>> only_language("вони"), only_language("только"), only_language("через")
    ('uk', 'ru', None)
    """
    found = _one_language_words().get(word)
    return found[0] if found else None


@functools.cache
def _one_language_words() -> MappingProxyType[str, tuple[str, ...]]:
    return read_table("one_language_words.tsv")


def stem_of_unknown(word: str) -> tuple[str, ...]:
    """
    Return the stem of a word that no dictionary knows, marked with a tilde; nothing for short words.

    A second chance for names whose forms are predicted differently: +.02 recall on names outside the Russian
    dictionary, +.03 on Ukrainian ones.

    >>> stem_of_unknown("хаймарсами"), stem_of_unknown("пво")
    (('~хаймарс',), ())
    """
    if len(word) < _SHORTEST_WITH_ENDING:
        return ()
    return ("~" + _CASE_ENDING.sub("", word),)


def read_table(name: str) -> MappingProxyType[str, tuple[str, ...]]:
    """Return the first column of a tab-separated file in ``data`` with the words of the second."""
    rows = (line.split("\t") for line in lines_of(read_text(name)))
    return MappingProxyType({key: tuple(words.split()) for key, words in rows})
