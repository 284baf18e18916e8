"""
Snippets: the sentences of an article that answer the query best, with the answering words marked.

Whole sentences, at most two, in the order of the article; a very long sentence is cut between words around its marks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from search.archive.marks import Mark, Marker
from search.archive.results import Snippet, Span
from search.article import Article
from search.language import analyze, paragraphs, positions, sentences
from search.query.compile import Leaf

MAX_SENTENCES = 2
# Three lines of a card on a phone, two on a desk.
MAX_SENTENCE_CHARACTERS = 280
# When a sentence with all words of the query was found, nothing later can be better; else the search goes on this far.
# An article of news has 3,000 characters; this bounds the cost of a book that was put in as an article.
MAX_CHARACTERS_SEARCHED = 60_000
# A word of the query that the snippet has already is worth little the second time.
SHARE_SAID_AGAIN = 0.1
ELLIPSIS = "…"
_SENTENCE_ENDS = tuple(".!?…\"'»”“’)")
# "Citizens of Ukraine." addresses the reader, "The bridge has opened." says something.
_FEWEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """
    A sentence of an article: its text, and its marks (offsets in the sentence).

    ``number`` orders the sentences of an article; successive ones follow each other in one paragraph. ``tells`` says
    that it can stand for the article.
    """

    number: int
    text: str
    marks: tuple[Mark, ...]
    tells: bool

    def worth(self, weights: Mapping[int, float]) -> float:
        """
        Return what the sentence tells: the weight of its different words, and a little for each repetition.

        A line without an end, such as a subhead, tells half as much: it names a topic and says nothing of it.
        """
        different = {mark.leaf for mark in self.marks}
        worth = sum(weights[leaf] for leaf in different) + 0.01 * min(len(self.marks), 10)
        return worth if self.text.endswith(_SENTENCE_ENDS) else worth / 2


def marked_text(text: str, leaves: Sequence[Leaf], field: str, language: str) -> tuple[Snippet, list[Mark]]:
    """Return a whole text with the words that answer the query marked, and the marks."""
    marker = Marker(leaves, field)
    marks = marker.marks(analyze(text, language)) if marker else []
    return Snippet.marked(text, [mark.span for mark in marks]), marks


def best_sentences(article: Article, leaves: Sequence[Leaf], weights: Mapping[int, float]) -> list[Sentence]:
    """
    Return the sentences of an article's lead and body that answer best, in their order; the first ones if none does.

    ``weights`` gives the weight of each leaf of the query by its number.
    """
    found: list[Sentence] = []
    first: list[Sentence] = []
    telling: list[Sentence] = []
    for sentence in _marked_sentences(article, leaves):
        first = first or [sentence]
        if sentence.tells:
            telling.append(sentence)
        if sentence.marks:
            found.append(sentence)
            if len(found) >= MAX_SENTENCES and len({mark.leaf for mark in sentence.marks}) == len(weights):
                break
    best = _complementary(found, weights)
    return sorted(best or telling[:MAX_SENTENCES] or first, key=lambda sentence: sentence.number)


def _complementary(found: Sequence[Sentence], weights: Mapping[int, float]) -> list[Sentence]:
    """Return the sentences that tell most together: the best, then what adds most to it."""
    chosen: list[Sentence] = []
    left, weights = list(found), dict(weights)
    while left and len(chosen) < MAX_SENTENCES:
        best = max(left, key=lambda sentence: (sentence.worth(weights), -sentence.number))
        chosen.append(best)
        left.remove(best)
        weights |= {mark.leaf: weights[mark.leaf] * SHARE_SAID_AGAIN for mark in best.marks}
    return chosen


def snippet_of(chosen: Sequence[Sentence]) -> Snippet:
    """Return the snippet of chosen sentences; an ellipsis stands where something was left out between them."""
    text, spans = "", list[Span]()
    for position, sentence in enumerate(chosen):
        if position:
            text += " " if sentence.number == chosen[position - 1].number + 1 else f" {ELLIPSIS} "
        piece, piece_spans = _shortened(sentence)
        spans += [Span(span.start + len(text), span.end + len(text)) for span in piece_spans]
        text += piece
    return Snippet.marked(text, spans)


def _marked_sentences(article: Article, leaves: Sequence[Leaf]) -> Iterator[Sentence]:
    number, searched, opening = 0, 0, 0
    for field, text in (("lead", article.lead), ("body", article.body)):
        marker = Marker(leaves, field)
        for start, end in paragraphs(text):
            paragraph = text[start:end]
            # Most paragraphs answer nothing, and their terms alone are had faster than their tokens.
            answers = marker and marker.may_mark(positions(paragraph, article.language))
            marks = marker.marks(analyze(paragraph, article.language)) if answers else []
            number += 1
            if marks or opening < MAX_SENTENCES:  # else neither an answer nor the opening: not worth cutting up
                for span in map(Span._make, sentences(paragraph)):
                    sentence = paragraph[span.start : span.end]
                    tells = _tells(sentence)
                    yield Sentence(number, sentence, _within(marks, span), tells)
                    number += 1
                    opening += tells
            searched += len(paragraph)
            if searched > MAX_CHARACTERS_SEARCHED:
                return


def _tells(sentence: str) -> bool:
    """Return whether a sentence can stand for its article: neither a salutation nor a date line nor a subhead."""
    ends = sentence.endswith(_SENTENCE_ENDS) and not sentence.endswith("!")
    return ends and len(sentence.split()) >= _FEWEST_WORDS


def _within(marks: Sequence[Mark], sentence: Span) -> tuple[Mark, ...]:
    return tuple(
        Mark(Span(mark.span.start - sentence.start, mark.span.end - sentence.start), mark.leaf, mark.match)
        for mark in marks
        if mark.span.start >= sentence.start and mark.span.end <= sentence.end
    )


def _shortened(sentence: Sentence) -> tuple[str, list[Span]]:
    """Return a sentence and its marked stretches, cut between words if it is too long."""
    text, spans = sentence.text, [mark.span for mark in sentence.marks]
    if len(text) <= MAX_SENTENCE_CHARACTERS:
        return text, spans
    first = spans[0].start if spans else 0
    start = _word_start(text, max(0, min(first - MAX_SENTENCE_CHARACTERS // 3, len(text) - MAX_SENTENCE_CHARACTERS)))
    end = _word_end(text, start + MAX_SENTENCE_CHARACTERS)
    before, after = ELLIPSIS if start else "", ELLIPSIS if end < len(text) else ""
    shift = len(before) - start
    inside = [Span(s.start + shift, s.end + shift) for s in spans if s.start >= start and s.end <= end]
    return before + text[start:end] + after, inside


def _word_start(text: str, place: int) -> int:
    blank = text.rfind(" ", 0, place + 1)
    # A "word" longer than the snippet has no blank near; then it is cut where the place is.
    return blank + 1 if blank >= 0 and place - blank < MAX_SENTENCE_CHARACTERS else place


def _word_end(text: str, place: int) -> int:
    if place >= len(text):
        return len(text)
    blank = text.rfind(" ", 0, place + 1)
    return blank if blank > place - MAX_SENTENCE_CHARACTERS // 2 else place
