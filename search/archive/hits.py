"""Hits: documents that were found, made ready to be shown."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import repeat

from search.archive.answers import Answers, indexed_answers
from search.archive.marks import distinct_matches
from search.archive.results import Hit
from search.archive.snippets import Excerpts, snippet_of
from search.archive.view import View
from search.article import Article
from search.columnar.ranking import idf
from search.query.compile import Leaf
from search.query.fields import DEFAULT_TEXT_FIELDS, QUOTATION_FIELDS
from search.query.forms import Leafable

# The forms listed under a hit as its reason; more are noise on a card.
MAX_MATCHES = 8


def make_hits(view: View, found: Iterable[tuple[int, float]], leaves: Sequence[Leaf]) -> tuple[Hit, ...]:
    """Return the hits for pairs of document number and score, the words of ``leaves`` marked."""
    hits = list(found)
    documents = [document for document, _ in hits]
    articles = [view.article_at(document) for document in documents]
    leaves = in_texts(leaves)
    answers = indexed_answers(view.snapshot, documents, articles, leaves)
    excerpts = Excerpts(leaves, _weights(view, leaves))
    return tuple(_hit(view, *hit) for hit in zip(hits, articles, answers, repeat(excerpts)))


def in_texts(leaves: Sequence[Leaf]) -> Sequence[Leaf]:
    """Return the leaves of a query for marking: quotations and their speakers stand in the text."""
    return [
        replace(leaf, queries=tuple(_in_text(query) for query in leaf.queries))
        if any(field in QUOTATION_FIELDS for query in leaf.queries for field in query.fields)
        else leaf
        for leaf in leaves
    ]


def _in_text(query: Leafable) -> Leafable:
    return replace(query, fields=DEFAULT_TEXT_FIELDS)


def articles_having(view: View, leaf: Leaf) -> int:
    """Return how many articles that may be seen have a word of the query."""
    counts = map(view.articles_found, leaf.queries)
    return max(counts, default=0)  # words that lead somewhere together have no query when that is switched off


def _hit(
    view: View, found: tuple[int, float], article: Article, answers: Mapping[str, Answers], excerpts: Excerpts
) -> Hit:
    document, score = found
    headline, title_marks = excerpts.headline(article)
    sentences = excerpts.best_sentences(article, answers)
    return Hit(
        article=article,
        score=score,
        headline=headline,
        snippet=snippet_of(sentences),
        versions=view.versions_with(document, article),
        matched=distinct_matches([*title_marks, *(m for sentence in sentences for m in sentence.marks)], MAX_MATCHES),
    )


def _weights(view: View, leaves: Sequence[Leaf]) -> dict[int, float]:
    """Return what each wanted leaf weighs: the fewer articles have it, the more. A single one need not be weighed."""
    wanted = {number: leaf for number, leaf in enumerate(leaves) if leaf.wanted}
    if len(wanted) == 1:
        return dict.fromkeys(wanted, 1.0)
    return {number: idf(view.snapshot.alive_count, articles_having(view, leaf)) for number, leaf in wanted.items()}
