"""
Other names of the same thing in Ukrainian, Russian and English: acronyms, exonyms, renamings, given names.

Names whose spellings meet by their sound need no entry; these are the others: Відень and Vienna, ЗСУ and AFU, Бахмут
and Артемівськ, Микола and Nikolai. They come from tables in ``data/queries``, which serve queries alone, and from the
Unicode CLDR, by way of Babel: countries, and the cities that name time zones.

Names are found by cheap keys (the folded name, its lemma term); which index terms answer a name is only worked out when
a query leads there, because that asks the dictionaries.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from search.article import LANGUAGES
from search.language.english import english_lemmas, without_possessive
from search.language.normalize import fold, fold_letters, normalize
from search.language.tables import QUERIES, lines_of, read_text
from search.language.terms import LEMMATIZERS
from search.language.tokens import lemma_term, split_term
from search.language.ukrainian import one_spelling
from search.language.words import MAX_DICTIONARY_CHARACTERS, dictionary, is_known, stem_of_unknown


class Alias(NamedTuple):
    """
    Another name: its language, as a person reads it, and what answers it in a text.

    ``words`` are its successive positions, each as the index terms any of which answers it.
    """

    language: str | None
    shown: str
    words: tuple[tuple[str, ...], ...]


class PhraseAliases(NamedTuple):
    """The other names of what the words from ``start`` until before ``end`` name together."""

    start: int
    end: int
    aliases: tuple[Alias, ...]


class _Table(NamedTuple):
    """
    A file of ``data/queries``.

    ``joined``: the names of one column mean the same, so one of them also leads to the others. ``inflected``: its
    English names are common nouns too (drone, drones); of others only the form as written is taken.
    """

    name: str
    joined: bool = True
    inflected: bool = False


_TABLES = (
    _Table("countries.tsv"),
    _Table("ukrainian_places.tsv"),
    _Table("world_places.tsv"),
    _Table("organisations.tsv", inflected=True),
    _Table("people.tsv"),
    _Table("given_names.tsv", joined=False),
)
_CLDR = _Table("CLDR")

#: What parts the names of a column.
SEPARATOR = ", "
#: Behind a name in a table: a query must have its capitals, since without them it is an ordinary word (ВОЗ, воз).
NEEDS_CAPITALS = "*"
#: Moreover, texts are full of that ordinary word (US, us), so they are not searched for the name, except as U.S.
ORDINARY_WORD = "!"

# Pronouns, adverbs, prepositions, conjunctions, particles, numerals, predicatives (the tags of OpenCorpora).
_CLOSED_CLASSES = frozenset({"NPRO", "ADVB", "PREP", "CONJ", "PRCL", "NUMR", "PRED"})

# What two words must share to be compared as the first of a phrase; inflection leaves that alone (збройні, збройних).
_SHARED_LETTERS = 2

# No place of its own: the world, and what stands for something unknown or artificial. Того and Малі are in our tables,
# since texts are full of того (that) and малі (small).
_NOT_TERRITORIES = frozenset({"001", "QO", "XA", "XB", "ZZ", "TG", "ML"})
# Stations on the ice, one of which is the East in Russian; Gaza, which has marks in our tables because газа is also a
# form of gas; towns that are other words in English or Russian.
_NOT_CITIES = ("Antarctica/", "Etc/", "Asia/Gaza", "Asia/Oral", "America/Nome", "America/Resolute")
# What in a name of the CLDR makes it a description rather than a name: Конго - Киншаса, Макао (САР).
_DESCRIBING = ("(", ",", "–", "—", " - ", "/")

# How the CLDR writes what our tables write plainly.
_PLAIN = (
    ("\N{MODIFIER LETTER APOSTROPHE}", "'"),
    ("\N{RIGHT SINGLE QUOTATION MARK}", "'"),
    ("&", "and"),
    ("St. ", "St "),
    ("о-ва", "острова"),
    ("о-в", "остров"),
)

# What may stand behind the stem of a word that no dictionary knows in its dictionary form (words.stem_of_unknown).
_ENDINGS = ("", "а", "я", "е", "є", "о", "и", "ы", "і", "ь", "ий", "ый", "ів", "ов")


class _Name(NamedTuple):
    """A name of a row: the row's number, the column's number and the place in the column."""

    row: int
    column: int
    place: int


class _Row(NamedTuple):
    table: _Table
    columns: tuple[tuple[str, ...], ...]


class _Names(NamedTuple):
    """All rows; single words by their keys, names of several words by the first letters of the first."""

    rows: tuple[_Row, ...]
    words: Mapping[str, tuple[_Name, ...]]
    phrases: Mapping[str, tuple[_Name, ...]]


def aliases(terms: Sequence[str], typed: str = "") -> tuple[Alias, ...]:
    """
    Return the other names of what a word of a query names, given its terms, in the order of the tables.

    ``typed`` is the word as it was typed: its capitals tell US from us, and Ігор from a form of гра (game). Without it
    marked names lead nowhere.

    >>> [alias.shown for alias in aliases(("відень", "uk:відень"), "Відень")]
    ['Вена', 'Vienna']
    >>> aliases(("us", "en:us"), "us")
    ()
    """
    names = _names()
    found = dict.fromkeys(name for term in terms for key in _lookups(term) for name in names.words.get(key, ()))
    known = set(terms)
    leading = [name for name in found if _may_mean(names, name, typed)]
    return tuple(alias for alias in _others(names, leading) if not (len(alias.words) == 1 and _is_all_of(alias, known)))


def phrase_aliases(words: Sequence[Sequence[str]]) -> tuple[PhraseAliases, ...]:
    """
    Return the other names of what successive words of a query name together, given the terms of each word.

    A word with hyphens is one word here, with the terms that stand for it as a whole; in ``Alias.words``, which are
    positions of a text, its later parts follow it. Where names overlap, the longest is taken; single words are left
    to ``aliases``.

    >>> [found] = phrase_aliases([("біля",), ("чорного", "uk:чорний"), ("моря", "uk:море")])
    >>> found.start, found.end, [alias.shown for alias in found.aliases]
    (1, 3, ['Чёрное море', 'Black Sea'])
    """
    names = _names()
    spans: dict[tuple[int, int], list[_Name]] = defaultdict(list)
    for start in range(len(words)):
        for name in _phrases_from(names, words, start):
            spans[start, start + len(_name_words(names, name))].append(name)
    taken: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0] - span[1], span)):
        if all(end <= first or last <= start for first, last in taken):
            taken.append((start, end))
    return tuple(PhraseAliases(*span, tuple(_others(names, spans[span]))) for span in sorted(taken))


def read_table(name: str) -> Iterator[tuple[tuple[str, ...], ...]]:
    """Yield the rows of a table of ``data/queries``: for each language of ``LANGUAGES`` its names, with their marks."""
    # The whole text at once, which takes a tenth of the time of each name by itself.
    for line in lines_of(normalize(read_text(QUERIES, name))):
        yield tuple(tuple(cell.split(SEPARATOR)) if cell else () for cell in line.split("\t"))


def table_names() -> tuple[str, ...]:
    """Return the names of the tables."""
    return tuple(table.name for table in _TABLES)


def without_mark(name: str) -> str:
    """
    Return a name of a table without its mark.

    >>> without_mark("WHO!"), without_mark("Суми")
    ('WHO', 'Суми')
    """
    return name.rstrip(NEEDS_CAPITALS + ORDINARY_WORD)


def is_acronym(name: str) -> bool:
    """
    Return whether a name is written with capitals inside.

    >>> is_acronym("ЗСУ"), is_acronym("БпЛА"), is_acronym("Нью-Йорк"), is_acronym("Київ")
    (True, True, False, False)
    """
    return " " not in name and "-" not in name and sum(map(str.isupper, name)) > 1


def cldr_rows() -> Iterator[tuple[tuple[str, ...], ...]]:
    """Yield the names of territories and of the cities of time zones that the CLDR has, in rows like a table's."""
    # Babel takes 15 ms to import and 60 to read what it knows of three languages.
    from babel import Locale

    locales = [Locale(language) for language in LANGUAGES]
    for code in sorted(set(locales[0].territories) - _NOT_TERRITORIES):
        yield tuple(_as_names(locale.territories.get(code)) for locale in locales)
    for zone in sorted(set().union(*(locale.time_zones for locale in locales))):
        if not zone.startswith(_NOT_CITIES):
            # English leaves out a city that is called as its zone is.
            default = {"en": zone.rpartition("/")[2].replace("_", " ")}
            yield tuple(
                _as_names(locale.time_zones.get(zone, {}).get("city", default.get(locale.language)))
                for locale in locales
            )


def _as_names(name: str | None) -> tuple[str, ...]:
    if not name or any(part in name for part in _DESCRIBING):
        return ()
    for written, plain in _PLAIN:
        name = name.replace(written, plain)
    return (name,)


@functools.cache
def _names() -> _Names:
    """Read all names: 50 ms of one core, and 70 for those of the CLDR."""
    rows = tuple(_all_rows())
    words: dict[str, tuple[_Name, ...]] = {}
    phrases: dict[str, tuple[_Name, ...]] = {}
    for number, row in enumerate(rows):
        for column, texts in enumerate(row.columns):
            for place, text in enumerate(texts):
                name, folded = _Name(number, column, place), fold_letters(without_mark(text).lower())
                if " " in folded:
                    letters = folded[:_SHARED_LETTERS]
                    phrases[letters] = (*phrases.get(letters, ()), name)
                else:
                    for key in _keys(LANGUAGES[column], folded, row.table.inflected):
                        words[key] = (*words.get(key, ()), name)
    return _Names(rows, MappingProxyType(words), MappingProxyType(phrases))


def _all_rows() -> Iterator[_Row]:
    for table in _TABLES:
        for columns in read_table(table.name):
            yield _Row(table, columns)
    for columns in cldr_rows():
        if sum(map(bool, columns)) > 1:
            yield _Row(_CLDR, columns)


def _keys(language: str, folded: str, inflected: bool) -> Iterator[str]:
    """Yield the terms of a query's word that lead to a name of one word, without asking a dictionary."""
    yield folded
    if language == "en":
        if inflected:
            yield lemma_term(language, english_lemmas(folded)[0])
        return
    yield lemma_term(language, folded)
    if language == "uk" and folded[0] in "уі":  # Україна has the lemma вкраїна, see ukrainian.one_spelling
        yield lemma_term(language, {"у": "в", "і": "й"}[folded[0]] + folded[1:])


def _lookups(term: str) -> Iterator[str]:
    """Yield the keys under which to look for a term: a stem (uk:~торецьк) with the endings that it may have lost."""
    language, lemma = split_term(term)
    if language and lemma.startswith("~"):
        yield from (lemma_term(language, lemma[1:] + ending) for ending in _ENDINGS)
    else:
        yield term


def _text(names: _Names, name: _Name) -> str:
    return names.rows[name.row].columns[name.column][name.place]


def _may_mean(names: _Names, name: _Name, typed: str) -> bool:
    """Return whether a word as it was typed can be a name of a table."""
    text = _text(names, name)
    if text.endswith((NEEDS_CAPITALS, ORDINARY_WORD)):
        return "." in typed.rstrip(".") or typed[: 2 if is_acronym(text) else 1].isupper()
    language = LANGUAGES[name.column]
    if language == "en" or not typed.islower():
        return True
    return not _is_rather_another_word(language, text, fold(typed), names.rows[name.row].table)


def _is_rather_another_word(language: str, name: str, folded: str, table: _Table) -> bool:
    """
    Return whether a word typed in small letters is rather another word than a form of a name.

    Not a form of Доха if it can be a pronoun, an adverb or the like (досі); not of a given name if it can be a form of
    anything else (ігор); and of an acronym only that itself.
    """
    if is_acronym(name):
        return folded != fold_letters(name.lower())
    readings = dictionary(language).readings(folded) if len(folded) <= MAX_DICTIONARY_CHARACTERS else ()
    own = fold_letters(name.lower())
    others = [tag for lemma, tag in readings if fold_letters(lemma) != own]
    return any(not _CLOSED_CLASSES.isdisjoint(tag.grammemes) for tag in others) or (not table.joined and bool(others))


def _others(names: _Names, found: Iterable[_Name]) -> Iterator[Alias]:
    """Yield the other names in the rows of those that were found, each once."""
    seen: set[tuple[str | None, tuple[tuple[str, ...], ...]]] = set()
    for name in found:
        row = names.rows[name.row]
        for column, texts in enumerate(row.columns):
            for place, text in enumerate(texts):
                if (column, place) == name[1:] or (column == name.column and not row.table.joined):
                    continue
                alias = _alias(LANGUAGES[column], text, row.table.inflected)
                if alias and (alias.language, alias.words) not in seen:
                    seen.add((alias.language, alias.words))
                    yield alias


@functools.lru_cache(4096)
def _alias(language: str, text: str, inflected: bool) -> Alias | None:
    """Return where a name of a table leads, unless it is an ordinary word."""
    shown = without_mark(text)
    if text.endswith(ORDINARY_WORD):
        dotted = ".".join(shown).lower()
        return Alias(language, ".".join(shown) + ".", ((dotted,),)) if is_acronym(shown) and shown.isascii() else None
    parts = shown.split()
    if len(parts) > 1:
        return Alias(language, shown, tuple(terms for part in parts for terms in _positions(language, part)))
    return Alias(language, shown, (_name_terms(language, shown, inflected),))


def _positions(language: str, word: str) -> Iterator[tuple[str, ...]]:
    """Yield what answers a word within a name of several words; one with hyphens takes a position for each part."""
    yield _word_terms(language, word)
    for part in word.split("-")[1:]:
        yield _word_terms(language, part)


def _word_terms(language: str, word: str) -> tuple[str, ...]:
    """Return the terms that answer a word within a name of several words, which may be inflected."""
    folded = fold(word)
    if any(map(str.isdigit, folded)):
        return (folded,)
    bare = without_possessive(folded) if language == "en" else folded
    lemmas = tuple(lemma_term(language, lemma) for lemma in LEMMATIZERS[language](bare))
    return (folded, *lemmas) if is_acronym(word) or not lemmas else lemmas


def _name_terms(language: str, name: str, inflected: bool) -> tuple[str, ...]:
    """Return the terms that answer a name of one word: of its possible lemmas only that which it is itself."""
    folded = fold(name)
    # A word with digits (МІ-6) is a code, and codes have no lemmas.
    if any(map(str.isdigit, folded)) or (language == "en" and not inflected):
        return (folded,)
    lemmas = LEMMATIZERS[language](folded)
    if language != "en":
        stems = () if is_known(language, folded) else stem_of_unknown(folded)
        itself = (folded, one_spelling(folded)) if language == "uk" else (folded,)
        lemmas = tuple(lemma for lemma in lemmas if lemma in itself or lemma in stems)
    terms = tuple(lemma_term(language, lemma) for lemma in lemmas)
    return (folded, *terms) if is_acronym(name) or not terms else terms


def _is_all_of(alias: Alias, terms: set[str]) -> bool:
    return terms.issuperset(alias.words[0])


def _phrases_from(names: _Names, words: Sequence[Sequence[str]], start: int) -> Iterator[_Name]:
    """Yield the names of several words that stand in a query from a word on."""
    for beginning in dict.fromkeys(term[:_SHARED_LETTERS] for term in words[start][:1]):
        for name in names.phrases.get(beginning, ()):
            wanted = _name_words(names, name)
            asked = words[start : start + len(wanted)]
            if len(asked) == len(wanted) and not any(map(frozenset.isdisjoint, wanted, asked)):
                yield name


def _name_words(names: _Names, name: _Name) -> tuple[frozenset[str], ...]:
    return _phrase_words(LANGUAGES[name.column], without_mark(_text(names, name)))


@functools.lru_cache(4096)
def _phrase_words(language: str, text: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset((fold(word), *_word_terms(language, word))) for word in text.split())
