"""
Snippets for engines that give back only the stored text: its words have to be found again.

The analysis looks through paragraph after paragraph and ends as soon as a good one was found, as our own snippets
were made before they came from the index. All else is the code of ``search.archive.snippets``.
"""

from collections.abc import Mapping
from functools import partial, reduce
from itertools import count, islice
from operator import or_

from benchmarks.engines import Answer, LogQuery
from search.archive.answers import SNIPPET_FIELDS, Answers
from search.archive.documents import document_to_article
from search.archive.marks import Marker, leaf_bits
from search.archive.results import Snippet
from search.archive.snippets import MAX_SENTENCES, Excerpts, snippet_of
from search.article import Article
from search.language import paragraphs, positions

_FAR = 1 << 30  # begins behind every position that was looked at


def text_snippets(query: LogQuery, answer: Answer) -> list[Snippet]:
    """Return a snippet for each hit of a page, made from its stored text."""
    excerpts = Excerpts(query.leaves, dict.fromkeys(range(len(query.leaves)), 1.0))
    wanted = leaf_bits(range(len(query.leaves)))
    articles = map(document_to_article, answer.stored)
    return [
        snippet_of(excerpts.best_sentences(article, _answers(article, excerpts.markers, wanted)))
        for article in articles
    ]


def _answers(article: Article, markers: Mapping[str, Marker], wanted: int) -> dict[str, Answers]:
    """Return the answers of the first paragraphs: up to where there are enough and one has all words of the query."""
    found: dict[str, Answers] = {}
    seen = 0
    for field in SNIPPET_FIELDS if wanted else ():
        text, leaves_at, starts = getattr(article, field), dict[int, int](), list[int]()
        spans, start, is_enough = paragraphs(text), 0, False
        for first, last in spans:
            terms = positions(text[first:last], article.language)
            answers = markers[field].answers(terms)
            starts.append(start)
            leaves_at |= {start + position: bits for position, bits in answers.items()}
            start += len(terms) + 1
            seen += bool(answers)
            is_enough = is_enough or reduce(or_, answers.values(), 0) == wanted
            if is_enough and seen >= MAX_SENTENCES:
                break
        if leaves_at:
            starts += islice(count(_FAR), len(spans) - len(starts))
            found[field] = Answers(leaves_at, partial(list, starts))
        if is_enough and seen >= MAX_SENTENCES:
            break
    return found
