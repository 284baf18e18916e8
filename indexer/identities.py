"""
By which other names articles are known that are polled: guids of feeds, addresses that they had or that led to them.

The id of an article is its address, and an address can change: a corrected headline changes it on many sites, a feed
may name another one than the page. What came under one name first keeps the id, so that a correction replaces it and
what editors decided about it holds. Only what is polled is remembered: files have addresses and no more.
"""

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from search.archive.dictionaries import replace_file
from search.article import Article
from search.columnar.beside import NAMES
from search.columnar.lock import WAIT_SECONDS, locked

#: Hidden, so that the folder stays an index's; without it an article whose address changes comes a second time.
STATE_NAME = NAMES.name
# An address changes within days: what a hundred feeds of a hundred entries hold, in some two megabytes.
MAX_NAMES = 10_000


@dataclass
class Names:
    """The ids of articles by their other names, the one that was asked for last at the end."""

    path: Path
    ids: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, index_path: Path) -> "Names":
        """Return what was written down beside an index; nothing if that is not there or is damaged."""
        path = index_path / STATE_NAME
        with contextlib.suppress(OSError, ValueError, AttributeError, RecursionError):
            found = json.loads(path.read_bytes())
            return cls(path, {name: each for name, each in found.items() if isinstance(each, str)})
        return cls(path)

    def write(self) -> None:
        """Write the names down. Raises ``IndexLocked``, ``OSError``."""
        with locked(self.path.parent, WAIT_SECONDS):
            replace_file(self.path.parent, self.path.name, json.dumps(self.ids).encode())

    def settled(self, article: Article, others: Iterable[str]) -> Article:
        """
        Return an article under the id that it has had, and remember its names.

        ``others`` are its other names, the surest first; an empty one is none.
        """
        names = [*(each for each in others if each), article.id]
        identifier = next((self.ids[each] for each in names if each in self.ids), article.id)
        for each in names:
            self.ids.pop(each, None)
            if each != identifier:
                self.ids[each] = identifier
        for each in list(self.ids)[: max(len(self.ids) - MAX_NAMES, 0)]:
            del self.ids[each]
        return renamed(article, identifier)


def guid_name(feed: str, guid: str, article: Article) -> str:
    """
    Return the name that a guid is in the feed at an address; nothing where there is none.

    With the moment of publication, which a correction leaves as it is: feeds that number their places by guids would
    have each article replace the one that was there before.
    """
    return f"{feed} {guid} {article.published.isoformat()}" if guid and article.published else ""


def renamed(article: Article, identifier: str) -> Article:
    """Return an article with another id; a story of its own follows it."""
    if identifier == article.id:
        return article
    return replace(article, id=identifier, story="" if article.story == article.id else article.story)
