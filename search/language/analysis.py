"""
From a text to its tokens: cut, normalise, look up, and bring the offsets back to the original.

The same functions serve articles and queries; only the language differs, which a query does not say.
"""

import functools
import re
import unicodedata
from collections.abc import Mapping, Set
from itertools import filterfalse
from types import MappingProxyType
from typing import TypeAlias

from search.article import LANGUAGES, parse_language
from search.language.chunks import chunks
from search.language.normalize import APOSTROPHES, normalize_with_offsets
from search.language.terms import pieces
from search.language.tokenize import only_word, stretches
from search.language.tokens import Token

# A token of a chunk, with offsets in the chunk. A plain tuple, because the garbage collector need not follow it.
_Part: TypeAlias = tuple[str, int, int, tuple[str, ...]]

# Chunks are remembered with their punctuation, for each language of a text and for queries. Two generations take 14 MB
# (210 bytes a chunk), their terms aside, which ``terms`` remembers anyway. Longer chunks hardly ever come twice.
_CHUNKS_IN_A_GENERATION = 32_768
_MAX_REMEMBERED_CHARACTERS = 100

# Letters to Unicode, apostrophes to us.
_LETTER_FOR_APOSTROPHE = re.compile(f"[{''.join(filter(str.isalpha, APOSTROPHES))}]")


def analyze(text: str, language: str | None = None) -> tuple[Token, ...]:
    """
    Return the tokens of a text in reading order, with offsets in that very text.

    ``language`` is that of the article; None means a query, whose Cyrillic words are looked up in both languages unless
    letters or a dictionary settle it. No text raises. Terms are at most ``MAX_TERM_CHARACTERS`` long.

    Raises ``UnsupportedLanguage`` for a language other than uk (or ua), ru and en.

    >>> [(token.text, token.terms) for token in analyze("У Києві", "uk")]
    [('У', ('у', 'uk:у')), ('Києві', ('києві', 'uk:кий', 'uk:київ', 'name:k:ki', 'name:kv:kiv'))]
    """
    memory = _memory(language)
    new = tuple.__new__  # calling the class makes the same in twice the time, and half of the work here is this
    tokens: list[Token] = []
    start = 0
    for chunk in chunks(text):
        for surface, first, last, terms in memory[chunk]:
            tokens.append(new(Token, (surface, start + first, start + last, terms)))
        start += len(chunk) + 1
    return tuple(tokens)


def words_of_chunk(chunk: str, language: str | None = None) -> tuple[tuple[str, int, int, tuple[str, ...]], ...]:
    """
    Return surface, start, end and terms of each token of a chunk of ``chunks``, for those who remember chunks too.

    >>> words_of_chunk("(Києва)", "uk")
    (('Києва', 1, 6, ('києва', 'uk:київ', 'name:kv:kiv')),)
    """
    return _memory(language)[chunk]


def positions(text: str, language: str | None = None) -> list[tuple[str, ...]]:
    """
    Return the terms of each token of a text, for those who need neither words nor offsets.

    >>> positions("У Києві", "uk")
    [('у', 'uk:у'), ('києві', 'uk:кий', 'uk:київ', 'name:k:ki', 'name:kv:kiv')]
    """
    memory = _memory(language)
    return [terms for chunk in chunks(text) for _, _, _, terms in memory[chunk]]


def tokens_with(text: str, language: str | None, terms: Set[str]) -> list[Token]:
    """
    Return the tokens of a text that have any of some terms, in half of the time that all of them take.

    >>> [token.text for token in tokens_with("Міст у Києві", "uk", {"uk:київ"})]
    ['Києві']
    """
    memory = _memory(language)
    lacks = terms.isdisjoint
    found: list[Token] = []
    start = 0
    for chunk in chunks(text):
        for surface, first, last, has in memory[chunk]:
            if not lacks(has):
                found.append(Token(surface, start + first, start + last, has))
        start += len(chunk) + 1
    return found


def count_positions(text: str, language: str | None = None) -> int:
    """
    Return ``len(positions(text, language))`` without looking up the plain words, of which each is one position.

    >>> count_positions("У Києві, на вул. Прорізній")
    5
    """
    memory = _memory(language)
    found = chunks(text)
    others = found if _has_odd_letters(text) else list(filterfalse(str.isalpha, found))
    return len(found) - len(others) + sum(map(len, map(memory.__getitem__, others)))


def _has_odd_letters(text: str) -> bool:
    """Return whether normalising may make something else of a letter: an apostrophe, or a letter and a mark."""
    return not text.isascii() and bool(
        _LETTER_FOR_APOSTROPHE.search(text) or not unicodedata.is_normalized("NFC", text)
    )


class _Memory(dict[str, tuple[_Part, ...]]):
    """
    The parts of chunks in one language, analysed when they are first asked for.

    When a generation is full it becomes the older one, from which what is asked for again moves up; what was not is
    forgotten with the next. Threads may share it: all that they can lose is a chunk, which is then analysed again.
    """

    def __init__(self, language: str | None) -> None:
        super().__init__()
        self._language = language
        self._older: dict[str, tuple[_Part, ...]] = {}

    def __missing__(self, chunk: str) -> tuple[_Part, ...]:
        if len(chunk) > _MAX_REMEMBERED_CHARACTERS:
            return parts(chunk, self._language)
        found = self._older.get(chunk)
        if found is None:
            found = parts(chunk, self._language)
        if len(self) >= _CHUNKS_IN_A_GENERATION:
            self._older = dict(self)
            self.clear()
        self[chunk] = found
        return found


def _memory(language: str | None) -> _Memory:
    """Return the memory of a language, which may be written in any way that is understood."""
    return _memories()[language if language is None or language in LANGUAGES else parse_language(language)]


@functools.cache
def _memories() -> Mapping[str | None, _Memory]:
    return MappingProxyType({language: _Memory(language) for language in (None, *LANGUAGES)})


def parts(text: str, language: str | None) -> tuple[_Part, ...]:
    """
    Analyse a text without cutting it into chunks: surface, start, end and terms of each token.

    >>> parts("(Києва)", "uk")
    (('Києва', 1, 6, ('києва', 'uk:київ', 'name:kv:kiv')),)
    """
    only = only_word(text)
    if only is not None:
        start, end = only
        word = text[start:end]
        return ((word, start, end, pieces("plain", word, language)[0][2]),)
    normalized, starts, ends = normalize_with_offsets(text)
    found = []
    for kind, stretch, offset in stretches(normalized):
        for first, last, terms in pieces(kind, stretch, language):
            start, end = offset + first, offset + last
            if starts is not None and ends is not None:
                start, end = starts[start], ends[end - 1]
            found.append((text[start:end], start, end, terms))
    return tuple(found)
