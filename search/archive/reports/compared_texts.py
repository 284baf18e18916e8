"""
The text of an article, prepared for comparing it with another version of the story: sentences, and what they speak of.

A word is known by *anchors*, what a translation keeps of it: the keys of a name, the lemmas, and what the dictionaries
translate these by. A word is met in another text that has any of its anchors.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from search.archive.reports.quantities import Quantity, quantities
from search.article import Article
from search.language import (
    Token,
    analyze,
    is_function_word,
    paragraph_language,
    paragraphs,
    sentences,
    split_term,
    term_kind,
    translations,
)
from search.language.aliases import aliases
from search.language.cognates import cognates

# The share of the words of a sentence that its counterpart must have: of the sentences of the human translations in the
# development data, nine of ten reach it in their own counterpart.
LEAST_MET = 0.3
# A sentence of fewer words meets half of another's by chance.
LEAST_WORDS = 3
# Of a very long text the beginning is compared: what a report looks at stays bounded.
MAX_CHARACTERS = 60_000
_REMEMBERED_WORDS = 32_768


class Sentence(NamedTuple):
    """A sentence: its text, its paragraph's number, its tokens and numbers (offsets in it), its words' anchors."""

    text: str
    paragraph: int
    tokens: tuple[Token, ...]
    quantities: tuple[Quantity, ...]
    words: tuple[frozenset[str], ...]
    anchors: frozenset[str]


@dataclass
class ComparedText:
    """An article's text: paragraph 0 is its title, the others are those of its lead and body."""

    article: Article
    paragraphs: list[str] = field(init=False)

    def __post_init__(self) -> None:
        texts = (self.article.lead, self.article.body[:MAX_CHARACTERS])
        found = [text[start:end] for text in texts for start, end in paragraphs(text)]
        self.paragraphs = [self.article.title, *found]

    @cached_property
    def sentences(self) -> list[Sentence]:
        """All sentences in their order."""
        return [
            _sentence(text[start:end], number, self.article.language)
            for number, text in enumerate(self.paragraphs)
            for start, end in sentences(text)
        ]

    @cached_property
    def quantities(self) -> list[Quantity]:
        """The numbers of the text, with their offsets in their paragraphs."""
        return [each for text in self.paragraphs for each in quantities(text)]

    @cached_property
    def anchors(self) -> frozenset[str]:
        """The anchors of all words."""
        return frozenset().union(*(sentence.anchors for sentence in self.sentences))

    @cached_property
    def word_count(self) -> int:
        """The number of words without the title."""
        return sum(len(sentence.tokens) for sentence in self.sentences if sentence.paragraph)

    @cached_property
    def by_paragraph(self) -> list[list[Sentence]]:
        """The sentences of each paragraph."""
        found: list[list[Sentence]] = [[] for _ in self.paragraphs]
        for sentence in self.sentences:
            found[sentence.paragraph].append(sentence)
        return found

    def counterpart(self, sentence: Sentence) -> Sentence | None:
        """Return the sentence of this text that says most of what one of another version says, or None."""
        if len(sentence.words) < LEAST_WORDS:
            return None
        met = [(likeness(sentence, own), -number) for number, own in enumerate(self.sentences)]
        best, number = max(met, default=(0.0, 0))
        return self.sentences[-number] if best >= LEAST_MET else None


def likeness(one: Sentence, other: Sentence) -> float:
    """Return how alike two sentences of different languages are, from 0 to 1: the share of words that the other has."""
    return (met(one.words, other.anchors) + met(other.words, one.anchors)) / 2


def met(words: Sequence[frozenset[str]], anchors: frozenset[str]) -> float:
    """Return the share of some words that meet any of some anchors."""
    return sum(not word.isdisjoint(anchors) for word in words) / len(words) if words else 0.0


def _sentence(text: str, paragraph: int, language: str) -> Sentence:
    tokens = analyze(text, paragraph_language(text, language))
    found = tuple(quantities(text))
    numbers = [frozenset((f"#{each.value:g}",)) for each in found if not each.loose]
    words = (*numbers, *(word_anchors(token) for token in tokens if not is_function_word(token)))
    kept = tuple(word for word in words if word)
    return Sentence(text, paragraph, tokens, found, kept, frozenset().union(*kept))


def word_anchors(token: Token) -> frozenset[str]:
    """Return the anchors of a word; none of one that says nothing by itself, such as the digits of a number."""
    return _anchors(token.terms, token.text if token.text[:1].isupper() else "")


@functools.lru_cache(_REMEMBERED_WORDS)
def _anchors(terms: tuple[str, ...], capital: str) -> frozenset[str]:
    if terms[0][:1].isdigit():
        return frozenset()
    return frozenset(_anchors_of(terms, capital))


def _anchors_of(terms: tuple[str, ...], capital: str) -> Iterator[str]:
    for term in terms:
        language, lemma = split_term(term)
        if language or term_kind(term) == "name":
            yield term
        found = translations(term)
        yield from (translation.terms[0] for translation in found if len(translation.terms) == 1)
        if language in ("uk", "ru") and not found:
            yield from (f"{'ru' if language == 'uk' else 'uk'}:{cognate}" for cognate in cognates(lemma, language))
    if capital:
        for alias in aliases(terms, capital):
            yield from (term for word in alias.words for term in word)
