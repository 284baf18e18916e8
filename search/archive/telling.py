"""
The words that tell what a text is about, and under which words of other languages its events are reported.

Words are chosen by frequency in the text times rarity in the archive. Each leads further by the bridges that a query
has (``search.archive.bridges``), but is weighed differently: who searches wants the very word that was typed, who asks
for related stories wants the same events, in whatever language they are told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from heapq import heapify, heappop, heappush
from itertools import islice
from math import log
from typing import NamedTuple, TypeVar

import numpy as np

from search.archive.bridges import ArchiveBridges
from search.archive.understanding import DEFAULT_TEXT_FIELDS
from search.archive.view import View
from search.archive.word_counts import WordCounts
from search.columnar.arrays import Array
from search.columnar.lookups import Lookups
from search.columnar.ranking import idf
from search.columnar.snapshot import joined_documents
from search.language import (
    Token,
    analyze,
    each_paragraph,
    is_function_word,
    paragraph_language,
    split_term,
    term_kind,
)
from search.query.leaves import Form, Word

# As many as a reader would underline in a news item; more only add common words.
MAX_WORDS = 24
# Fewer shared words than this are a coincidence.
MIN_SHARED_WORDS = 3
# A word in more than a fifth of a large archive tells nothing of a topic; in a small one everything is common.
MAX_SHARE = 0.2
MIN_MAX_ARTICLES = 10
# The headline says what an article is about: each of its words counts as if it stood three times in the text.
TITLE_REPEATS = 3
# The beginning of a very long text says what it is about.
MAX_CHARACTERS = 40_000
# A word that one article has is no rarer than one that this many have: a slip of the pen is unique too.
RAREST_ARTICLES = 5
# What the words may have in all before the commoner ones are left out: with 40,000 a call took twice as long in an
# archive of 60,000 articles, and found the same versions of the stories of the development data.
MAX_POSTINGS = 15_000
# Words remembered with what the archive has of them; some hundred bytes each.
MAX_REMEMBERED = 50_000
# Forms of one word, in all languages; each costs a look at the index.
MAX_FORMS = 12

# What a form is worth beside the word itself. A name is the same name; a translation is one of several.
FORM_WEIGHTS: Mapping[str, float] = {
    "name": 0.9,
    "alias": 0.8,
    "own": 0.8,
    "glossary": 0.6,
    "learned": 0.6,
    "cognate": 0.6,
}


_K = TypeVar("_K")
_V = TypeVar("_V")


class TellingWord(NamedTuple):
    """A word of a text: as the text writes it, what is searched for it, and how much its frequency there counts."""

    shown: str
    query: Word
    frequency: float


class _Counted(NamedTuple):
    """
    A word as it stands in a text, and how often.

    ``always_named`` says that it may be a name wherever it stands: a word that is also written small is none.
    """

    token: Token
    times: int
    always_named: bool

    @property
    def frequency(self) -> float:
        """How much its frequency counts."""
        return 1.0 + log(self.times)


def telling_words(view: View, title: str, text: str, language: str) -> list[TellingWord]:
    """Return the most telling words of a text that another article may share, the most telling first."""
    known = known_words(view)
    words: list[TellingWord] = []
    postings = 0
    for each in islice(_most_telling(known, _counted(title, text[:MAX_CHARACTERS], language)), MAX_WORDS):
        postings += each.having
        if postings > MAX_POSTINGS and len(words) >= MIN_SHARED_WORDS:
            break
        query = Word(DEFAULT_TEXT_FIELDS, known.forms(each.terms, each.counted))
        words.append(TellingWord(each.counted.token.text, query, each.counted.frequency))
    return words


class _Candidate(NamedTuple):
    """
    In the order of what they tell.

    Where ``is_exact`` is false, ``having`` is not above the articles that have the word, so the word tells no more.
    """

    minus_worth: float
    is_exact: bool
    terms: tuple[str, ...]
    counted: "_Counted"
    having: int


def _most_telling(known: "KnownWords", words: Mapping[tuple[str, ...], "_Counted"]) -> Iterator[_Candidate]:
    """
    Yield the words that are not too common, the most telling first, and of equal ones by their terms.

    Of 150 words some 25 are wanted. Counting the articles of one takes 50 µs, what they are at least a tenth of that:
    the words are taken in the order of what they tell at most, and only those that come first are counted.
    """
    size = known.size
    most = max(MAX_SHARE * size, MIN_MAX_ARTICLES)
    least = known.least_articles_with(words)

    def candidate(terms: tuple[str, ...], having: int, *, is_exact: bool) -> _Candidate:
        worth = words[terms].frequency * idf(size, max(having, RAREST_ARTICLES))
        return _Candidate(-worth, is_exact, terms, words[terms], having)

    queue = [candidate(terms, least[terms], is_exact=False) for terms in words if least[terms] <= most]
    heapify(queue)
    while queue:
        first = heappop(queue)
        if first.is_exact:
            yield first
        elif (having := known.articles_with(first.terms)) <= most:
            heappush(queue, candidate(first.terms, having, is_exact=True))


class KnownWords:
    """
    What words are in an archive, as an audience may see it: remembered, because articles share most of their words.

    Looking up the words of one article for the first time takes as long as all the rest. Threads may share it.
    """

    def __init__(self, view: View) -> None:
        self.visible = view.visible
        self.dictionaries = view.dictionaries
        self._view = view
        self._in_segments = WordCounts(view)
        self._bridges = ArchiveBridges(view, DEFAULT_TEXT_FIELDS)
        self._counts: dict[str, int] = {}
        self._least: dict[str, int] = {}
        self._rarities: dict[tuple[str, ...], float] = {}
        self._forms: dict[tuple[object, ...], tuple[Form, ...]] = {}

    @property
    def size(self) -> int:
        """How many articles there are."""
        return self._view.snapshot.alive_count

    def articles_with(self, terms: Iterable[str]) -> int:
        """Return how many articles have the commonest of some terms."""
        return max(map(self._articles_with, terms))

    def least_articles_with(self, words: Collection[tuple[str, ...]]) -> Mapping[tuple[str, ...], int]:
        """Return for words, each given by its terms, a number that is not above what ``articles_with`` gives."""
        counts, least = self._counts, _bounded(self._least)
        found = {term: counts.get(term, least.get(term)) for terms in words for term in terms}
        new = [term for term, count in found.items() if count is None]
        counted = Lookups(self._view.snapshot, new).least_counts(DEFAULT_TEXT_FIELDS) if new else {}
        least.update(counted)
        return {terms: max(found[term] or counted.get(term, 0) for term in terms) for terms in words}

    def rarity(self, terms: tuple[str, ...]) -> float:
        """Return how much a word tells: the logarithm of how rare it is in the archive (inverse document frequency)."""
        found = self._rarities.get(terms)
        if found is None:
            lemmas = tuple(term for term in terms if term_kind(term) == "lemma") or terms[:1]
            found = idf(self._view.snapshot.alive_count, max(self.articles_with(lemmas), RAREST_ARTICLES))
            _bounded(self._rarities)[terms] = found
        return found

    def documents(self, terms: tuple[str, ...], most: int) -> Array | None:
        """Return the documents, ascending, with the rarest lemma of a word; None if they are more than ``most``."""
        lemmas = tuple(term for term in terms if term_kind(term) == "lemma") or terms[:1]
        term = min(lemmas, key=self._articles_with)
        if self._articles_with(term) > most:
            return None
        pieces = [piece for found in self._view.snapshot.term_postings(term, DEFAULT_TEXT_FIELDS) for piece in found]
        return np.unique(joined_documents(pieces))

    def _articles_with(self, term: str) -> int:
        count = self._counts.get(term)
        if count is None:
            count = self._in_segments.articles_with(term)
            _bounded(self._counts)[term] = count
        return count

    def forms(self, terms: tuple[str, ...], counted: "_Counted") -> tuple[Form, ...]:
        """Return the forms under which a word of a text is looked for."""
        key = (terms, counted.token.text, counted.token.terms, counted.always_named)
        forms = self._forms.get(key)
        if forms is None:
            bridges = self._bridges
            there = (form for form in _forms(terms, counted, bridges) if bridges.is_there((form.term,)))
            forms = tuple(islice(there, MAX_FORMS))
            _bounded(self._forms)[key] = forms
        return forms


def known_words(view: View) -> KnownWords:
    """Return what is remembered for a view; of the last moment and dictionaries only, since others seldom come back."""
    place = view.snapshot.derived("telling words", lambda: [KnownWords(view)])
    known = place[0]
    if known.visible is not view.visible or known.dictionaries is not view.dictionaries:
        known = place[0] = KnownWords(view)
    return known


def _bounded(remembered: dict[_K, _V]) -> dict[_K, _V]:
    if len(remembered) >= MAX_REMEMBERED:
        remembered.clear()
    return remembered


def _counted(title: str, text: str, language: str) -> dict[tuple[str, ...], _Counted]:
    """Return the words of a text that may tell something, by their lemmas."""
    tokens: dict[tuple[str, ...], Token] = {}
    times: dict[tuple[str, ...], int] = {}
    for piece, repeats in ((title, TITLE_REPEATS), (text, 1)):
        for token in _tokens(piece, language):
            terms = token.terms
            known = times.get(terms)
            if known is None:
                tokens[terms], times[terms] = token, repeats
            else:
                times[terms] = known + repeats
    counted: dict[tuple[str, ...], _Counted] = {}
    for terms, token in tokens.items():
        content, named = _content_of(token.text, terms)
        if content:
            before = counted.get(content, _Counted(token, 0, True))
            kept = before.token if before.always_named <= named else token
            counted[content] = _Counted(kept, before.times + times[terms], before.always_named and named)
    return counted


# Asked of every word of every text, of which most have the same words.
@lru_cache(MAX_REMEMBERED)
def _content_of(text: str, terms: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """Return the terms by which a word tells something, if it does, and whether it may be a name."""
    token = Token(text, 0, len(text), terms)
    content = () if is_function_word(token) else _content_terms(token)
    return content, any(term_kind(term) == "name" for term in terms)


def _tokens(text: str, language: str) -> Iterator[Token]:
    for start, end in each_paragraph(text):
        yield from analyze(text[start:end], paragraph_language(text[start:end], language))


def _content_terms(token: Token) -> tuple[str, ...]:
    """Return the lemmas of a word, or the bare word if it has none (a code); nothing for very short words."""
    if len(token.text) < 3:
        return ()
    return tuple(term for term in token.terms if split_term(term)[0]) or token.terms[:1]


def _forms(terms: Iterable[str], counted: _Counted, bridges: ArchiveBridges) -> Iterator[Form]:
    seen: dict[str, Form] = {term: Form(term, 1.0, "lemma") for term in terms}
    token = counted.token
    if not counted.always_named:
        token = token._replace(terms=tuple(term for term in token.terms if term_kind(term) != "name"))
    for term in token.terms:
        if term_kind(term) == "name":
            seen.setdefault(term, Form(term, FORM_WEIGHTS["name"], "name"))
    for crossing in bridges.crossings(token.text, [token]):
        if crossing.by in FORM_WEIGHTS and len(crossing.words) == 1:
            for term in crossing.words[0]:
                seen.setdefault(term, Form(term, FORM_WEIGHTS[crossing.by] * crossing.strength, crossing.by))
    yield from seen.values()
