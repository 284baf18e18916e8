"""
Prior coverage of a draft: which stories the archive has, what each is to the draft and why, and what is new in it.

The stories are those of ``search.archive.related``; each is compared with the draft sentence by sentence
(``comparison``, ``relations``, ``reasons``). Sentences that none of them has are looked for in the whole archive by
their rarest words.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from search.archive.comparison import Compared, Draft
from search.archive.documents import article_to_version
from search.archive.draft_quotes import draft_quotes
from search.archive.hits import make_hits
from search.archive.passages import FEWEST_WORDS, MAX_CHARACTERS
from search.archive.prior_results import DraftSentence, PriorCoverage, PriorStory, Relation, Report, SentenceState
from search.archive.reasons import why_of
from search.archive.related import STRONG_SCORE, STRONG_SHARE, Subject, nearest_stories, subject_of
from search.archive.relations import Likeness, likeness
from search.archive.results import Hit
from search.archive.telling import KnownWords, known_words
from search.archive.view import View
from search.article import Article
from search.columnar.arrays import Array
from search.language import analyze, is_function_word

# An article longer than that is compared by its beginning: the cost of a page must not depend on one book.
MAX_COMPARED_CHARACTERS = 20_000
# Articles beyond the related ones that are looked into for single sentences, each for a millisecond or two.
MAX_HOLDERS = 6
# A sentence is looked for by so many of its rarest words, of which one may be missing.
RAREST_WORDS = 4
# Words in more articles than this lead to no article.
MAX_ARTICLES_OF_A_RARE_WORD = 2_000
# How sure ``identify`` must be for a text to be taken for one in its language.
SURE = 0.5
# Latin letters alone make no English: of the development data's English articles .31 of the words and more are function
# words, of a sentence each in German, Polish, French and Italian .08 to .22: too few to be sure of the limit.
LEAST_FUNCTION_WORDS = 0.25
FEWEST_WORDS_OF_A_TEXT = 8


class _Article(NamedTuple):
    """An article that was compared with the draft."""

    document: int
    article: Article
    compared: Compared
    like: Likeness


@cache
def _linear_algebra() -> ThreadpoolController:
    """What sets the threads of NumPy's products of matrices; finding their library takes some milliseconds."""
    return ThreadpoolController()


def prior_coverage(view: View, source: str | Article, limit: int, prefer: str | None = None) -> PriorCoverage:
    """
    Return what the archive has about a draft or an article; see ``Archive.prior_coverage``.

    The matrices of sentences are so small that sharing a product among threads takes longer than the product itself:
    with one thread the slowest of twenty drafts takes 42 ms of the processor, with one a core 37 to 62.
    """
    with _linear_algebra().limit(limits=1, user_api="blas"):
        return _prior_coverage(view, source, limit, prefer)


def _prior_coverage(view: View, source: str | Article, limit: int, prefer: str | None) -> PriorCoverage:
    subject = subject_of(view, source)
    known = known_words(view)
    text = _text_of(source) if isinstance(source, Article) else source
    draft = Draft(text, subject.language, known.rarity, view.dictionaries)
    nearest = nearest_stories(view, subject, limit, prefer)
    hits = make_hits(view, zip(nearest.shown, nearest.scores, strict=True), nearest.leaves)
    comparing = _Comparing(view, draft)
    groups = [
        comparing.of_documents(dict.fromkeys((document, shown)))
        for document, shown in zip(nearest.documents, nearest.shown, strict=True)
    ]
    stories = _stories(hits, groups)
    compared = [each for group in groups for each in group]
    compared += comparing.of_documents(_holders(view, subject, draft, known, compared))
    until = min(len(text), MAX_CHARACTERS)
    sentences = tuple(_sentences(draft, compared))
    quotes = draft_quotes(draft, text[:MAX_CHARACTERS], [(each.article, each.compared) for each in compared])
    return PriorCoverage(text, draft.language, _is_recognised(subject), until, stories, sentences, quotes)


def _is_recognised(subject: Subject) -> bool:
    """Return whether a text looks as if it were in one of the three languages."""
    if subject.language != "en" or subject.confidence == 1.0:
        return subject.confidence >= SURE
    words = analyze(subject.text[:MAX_COMPARED_CHARACTERS], "en")
    if len(words) < FEWEST_WORDS_OF_A_TEXT:
        return True
    return sum(map(is_function_word, words)) >= LEAST_FUNCTION_WORDS * len(words)


def _text_of(article: Article) -> str:
    return "\n\n".join(filter(None, (article.title, article.lead, article.body)))


class _Comparing:
    """Compares a draft with articles."""

    def __init__(self, view: View, draft: Draft) -> None:
        self._view, self._draft = view, draft

    def of_documents(self, documents: Iterable[int]) -> list[_Article]:
        return [self._of_document(document) for document in documents]

    def _of_document(self, document: int) -> _Article:
        article = self._view.article_at(document)
        text = _text_of(article)[:MAX_COMPARED_CHARACTERS]
        body = article.body[:MAX_COMPARED_CHARACTERS]
        compared = self._draft.compared(text, article.language, body)
        return _Article(document, article, compared, likeness(compared))


def _stories(hits: Sequence[Hit], groups: Sequence[Sequence[_Article]]) -> tuple[PriorStory, ...]:
    nearest = [min(group, key=_closeness) for group in groups]
    others = [hit.score for hit, each in zip(hits, nearest, strict=True) if each.like.relation is None]
    least = max(STRONG_SCORE, STRONG_SHARE * max(others, default=0.0))
    return tuple(
        PriorStory(
            hit,
            each.like.relation or (Relation.SAME_STORY if hit.score >= least else Relation.RELATED),
            why_of(each.compared, each.like),
            article_to_version(each.article),
        )
        for hit, each in zip(hits, nearest, strict=True)
    )


def _closeness(each: _Article) -> tuple[int, float]:
    relations = list(Relation)
    like = each.like
    return relations.index(like.relation or Relation.RELATED), -max(like.resemblance, min(like.ours, like.theirs))


def _sentences(draft: Draft, compared: Sequence[_Article]) -> Iterator[DraftSentence]:
    for number, passage in enumerate(draft.passages):
        if draft.counts[number] < FEWEST_WORDS:
            yield DraftSentence(passage.start, passage.end, SentenceState.SHORT, None)
            continue
        report = _best_report(number, compared)
        state = SentenceState.REPORTED if report else SentenceState.NEW
        yield DraftSentence(passage.start, passage.end, state, report)


def _best_report(number: int, compared: Sequence[_Article]) -> Report | None:
    """Return the sentence that says most of what a sentence of the draft says; of equal ones the earliest."""
    found: list[tuple[float, float, _Article, int]] = []
    for each in compared:
        sure = np.flatnonzero(each.like.sure[number])
        if len(sure):
            shares = each.like.shares[number][sure]
            best = int(sure[shares.argmax()])
            moment = each.article.published
            found.append((-round(float(shares.max()), 2), moment.timestamp() if moment else np.inf, each, best))
    if not found:
        return None
    minus_share, _, each, place = min(found, key=lambda one: one[:2])
    start, end = each.compared.spans[place]
    text = each.compared.text[start:end]
    return Report(article_to_version(each.article), text, min(-minus_share, 1.0))


def _holders(view: View, subject: Subject, draft: Draft, known: KnownWords, compared: Sequence[_Article]) -> list[int]:
    """Return articles that may have sentences of the draft that those compared already do not have."""
    done = np.zeros(len(draft.passages), dtype=bool)
    for each in compared:
        done |= each.like.sure.any(axis=1)
    seen = {each.document for each in compared}
    votes: Counter[int] = Counter()
    for number in np.flatnonzero(~done & (draft.counts >= FEWEST_WORDS)).tolist():
        votes.update(document for document in _having(view, subject, draft, known, number) if document not in seen)
    return [document for document, _ in votes.most_common(MAX_HOLDERS)]


def _having(view: View, subject: Subject, draft: Draft, known: KnownWords, number: int) -> list[int]:
    """Return a few articles that have most of the rarest words of a sentence of the draft."""
    words = [draft.words[column] for column in np.flatnonzero(draft.weights[number])]
    words.sort(key=lambda word: -word.weight)
    sets: list[Array] = []
    for word in words:
        documents = known.documents(word.token.terms, MAX_ARTICLES_OF_A_RARE_WORD)
        if documents is not None and len(documents):
            sets.append(documents)
            if len(sets) == RAREST_WORDS:
                break
    if len(sets) < RAREST_WORDS - 1:
        return []
    documents, counts = np.unique(np.concatenate(sets), return_counts=True)
    enough = documents[counts >= RAREST_WORDS - 1]
    inside = enough[subject.among.take(enough)]
    return inside[:3].tolist()  # type: ignore[no-any-return]
