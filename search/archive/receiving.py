"""
Articles that come one by one, from a program that waits until they are safe: checked, written, committed.

In contrast to an indexing run nothing is gathered: each call is one commit, durable before it returns. An article is
known by its id and its version by ``updated``, so whoever is not sure that something arrived sends it again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from search.archive.deleting import deleted_articles
from search.archive.documents import (
    LAYOUT,
    article_to_document,
    digest_of_stored,
    document_to_article,
    stored_article,
)
from search.archive.editing import as_decided, followed_rules
from search.archive.links import LinkedArticle
from search.archive.reports.headlines import HeadlineChange, append_changes, change_of
from search.archive.withdrawals import Withdrawals
from search.article import ARTICLE_FIELDS, Article, Status, article_from_record
from search.columnar.commit import read_commit
from search.columnar.lock import WAIT_SECONDS
from search.columnar.writer import Writer
from search.errors import ArticleInvalid
from search.language import analysis_version, identify

# Whoever sent an article waits: a merge of so many documents takes some tenths of a second. Larger ones come once in
# some thousand articles, and are left to the next indexing run.
_MERGED_MEANWHILE = 5_000
#: What stands in for a value that is wrong while the others of its record are looked at.
_STAND_INS: Mapping[str, Any] = {"language": "en", "title": "-"}


class Outcome(StrEnum):
    """What became of an article that came."""

    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    """The archive has exactly this."""
    STALE = "stale"
    """The archive has a newer version, which stays."""
    WITHDRAWN = "withdrawn"
    """A kill had come before it; the archive has it now, canceled."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of each article, in the order in which they came, and the commit of the archive that has it all."""

    outcomes: tuple[Outcome, ...]
    generation: int


def receive(path: Path | str, articles: Iterable[Article], *, wait_seconds: float = WAIT_SECONDS) -> Received:
    """
    Put articles into the index in a folder, in one commit that is durable when this returns.

    What editors have decided holds. An article without a story keeps the one that it was linked to; it is compared with
    the others by ``visti story link``, not here. Raises ``IndexMissing``, ``IndexLocked`` after ``wait_seconds``,
    ``IndexOutdated``, ``IndexDamaged``, ``CommitFailed``: then nothing has changed.
    """
    read_commit(Path(path))  # the writer would make a new index in a folder whose name was mistyped
    with Writer(path, LAYOUT, analysis_version(), wait_seconds=wait_seconds) as writer:
        receiving = _Receiving(writer)
        outcomes = tuple([receiving.take(article) for article in articles])
        append_changes(writer.path, receiving.headlines)
        with receiving.withdrawals.written():
            writer.commit(merge_up_to=_MERGED_MEANWHILE)
        return Received(outcomes, writer.generation)


def withdraw(path: Path | str, article_id: str, *, wait_seconds: float = WAIT_SECONDS) -> int | None:
    """
    Delete an article from the index in a folder; return the number of the commit without it, None if it is not there.

    Sources do not bring it back, ``receive`` does (``search.archive.withdrawals``).

    Raises as ``receive``.
    """
    read_commit(Path(path))
    with Writer(path, LAYOUT, analysis_version(), wait_seconds=wait_seconds) as writer:
        deleted = deleted_articles(writer, [article_id], merge_up_to=_MERGED_MEANWHILE)
        return writer.generation if deleted else None


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


def checked_article(record: Mapping[str, Any]) -> Article | list[ArticleInvalid]:
    """
    Make an article of an object of the exchange format, or return all that is wrong with it, a field once.

    >>> [error.field for error in checked_article({"language": "fr", "title": "A", "published": "soon"})]
    ['language', 'published']
    """
    errors: list[ArticleInvalid] = []
    left = dict(record)
    while len(errors) <= len(ARTICLE_FIELDS):
        try:
            article = article_from_record(left, _language_of)
        except ArticleInvalid as error:
            errors.append(error)
            left[error.field] = _STAND_INS.get(error.field)
        else:
            return errors or article
    return errors


def _language_of(text: str) -> str:
    language, confidence = identify(text) if text.strip() else ("", 0.0)
    if not confidence:
        raise ArticleInvalid("language", None, "is absent and cannot be told from the text, so add it")
    return language


@dataclass
class _Receiving:
    """Articles on their way into one commit."""

    writer: Writer
    headlines: list[HeadlineChange] = field(default_factory=list)
    _pending: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rules = followed_rules(self.writer)
        self.withdrawals = Withdrawals(self.writer.path)

    def take(self, article: Article) -> Outcome:
        """Write an article if it is news, and say what became of it."""
        article, sent = self.withdrawals.sent(article), article
        before = self._known(article.id)
        decided = as_decided(LinkedArticle(article), self._rules, self._known)
        stored = stored_article(*decided)
        if before is not None and digest_of_stored(before) == digest_of_stored(stored):
            return Outcome.UNCHANGED
        if before is not None and is_older(article, known := document_to_article(before)):
            return Outcome.STALE
        if before is not None and (change := change_of(known, decided.article, datetime.now(UTC))):
            self.headlines.append(change)
        self.writer.put(article_to_document(decided.article, stored))
        self._pending[article.id] = stored
        if article is not sent:
            return Outcome.WITHDRAWN
        return Outcome.ADDED if before is None else Outcome.UPDATED

    def _known(self, article_id: str) -> bytes | None:
        """Return what the index will have under an id, as far as this call has come."""
        return self._pending.get(article_id) or self.writer.stored_of(article_id)
