"""
Texts of articles, cut into paragraphs and sentences: what every snippet of an article begins with.

Which sentences a snippet is made of, the query decides; where they are, it does not. So it is remembered for the texts
that were shown lately.
"""

import sys
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from search.columnar.recent import Recent
from search.language import count_positions, each_sentence, paragraph_language, paragraphs

# An article of news has 3,000 characters; this bounds the cost of a book that was put in as one paragraph.
MAX_CHARACTERS_CUT = 60_000
# Of texts that are remembered: some 4,000 articles of news.
_REMEMBERED_CHARACTERS = 8_000_000

SENTENCE_ENDS = tuple(".!?…\"'»”“’)")


class CutSentence(NamedTuple):
    """
    A sentence of a paragraph, from ``start`` to ``end``, and whether it ends as a sentence does.

    The first position behind it, of those of the paragraph, is ``following``: a large number if it is the last one.
    """

    start: int
    end: int
    following: int
    is_whole: bool


class CutParagraph:
    """A paragraph of an article's text: its language, and its sentences when somebody asks for them."""

    def __init__(self, whole: str, start: int, end: int, language: str) -> None:
        self._whole, self._start, self._end, self._language_of_article = whole, start, end, language

    @property
    def text(self) -> str:
        """The text of the paragraph."""
        return self._whole[self._start : self._end]

    @cached_property
    def language(self) -> str:
        """The language in which it is analysed."""
        return paragraph_language(self.text, self._language_of_article)

    @cached_property
    def sentences(self) -> tuple[CutSentence, ...]:
        """Its sentences; of a very long paragraph those that begin in its first ``MAX_CHARACTERS_CUT`` characters."""
        return tuple(self._cut())

    def _cut(self) -> Iterator[CutSentence]:
        """Yield the sentences. Positions behind the last one are in it, so that nothing need be counted."""
        text, language, following = self.text, self.language, 0
        spans = each_sentence(text)
        span = next(spans, None)
        while span:
            start, end = span
            sentence = text[start:end]
            span = next(spans, None)
            following = following + count_positions(sentence, language) if span else sys.maxsize
            yield CutSentence(start, end, following, sentence.endswith(SENTENCE_ENDS))
            if span and span[0] > MAX_CHARACTERS_CUT:
                return


_remembered: Recent[tuple[str, str], tuple[CutParagraph, ...]] = Recent(_REMEMBERED_CHARACTERS)


def cut_paragraphs(text: str, language: str) -> tuple[CutParagraph, ...]:
    """Return the paragraphs of a text of an article in a language; the same objects while they are remembered."""
    found = _remembered.get((text, language))
    if found is None:
        found = tuple(CutParagraph(text, *span, language) for span in paragraphs(text))
        _remembered.keep((text, language), found, len(text))
    return found
