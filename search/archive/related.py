"""
Related coverage: which stories say most of what a text says, in any of the languages, and which came before and after.

The text's most telling words (``search.archive.telling``) are looked for; a story must have enough of what they tell.
"""

from typing import NamedTuple

import numpy as np

from search.archive.hits import make_hits
from search.archive.results import Coverage, Hit
from search.archive.telling import MIN_SHARED_WORDS, TellingWord, telling_words
from search.archive.view import RANKING, View
from search.article import Article
from search.columnar.arrays import Array
from search.columnar.collect import Order, collect, ordered
from search.columnar.execute import Matches
from search.columnar.ranking import idf
from search.language import identify
from search.query.compile import Leaf

# How much of what the words tell a story must have. Among 60,000 generated and 765 real articles the other versions
# of a story have .4 and more (median .76), the nearest of all others .42 in the median; two articles that have nothing
# to do with each other share some common words, a tenth.
MIN_SHARE = 0.12
# What scores less shares common words alone: the other versions of a story score .14 and more there.
MIN_SCORE = 0.06
# Words that are marked in an excerpt as the reason; the others tell less, and each costs time.
MAX_MARKED_WORDS = 16
# What reports the same events, rather than something of that kind: in the same archive 95 of 100 other versions of a
# story score .19 and more, of the best of all others a quarter does ...
STRONG_SCORE = 0.19
# ... and is about as near as the nearest story is.
STRONG_SHARE = 0.5


class Subject(NamedTuple):
    """
    A text whose coverage is wanted, and the mask of the documents that may be given for it.

    ``confidence`` says how sure the language is, from 0 to 1.
    """

    title: str
    text: str
    language: str
    confidence: float
    among: Array


class Nearest(NamedTuple):
    """
    The stories nearest to a text, the nearest first.

    ``documents`` are their nearest versions with their ``scores``, ``shown`` those in the language that was wanted.
    """

    documents: list[int]
    scores: list[float]
    shown: list[int]
    words: list[TellingWord]

    @property
    def leaves(self) -> list[Leaf]:
        """The words to mark in an excerpt."""
        words = self.words[:MAX_MARKED_WORDS]
        return [Leaf(word.shown, "word", (word.query,), {}, wanted=True) for word in words]


def related_hits(view: View, source: str | Article, limit: int, prefer: str | None = None) -> tuple[Hit, ...]:
    """
    Return the stories nearest to a text or an article, the nearest first; its own story is left out.

    Of each story the version in ``prefer``, by default the text's own language, is given if there is one, else the
    nearest. The score is that of the nearest version.
    """
    nearest = nearest_stories(view, subject_of(view, source), limit, prefer)
    return make_hits(view, zip(nearest.shown, nearest.scores, strict=True), nearest.leaves)


def subject_of(view: View, source: str | Article) -> Subject:
    """Return a text or an article as what stories are related to; an article's own story is not."""
    if isinstance(source, Article):
        text = f"{source.lead}\n\n{source.body}"
        return Subject(source.title, text, source.language, 1.0, view.without_story(source.story))
    return Subject("", source, *identify(source), view.visible)


def nearest_stories(view: View, subject: Subject, limit: int, prefer: str | None = None) -> Nearest:
    """Return the stories nearest to a text; see ``related_hits``."""
    words = telling_words(view, subject.title, subject.text, subject.language)
    collected = collect(view.snapshot, _sharing(view, words), {"candidates": subject.among})
    documents, scores = collected.matches
    chosen = ordered(view.snapshot, documents, Order(scores, ()), limit, grouped=True)
    scored = scores[np.searchsorted(documents, chosen)].tolist()
    shown = [_version_in(view, document, prefer or subject.language) for document in chosen.tolist()]
    return Nearest(chosen.tolist(), scored, shown, words)


def _version_in(view: View, document: int, language: str) -> int:
    """Return the version in a language of the story of a document, if it may be seen; else the document itself."""
    column = view.snapshot.keywords("language")
    wanted = column.values.number(language)
    members = sorted(view.snapshot.members(document), key=lambda member: member != document)
    same = (member for member in members if view.visible[member] and wanted in column.of_document(member))
    return next(same, document)


def coverage_of(view: View, article: Article, limit: int, prefer: str | None = None) -> Coverage:
    """Return the stories nearest to an article, those that report its events apart by their dates."""
    hits = related_hits(view, article, limit, prefer)
    least = max(STRONG_SCORE, STRONG_SHARE * hits[0].score) if hits else 0.0
    earlier: list[Hit] = []
    later: list[Hit] = []
    related: list[Hit] = []
    for hit in hits:
        moment = hit.article.published
        if hit.score < least or moment is None or article.published is None or moment == article.published:
            related.append(hit)
        else:
            (earlier if moment < article.published else later).append(hit)
    earlier.sort(key=_published, reverse=True)
    later.sort(key=_published)
    return Coverage(tuple(earlier), tuple(later), tuple(related))


def _published(hit: Hit) -> float:
    return hit.article.published.timestamp() if hit.article.published else 0.0


def _sharing(view: View, words: list[TellingWord]) -> Matches:
    """Return the documents that have enough of what the words tell, with their scores, from 0 to 1."""
    size = view.snapshot.size
    scores, shared, count = np.zeros(size), np.zeros(size), np.zeros(size, dtype=np.int16)
    total = 0.0
    for word in words:
        documents, found = view.seen(view.executor.matches(word.query))
        tells = word.frequency * idf(view.snapshot.alive_count, len(documents))
        total += tells
        scores[documents] += word.frequency * found
        shared[documents] += tells
        count[documents] += 1
    # A word gives its idf (k1 + 1) times at most, however often it stands there.
    scores /= max(total * (RANKING.k1 + 1.0), 1e-9)
    fewest = min(MIN_SHARED_WORDS, max(len(words), 1))
    enough: Array = np.flatnonzero((scores >= MIN_SCORE) & (shared >= MIN_SHARE * total) & (count >= fewest))
    return Matches(enough, scores[enough])
