"""
Snippets: the sentences of an article that answer the query best, with the answering words marked.

Whole sentences, at most two, in the order of the article; a very long sentence is cut between words around its marks.
Which positions answer comes from the index (``search.archive.answers``), so only the paragraphs that promise most are
cut into sentences, and only the sentences that are shown are analysed.
"""

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from search.archive.answers import SNIPPET_FIELDS, Answers, starts_in
from search.archive.cut_texts import SENTENCE_ENDS, CutParagraph, cut_paragraphs
from search.archive.marks import Mark, Marker, leaf_bits
from search.archive.results import Snippet, Span
from search.article import Article
from search.language import analyze, each_paragraph, each_sentence, paragraph_language
from search.query.compile import Leaf

MAX_SENTENCES = 2
# Three lines of a card on a phone, two on a desk.
MAX_SENTENCE_CHARACTERS = 280
# A word of the query that the snippet has already is worth little the second time.
SHARE_SAID_AGAIN = 0.1
# A paragraph in which the words stand near each other mostly has them in one sentence: the first few decide.
MAX_PARAGRAPHS_CUT = 6
# What says nothing of itself in so many sentences (a table) is shown by the first.
MAX_OPENING_SENTENCES = 50
ELLIPSIS = "…"
# "Citizens of Ukraine." addresses the reader, "The bridge has opened." says something.
_FEWEST_WORDS = 4


class Place(NamedTuple):
    """Where a sentence stands in its article: the number of its field, paragraph and sentence, each from 0."""

    field: int
    paragraph: int
    sentence: int


class Sentence(NamedTuple):
    """A sentence of an article: its place, its text, and its marks (offsets in the sentence)."""

    place: Place
    text: str
    marks: tuple[Mark, ...] = ()


class Excerpts:
    """Makes the headlines and snippets of one query; ``weights`` gives the weight of each of its leaves by number."""

    def __init__(self, leaves: Sequence[Leaf], weights: Mapping[int, float]) -> None:
        self.markers = {name: Marker(leaves, name) for name in SNIPPET_FIELDS}
        self._title_marker = Marker(leaves, "title")
        self._worths = _Worths(weights)

    def headline(self, article: Article) -> tuple[Snippet, list[Mark]]:
        """Return the headline of an article with the words that answer marked, and the marks."""
        return _marked_text(article.title, self._title_marker, article.language)

    def best_sentences(self, article: Article, answers: Mapping[str, Answers]) -> list[Sentence]:
        """Return the sentences of lead and body that answer best, in their order; the first ones if none does."""
        among = [
            paragraph
            for number, name in enumerate(SNIPPET_FIELDS)
            if name in answers
            for paragraph in _answering_paragraphs(article, name, number, answers[name])
        ]
        chosen = self._chosen(among)
        return list(map(self._marked, chosen)) or _opening(article)

    def _chosen(self, among: Sequence["_Paragraph"]) -> list["_Candidate"]:
        """Return the sentences that tell most together, in their order: the best, then what adds most to it."""
        chosen: list[_Candidate] = []
        said = 0
        while len(chosen) < MAX_SENTENCES and (best := self._best(among, said, chosen)):
            chosen.append(best)
            said |= best.leaves
        return sorted(chosen)

    def _best(self, among: Sequence["_Paragraph"], said: int, chosen: Sequence["_Candidate"]) -> "_Candidate | None":
        """
        Return the sentence that tells most besides the chosen ones.

        No sentence tells more than its paragraph, so the search ends where no paragraph promises more than was found.
        Of paragraphs that promise the same the one is cut first in which the words stand nearest to each other.
        """
        worths = self._worths
        best, most = None, 0.0
        promises = [(-worths[each.leaves, said], each.width, number) for number, each in enumerate(among)]
        promises.sort()
        for negative, _, number in promises[:MAX_PARAGRAPHS_CUT]:
            if most >= -negative:
                break
            for candidate in among[number].candidates:
                worth = worths[candidate.leaves, said]
                worth = worth if candidate.is_whole else worth / 2
                if worth > most and candidate not in chosen:
                    best, most = candidate, worth
        return best

    def _marked(self, candidate: "_Candidate") -> Sentence:
        """Analyse a sentence and mark it."""
        marker = self.markers[SNIPPET_FIELDS[candidate.place.field]]
        marks = marker.marks_in(candidate.text, candidate.paragraph.language)
        if marks and not candidate.leaves & marker.sequences & ~leaf_bits(mark.leaf for mark in marks):
            return Sentence(candidate.place, candidate.text, tuple(marks))
        return _marked_in_paragraph(candidate, marker)


def _marked_in_paragraph(candidate: "_Candidate", marker: Marker) -> Sentence:
    """
    Mark a sentence by analysing its paragraph.

    For a phrase that goes on in the next sentence, and for positions that are others in the sentences than in the
    paragraph: then it is the first sentence with a mark.
    """
    place, text = candidate.place, candidate.paragraph.text
    marks = marker.marks(analyze(text, candidate.paragraph.language))
    spans = list(map(Span._make, each_sentence(text)))
    number = place.sentence
    if not _within(marks, spans[number]):
        number = next((n for n, span in enumerate(spans) if _within(marks, span)), number)
    span = spans[number]
    return Sentence(place._replace(sentence=number), text[span.start : span.end], _within(marks, span))


def marked_text(text: str, leaves: Sequence[Leaf], field: str, language: str) -> Snippet:
    """Return a whole text, of one paragraph or several, with the words that answer the query marked."""
    marker, spans = Marker(leaves, field), list[Span]()
    for start, end in each_paragraph(text):
        marks = _marked_text(text[start:end], marker, language)[1]
        spans += [Span(start + mark.span.start, start + mark.span.end) for mark in marks]
    return Snippet.marked(text, spans)


def snippet_of(chosen: Sequence[Sentence]) -> Snippet:
    """Return the snippet of chosen sentences; an ellipsis stands where something was left out between them."""
    text, spans = "", list[Span]()
    for position, sentence in enumerate(chosen):
        if position:
            text += " " if _follows(sentence.place, chosen[position - 1].place) else f" {ELLIPSIS} "
        piece, piece_spans = _shortened(sentence)
        spans += [Span(span.start + len(text), span.end + len(text)) for span in piece_spans] if text else piece_spans
        text += piece
    return Snippet.marked(text, spans)


class _Worths(dict[tuple[int, int], float]):
    """What a set of leaves tells to somebody whom another set has been told: the weight of its different leaves."""

    def __init__(self, weights: Mapping[int, float]) -> None:
        super().__init__()
        self._weights = weights

    def __missing__(self, key: tuple[int, int]) -> float:
        leaves, said = key
        shares = {leaf: SHARE_SAID_AGAIN if said >> leaf & 1 else 1.0 for leaf in self._weights if leaves >> leaf & 1}
        worth = self[key] = sum(self._weights[leaf] * share for leaf, share in shares.items())
        return worth


class _Candidate(NamedTuple):
    """A sentence that answers: where, which leaves, whether it ends as a sentence does, and the paragraph around it."""

    place: Place
    leaves: int
    is_whole: bool
    text: str
    paragraph: CutParagraph


class _Paragraph:
    """
    A paragraph that answers: which leaves, and at which ascending positions, counted from its first.

    ``width`` is the distance of the nearest two positions that answer differently, 0 if all answer the same.
    """

    __slots__ = ("_candidates", "_cut", "answers", "field", "leaves", "number", "width")

    def __init__(self, field: int, number: int, answers: Sequence[tuple[int, int]], cut: CutParagraph) -> None:
        self.field, self.number, self.answers, self._cut = field, number, answers, cut
        self._candidates: list[_Candidate] | None = None
        self.leaves, self.width = _leaves_and_width(answers)

    @property
    def candidates(self) -> list[_Candidate]:
        """The sentences that answer."""
        if self._candidates is None:
            self._candidates = list(self._answering())
        return self._candidates

    def _answering(self) -> Iterator[_Candidate]:
        """
        Yield the sentences in which there are answers.

        When enough of them have all that the paragraph has, nothing later can be better.
        """
        answers, complete = iter(self.answers), 0
        text = self._cut.text
        position, leaves = next(answers)
        for number, sentence in enumerate(self._cut.sentences):
            found = 0
            while position < sentence.following:
                found |= leaves
                position, leaves = next(answers, _NO_MORE)
            if found:
                place, said = Place(self.field, self.number, number), text[sentence.start : sentence.end]
                yield _Candidate(place, found, sentence.is_whole, said, self._cut)
                complete += sentence.is_whole and found == self.leaves
            if complete == MAX_SENTENCES or position == _NO_MORE[0]:
                return


def _leaves_and_width(answers: Sequence[tuple[int, int]]) -> tuple[int, int]:
    before, leaves = answers[0]
    found, width = leaves, sys.maxsize
    for position, others in answers:
        if others != leaves:
            found |= others
            width = min(width, position - before)
            leaves = others
        before = position
    return found, width if width < sys.maxsize else 0


# Behind the last answer of a paragraph.
_NO_MORE = (sys.maxsize, 0)


def _answering_paragraphs(article: Article, name: str, number: int, answers: Answers) -> Iterator[_Paragraph]:
    text = getattr(article, name)
    cut = cut_paragraphs(text, article.language)
    starts = answers.starts() if len(cut) > 1 else [0]
    if len(starts) != len(cut):  # an index that was made by other rules: never seen, and no reason to fail
        starts = starts_in(text, article.language)
    found = sorted(answers.leaves_at.items())
    first = 0
    while first < len(found):
        which = bisect_right(starts, found[first][0]) - 1
        start, last = starts[which], len(found)
        if which + 1 < len(starts):
            last = bisect_left(found, (starts[which + 1],), first)
        inside = [(position - start, leaves) for position, leaves in found[first:last]]
        yield _Paragraph(number, which, inside, cut[which])
        first = last


def _opening(article: Article) -> list[Sentence]:
    """Return the first sentences that can stand for an article, else the first of all."""
    first: list[Sentence] = []
    telling: list[Sentence] = []
    for sentence in islice(_sentences(article), MAX_OPENING_SENTENCES):
        first = first or [sentence]
        if _tells(sentence.text):
            telling.append(sentence)
        if len(telling) == MAX_SENTENCES:
            break
    return telling or first


def _sentences(article: Article) -> Iterator[Sentence]:
    for field, name in enumerate(SNIPPET_FIELDS):
        text = getattr(article, name)
        for paragraph, (first, last) in enumerate(each_paragraph(text)):
            for number, (start, end) in enumerate(each_sentence(text[first:last])):
                yield Sentence(Place(field, paragraph, number), text[first + start : first + end])


def _marked_text(text: str, marker: Marker, language: str) -> tuple[Snippet, list[Mark]]:
    marks = marker.marks_in(text, paragraph_language(text, language))
    return Snippet.marked(text, [mark.span for mark in marks]), marks


def _follows(place: Place, before: Place) -> bool:
    return place == before._replace(sentence=before.sentence + 1)


def _tells(sentence: str) -> bool:
    """Return whether a sentence can stand for its article: neither a salutation nor a date line nor a subhead."""
    ends = sentence.endswith(SENTENCE_ENDS) and not sentence.endswith("!")
    return ends and len(sentence.split()) >= _FEWEST_WORDS


def _within(marks: Sequence[Mark], stretch: Span) -> tuple[Mark, ...]:
    return tuple(
        Mark(Span(mark.span.start - stretch.start, mark.span.end - stretch.start), mark.leaf, mark.match)
        for mark in marks
        if mark.span.start >= stretch.start and mark.span.end <= stretch.end
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
