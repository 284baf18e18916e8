"""
Where the words of a query lead in an archive: by the tables of the language, and by what the index knows.

``search.query.bridges`` says what a bridge is and what it is worth.
"""

from collections.abc import Iterable, Iterator, Sequence
from math import sqrt

from search.archive.dictionaries import Translations
from search.archive.view import View
from search.language import (
    Token,
    analyze,
    lemma_term,
    near_name_terms,
    split_name_term,
    split_term,
    term_kind,
    translations,
)
from search.language.aliases import Alias, aliases, phrase_aliases
from search.language.cognates import NEIGHBOURS, cognates
from search.language.typing import cyrillic_spellings
from search.query.bridges import Crossing, Together
from search.query.forms import whole_terms

# Readings of a word in Latin letters; the first is the right one nine times of ten.
MAX_TYPED = 3
# Names that are spelled alike without being the same come behind those that are likelier: a few are enough.
MAX_NEAR_NAMES = 6
# Terms of which it is remembered whether they are there; some hundred bytes each.
_REMEMBERED = 50_000


class ArchiveBridges:
    """The bridges of an archive, as its audience may know them, from words that are looked for in some fields."""

    def __init__(self, view: View, fields: Sequence[str]) -> None:
        self._view, self._fields = view, fields
        self._there: dict[str, bool] = {}

    def crossings(self, typed: str, tokens: Sequence[Token]) -> Iterator[Crossing]:
        """Yield where a word leads, as it was typed and by its tokens."""
        terms = whole_terms(tokens)
        yield from self._near_names(terms)
        yield from map(by_alias, aliases(terms, typed))
        yield from by_glossary(terms)
        yield from self._of_dictionary("own", self._view.dictionaries.own, terms)
        yield from self._of_dictionary("learned", self._view.dictionaries.learned, terms)
        yield from self._cognates(terms)
        if len(tokens) == 1:
            yield from self._typed(tokens[0])

    def together(self, words: Sequence[Sequence[Token]]) -> Iterator[Together]:
        """Yield where successive words lead together."""
        for start, end, found in phrase_aliases([whole_terms(tokens) for tokens in words]):
            yield Together(start, end, tuple(map(by_alias, found)))

    def is_there(self, terms: Iterable[str]) -> bool:
        """Return whether an article that may be seen has any of some terms; what was asked before is remembered."""
        there = self._there
        for term in terms:
            is_there = there.get(term)
            if is_there is None:
                if len(there) >= _REMEMBERED:
                    there.clear()
                is_there = there[term] = self._view.has_articles_with((term,), self._fields)
            if is_there:
                return True
        return False

    def _near_names(self, terms: Sequence[str]) -> Iterator[Crossing]:
        """Yield names of the archive that are spelled nearly alike: Харків, Kharkov."""
        names = [term for term in terms if term_kind(term) == "name"]
        found: dict[str, float] = {}
        for name in names:
            for near, similarity in near_name_terms(name, self._view.snapshot.terms_beginning):
                if near not in names:
                    found[near] = max(similarity, found.get(near, 0.0))
        likeliest = sorted(found, key=lambda near: (-found[near], near))
        shown = (near for near in likeliest if self.is_there((near,)))
        for near, _ in zip(shown, range(MAX_NEAR_NAMES), strict=False):
            yield Crossing("name", split_name_term(near)[1], None, ((near,),), found[near])

    def _of_dictionary(self, by: str, dictionary: Translations | None, terms: Sequence[str]) -> Iterator[Crossing]:
        """Yield what a dictionary beside the index has, if an article that may be seen has it: an article that taught a
        pair may have been withdrawn since."""
        if dictionary is None:
            return
        for term in terms:
            for translation in dictionary.of(term):
                language, lemma = split_term(translation.term)
                if self.is_there((translation.term,)):
                    # By the square root, so that the surest of several translations leads, but not alone.
                    strength = sqrt(translation.strength)
                    yield Crossing(by, lemma.lstrip("~"), language, ((translation.term,),), strength)

    def _cognates(self, terms: Sequence[str]) -> Iterator[Crossing]:
        """Yield words of the neighbouring language that are nearly the same, if an article that may be seen has them
        and no dictionary knows better: what looks alike may mean something else (вродливий, уродливый)."""
        for term in terms:
            language, lemma = split_term(term)
            if language is None or language not in NEIGHBOURS:
                continue
            other = NEIGHBOURS[language]
            found = [(cognate, lemma_term(other, cognate)) for cognate in cognates(lemma, language)]
            there = [pair for pair in found if pair[1] not in terms and self.is_there(pair[1:])]
            if there and not self._is_translated(term, other):
                yield from (Crossing("cognate", cognate, other, ((led,),)) for cognate, led in there)

    def _is_translated(self, term: str, language: str) -> bool:
        """Return whether a dictionary translates a lemma into a language; of what was learned, what may be seen."""
        if any(translation.language == language for translation in translations(term)):
            return True
        own, learned = self._view.dictionaries.own, self._view.dictionaries.learned
        of_own = [each.term for each in own.of(term)] if own else []
        of_learned = [each.term for each in learned.of(term) if self.is_there((each.term,))] if learned else []
        return any(split_term(found)[0] == language for found in (*of_own, *of_learned))

    def _typed(self, token: Token) -> Iterator[Crossing]:
        """Yield the Cyrillic words that a Latin one may stand for, if no article has it as it is."""
        if not token.text.isascii() or self.is_there([term for term in token.terms if term_kind(term) != "name"]):
            return
        for spelled in cyrillic_spellings(token.text, MAX_TYPED, lambda word: self._articles((word,))):
            (read,) = analyze(spelled)[:1] or (token,)
            if self.is_there(read.terms):
                yield Crossing("typing", spelled, None, (read.terms,))

    def _articles(self, terms: Sequence[str]) -> int:
        return self._view.articles_with(terms, self._fields)


def by_alias(alias: Alias) -> Crossing:
    """Return the bridge to another name of the same."""
    return Crossing("alias", alias.shown, alias.language, alias.words)


def by_glossary(terms: Sequence[str]) -> Iterator[Crossing]:
    """Yield where the glossary leads from the terms of a word."""
    for term in terms:
        for translation in translations(term):
            words = tuple((each,) for each in translation.terms)
            yield Crossing("glossary", translation.shown, translation.language, words)
