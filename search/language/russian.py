"""
Russian lemmas: those that the dictionary finds likely enough.

The dictionary knows how often a form has each lemma; rare readings cost precision and are left out. Forms of closed
classes that it reads wrongly are in ``data/russian_overrides.tsv``. Words reach this module folded: lower case, ё as е.
"""

import functools
from collections import defaultdict
from collections.abc import Sequence
from types import MappingProxyType

from search.language.dictionaries import Reading
from search.language.words import (
    MAX_DICTIONARY_CHARACTERS,
    REMEMBERED_FORMS,
    dictionary,
    read_table,
    stem_of_unknown,
)

# Share of a form's probability below which a lemma is left out: recall .989 -> .986, precision .935 -> .946 on the
# Russian PUD treebank.
SMALLEST_SHARE = 0.05
# The same for a short adjective in -о that can be an adverb. On the Russian PUD treebank recall and precision are .991,
# .950 with 0.15; .990, .952 with 0.3; .988, .954 with 0.5 and more.
SMALLEST_SHARE_BESIDE_ADVERB = 0.3


@functools.cache
def overrides() -> MappingProxyType[str, tuple[str, ...]]:
    """Return the lemmas of the forms that the dictionary lacks or misreads."""
    return read_table("russian_overrides.tsv")


@functools.lru_cache(REMEMBERED_FORMS)
def russian_lemmas(word: str) -> tuple[str, ...]:
    """
    Return the likely lemmas of a folded Russian word form, likeliest first.

    Unknown words give every prediction and a stem: predictions differ between the forms of one name.

    >>> russian_lemmas("харьковом")
    ('харьков',)
    >>> russian_lemmas("людей")
    ('человек',)
    """
    if len(word) > MAX_DICTIONARY_CHARACTERS:
        return ()
    if word in overrides():
        return overrides()[word]
    readings = dictionary("ru").readings(word)
    if not readings:
        predicted = (lemma.replace("ё", "е") for lemma, _ in dictionary("ru").predictions(word))
        return tuple(dict.fromkeys((*predicted, *stem_of_unknown(word))))
    if len({lemma for lemma, _ in readings}) > 1:
        readings = _likely(readings, dictionary("ru").shares(word, readings))
    lemmas = [lemma.replace("ё", "е") for lemma, _ in readings]
    adverbs = (_adverb(lemma) for lemma, tag in readings if "COMP" in tag.grammemes)
    return tuple(dict.fromkeys((*lemmas, *filter(None, adverbs))))


def _adverb(adjective: str) -> str | None:
    """Return the adverb that shares its comparative with an adjective: чаще is of частый and of часто."""
    adverb = adjective[:-2] + "о"
    return adverb if any("ADVB" in tag.grammemes for _, tag in dictionary("ru").readings(adverb)) else None


def _likely(readings: Sequence[Reading], shares: Sequence[float]) -> list[Reading]:
    """
    Return the first reading of each lemma whose share is large enough, by their largest share.

    A short adjective that can be an adverb needs a larger share: успешно and примерно are hardly ever forms of
    успешный and примерный.
    """
    can_be_adverb = any("ADVB" in tag.grammemes for _, tag in readings)
    total: dict[str, float] = defaultdict(float)
    first: dict[str, Reading] = {}
    for place in sorted(range(len(readings)), key=shares.__getitem__, reverse=True):
        lemma = readings[place][0]
        total[lemma] += shares[place]
        first.setdefault(lemma, readings[place])
    whole = sum(total.values())

    def smallest(reading: Reading) -> float:
        is_short = can_be_adverb and "ADJS" in reading[1].grammemes
        return (SMALLEST_SHARE_BESIDE_ADVERB if is_short else SMALLEST_SHARE) * whole

    return [reading for lemma, reading in first.items() if total[lemma] >= smallest(reading)]
