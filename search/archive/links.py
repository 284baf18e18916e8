"""Why an article that came without a story is in one: what was found when it was compared with another."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from search.article import Article


@dataclass(frozen=True, slots=True)
class Link:
    """
    The article ``to`` which an article was linked by its content, how surely (from 0 to 1), and ``by`` what.

    ``by`` are words, numbers and the like that both have, as the linked article writes them, the most telling first.
    """

    to: str
    score: float
    by: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the link for JSON."""
        return {"to": self.to, "score": self.score, "by": list(self.by)}


class LinkedArticle(NamedTuple):
    """An article, and why it is in its story: None if its source or an editor put it there, or nobody did."""

    article: Article
    link: Link | None = None


def link_of_record(record: Mapping[str, Any]) -> Link | None:
    """
    Return the link that a record of an export carries; None where it has none, or a ``link`` of another meaning.

    >>> link_of_record({"link": {"to": "a", "score": 0.9, "by": ["дамба"]}})
    Link(to='a', score=0.9, by=('дамба',))
    >>> link_of_record({"link": "https://example.org/a"})
    """
    link = record.get("link")
    if not isinstance(link, Mapping) or link.keys() != {"to", "score", "by"}:
        return None
    to, score, by = link["to"], link["score"], link["by"]
    is_number = isinstance(score, int | float) and not isinstance(score, bool) and math.isfinite(score)
    are_texts = isinstance(by, list) and all(isinstance(each, str) for each in by)
    return Link(to, score, tuple(by)) if isinstance(to, str) and is_number and are_texts else None
