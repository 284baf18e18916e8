"""
Answers: which words of a query stand at which positions of an article's texts, from the index or from the texts.

The leaves that answer at a position are the bits 1 << n of a number, so that sets of them are compared at once.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from search.article import Article
from search.columnar.document import paragraph_starts
from search.columnar.places import Places
from search.columnar.snapshot import Snapshot
from search.language import each_paragraph, paragraph_language, positions
from search.query.compile import Leaf

#: The fields that snippets are made of, in their order.
SNIPPET_FIELDS = ("lead", "body")


class Answers(NamedTuple):
    """The leaves that answer by position, in one field, and a function for the first position of each paragraph."""

    leaves_at: Mapping[int, int]
    starts: Callable[[], Sequence[int]]


def indexed_answers(
    snapshot: Snapshot, documents: Sequence[int], articles: Sequence[Article], leaves: Sequence[Leaf]
) -> list[dict[str, Answers]]:
    """Return for each document, of which the article is given, its answers by field; a field without any is absent."""
    found: list[dict[str, Answers]] = [{} for _ in documents]
    for field in SNIPPET_FIELDS:
        rows = [row for row, article in enumerate(articles) if getattr(article, field)]
        places = Places(snapshot, [documents[row] for row in rows])
        for row, leaves_at in zip(rows, _leaves_at(places, leaves, field), strict=True):
            if leaves_at:
                starts = partial(snapshot.paragraph_starts, field, documents[row])
                found[row][field] = Answers(leaves_at, starts)
    return found


def starts_in(text: str, language: str) -> list[int]:
    """Return the first position of each paragraph of a text, as ``article_to_document`` numbers them."""
    found = (text[start:end] for start, end in each_paragraph(text))
    return paragraph_starts(len(positions(each, paragraph_language(each, language))) for each in found)


def _leaves_at(places: Places, leaves: Sequence[Leaf], field: str) -> list[dict[int, int]]:
    found: list[dict[int, int]] = [{} for _ in range(len(places))]
    for number, leaf in enumerate(leaves):
        for query in leaf.queries if leaf.wanted else ():
            if field in query.fields:
                for leaves_at, positions_of_leaf in zip(found, places.of(query, field), strict=True):
                    for position in positions_of_leaf:
                        leaves_at[position] = leaves_at.get(position, 0) | 1 << number
    return found
