"""
The pieces of two versions of a story that say the same: mostly a sentence and a sentence.

Headline belongs to headline; then paragraphs are aligned, and the sentences within those that belong together. With no
more than the lengths and what is written alike to go by, the second step hardly ever strays, as the first limits it.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from indexer.alignment import Unit, align
from search.article import Article
from search.language import each_paragraph, each_sentence, lemma_term, positions, split_term

#: The lemma terms that one word may have.
Lemmas: TypeAlias = tuple[str, ...]


class Sentence(NamedTuple):
    """A sentence: its length in characters, the lemmas of each word, and what is written alike in any language."""

    length: int
    words: tuple[Lemmas, ...]
    anchors: frozenset[str]


#: The headline as one paragraph, then the paragraphs of lead and body.
Text: TypeAlias = Sequence[Sequence[Sentence]]


class Piece(NamedTuple):
    """The words of two sentences, or few of them, that say the same."""

    left: list[Lemmas]
    right: list[Lemmas]


def read_text(article: Article) -> Text:
    """Return the paragraphs of an article, cut into sentences and analysed."""
    return [[_sentence(article.title, article.language)], *_paragraphs(article)]


def _paragraphs(article: Article) -> Iterator[list[Sentence]]:
    for text in (article.lead, article.body):
        for start, end in each_paragraph(text):
            paragraph = text[start:end]
            yield [_sentence(paragraph[first:last], article.language) for first, last in each_sentence(paragraph)]


def _sentence(text: str, language: str) -> Sentence:
    words: list[Lemmas] = []
    anchors: set[str] = set()
    for terms in positions(text, language):
        lemmas, alike = _sorted_terms(terms, language)
        if lemmas:
            words.append(lemmas)
        anchors.update(alike)
    return Sentence(len(text), tuple(words), frozenset(anchors))


@lru_cache(1 << 16)
def _sorted_terms(terms: tuple[str, ...], language: str) -> tuple[Lemmas, tuple[str, ...]]:
    """Return the lemmas of a word that could be translated, so no stems and no single letters, and the other terms."""
    prefix = lemma_term(language, "")
    start = len(prefix)
    lemmas = (term for term in terms if term.startswith(prefix) and len(term) > start + 1 and term[start].isalpha())
    return tuple(lemmas), tuple(term for term in terms if split_term(term)[0] is None)


def pieces(left: Text, right: Text) -> Iterator[Piece]:
    """Yield what says the same in two versions of a story."""
    yield _piece(left[0], right[0])
    for bead in align(_units(left[1:]), _units(right[1:])):
        ours = [sentence for number in bead.left for sentence in left[1 + number]]
        theirs = [sentence for number in bead.right for sentence in right[1 + number]]
        for smaller in align(_sentence_units(ours), _sentence_units(theirs)):
            if smaller.left and smaller.right:
                yield _piece(
                    ours[smaller.left.start : smaller.left.stop], theirs[smaller.right.start : smaller.right.stop]
                )


def _piece(left: Iterable[Sentence], right: Iterable[Sentence]) -> Piece:
    return Piece(
        [lemmas for sentence in left for lemmas in sentence.words],
        [lemmas for sentence in right for lemmas in sentence.words],
    )


def _units(paragraphs: Iterable[Sequence[Sentence]]) -> list[Unit]:
    return [
        Unit(sum(each.length for each in paragraph), frozenset().union(*(each.anchors for each in paragraph)))
        for paragraph in paragraphs
    ]


def _sentence_units(sentences: Iterable[Sentence]) -> list[Unit]:
    return [Unit(sentence.length, sentence.anchors) for sentence in sentences]
