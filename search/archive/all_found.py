"""
All that a search finds, read one article after another: for exports, which show no snippets and have no pages.

The places are worked out at once and the articles are read when they are asked for, so that a million of them take the
memory of a million numbers. All are of the commit that was current when the search began.
"""

from collections.abc import Iterator
from dataclasses import replace

from search.archive.pages import found_documents
from search.archive.request import SearchRequest
from search.archive.view import View
from search.article import Article


class FoundArticles:
    """
    The articles that a search finds, in its order; ``len`` tells how many there are, iterating reads them.

    ``total`` counts articles (language versions) and ``stories`` stories, as ``Page`` does. ``len`` is one of these: it
    depends on what the search groups by.
    """

    def __init__(self, view: View, request: SearchRequest) -> None:
        everything = replace(request, limit=view.snapshot.size, facets=())
        self._view = view
        self._documents, count = found_documents(view, everything)
        self.total = count.documents
        self.stories = count.groups

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[Article]:
        for document in self._documents:
            yield self._view.article_at(int(document))
