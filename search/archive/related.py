"""
Related coverage: which stories say most of what a text says.

The text's most telling words, by frequency in the text and rarity in the archive, become one query; an article must
share several of them. Words are taken as lemmas, so their forms do not matter.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from search.archive.hits import make_hits
from search.archive.pages import preferred_versions
from search.archive.results import Hit
from search.archive.understanding import DEFAULT_TEXT_FIELDS
from search.archive.view import View
from search.article import Article
from search.columnar.collect import Order, collect, ordered
from search.columnar.execute import Executor, Matches
from search.columnar.ranking import idf
from search.columnar.snapshot import Snapshot
from search.language import Token, analyze, identify, split_term
from search.query.compile import Leaf
from search.query.leaves import Form, Word

# As many as a reader would underline in a news item; more only add common words.
MAX_WORDS = 25
# Fewer shared words than this are a coincidence.
MIN_SHARED_WORDS = 3
# A word in more than a fifth of a large archive tells nothing of a topic; in a small one everything is common.
MAX_SHARE = 0.2
MIN_MAX_ARTICLES = 10
# The headline says what an article is about: each of its words counts as if it stood three times in the text.
TITLE_REPEATS = 3
# The beginning of a very long text says what it is about.
MAX_CHARACTERS = 40_000


def related_hits(view: View, source: str | Article, limit: int) -> tuple[Hit, ...]:
    """Return the stories nearest to a text or an article, the nearest first; its own story is left out."""
    if isinstance(source, Article):
        text, title, language = f"{source.lead}\n\n{source.body}", source.title, source.language
        mask = view.without_story(source.story)
    else:
        text, title, language, mask = source, "", identify(source)[0], view.visible
    words = _telling_words(view.snapshot, text, title, language)
    collected = collect(view.snapshot, _sharing(view.executor, words), {"candidates": mask})
    documents, scores = collected.matches
    chosen = ordered(view.snapshot, documents, Order(scores, ()), limit, grouped=True)
    chosen = preferred_versions(collected, chosen, language)
    leaves = [Leaf(_name(word), "word", (word,), {}, wanted=True) for word in words]
    return make_hits(
        view, zip(chosen.tolist(), scores[np.searchsorted(documents, chosen)].tolist(), strict=True), leaves
    )


def _telling_words(snapshot: Snapshot, text: str, title: str, language: str) -> list[Word]:
    counts: Counter[tuple[str, ...]] = Counter()
    for piece, repeats in ((title, TITLE_REPEATS), (text[:MAX_CHARACTERS], 1)):
        for token in analyze(piece, language):
            if terms := _content_terms(token):
                counts[terms] += repeats
    worth = {terms: _worth(snapshot, terms, count) for terms, count in counts.items()}
    telling = [terms for terms, value in worth.items() if value > 0]
    telling.sort(key=lambda terms: (-worth[terms], terms))
    return [Word(DEFAULT_TEXT_FIELDS, tuple(Form(term) for term in terms)) for terms in telling[:MAX_WORDS]]


def _worth(snapshot: Snapshot, terms: tuple[str, ...], count: int) -> float:
    """Return what a word tells of the topic; 0 if it stands in too many articles, or in none but the text's own."""
    having = max(len(snapshot.postings(field, term).documents) for field in DEFAULT_TEXT_FIELDS for term in terms)
    if not 2 <= having <= max(MAX_SHARE * snapshot.alive_count, MIN_MAX_ARTICLES):
        return 0.0
    return (1.0 + float(np.log(count))) * idf(snapshot.alive_count, having)


def _sharing(executor: Executor, words: Sequence[Word]) -> Matches:
    """Return the documents that share enough of the words, with the sum of what each is worth."""
    if not words:
        return Matches(np.empty(0, dtype=np.int64), np.empty(0))
    found = [executor.matches(word) for word in words]
    documents, places, shared = np.unique(
        np.concatenate([matches.documents for matches in found]), return_inverse=True, return_counts=True
    )
    scores = np.bincount(
        places, weights=np.concatenate([matches.scores for matches in found]), minlength=len(documents)
    )
    enough = shared >= min(MIN_SHARED_WORDS, len(words))
    return Matches(documents[enough], scores[enough])


def _content_terms(token: Token) -> tuple[str, ...]:
    """Return the lemmas of a word, or the bare word if it has none (a code); nothing for very short words."""
    if len(token.text) < 3:
        return ()
    return tuple(term for term in token.terms if split_term(term)[0]) or token.terms[:1]


def _name(word: Word) -> str:
    """Return a word as a reader knows it: its first lemma."""
    return split_term(word.forms[0].term)[1].lstrip("~")
