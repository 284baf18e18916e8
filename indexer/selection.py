"""The part of what is read that a run is asked for: from a date on, or the first so many."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from indexer.write import Item
from search.archive.links import LinkedArticle
from search.archive.withdrawals import moment_of
from search.article import Article


class Selection:
    """
    Passes on what ``items`` yields, without the articles from before ``since``, and ends after ``limit`` articles.

    An article without a date cannot be told to be from then, so it is left out too. ``earlier`` counts what was left
    out by date, ``taken`` the articles that were passed on.
    """

    def __init__(self, items: Iterable[Item], since: datetime | None = None, limit: int | None = None) -> None:
        self._items, self._since, self.limit = items, since, limit
        self.taken = self.earlier = 0

    def __iter__(self) -> Iterator[Item]:
        for item in self._items:
            article = item.article if isinstance(item, LinkedArticle) else item
            if not isinstance(article, Article):
                yield item
            elif self._is_earlier(article):
                self.earlier += 1
            else:
                self.taken += 1
                yield item
                if self.taken == self.limit:
                    return

    def _is_earlier(self, article: Article) -> bool:
        return self._since is not None and ((moment := moment_of(article)) is None or moment < self._since)
