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
    is_known,
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
    shares: dict[str, float] = defaultdict(float)
    for parse in dictionary("ru").parse(word):
        shares[parse.normal_form.replace("ё", "е")] += parse.score
    if not is_known("ru", word):
        return tuple(dict.fromkeys((*shares, *stem_of_unknown(word))))
    smallest = SMALLEST_SHARE * sum(shares.values())
    return tuple(lemma for lemma, share in shares.items() if share >= smallest)
