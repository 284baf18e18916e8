"""
Which index terms each stretch of a text gets, and at which positions.

A stretch depends on nothing around it, so its terms are remembered: a word is analysed once. First comes the bare
folded word, then what it is also looked up by, then lemma terms in the order of ``LEMMATIZERS``, last the name keys of
a word that may be a name.
"""

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from types import MappingProxyType
from typing import TypeAlias

from search.language.english import english_lemmas, is_acronym_like_a_word, without_possessive
from search.language.named import terms_of_name
from search.language.normalize import MAX_TERM_CHARACTERS, fold_letters, mend_look_alikes
from search.language.numbers import code_keys, parts_with_offsets, split_code, split_number
from search.language.routing import languages_of_word
from search.language.russian import russian_lemmas
from search.language.tokenize import Kind
from search.language.tokens import lemma_term
from search.language.ukrainian import ukrainian_lemmas
from search.language.words import REMEMBERED_FORMS, read_table

#: The lemmas of a folded word in each language. A new language is a line here; see docs/adding-a-language.md.
LEMMATIZERS: MappingProxyType[str, Callable[[str], tuple[str, ...]]] = MappingProxyType(
    {"uk": ukrainian_lemmas, "ru": russian_lemmas, "en": english_lemmas}
)

# In a code, fewer letters than this say too little on their own: F of F-16, but COVID of COVID-19.
_FEWEST_TELLING_LETTERS = 3

# What ends the sentence that an address stands in, rather than the address.
_AFTER_ADDRESS = ".,;:!?)]}/"
_SCHEME = re.compile(r"^https?://(?:www\.)?|^www\.")

_TAG_JOINT = re.compile(r"(?<=[a-zа-яіїєґё])(?=[A-ZА-ЯІЇЄҐЁ])|_+|(?<=\D)(?=\d)|(?<=\d)(?=\D)")


#: One position: its start and end inside the stretch, and its terms. A plain tuple, of which there are many in memory,
#: because the garbage collector need not follow those.
Piece: TypeAlias = tuple[int, int, tuple[str, ...]]


def pieces(kind: Kind, stretch: str, language: str | None) -> tuple[Piece, ...]:
    """
    Return the positions that a stretch takes, with their terms.

    >>> pieces("word", "Києва", "uk")
    ((0, 5, ('києва', 'uk:київ', 'name:kv:kiv')),)
    """
    # A stretch longer than a term is not worth remembering, and memory stays bounded.
    analyse = _remembered_pieces if len(stretch) <= MAX_TERM_CHARACTERS else _pieces
    return analyse(kind, stretch, language)


def _pieces(kind: Kind, stretch: str, language: str | None) -> tuple[Piece, ...]:
    return tuple(_ANALYSES[kind](stretch, language))


_remembered_pieces = functools.lru_cache(REMEMBERED_FORMS)(_pieces)


def word_terms(word: str, language: str | None) -> tuple[str, ...]:
    """
    Return the terms of a normalised word without hyphens: the folded word, then its lemmas.

    >>> word_terms("Reporter's", "en")
    ("reporter's", 'reporter', 'en:reporter')
    """
    return _unique(_ordinary_terms(word, language))


def _named_terms(word: str, language: str | None) -> tuple[str, ...]:
    """
    Return the terms of a word, then its name keys if it may be a name.

    >>> _named_terms("Macron's", "en")
    ("macron's", 'macron', 'en:~macron', 'name:mkrn:makron')
    """
    terms = _ordinary_terms(word, language)
    if language is None or word[0].isupper():
        terms += terms_of_name(mend_look_alikes(word), terms[1], language)
    return _unique(terms)


def _ordinary_terms(word: str, language: str | None) -> tuple[str, ...]:
    """Return the folded word, the same without a possessive, and the lemma terms."""
    mended = mend_look_alikes(word[:MAX_TERM_CHARACTERS])
    lower = mended.lower()
    folded = fold_letters(lower)
    bare = without_possessive(folded)
    if mended[:2].isupper() and is_acronym_like_a_word(without_possessive(mended)):
        return folded, bare, lemma_term("en", bare.upper())
    return folded, bare, *_lemma_terms(lower, bare, language)


def _lemma_terms(lower: str, folded: str, language: str | None) -> list[str]:
    """Return the lemma terms of a word, then those of the unit or sign that it stands for."""
    terms: list[str] = []
    units = _units()
    for candidate in languages_of_word(lower, folded, language):
        for lemma in LEMMATIZERS[candidate](folded):
            terms.append(lemma_term(candidate, lemma))
            if lemma in units:
                terms += _unit_terms(lemma)
    if folded in units:
        terms += _unit_terms(folded)
    return terms


@functools.cache
def _units() -> MappingProxyType[str, tuple[str, ...]]:
    return read_table("units.tsv")


def _unit_terms(word: str) -> tuple[str, ...]:
    units = _units()
    if word not in units:
        return ()
    return tuple(
        lemma_term("en", lemma)
        for english in units[word]
        for lemma in ((english,) if english.isupper() else english_lemmas(english))
    )


def _plain(stretch: str, language: str | None) -> tuple[Piece]:
    return ((0, len(stretch), _named_terms(stretch, language)),)


def _word(stretch: str, language: str | None) -> Iterator[Piece]:
    if "-" not in stretch:
        yield 0, len(stretch), _named_terms(stretch, language)
        return
    first, *later = parts_with_offsets(stretch)
    whole = (*_whole_terms(stretch, language), *_named_terms(first[1], language))
    yield 0, len(stretch), _unique((*whole, *_whole_name_terms(stretch, language)))
    for start, part in later:
        yield start, start + len(part), _named_terms(part, language)


def _whole_name_terms(hyphenated: str, language: str | None) -> tuple[str, ...]:
    """Return the name terms of a hyphenated word as one, if every part may begin a name: Івано-Франківськ."""
    parts = hyphenated[:MAX_TERM_CHARACTERS].split("-")
    if language is not None and any(part.islower() for part in parts):
        return ()
    whole = "-".join(map(mend_look_alikes, parts))
    return terms_of_name(whole, without_possessive(fold_letters(whole.lower())), language)


def _whole_terms(hyphenated: str, language: str | None) -> Iterator[str]:
    """Yield the terms of a hyphenated word as one: with the hyphen, written together, its lemmas."""
    parts = hyphenated[:MAX_TERM_CHARACTERS].split("-")
    lower = "-".join(map(mend_look_alikes, parts)).lower()
    whole, joined = fold_letters(lower), fold_letters(lower.replace("-", ""))
    yield whole
    yield joined
    yield from _lemma_terms(lower, whole, language)
    if joined.isascii():  # English writes the same word both ways (cease-fire, ceasefire)
        yield from (lemma_term("en", lemma) for lemma in english_lemmas(joined))


def _number(stretch: str, language: str | None) -> Iterator[Piece]:
    number = split_number(stretch)
    yield 0, number.number_length, (number.number[:MAX_TERM_CHARACTERS],)
    for start, word in number.words:
        yield start, start + len(word), word_terms(word, language)


def _price(stretch: str, language: str | None) -> Iterator[Piece]:
    """The number first, then its sign: $5 is read as 5 $ is written."""
    for _, _, terms in (*_number(stretch[1:], language), *_sign(stretch[0], language)):
        yield 0, len(stretch), terms


def _code(stretch: str, language: str | None) -> Iterator[Piece]:
    folded = fold_letters(stretch.lower())
    letters, digits, digits_start = split_code(stretch)
    telling = word_terms(letters, language) if len(letters) >= _FEWEST_TELLING_LETTERS else ()
    base = (lemma_term("en", "~" + key) for key in code_keys(fold_letters((letters + digits).lower())))
    yield 0, len(stretch), _unique((folded, *code_keys(folded), *telling, *base))
    yield digits_start, digits_start + len(digits), (digits[:MAX_TERM_CHARACTERS],)


def _initials(stretch: str, _language: str | None) -> Iterator[Piece]:
    joined = stretch[: 2 * MAX_TERM_CHARACTERS].replace(".", "")
    letters = fold_letters(joined.lower())
    acronym = (lemma_term("en", joined),) if is_acronym_like_a_word(joined) else _unit_terms(letters)
    yield 0, len(stretch), _unique((".".join(letters)[:MAX_TERM_CHARACTERS], letters, *acronym))


def _tag(stretch: str, language: str | None) -> Iterator[Piece]:
    words = _tag_words(stretch)
    whole = (fold_letters(stretch.lower()), *word_terms(stretch[1:].strip("_"), language))
    first = _named_terms(words[0][1], language)
    yield 0, len(stretch), _unique((*whole, *first))
    for start, word in words[1:]:
        yield start, start + len(word), _named_terms(word, language)


def _tag_words(tag: str) -> list[tuple[int, str]]:
    """
    Return the words run together in a tag, with their offsets.

    >>> _tag_words("#StandWithUkraine_2022")
    [(1, 'Stand'), (6, 'With'), (10, 'Ukraine'), (18, '2022')]
    """
    words = []
    start = 1
    for match in _TAG_JOINT.finditer(tag, 1):
        words.append((start, tag[start : match.start()]))
        start = match.end()
    words.append((start, tag[start:]))
    return [(start, word) for start, word in words if word]


def _address(stretch: str, _language: str | None) -> Iterator[Piece]:
    """Terms of a web address: without its scheme, its host, and the name that people call the site by."""
    stretch = stretch.rstrip(_AFTER_ADDRESS)
    folded = _fold_address(stretch)
    address = _SCHEME.sub("", folded).replace(":", "")  # a colon marks lemma terms; no bare one may look like them
    host = address.partition("/")[0]
    yield 0, len(stretch), _unique((address, host, host.partition(".")[0])) or (folded,)


def _mail(stretch: str, _language: str | None) -> Iterator[Piece]:
    address = _fold_address(stretch)
    yield 0, len(stretch), _unique((address, *address.split("@", 1)))


def _fold_address(stretch: str) -> str:
    return stretch[:MAX_TERM_CHARACTERS].lower()[:MAX_TERM_CHARACTERS]


def _sign(stretch: str, _language: str | None) -> Iterator[Piece]:
    yield 0, len(stretch), (stretch, *_unit_terms(stretch))


def _unique(terms: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, dict.fromkeys(terms)))


_ANALYSES: MappingProxyType[Kind, Callable[[str, str | None], Iterable[Piece]]] = MappingProxyType(
    {
        "plain": _plain,
        "address": _address,
        "mail": _mail,
        "tag": _tag,
        "initials": _initials,
        "price": _price,
        "number": _number,
        "code": _code,
        "word": _word,
        "sign": _sign,
    }
)
