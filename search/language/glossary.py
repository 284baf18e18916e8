"""
Translations of the news's common words between Ukrainian, Russian and English (``data/queries/glossary.tsv``).

A row of the table is one sense, its columns the words of each language that a newsroom uses for it; words of one
column are not brought together, only those of different languages are.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import NamedTuple

from search.article import LANGUAGES
from search.language.normalize import fold_letters
from search.language.tables import QUERIES, lines_of, read_text
from search.language.terms import LEMMATIZERS
from search.language.tokens import lemma_term
from search.language.ukrainian import one_spelling

#: What parts the words of a column.
SEPARATOR = ","

# Russian participles stand in the dictionary under their verb, some of them also as adjectives.
_PARTICIPLE = re.compile("(?:нный|тый|мый|щий|вший|щийся|вшийся|н|т)$")


class Translation(NamedTuple):
    """A word or words of another language: as a person reads them, and the lemma term of each."""

    language: str
    shown: str
    terms: tuple[str, ...]


def translations(term: str) -> tuple[Translation, ...]:
    """
    Return the translations of a lemma, given as its index term, in the order of the table.

    >>> [translation.shown for translation in translations("uk:повінь")]
    ['наводнение', 'паводок', 'половодье', 'flood', 'flooding']
    """
    table = _table()
    rows = dict.fromkeys(table.places.get(term, ()))
    return tuple(dict.fromkeys(found for number in rows for found in _translations_in(table.rows[number], term)))


def read_rows() -> Iterator[tuple[tuple[str, ...], ...]]:
    """Yield the rows of the table: for each language of ``LANGUAGES`` its words."""
    for line in lines_of(read_text(QUERIES, "glossary.tsv")):
        yield tuple(words_of(cell) for cell in line.split("\t"))


def words_of(cell: str) -> tuple[str, ...]:
    """
    Return the words of a cell.

    >>> words_of("strike, air raid")
    ('strike', 'air raid')
    """
    return tuple(word for word in map(str.strip, cell.split(SEPARATOR)) if word)


def terms_of_words(language: str, words: str) -> tuple[str, ...]:
    """
    Return the lemma term of each of one or more words that stand in their dictionary form.

    >>> terms_of_words("uk", "Вчитель"), terms_of_words("en", "air raid")
    (('uk:вчитель',), ('en:air', 'en:raid'))
    """
    return tuple(lemma_term(language, _lemma(language, word)) for word in words.split())


def _lemma(language: str, word: str) -> str:
    folded = fold_letters(word.lower())
    if language == "uk":
        return one_spelling(folded)
    # Looking up all words would take half a second at the first query; of the others the dictionary form is the lemma.
    if language == "ru" and not _PARTICIPLE.search(folded):
        return folded
    lemmas = LEMMATIZERS[language](folded)
    return folded if folded in lemmas or not lemmas else lemmas[0]


class _Table(NamedTuple):
    """The rows, and in which of them each lemma stands as a word."""

    rows: tuple[tuple[tuple[str, ...], ...], ...]
    places: MappingProxyType[str, tuple[int, ...]]


@functools.cache
def _table() -> _Table:
    """Read the table: nothing but the terms that lead somewhere, as most rows are never asked for."""
    rows = tuple(read_rows())
    places: dict[str, tuple[int, ...]] = {}
    for number, row in enumerate(rows):
        for language, words in zip(LANGUAGES, row, strict=True):
            for word in words:
                if len(word.split()) == 1:
                    (term,) = terms_of_words(language, word)
                    places[term] = (*places.get(term, ()), number)
    return _Table(rows, MappingProxyType(places))


def _translations_in(row: Sequence[Sequence[str]], term: str) -> Iterator[Translation]:
    """Yield what stands in the other columns than a term."""
    columns = [
        [Translation(language, word, terms_of_words(language, word)) for word in words]
        for language, words in zip(LANGUAGES, row, strict=True)
    ]
    for column in columns:
        if any(word.terms == (term,) for word in column):
            yield from (other for each in columns if each is not column for other in each)
