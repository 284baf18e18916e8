"""
Suggestions while typing: people, places, sections, tags and headlines of the archive that complete what was typed.

Only what may be seen is suggested. Names and tags are compared as they are shown, headlines and places by their words.
Where nothing begins as typed, other readings of the keys are tried (``typed_beginnings``).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from search.archive.names_by_beginning import numbers_beginning
from search.archive.typed_beginnings import Beginnings, as_typed, other_readings, typed_words
from search.archive.view import View
from search.columnar.arrays import Array
from search.columnar.collect import Order, ordered
from search.columnar.snapshot import joined_documents
from search.columnar.tally import counts_of_mask
from search.language import DERIVED_PREFIXES, fold

# A name, a place or a tag is what most people mean, but headlines must have room: three of eight lines at least.
MAX_OF_A_KIND = 3
MAX_NAMES = 5
MAX_TYPED_CHARACTERS = 100

# The place is stored with each article alone. That of the newest articles is what most would choose, and reading more
# than so many articles would take longer than all the rest.
_PLACES_FROM = 24
# The language versions of a story follow each other, and agencies repeat headlines.
_HEADLINES_FOR_ONE = 4
_NO_SECTIONS: Mapping[str, str] = {}


class Suggestion(NamedTuple):
    """
    What completes something typed: a ``"person"``, a ``"place"``, a ``"section"``, a ``"tag"`` or a ``"headline"``.

    ``text`` is as the archive writes it, ``language`` that of the article or of most articles that have it;
    ``article_id`` is set for headlines.
    """

    text: str
    kind: str
    language: str
    article_id: str | None = None


def suggestions(
    view: View,
    typed: str,
    limit: int,
    prefer: str | None = None,
    section_names: Mapping[str, str] = _NO_SECTIONS,
) -> tuple[Suggestion, ...]:
    """
    Return at most ``limit`` completions of what was typed, headlines last; none for nothing typed.

    Of the versions of a story that fit, the one in the language ``prefer`` is suggested, else the newest. Sections are
    found by the name that ``section_names`` gives them, or else by their own.
    """
    typed = typed[:MAX_TYPED_CHARACTERS]
    words = typed_words(typed)
    if not words or limit <= 0:
        return ()
    found = _completions(view, as_typed(words), limit, prefer, section_names)
    readings = iter(()) if found else other_readings(view, typed)
    while not found and (reading := next(readings, None)) is not None:
        found = _completions(view, reading, limit, prefer, section_names)
    return found


def _completions(
    view: View, typed: Beginnings, limit: int, prefer: str | None, section_names: Mapping[str, str]
) -> tuple[Suggestion, ...]:
    kinds: tuple[Callable[[], Iterator[Suggestion]], ...] = (
        lambda: _keywords(view, typed, "author", "person"),
        lambda: _places(view, typed),
        lambda: _sections(view, typed, section_names),
        lambda: _keywords(view, typed, "tag", "tag"),
    )
    found: dict[str, Suggestion] = {}
    for of_kind in kinds:
        for each in sorted(islice(of_kind(), MAX_OF_A_KIND), key=lambda each: each.language != prefer):
            found.setdefault(fold(each.text), each)
    names = list(found.values())[:MAX_NAMES]
    return (*names, *_headlines(view, typed, limit, prefer))[:limit]


def _keywords(view: View, typed: Beginnings, field: str, kind: str) -> Iterator[Suggestion]:
    """Yield the values of a field of which a word begins as typed, the most frequent first."""
    column = view.snapshot.keywords(field)
    counts = counts_of_mask(view.snapshot, field, column, view.visible).documents
    numbers = numbers_beginning(view.snapshot, field, column, typed.texts)
    texts = column.values.texts()
    for number in _most_frequent(numbers[numbers < len(counts)], counts, texts, MAX_OF_A_KIND):
        documents = np.flatnonzero(column.having([number]) & view.visible)
        yield Suggestion(texts[number], kind, _language_of_most(view, documents))


def _most_frequent(numbers: Array, counts: Array, texts: Sequence[str], most: int) -> list[int]:
    """Return the numbers with the highest counts, none without one; equal counts in alphabetical order."""
    found = counts[numbers]
    if len(found) > most:
        least = max(int(np.partition(found, len(found) - most)[len(found) - most]), 1)
        numbers = numbers[found >= least]
    else:
        numbers = numbers[found > 0]
    return sorted(set(numbers.tolist()), key=lambda number: (-counts[number], texts[number]))[:most]


def _language_of_most(view: View, documents: Array) -> str:
    languages = view.snapshot.keywords("language")
    return languages.values.texts()[int(languages.document_counts(documents).argmax())]


def _sections(view: View, typed: Beginnings, names: Mapping[str, str]) -> Iterator[Suggestion]:
    column = view.snapshot.keywords("section")
    counts = counts_of_mask(view.snapshot, "section", column, view.visible).documents
    texts = column.values.texts()
    fitting = (
        (-count, texts[number], number)
        for number, count in enumerate(counts.tolist())
        if count and typed.begin_in(names.get(texts[number], texts[number]))
    )
    for _, text, number in sorted(fitting):
        documents = np.flatnonzero(column.having([number]) & view.visible)
        yield Suggestion(text, "section", _language_of_most(view, documents))


def _places(view: View, typed: Beginnings) -> Iterator[Suggestion]:
    """Yield the places of the newest articles whose place has words beginning as typed, the most frequent first."""
    newest = _newest(view, _documents(view, "place", typed), _PLACES_FROM, grouped=False)
    articles = [view.article_at(document) for document in newest]
    found = Counter((article.place, article.language) for article in articles if article.place)
    for (place, language), _ in found.most_common():
        yield Suggestion(place, "place", language)


def _headlines(view: View, typed: Beginnings, limit: int, prefer: str | None) -> Iterator[Suggestion]:
    """Yield the newest headlines that have words beginning as typed, one of each story."""
    documents = _documents(view, "title", typed)
    seen: set[str] = set()
    for document in _newest(view, documents, _HEADLINES_FOR_ONE * limit, grouped=True):
        article = view.article_at(_preferred(view, document, documents, prefer))
        if article.title not in seen:
            seen.add(article.title)
            yield Suggestion(article.title, "headline", article.language, article.id)


def _preferred(view: View, document: int, documents: Array, language: str | None) -> int:
    """Return the version in a language of the story of a document, if it is among the documents, else the document."""
    column = view.snapshot.keywords("language")
    for number in column.numbers([language] if language else []):
        for member in view.snapshot.members(document):
            place = int(np.searchsorted(documents, member))
            if column.of_document(member) == [number] and place < len(documents) and documents[place] == member:
                return member
    return document


def _documents(view: View, field: str, typed: Beginnings) -> Array:
    """Return the documents that may be seen and have, in a text field, words beginning as typed; ascending."""
    found = view.visible
    for spellings in typed.words:
        having = np.zeros(view.snapshot.size, dtype=bool)
        for spelling in spellings:
            having[joined_documents(view.snapshot.prefix_postings(field, spelling, DERIVED_PREFIXES))] = True
        found = found & having
    return np.flatnonzero(found)


def _newest(view: View, documents: Array, number: int, *, grouped: bool) -> list[int]:
    moments = view.snapshot.moments("published")[documents]
    newest: list[int] = ordered(view.snapshot, documents, Order(moments, ()), number, grouped=grouped).tolist()
    return newest
