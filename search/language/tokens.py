"""
The token: what the analysis of a text is made of, and how its index terms are written.

A term is text. A bare one (``києві``) is a word as it was written, folded; one with a language before a colon
(``uk:київ``) is a lemma of that language. So the languages stay apart, and the engine can tell what was typed from
what it was brought to.
"""

from typing import NamedTuple

from search.article import LANGUAGES

_LEMMA_PREFIXES = tuple(f"{language}:" for language in LANGUAGES)


# A named tuple because there is one for every word of the archive: it is made in a third of the time of a dataclass.
class Token(NamedTuple):
    """
    A word of a text.

    ``text`` is ``original[start:end]``, exactly as it stands there. ``terms`` are the index terms at this position:
    first the folded word itself, then its lemmas. Successive tokens are successive positions; they may overlap (a
    hyphenated word and its parts), but never go back.
    """

    text: str
    start: int
    end: int
    terms: tuple[str, ...]


def lemma_term(language: str, lemma: str) -> str:
    """
    Return the index term of a lemma.

    >>> lemma_term("uk", "київ")
    'uk:київ'
    """
    return f"{language}:{lemma}"


def split_term(term: str) -> tuple[str | None, str]:
    """
    Return the language and the lemma of a term, or None and the word of a bare term.

    >>> split_term("uk:київ"), split_term("києві")
    (('uk', 'київ'), (None, 'києві'))
    """
    if term.startswith(_LEMMA_PREFIXES):
        language, _, lemma = term.partition(":")
        return language, lemma
    return None, term
