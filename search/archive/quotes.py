"""
Quotations that were found: who said what, in which article, the newest first.

A query is read as ever, but its words are looked for in the quotations where they name no field. Which quotations of an
article answer, the index says (``search.columnar.paragraphs``): the n-th paragraph of the field ``quote`` is the n-th
quotation that the analysis finds in the article, so what is shown is what was indexed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from search.archive.bridges import ArchiveBridges
from search.archive.documents import said_in
from search.archive.facets import filter_masks
from search.archive.request import Group, SearchRequest
from search.archive.results import Snippet, Version, isoformat, version_as_dict
from search.archive.snippets import marked_text
from search.archive.view import View
from search.article import Article
from search.columnar.arrays import Array
from search.columnar.collect import collect
from search.columnar.paragraphs import PARAGRAPH_BITS, every_paragraph
from search.language import Quotation
from search.query.compile import CompiledQuery, Leaf, compile_query
from search.query.nodes import Notice, all_of, in_field
from search.query.notices import Notices
from search.query.parser import parse_query

# Where the words of a query are looked for that name no field.
_FIELDS = ("quote",)


@dataclass(frozen=True, slots=True)
class FoundQuote:
    """
    A quotation of an article.

    ``text`` is safe HTML with the words of the query marked; ``speaker`` is who said it as the article writes it,
    None if it does not tell; ``verb`` is the verb of saying, or "". ``article`` is where it stands; ``versions`` are
    the readable versions of its story: uk, ru, en.
    """

    text: Snippet
    speaker: str | None
    verb: str
    article: Article
    versions: tuple[Version, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object of the command and the API."""
        article = self.article
        return {
            "text": self.text.text,
            "snippet": str(self.text),
            "speaker": self.speaker,
            "verb": self.verb,
            "article": {
                "id": article.id,
                "story": article.story,
                "language": article.language,
                "title": article.title,
                "url": article.url,
                "published": isoformat(article.published),
                "section": article.section,
            },
            "versions": [version_as_dict(version) for version in self.versions],
        }


@dataclass(frozen=True, slots=True)
class QuotePage:
    """
    Quotations of a page; ``total`` counts those of all pages, ``stories`` the stories that they stand in.

    ``notices`` say what of the query was not understood.
    """

    query: str
    speaker: str
    total: int
    stories: int
    quotes: tuple[FoundQuote, ...]
    limit: int
    offset: int
    notices: tuple[Notice, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON object of the command and the API."""
        return {
            "query": self.query,
            "speaker": self.speaker,
            "total": self.total,
            "stories": self.stories,
            "quotes": [quote.as_dict() for quote in self.quotes],
            "notices": [
                {"code": n.code, "text": n.text, "start": n.start, "end": n.end, "message": n.message}
                for n in self.notices
            ],
        }


def quote_page(view: View, request: SearchRequest, speaker: str) -> QuotePage:
    """Return the quotations that a request asks for, said by ``speaker`` (words of a query; "" for anybody)."""
    parsed, said_by = (
        parse_query(text, view.today, without=request.reading.without) for text in (request.query, speaker)
    )
    tree = all_of((parsed.tree, in_field("speaker", said_by.tree, 0, 0)))
    bridges = ArchiveBridges(view, (*_FIELDS, "speaker")) if request.reading.bridges else None
    compiled = compile_query(tree, _FIELDS, bridges, request.reading.without)
    matches = view.seen(view.executor.matches(compiled.tree))
    documents = collect(view.snapshot, matches, filter_masks(view.snapshot, request)).matches.documents
    keys = _matching(view, compiled, documents)
    if request.group is Group.STORY:
        keys = _of_one_version_each(view, keys, request.prefer)
    shown = _newest_first(view, keys)[request.offset : request.offset + request.limit]
    notices = Notices(request.query, (*parsed.notices, *said_by.notices))
    return QuotePage(
        request.query,
        speaker,
        len(keys),
        len(np.unique(view.snapshot.groups[keys >> PARAGRAPH_BITS])),
        tuple(_found_quotes(view, shown, compiled.leaves)),
        request.limit,
        request.offset,
        notices.in_order(),
    )


def quotes_at(view: View, keys: Array) -> list[tuple[Article, int, Quotation]]:
    """Return the quotations with some keys, each with its article and the number of its document."""
    found: list[tuple[Article, int, Quotation]] = []
    known: dict[int, tuple[Article, list[tuple[str, Quotation]]]] = {}
    for key in keys.tolist():
        document, number = key >> PARAGRAPH_BITS, key & ((1 << PARAGRAPH_BITS) - 1)
        if document not in known:
            article = view.article_at(document)
            known[document] = article, said_in(article)
        article, said = known[document]
        found.append((article, document, said[number][1]))
    return found


def _matching(view: View, compiled: CompiledQuery, documents: Array) -> Array:
    """Return the keys of the quotations that answer any part of a query that asks of quotations."""
    if not compiled.said:
        return every_paragraph(view.snapshot, _FIELDS[0], documents)
    return reduce(np.union1d, [view.executor.paragraphs(query, documents) for query in compiled.said])


def _of_one_version_each(view: View, keys: Array, prefer: str | None) -> Array:
    """Return the keys in one version of each story: the one in a language, or else the one with most quotations."""
    documents, counts = np.unique(keys >> PARAGRAPH_BITS, return_counts=True)
    column = view.snapshot.keywords("language")
    preferred = column.having(column.numbers([prefer]))[documents] if prefer else np.zeros(len(documents), dtype=bool)
    order = np.lexsort((documents, -counts, ~preferred))
    _, first = np.unique(view.snapshot.groups[documents[order]], return_index=True)
    return keys[np.isin(keys >> PARAGRAPH_BITS, documents[order[first]])]


def _newest_first(view: View, keys: Array) -> Array:
    moments = view.snapshot.moments("published")[keys >> PARAGRAPH_BITS]
    # Of one moment the articles stay together, and the quotations of an article in their order.
    return keys[np.lexsort((keys, -moments.astype(np.float64)))]


def _found_quotes(view: View, keys: Array, leaves: Sequence[Leaf]) -> list[FoundQuote]:
    return [
        FoundQuote(
            marked_text(quotation.text, leaves, _FIELDS[0], quotation.language),
            quotation.speaker,
            quotation.verb,
            article,
            view.versions_with(document, article),
        )
        for article, document, quotation in quotes_at(view, keys)
    ]
