"""Why an article that came without a story is in one: what was found when it was compared with another."""

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
