"""
What becomes of an article that comes in, whichever way it comes: new, newer, the same, or older than what is there.

Editors' decisions are followed first, so that what they have changed is not taken for news.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from search.archive.decisions import Rules
from search.archive.documents import digest_of_stored, document_to_article, stored_article
from search.archive.editing import as_decided
from search.archive.links import LinkedArticle
from search.archive.reports.headlines import HeadlineChange, change_of
from search.article import Article, Status


class Outcome(StrEnum):
    """What became of an article that came."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    """The archive has exactly this."""
    STALE = "stale"
    """The archive has a newer version, which stays."""
    WITHDRAWN = "withdrawn"
    """It is canceled: a kill had come before it, or is what came; of an article that is to come, it is remembered."""

    @property
    def is_news(self) -> bool:
        """Whether it is to be written."""
        return self in (Outcome.ADDED, Outcome.UPDATED)


class Known(Protocol):
    """What is in an index, or will be with the next commit: the writer, or what stands for it."""

    def digest_of(self, identifier: str) -> int | None:
        """Return the digest of what is stored under an id, or None."""

    def stored_of(self, identifier: str) -> bytes | None:
        """Return what is stored under an id; None also for what cannot be read before the commit."""


class Incoming(NamedTuple):
    """An article that came in, as it is to be stored (``stored``), and what it is to the archive."""

    outcome: Outcome
    item: LinkedArticle
    stored: bytes
    before: Article | None
    """What the archive has under its id, as far as that was needed and can be read."""

    @property
    def is_news(self) -> bool:
        """Whether it is to be written."""
        return self.outcome.is_news

    @property
    def comes_without_story(self) -> bool:
        """Whether it is news of which nobody has said, now or before, what story it is."""
        return self.is_news and self.item.article.story == self.item.article.id

    @property
    def story(self) -> str:
        """The story that the archive has the article in when this is written."""
        return self.before.story if self.before and not self.is_news else self.item.article.story

    def headline_change(self) -> HeadlineChange | None:
        """Return how it changes the headline, None if it does not."""
        return change_of(self.before, self.item.article, datetime.now(UTC)) if self.is_news and self.before else None


def incoming(item: LinkedArticle, rules: Rules, known: Known, *, as_they_are: bool = False) -> Incoming:
    """Tell what an article is to the archive; with ``as_they_are``, a version is never older than that."""
    item = as_decided(item, rules, known.stored_of)
    identifier, stored = item.article.id, stored_article(*item)
    digest = known.digest_of(identifier)
    if digest is None:
        return Incoming(Outcome.ADDED, item, stored, None)
    if digest == digest_of_stored(stored):
        return Incoming(Outcome.UNCHANGED, item, stored, None)
    stored_before = known.stored_of(identifier)
    before = None if stored_before is None else document_to_article(stored_before)
    is_stale = not as_they_are and before is not None and is_older(item.article, before)
    return Incoming(Outcome.STALE if is_stale else Outcome.UPDATED, item, stored, before)


def is_older(article: Article, known: Article) -> bool:
    """
    Tell whether an article is an earlier version of the one that the archive has.

    The version is ``updated``, or for what was never corrected ``published``. Where one of them does not say, what
    comes later is the newer one; but what was canceled at a known time comes back only with a version that is known to
    be newer than that: a kill is not undone by reading the same feed once more.

    >>> first = Article(language="en", title="A", published=datetime(2024, 5, 1, tzinfo=UTC))
    >>> second = Article(language="en", title="B", updated=datetime(2024, 5, 2, tzinfo=UTC))
    >>> is_older(first, second), is_older(second, first), is_older(first, first)
    (True, False, False)
    """
    version = article.updated or article.published
    if known.updated is None:
        return False
    if known.status is Status.CANCELED and article.status is not Status.CANCELED:
        return version is None or version <= known.updated
    return version is not None and version < known.updated
