"""
A list of names against the archive: how often each was written of, by year and language, and in which spellings.

A name of several words is found where its words stand side by side, in either order (Зеленський Володимир) and without
a patronymic. Each word is met by its name keys, so in every case and script; with two words also by names that sound
nearly alike, by given names that correspond (Володимир, Vladimir), and by its lemmas; a single word only by its keys
and spellings, since a near name would be another person. Give further spellings for what is not found so.

The forms are exact: an occurrence that no known form explains is looked up in its article, which gives a new form; the
form's own postings then explain all its other occurrences. So an article is read for each form, not for each mention.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from search.archive.documents import PROSE, document_to_article, field_paragraphs
from search.archive.reports.name_lists import NameEntry
from search.archive.reports.periods import NO_PERIOD, Step, first_day, periods_of
from search.archive.reports.stories import distinct, single_values
from search.archive.view import View
from search.article import LANGUAGES, Article
from search.columnar.arrays import Array
from search.columnar.collect import count_of
from search.columnar.snapshot import Snapshot
from search.language import Token, analyze, near_name_terms, paragraph_language, split_term, term_kind
from search.language.aliases import aliases

#: Fields in which a name counts as written of.
FIELDS = ("title", "lead", "body")
#: Forms of one name that are told apart; what else there is, is counted together. Each costs the reading of an article.
MAX_FORMS = 80
MAX_WORDS = 5
_POSITION_BITS = 32
_POSITION = (1 << _POSITION_BITS) - 1
_REMEMBERED_TERMS = 2_000
_EMPTY: Array = np.empty(0, dtype=np.int64)
# Ілліч has no other ending than a name; of the others the vowel before tells a patronymic from Попович, mostly.
_PATRONYMIC = re.compile(
    r"\w{2,}(?:ович|йович|евич|івна|ївна|овна|евна|ovych|yovych|ovich|evich|ivna|yivna|ovna|evna)$"
)


class NameForm(NamedTuple):
    """A form in which articles have a name, as it stands in the first that was read, and how often."""

    form: str
    occurrences: int
    articles: int


class NameCell(NamedTuple):
    """Versions in which a name stands, of a year (None: without a date) and a language."""

    year: int | None
    language: str
    articles: int


class NameYear(NamedTuple):
    """Stories and versions of a year in which a name stands."""

    year: int | None
    stories: int
    articles: int


class NameRow(NamedTuple):
    """
    What the archive has of one name of a list.

    ``other_occurrences`` are those in forms beyond the ``MAX_FORMS`` first. A story that goes over several years counts
    in each of ``years``, and once in ``stories``.
    """

    line: int
    name: str
    spellings: tuple[str, ...]
    stories: int
    articles: int
    occurrences: int
    years: tuple[NameYear, ...]
    cells: tuple[NameCell, ...]
    forms: tuple[NameForm, ...]
    other_occurrences: int


@dataclass(frozen=True, slots=True)
class NamesTable:
    """The names of a list, in its order; ``years`` are all that occur, the first first, ``languages`` the columns."""

    years: tuple[int | None, ...]
    languages: tuple[str, ...]
    rows: tuple[NameRow, ...]


def names_table(view: View, names: Sequence[NameEntry]) -> NamesTable:
    """Return the table of the names of a list (``read_names``)."""
    finder = _Finder(view)
    rows = tuple(finder.row(entry) for entry in names)
    found = {year.year for row in rows for year in row.years}
    years = sorted(found, key=lambda year: (year is None, year or 0))
    return NamesTable(tuple(years), LANGUAGES, rows)


class _Occurrences:
    """
    Where terms stand in the living documents: for each field, document << 32 | position, ascending.

    Remembered for one call: lists of people have the same given names again and again.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[tuple[str, str], Array] = {}

    def of(self, term: str, field: str) -> Array:
        key = (term, field)
        if key not in self._known:
            if len(self._known) >= _REMEMBERED_TERMS:
                self._known.clear()
            documents, positions = self._snapshot.occurrences(field, term)
            self._known[key] = (documents.astype(np.int64) << _POSITION_BITS) | positions
        return self._known[key]

    def of_any(self, terms: Iterable[str], field: str) -> Array:
        found = [array for term in terms if len(array := self.of(term, field))]
        return found[0] if len(found) == 1 else distinct(*found) if found else _EMPTY


class _Stretch(NamedTuple):
    """So many words, one after the other, from each of some places of a field on; ascending."""

    field: str
    words: int
    starts: Array


class _Finder:
    def __init__(self, view: View) -> None:
        self._view, self._snapshot = view, view.snapshot
        self._occurrences = _Occurrences(view.snapshot)
        self._languages = single_values(view.snapshot.keywords("language"))
        self._years = periods_of(view.snapshot, Step.YEAR)

    def row(self, entry: NameEntry) -> NameRow:
        stretches = self._stretches(entry.spellings)
        documents = distinct(_EMPTY, *(each.starts >> _POSITION_BITS for each in stretches))
        forms, others = self._forms(stretches)
        count = count_of(self._snapshot, documents)
        return NameRow(
            line=entry.line,
            name=entry.spellings[0],
            spellings=entry.spellings,
            stories=count.groups,
            articles=count.documents,
            occurrences=sum(len(each.starts) for each in stretches),
            years=self._by_year(documents),
            cells=self._cells(documents),
            forms=forms,
            other_occurrences=others,
        )

    def _stretches(self, spellings: Iterable[str]) -> list[_Stretch]:
        """Return where any spelling stands; where a longer one stands, a shorter one inside it is not counted again."""
        orders = dict.fromkeys(order for spelling in spellings for order in _orders(spelling))
        terms = {
            (word, alone): self._terms(word, alone=alone)
            for order in orders
            for alone in [len(order) == 1]
            for word in order
        }
        found: list[_Stretch] = []
        for field in FIELDS:
            covered = _EMPTY
            for length in sorted({len(order) for order in orders}, reverse=True):
                starts = [
                    self._side_by_side([terms[word, length == 1] for word in order], field)
                    for order in orders
                    if len(order) == length
                ]
                new = distinct(*starts)
                new = new[~_are_in(new, covered)]
                covered = distinct(covered, *(new + step for step in range(length)))
                if len(new):
                    found.append(_Stretch(field, length, new))
        return found

    def _side_by_side(self, words: Sequence[frozenset[str]], field: str) -> Array:
        lists = [self._occurrences.of_any(terms, field) for terms in words]
        starts = lists[0]
        for step, others in enumerate(lists[1:], 1):
            starts = starts[_are_in(starts + step, others)]
        return starts

    def _terms(self, token: Token, *, alone: bool) -> frozenset[str]:
        """Return the terms by which a word of a name is met."""
        names = [term for term in token.terms if term_kind(term) == "name"]
        bare = token.terms[:1]
        if alone and names:
            return frozenset((*names, *bare))
        lemmas = [term for term in token.terms if split_term(term)[0]]
        if alone:
            return frozenset((*bare, *lemmas))
        near = (near for name in names for near, _ in near_name_terms(name, self._snapshot.terms_beginning))
        given = (t for alias in aliases(token.terms, token.text) if len(alias.words) == 1 for t in alias.words[0])
        return frozenset((*names, *bare, *lemmas, *near, *given))

    def _forms(self, stretches: Sequence[_Stretch]) -> tuple[tuple[NameForm, ...], int]:
        """Return the forms in which a name stands, the most frequent first, and how many occurrences have others."""
        shown: dict[tuple[str, ...], str] = {}
        found: dict[tuple[str, ...], list[Array]] = {}
        left = list(stretches)
        while left and len(shown) < MAX_FORMS:
            key, text = self._form_at(left[0])
            if key in shown:  # it should have been explained: what is stored is not what was indexed
                break
            shown[key] = text
            left = [rest for each in left if len((rest := self._explained(each, key, found)).starts)]
        rows = [
            NameForm(
                shown[key],
                sum(map(len, arrays)),
                len(distinct(*(array >> _POSITION_BITS for array in arrays))),
            )
            for key, arrays in found.items()
        ]
        return tuple(sorted(rows, key=lambda row: (-row.occurrences, row.form))), sum(len(each.starts) for each in left)

    def _explained(
        self, stretch: _Stretch, key: tuple[str, ...], found: dict[tuple[str, ...], list[Array]]
    ) -> _Stretch:
        """Take the occurrences of a form out of a stretch."""
        if len(key) != stretch.words:
            return stretch
        has = np.ones(len(stretch.starts), dtype=bool)
        for step, term in enumerate(key):
            has &= _are_in(stretch.starts + step, self._occurrences.of(term, stretch.field))
        if has.any():
            found.setdefault(key, []).append(stretch.starts[has])
        return stretch._replace(starts=stretch.starts[~has])

    def _form_at(self, stretch: _Stretch) -> tuple[tuple[str, ...], str]:
        """Return the bare terms and the text of the first occurrence of a stretch."""
        document, position = int(stretch.starts[0]) >> _POSITION_BITS, int(stretch.starts[0]) & _POSITION
        article = document_to_article(self._snapshot.stored(document))
        starts = self._snapshot.paragraph_starts(stretch.field, document)
        number = bisect_right(starts, position) - 1
        text, tokens = _paragraph(article, stretch.field, number)
        words = tokens[position - starts[number] :][: stretch.words]
        return tuple(word.terms[0] for word in words), text[words[0].start : words[-1].end]

    def _by_year(self, documents: Array) -> tuple[NameYear, ...]:
        found = []
        for year, inside in self._parted(documents):
            count = count_of(self._snapshot, inside)
            found.append(NameYear(year, count.groups, count.documents))
        return tuple(found)

    def _cells(self, documents: Array) -> tuple[NameCell, ...]:
        column = self._snapshot.keywords("language")
        numbers = [(language, column.values.number(language)) for language in LANGUAGES]
        cells = []
        for year, inside in self._parted(documents):
            counts = np.bincount(self._languages[inside], minlength=column.count).tolist()
            cells += [NameCell(year, language, counts[n]) for language, n in numbers if n is not None and counts[n]]
        return tuple(cells)

    def _parted(self, documents: Array) -> Iterator[tuple[int | None, Array]]:
        """Yield the documents of each year, the first first; those without a date last."""
        years = self._years[documents]
        numbers = distinct(years).tolist()
        for year in sorted(numbers, key=lambda number: (number == NO_PERIOD, number)):
            yield _shown_year(year), documents[years == year]


def _orders(spelling: str) -> Iterator[tuple[Token, ...]]:
    """Yield the words of a spelling in the orders in which they may stand side by side."""
    tokens = _whole_words(spelling)[:MAX_WORDS]
    if not tokens:
        return
    orders = [tokens]
    if len(tokens) == 3:
        kept = [token for token in tokens if not _PATRONYMIC.search(token.terms[0])]
        orders += [kept] if len(kept) == 2 else []
        orders += [[tokens[1], tokens[2], tokens[0]], [tokens[2], tokens[0], tokens[1]]]
    for order in orders:
        yield tuple(order)
        if len(order) == 2:
            yield tuple(reversed(order))


def _whole_words(spelling: str) -> list[Token]:
    """Return the words as successive positions, as a query reads them; with capitals, since they are names."""
    capitals = " ".join(word[:1].upper() + word[1:] for word in spelling.split())
    return list(analyze(capitals))


def _paragraph(article: Article, field: str, number: int) -> tuple[str, Sequence[Token]]:
    text = field_paragraphs(article)[field][number]
    language = paragraph_language(text, article.language) if field in PROSE else article.language
    return text, analyze(text, language)


def _are_in(wanted: Array, ascending: Array) -> Array:
    if not len(ascending):
        return np.zeros(len(wanted), dtype=bool)
    inside: Array = ascending.take(np.searchsorted(ascending, wanted), mode="clip") == wanted
    return inside


def _shown_year(number: int) -> int | None:
    return None if number == NO_PERIOD else first_day(number, Step.YEAR).year
