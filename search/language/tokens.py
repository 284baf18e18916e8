"""
The token: what the analysis of a text is made of, and how its index terms are written.

A term is text, of one of three kinds. A *bare* one (``києві``) is a word as it was written, folded; one with a language
before a colon (``uk:київ``) is a *lemma* of that language; one with ``name`` before a colon (``name:kv:kiv``) is a
*name key*, in which the spellings of a name in all languages meet (``names``). So the languages stay apart, and the
engine can tell what was typed from what it was brought to.
"""

from typing import Literal, NamedTuple

from search.article import LANGUAGES

_LEMMA_PREFIXES = tuple(f"{language}:" for language in LANGUAGES)
_NAME_PREFIX = "name:"

#: What every term that is not a bare word begins with; no bare word does.
DERIVED_PREFIXES = (*_LEMMA_PREFIXES, _NAME_PREFIX)

TermKind = Literal["bare", "lemma", "name"]


# A named tuple because there is one for every word of the archive: it is made in a third of the time of a dataclass.
class Token(NamedTuple):
    """
    A word of a text.

    ``text`` is ``original[start:end]``, exactly as it stands there. ``terms`` are the index terms at this position:
    first the folded word itself, then its lemmas, then its name keys if it may be a name. Successive tokens are
    successive positions; they may overlap (a hyphenated word and its parts), but never go back.
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


def name_term(skeleton: str, key: str = "") -> str:
    """
    Return the index term of a name by its skeleton and its fold key; without a key, how all of that skeleton begin.

    >>> name_term("kv", "kiv"), name_term("kv")
    ('name:kv:kiv', 'name:kv:')
    """
    return f"{_NAME_PREFIX}{skeleton}:{key}"


def term_kind(term: str) -> TermKind:
    """
    Return which kind of term a term is.

    >>> [term_kind(term) for term in ("києві", "uk:київ", "name:kv:kiv")]
    ['bare', 'lemma', 'name']
    """
    if ":" not in term:  # most terms, in a fraction of the time
        return "bare"
    if term.startswith(_NAME_PREFIX):
        return "name"
    return "lemma" if term.startswith(_LEMMA_PREFIXES) else "bare"


def split_term(term: str) -> tuple[str | None, str]:
    """
    Return the language and the lemma of a lemma term; None and the term of any other.

    Only ``term_kind`` says whether that other one is a bare word.

    >>> split_term("uk:київ"), split_term("києві")
    (('uk', 'київ'), (None, 'києві'))
    """
    if term.startswith(_LEMMA_PREFIXES):
        language, _, lemma = term.partition(":")
        return language, lemma
    return None, term


def split_name_term(term: str) -> tuple[str, str]:
    """
    Return the skeleton and the fold key of a name term.

    >>> split_name_term("name:kv:kiv")
    ('kv', 'kiv')
    """
    _, skeleton, key = term.split(":", 2)
    return skeleton, key
