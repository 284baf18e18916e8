"""
Which versions of an article a kill is meant for, and what it makes of one.

Which of two versions is the older one, ``search.archive.incoming.is_older`` says, to every way that articles come in.
"""

from dataclasses import replace
from datetime import UTC, datetime

from indexer.readers.reading import Withdrawal
from search.article import Article, Status


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
