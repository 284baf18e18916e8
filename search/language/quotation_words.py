"""
The words that tell who said a quotation, in each language: tables in ``data/quotations`` that linguists edit.

A table has headings in square brackets, and under each of them words, many on a line:

``[saying]`` verbs of saying and writing, beside which stands who said it (``[saying to somebody]``: only before them);
``[saying behind]`` those that are verbs of saying only behind a quotation or before a colon; ``[according to: CASE]``
phrases, one on a line, behind which the speaker stands in that case; ``[pronouns: GENDER]``; ``[collectives]`` those
that speak though they are no persons; ``[names of things]`` what stands before a name in quotation marks; ``[not
names]`` what has a capital, or is like a subject, and names nobody; ``[relatives]`` what stands for a word just
before it (who); ``[determiners]``, ``[prepositions]``, ``[subordinators]`` only where no dictionary tells parts of
speech.
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass

from search.language.normalize import fold
from search.language.tables import lines_of, read_text
from search.language.tokens import Token, lemma_term

#: The folder of the tables; they make terms, so they are part of the analysis version.
QUOTATIONS = "quotations"

# Cases as the dictionaries name them.
_CASES = {"genitive": "gent", "instrumental": "ablt", "dative": "datv", "any": None}
_GENDERS = {"masculine": "masc", "feminine": "femn", "neuter": "neut", "plural": "plur"}


@dataclass(frozen=True, slots=True)
class QuotationWords:
    """
    The table of a language; sets hold index terms, both the word itself and its lemma, so that either answers.

    ``according_to`` maps the words of a phrase to the case of the speaker behind it, None for any.
    """

    saying: frozenset[str]
    saying_to: frozenset[str]
    saying_behind: frozenset[str]
    according_to: dict[tuple[str, ...], str | None]
    pronouns: dict[str, str]
    collectives: frozenset[str]
    things: frozenset[str]
    not_names: frozenset[str]
    determiners: frozenset[str]
    prepositions: frozenset[str]
    subordinators: frozenset[str]
    relatives: frozenset[str]


def has(words: frozenset[str], token: Token) -> bool:
    """Return whether a token is one of some words, in any form that the table counts."""
    return not words.isdisjoint(token.terms)


@functools.cache
def quotation_words(language: str) -> QuotationWords:
    """
    Return the table of a language.

    >>> quotation_words("uk").according_to[("за", "словами")], quotation_words("en").pronouns["she"]
    ('gent', 'femn')
    """
    parts = _parts(read_text(QUOTATIONS, f"{language}.txt"))

    def words(heading: str) -> frozenset[str]:
        return frozenset(_terms((word for line in parts.get(heading, ()) for word in line.split()), language))

    phrases = {
        tuple(map(fold, line.split())): _CASES[case]
        for heading, case in _headed(parts, "according to")
        for line in parts[heading]
    }
    pronouns = {
        fold(word): _GENDERS[gender]
        for heading, gender in _headed(parts, "pronouns")
        for line in parts[heading]
        for word in line.split()
    }
    return QuotationWords(
        words("saying") | words("saying to somebody") | words("saying behind"),
        words("saying to somebody"),
        words("saying behind"),
        phrases,
        pronouns,
        words("collectives"),
        words("names of things"),
        words("not names"),
        words("determiners"),
        words("prepositions"),
        words("subordinators"),
        words("relatives"),
    )


def _terms(words: Iterable[str], language: str) -> Iterable[str]:
    for word in words:
        yield fold(word)
        if language != "en":  # there the forms are listed
            yield lemma_term(language, fold(word))


def _parts(text: str) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    heading = ""
    for line in lines_of(text):
        if line.startswith("["):
            heading = line.strip("[] ")
        else:
            parts.setdefault(heading, []).append(line)
    return parts


def _headed(parts: dict[str, list[str]], beginning: str) -> list[tuple[str, str]]:
    return [(heading, heading.rpartition(": ")[2]) for heading in parts if heading.startswith(beginning)]
