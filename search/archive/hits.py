"""Hits: documents that were found, made ready to be shown."""

from collections.abc import Iterable, Sequence

from search.archive.marks import distinct_matches
from search.archive.results import Hit
from search.archive.snippets import best_sentences, marked_text, snippet_of
from search.archive.view import View
from search.columnar.ranking import idf
from search.query.compile import Leaf

# The forms listed under a hit as its reason; more are noise on a card.
MAX_MATCHES = 8


def make_hits(view: View, found: Iterable[tuple[int, float]], leaves: Sequence[Leaf]) -> tuple[Hit, ...]:
    """Return the hits for pairs of document number and score, the words of ``leaves`` marked."""
    weights = {number: _weight(view, leaf) for number, leaf in enumerate(leaves) if leaf.wanted}
    return tuple(_hit(view, document, score, leaves, weights) for document, score in found)


def articles_having(view: View, leaf: Leaf) -> int:
    """Return how many articles that may be seen have a word of the query."""
    return max(int(view.visible[view.executor.documents(query)].sum()) for query in leaf.queries)


def _hit(view: View, document: int, score: float, leaves: Sequence[Leaf], weights: dict[int, float]) -> Hit:
    article = view.article_at(document)
    headline, title_marks = marked_text(article.title, leaves, "title", article.language)
    sentences = best_sentences(article, leaves, weights)
    return Hit(
        article=article,
        score=score,
        headline=headline,
        snippet=snippet_of(sentences),
        versions=view.versions_with(document),
        matched=distinct_matches([*title_marks, *(m for sentence in sentences for m in sentence.marks)], MAX_MATCHES),
    )


def _weight(view: View, leaf: Leaf) -> float:
    return idf(view.snapshot.alive_count, articles_having(view, leaf))
