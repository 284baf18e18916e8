"""
The footprint of a query: all that it could be read as, in any archive with the same dictionaries.

It is compiled like every query, only with bridges that lead wherever they could lead, whether or not an article is
there; ``search.query.footprint`` says what becomes of that.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from importlib import metadata, resources

from search.archive.bridges import MAX_TYPED, by_alias, by_glossary
from search.archive.dictionaries import Dictionaries
from search.archive.layouts import layout_words
from search.archive.request import ReadingOptions
from search.archive.understanding import DEFAULT_TEXT_FIELDS
from search.language import Token, analysis_version, analyze, fold, lemma_term, split_term
from search.language.aliases import aliases, phrase_aliases
from search.language.cognates import NEIGHBOURS, cognates
from search.language.typing import cyrillic_spellings
from search.query.bridges import Crossing, Together
from search.query.compile import compile_query
from search.query.date_rules import read_date
from search.query.footprint import Condition, Footprint, all_of, condition_of, one_of
from search.query.forms import whole_terms
from search.query.nodes import And, InField, Node, Not, Or, Word
from search.query.parser import parse_query

# Raise it with every change of what a footprint is made of or looks like.
_VERSION = 1
# Of these readings of a Latin word the archive chooses ``MAX_TYPED``.
_MOST_SPELLINGS = 4 * MAX_TYPED
# What a time in words means differs from day to day, and whether some words are one may: these are as different as days
# are.
_DAYS = (date(2024, 2, 29), date(2025, 7, 16), date(2026, 12, 31))


def footprint_of(query: str, options: ReadingOptions, dictionaries: Dictionaries) -> Footprint:
    """Return the footprint of a query. Never raises."""
    words = layout_words(query) if options.bridges else []
    read = tuple(token.terms if token else () for word in words for token in analyze(word) or (None,))
    tree, *others = (parse_query(query, day, without=options.without).tree for day in _DAYS)
    if any(other != tree for other in others) or _may_name_a_time(tree):
        return Footprint(True, read)
    bridges = _PossibleBridges(dictionaries) if options.bridges else None
    compiled = compile_query(tree, DEFAULT_TEXT_FIELDS, bridges, options.without)
    return Footprint(condition_of(compiled.tree, bridges.alternatives if bridges else {}), read)


def footprints_state(dictionaries: Dictionaries) -> str:
    """Return a name of all that footprints depend on besides the query: while it is the same, they are good."""
    parts = (_program(), sorted(dictionaries.states.items()))
    return hashlib.blake2b(repr(parts).encode(), digest_size=8).hexdigest()


@cache
def _program() -> str:
    """Return a digest of the program's version and the tables that queries are read by."""
    digest = hashlib.blake2b(repr((_VERSION, metadata.version("visti"), analysis_version())).encode(), digest_size=8)
    for file in sorted(resources.files("search.language").joinpath("data", "queries").iterdir(), key=lambda f: f.name):
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _may_name_a_time(tree: Node) -> bool:
    typed = list(_words(tree))
    folded = list(map(fold, typed))
    return any(read_date(typed, folded, place, day) for day in _DAYS for place in range(len(typed)))


def _words(node: Node) -> Iterator[str]:
    match node:
        case Word():
            yield node.text
        case And(children) | Or(children):
            for child in children:
                yield from _words(child)
        case Not(child) | InField(child=child):
            yield from _words(child)


class _PossibleBridges:
    """
    Bridges to wherever the words of a query may lead, near names aside: these have the skeleton of the name itself.

    Where several words lead in one way into one language, one made-up term stands in for all of them, so that no limit
    on their number applies: ``alternatives`` says what it stands for.
    """

    def __init__(self, dictionaries: Dictionaries) -> None:
        self._dictionaries = [("own", dictionaries.own), ("learned", dictionaries.learned)]
        self.alternatives: dict[str, Condition] = {}

    def crossings(self, typed: str, tokens: Sequence[Token]) -> Iterator[Crossing]:
        """Yield one crossing for each way and language in which a word may lead somewhere."""
        found: dict[tuple[str, str | None], list[Crossing]] = {}
        for crossing in self._possible(typed, tokens):
            found.setdefault((crossing.by, crossing.language), []).append(crossing)
        for (by, language), several in found.items():
            stand_in = f"\0{len(self.alternatives)}"
            self.alternatives[stand_in] = one_of(map(_condition, several))
            yield Crossing(by, "", language, ((stand_in,),))

    def together(self, words: Sequence[Sequence[Token]]) -> Iterator[Together]:
        """Yield where successive words lead together, which is the same in every archive."""
        for start, end, found in phrase_aliases([whole_terms(tokens) for tokens in words]):
            yield Together(start, end, tuple(map(by_alias, found)))

    def _possible(self, typed: str, tokens: Sequence[Token]) -> Iterator[Crossing]:
        terms = whole_terms(tokens)
        yield from map(by_alias, aliases(terms, typed))
        yield from by_glossary(terms)
        for by, dictionary in self._dictionaries:
            for translation in (each for term in terms for each in (dictionary.of(term) if dictionary else ())):
                yield Crossing(by, "", split_term(translation.term)[0], ((translation.term,),))
        yield from _cognates(terms)
        if len(tokens) == 1 and tokens[0].text.isascii():
            for spelled in cyrillic_spellings(tokens[0].text, _MOST_SPELLINGS):
                for token in analyze(spelled)[:1]:
                    yield Crossing("typing", "", None, (token.terms,))


def _cognates(terms: Iterable[str]) -> Iterator[Crossing]:
    for term in terms:
        language, lemma = split_term(term)
        if language is not None and language in NEIGHBOURS:
            other = NEIGHBOURS[language]
            for cognate in cognates(lemma, language):
                yield Crossing("cognate", "", other, ((lemma_term(other, cognate),),))


def _condition(crossing: Crossing) -> Condition:
    return all_of(["any", *terms] for terms in crossing.words)
