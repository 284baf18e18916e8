"""
Ukrainian lemmas: every one that the dictionary offers.

The dictionary has no probabilities (``Києві`` is first of all a form of ``кий``), so choosing one would lose names; all
are indexed at the same position. Words reach this module folded: lower case, apostrophe ', ґ as г.
"""

import functools
import re
from collections.abc import Sequence
from types import MappingProxyType

from search.language.dictionaries import Reading
from search.language.words import (
    MAX_DICTIONARY_CHARACTERS,
    REMEMBERED_FORMS,
    dictionary,
    is_known,
    read_table,
    stem_of_unknown,
)

_ENDINGS_OF_PARTICIPLE = ("чи", "ши", "чись", "шись", "чися", "шися")
_ADVERBIAL_PARTICIPLE = re.compile(r"(?P<stem>.+)(?P<ending>чи|ши)(?P<reflexive>с[ья])?")
_COMPARATIVE_ENDINGS = ("ше", "че")
_FINITE_ENDINGS = {"чи": "ть", "ши": ""}
_CONSONANT_SECOND = re.compile("[уі][бвгджзйклмнпрстфхцчшщ]..")
# The spelling of 2019 writes є after a vowel in words from Latin: проєкт, проєкція, траєкторія.
_YECT = re.compile("(?<=[аоу])є(?=к[тц])")


@functools.cache
def overrides() -> MappingProxyType[str, tuple[str, ...]]:
    """Return the lemmas of the forms that the dictionary lacks or misreads (``data/ukrainian_overrides.tsv``)."""
    return read_table("ukrainian_overrides.tsv")


@functools.lru_cache(REMEMBERED_FORMS)
def ukrainian_lemmas(word: str) -> tuple[str, ...]:
    """
    Return the lemmas of a folded Ukrainian word form, in the dictionary's order, in their one spelling.

    Adverbial participles also give their infinitive; unknown words give every prediction and a stem.

    >>> ukrainian_lemmas("києві")
    ('кий', 'київ')
    >>> ukrainian_lemmas("говорячи")
    ('говорячи', 'говорити')
    """
    if len(word) > MAX_DICTIONARY_CHARACTERS:
        return ()
    if word in overrides():
        return overrides()[word]
    known = dictionary("uk").readings(word)
    readings = _likelier_part_of_speech(word, known or dictionary("uk").predictions(word))
    found = dict.fromkeys(lemma for lemma, _ in readings)
    if word.endswith(_ENDINGS_OF_PARTICIPLE):
        participle = _ADVERBIAL_PARTICIPLE.fullmatch(word)
        if participle and any("GRND" in tag.grammemes for _, tag in readings):
            found |= dict.fromkeys(_infinitives(participle))
    if not known:
        found |= dict.fromkeys(stem_of_unknown(word))
    return tuple(dict.fromkeys(map(one_spelling, found)))


def _likelier_part_of_speech(word: str, readings: Sequence[Reading]) -> Sequence[Reading]:
    """Return the readings of a comparative (швидше, дорожче) without those as an adjective if it can be an adverb."""
    if word.endswith(_COMPARATIVE_ENDINGS) and any("ADVB" in tag.grammemes for _, tag in readings):
        return [reading for reading in readings if "ADJF" not in reading[1].grammemes]
    return readings


def _infinitives(participle: re.Match[str]) -> list[str]:
    """
    Return the infinitives of an adverbial participle, by way of a form that the dictionary links to them.

    говоря-чи -> говоря-ть (they say), зробив-ши -> зробив (he did), приніс-ши -> приніс (he brought).
    """
    ending = _FINITE_ENDINGS[participle["ending"]] + ("ся" if participle["reflexive"] else "")
    finite = participle["stem"] + ending
    return [lemma for lemma, tag in dictionary("uk").readings(finite) if "VERB" in tag.grammemes]


def one_spelling(lemma: str) -> str:
    """
    Write a lemma in the one of its correct spellings that stands for all.

    ґ as г, проєкт as проект, and у or і at the start as в or й where that is a word too (учитель, вчитель).
    """
    lemma = lemma.replace("ґ", "г")
    if "є" in lemma:
        lemma = _YECT.sub("е", lemma)
    if lemma.startswith(("у", "і")) and _CONSONANT_SECOND.match(lemma):
        other = ("в" if lemma[0] == "у" else "й") + lemma[1:]
        if is_known("uk", other):
            return other
    return lemma
