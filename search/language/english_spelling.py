"""
One spelling for the British and the American way of writing an English lemma: the American.

Rules make the other spelling, and the lexicon says whether there is such a word: colour is color, but contour stays.
What follows no rule is in ``data/english_spellings.tsv``.
"""

import functools
import re
from types import MappingProxyType

from search.language.english_lexicon import is_english
from search.language.words import read_table

# Where the spellings differ, and what American has there. Vowels before keep four, pour and taller out of the first
# two; the third passes over verbs that are written with s everywhere (advise, exercise, comprise, advertise).
_RULES = tuple(
    (re.compile(pattern), american)
    for pattern, american in (
        (r"([aeiou].{1,3})our(?=$|abl[ey]|al|ed$|er|ful|hood|ing|is[mt]|it|less|ly|ship|y$)", r"\1or"),
        (r"([aeiou][^aeiou]{1,3}[aeiou]l)l(?=ed|er|ing|ist|ous|or)", r"\1"),
        (r"(?<=...)(?<![vc])(?<!pr)(?<!rt)(?<!nch)(?<!nd)(?<!om)is(?=e$|ed$|er$|ing$|able$|ation)", "iz"),
        (r"(?<=..)ys(?=e$|ed$|er$|ing$)", "yz"),
        (r"(?<=[bgt])re$", "er"),
        (r"(?<=[aeiou].en)ce$", "se"),
        (r"(?<=[aeiou].og)ue$", ""),
        (r"(?<=m)me$", ""),
        (r"(?<!^)(?:ae|oe)(?=..)|^(?:ae|oe)(?=....)", "e"),
    )
)
_DIFFERS = re.compile("our|is[ei]|isa|ys[ei]|[bgt]re$|ence$|ogue$|ll|mme$|ae|oe")
# Shorter words are others: mare is not maer, rise is not rize.
_SHORTEST = 5


@functools.cache
def _exceptions() -> MappingProxyType[str, tuple[str, ...]]:
    return read_table("english_spellings.tsv")


def american_spelling(lemma: str) -> str:
    """
    Return the American spelling of a lemma, or the lemma itself where there is no other.

    >>> [american_spelling(word) for word in ("colour", "organisation", "centre", "defence", "manoeuvre")]
    ['color', 'organization', 'center', 'defense', 'maneuver']
    >>> [american_spelling(word) for word in ("four", "mourn", "timbre", "promise", "commence")]
    ['four', 'mourn', 'timbre', 'promise', 'commence']
    """
    if lemma in _exceptions():
        return _exceptions()[lemma][0]
    if len(lemma) < _SHORTEST or not _DIFFERS.search(lemma):
        return lemma
    return next(
        filter(is_english, (rule.sub(american, lemma) for rule, american in _RULES if rule.search(lemma))), lemma
    )
