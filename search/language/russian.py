"""
Russian lemmas: those that the dictionary finds likely enough.

The dictionary knows how often a form has each lemma; rare readings cost precision and are left out. Words reach this
module folded: lower case, ё as е.
"""

import functools
from collections import defaultdict

from search.language.words import (
    MAX_DICTIONARY_CHARACTERS,
    REMEMBERED_FORMS,
    dictionary,
    stem_of_unknown,
)

# Share of a form's probability below which a lemma is left out: recall .989 -> .986, precision .935 -> .946 on the
# Russian PUD treebank.
SMALLEST_SHARE = 0.05


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
    readings = dictionary("ru").readings(word)
    if not readings:
        predicted = (lemma.replace("ё", "е") for lemma, _ in dictionary("ru").predictions(word))
        return tuple(dict.fromkeys((*predicted, *stem_of_unknown(word))))
    lemmas = [lemma.replace("ё", "е") for lemma, _ in readings]
    return (lemmas[0],) if len(set(lemmas)) == 1 else _likely(lemmas, dictionary("ru").shares(word, readings))


def _likely(lemmas: list[str], shares: list[float]) -> tuple[str, ...]:
    """Return the lemmas whose shares together are large enough, each once, by their largest share."""
    total: dict[str, float] = defaultdict(float)
    for place in sorted(range(len(lemmas)), key=shares.__getitem__, reverse=True):
        total[lemmas[place]] += shares[place]
    smallest = SMALLEST_SHARE * sum(total.values())
    return tuple(lemma for lemma, share in total.items() if share >= smallest)
