"""
Which of two versions of an article counts, and what a kill makes of one.

A feed that is read again, a backup that is put in late, a message that was held up: all bring versions that are older
than what the archive has. ``updated`` tells; where one of the two has none, the one that comes last counts.
"""

from dataclasses import replace
from datetime import UTC, datetime

from indexer.readers.reading import Withdrawal
from search.article import Article, Status


def is_older(coming: Article, known: Article) -> bool:
    """
    Return whether a version that comes must not replace the one that is known.

    It must not if it was updated earlier. What was canceled at a known time comes back only with a version that is
    known to be newer than that: a kill is not undone by reading the same feed once more.
    """
    if known.updated is None:
        return False
    if known.status is Status.CANCELED and coming.status is not Status.CANCELED:
        return (moment := moment_of(coming)) is None or moment <= known.updated
    return coming.updated is not None and coming.updated < known.updated


def moment_of(article: Article) -> datetime | None:
    """Return when this version was written, as far as it says so."""
    return article.updated or article.published


def is_withdrawn(article: Article, withdrawal: Withdrawal) -> bool:
    """Return whether a kill is meant for this version: for all that are not known to be newer."""
    return withdrawal.when is None or (moment := moment_of(article)) is None or moment <= withdrawal.when


def withdrawn_article(article: Article, withdrawal: Withdrawal) -> Article:
    """Return an article as a kill leaves it: canceled, with its text, its version that of the kill."""
    when = withdrawal.when or datetime.now(UTC)
    return replace(article, status=Status.CANCELED, updated=max(when, article.updated or when))
