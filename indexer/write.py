"""
Writing articles into an index: what is new, what has changed, what is the same; commits on the way.

The engine's writer does the storing; here an article becomes a document, an unchanged one is passed over, and a run
is counted.
"""

import contextlib
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from indexer.errors import IndexerError
from indexer.known_ids import KnownIds
from indexer.parallel import Workers
from indexer.readers.reading import Remark, SourceBegins, Withdrawal
from indexer.rehearsal import Rehearsal
from indexer.report import MAX_ERRORS, Progress, Report, SourceCounts
from search.archive.decisions import Rules, read_rules
from search.archive.deleting import deleted_articles
from search.archive.documents import (
    LAYOUT,
    article_to_document,
    digest_of_stored,
    document_to_article,
    link_of,
    stored_article,
)
from search.archive.editing import followed_rules
from search.archive.incoming import Outcome, incoming, is_older
from search.archive.linking import Linker
from search.archive.links import Link, LinkedArticle
from search.archive.reports.headlines import HeadlineChange, append_changes
from search.archive.withdrawals import Withdrawals, killed
from search.article import Article, Status
from search.columnar.commit import read_commit
from search.columnar.lock import WAIT_SECONDS
from search.columnar.writer import Writer
from search.language import analysis_version

# A commit costs some files and tens of milliseconds, and makes what came before visible and safe. 5,000 articles of
# news take about 200 MB while they wait.
COMMIT_EVERY = 5_000
# Twice what so many articles of news have. Of the longest that are lawful, 5,000 would take 20 GB.
COMMIT_CHARACTERS = 32_000_000
# What comes slowly is seen soon: on a stream of one article a second a commit of 30 takes 1 % of the time.
COMMIT_SECONDS = 30.0

#: What a run takes: articles, also such as an index gave back; what the readers could not take, and their remarks.
Item: TypeAlias = Article | LinkedArticle | IndexerError | Remark | Withdrawal | SourceBegins


def index_articles(
    articles: Iterable[Item],
    path: Path | str,
    *,
    link: bool = False,
    commit_every: int = COMMIT_EVERY,
    commit_seconds: float = COMMIT_SECONDS,
    wait_seconds: float = WAIT_SECONDS,
    jobs: int = 1,
    progress: Progress | None = None,
    generation: int = 1,
    as_they_are: bool = False,
) -> Report:
    """
    Add articles to the index in a folder, which is made if need be; an article replaces the one with its id.

    ``articles`` may hold errors and remarks of the readers among them; these are counted and kept. A commit is made
    after every ``commit_every`` articles (fewer that are very long), when ``commit_seconds`` have passed as an article
    comes, and at the end; what is committed stays, whatever happens later. A version that is older than the one in the
    archive does not replace it, and a ``Withdrawal`` cancels the article that it names
    (``search.archive.withdrawals``), also one that comes later; what was deleted does not come back. With ``link``, a
    new article without a story (it is its own id then) gets the one that it belongs to by its content, in the same
    commit (``search.archive.linking``). What editors have decided of an article (``search.set_status`` and the like)
    holds, whatever comes. With ``jobs``, so many processes share the analysis of a large number of articles
    (``indexer.parallel`` says what this asks of a script). ``progress`` is called again and again as articles are
    looked at. ``generation`` is the number of the first commit, if there is no index yet. With ``as_they_are``, a
    version replaces a newer one, too: for whoever makes a copy, of which the original may have been put back.

    Raises ``IndexLocked`` when another writer does not finish within ``wait_seconds``, ``IndexOutdated`` or
    ``IndexDamaged`` for an index that cannot be written to, ``CommitFailed`` (a full disk).
    """
    with (
        Writer(path, LAYOUT, analysis_version(), wait_seconds=wait_seconds, generation=generation) as writer,
        Workers(Path(path), jobs) as workers,
    ):
        rules = followed_rules(writer)
        run = _Run(writer, workers, progress, rules, Linker(writer, rules) if link else None, as_they_are)
        run.end_deletions()
        try:
            run.take_all(articles, commit_every, commit_seconds)
        except BaseException:
            with contextlib.suppress(Exception):  # the reason is the error to tell
                run.keep_what_is_written()
            raise
    return run.report


def check_articles(articles: Iterable[Item], path: Path | str, *, progress: Progress | None = None) -> Report:
    """
    Return the report that ``index_articles`` would give for the same, and write nothing, not even a folder.

    Nothing is linked or analysed, and nobody is kept from writing. Raises as ``index_articles``, but for the lock.
    """
    run = _Run(Rehearsal(Path(path)), None, progress, read_rules(Path(path)), None)
    run.take_all(articles, COMMIT_EVERY, COMMIT_SECONDS)
    return run.report


def delete_articles(
    ids: Iterable[str], path: Path | str, *, may_return: bool = False, wait_seconds: float = WAIT_SECONDS
) -> list[str]:
    """
    Delete articles from the index in a folder; return those of ``ids`` that were there.

    Unless they ``may_return`` they stay away, whatever sources bring (``search.archive.withdrawals``). With it also
    articles that were deleted before may come in again, and those are returned too.

    Raises ``IndexMissing`` where there is no index, else as ``index_articles``.
    """
    read_commit(Path(path))  # the writer would make a new index in a folder whose name was mistyped
    with Writer(path, LAYOUT, analysis_version(), wait_seconds=wait_seconds) as writer:
        return deleted_articles(writer, ids, may_return=may_return)


class _Run:
    """
    One run: articles wait until the next commit, so that of several with one id only the last is written.

    That keeps a second run over the same input without changes, unless articles with one id stand further apart than a
    commit: each of those is written in its turn, and the last one stays.
    """

    def __init__(
        self,
        writer: Writer | Rehearsal,
        workers: Workers | None,
        progress: Progress | None,
        rules: Rules,
        linker: Linker | None,
        as_they_are: bool = False,
    ) -> None:
        self.report = Report()
        self._waiting: dict[str, LinkedArticle] = {}
        self._characters = 0  # of all that came since the last commit
        self._in_hand = 0  # of those that are being written, how many have not been looked at
        self._rules, self._linker, self._as_they_are = rules, linker, as_they_are
        self._without_story: list[str] = []
        self._written = time.monotonic()
        self._writer, self._workers, self._progress = writer, workers, progress
        self._seen = KnownIds()
        self._source = SourceCounts()
        self._source_of: dict[str, SourceCounts] = {}
        self._withdrawals: dict[str, Withdrawal] = {}
        self._kept_out = Withdrawals(writer.path)
        self._unknown: dict[str, Withdrawal] = {}
        self._headlines: list[HeadlineChange] = []

    def take_all(self, items: Iterable[Item], commit_every: int, commit_seconds: float) -> None:
        """Take items and write them, with commits on the way and at the end."""
        for item in items:
            self._take(item)
            if self._has_enough(commit_every) or self._seconds_waited() >= commit_seconds:
                self._write()
        self._write()
        self._commit()
        self._note_unknown_withdrawals()

    def keep_what_is_written(self) -> None:
        """Commit what was written before a run was broken off."""
        if not (self._linker and self._without_story):  # else the next run would pass over what was never linked
            self._keep_beside()
            self._writer.commit()

    def _take(self, item: Item) -> None:
        """Put an article with those that wait; count what is none."""
        if isinstance(item, Article):
            self._take_article(LinkedArticle(item))
        elif isinstance(item, LinkedArticle):
            self._take_article(item)
        elif isinstance(item, IndexerError):
            self.report.reject(item)
            self._source.rejected += 1
        elif isinstance(item, Remark):
            self.report.remark(item)
        elif isinstance(item, Withdrawal):
            self._take_withdrawal(item)
        elif isinstance(item, SourceBegins):
            self._source = self.report.of_source(item.source)
        else:
            raise TypeError(
                f"index_articles takes search.Article, not {type(item).__name__}; search.article_from_record makes one"
            )
        self._show_progress()

    def _take_article(self, item: LinkedArticle) -> None:
        identifier = item.article.id
        article = item.article if self._as_they_are else self._kept_out.arriving(item.article)
        if article is None:
            self.report.kept_out += 1
            return
        withdrawal = self._withdrawals.get(identifier)
        if withdrawal:
            article = killed(article, withdrawal.when)
        if article is not item.article:
            item = LinkedArticle(article, item.link)
            self.report.withdrawn += 1
            self._unknown.pop(identifier, None)
        waiting = self._waiting.get(identifier)
        if waiting and is_older(item.article, waiting.article):
            self._count_stale(self._source)
            return
        self._note_duplicate(identifier)
        self._waiting[identifier] = item
        self._characters += len(item.article.lead) + len(item.article.body)
        self._source_of[identifier] = self._source

    def _take_withdrawal(self, withdrawal: Withdrawal) -> None:
        """Cancel an article that waits; what may be in the index is looked for when all before it is there."""
        waiting = self._waiting.get(withdrawal.id)
        if waiting is None:
            self._withdrawals[withdrawal.id] = withdrawal
            self._source_of[withdrawal.id] = self._source
        elif (canceled := killed(waiting.article, withdrawal.when)) is not waiting.article:
            self._waiting[withdrawal.id] = LinkedArticle(canceled, waiting.link)
            self.report.withdrawn += 1

    def _follow_withdrawals(self) -> None:
        """Put the articles of the index that were withdrawn with those that wait, canceled."""
        withdrawals, self._withdrawals = self._withdrawals, {}
        for identifier, withdrawal in withdrawals.items():
            stored = self._writer.stored_of(identifier)
            if stored is None:
                if identifier not in self._waiting and not withdrawal.is_former_id:
                    self._unknown[identifier] = withdrawal
                    self._keep_out(withdrawal)
                continue
            article = document_to_article(stored)
            if identifier in self._waiting or article.status is Status.CANCELED:
                continue
            canceled = killed(article, withdrawal.when)
            if canceled is not article:
                self._waiting[identifier] = LinkedArticle(canceled, link_of(stored))
                self.report.withdrawn += 1
            else:
                self._count_stale(self._source_of.pop(identifier))

    def _keep_out(self, withdrawal: Withdrawal) -> None:
        if withdrawal.is_deletion:
            self._kept_out.delete(withdrawal.id, withdrawal.when or datetime.now(UTC))
        else:
            self._kept_out.kill(withdrawal.id, withdrawal.when)

    def end_deletions(self) -> None:
        """Take out of the index what was deleted, and the deletion killed before its commit."""
        if isinstance(self._writer, Writer) and not self._as_they_are:
            self.report.removed += sum(map(self._writer.delete, self._kept_out.deleted_last()))

    def _note_unknown_withdrawals(self) -> None:
        """Say which articles were to be withdrawn that nobody knows."""
        for each in self._unknown.values():
            message = f"the article {each.id!r} is withdrawn before it has come, and will stay so"
            self.report.remark(Remark(each.source, each.line, message))

    def _count_stale(self, source: SourceCounts) -> None:
        self.report.stale += 1
        source.stale += 1

    def _has_enough(self, articles: int) -> bool:
        """Return whether so many articles wait, or so much text, that it should be written."""
        return len(self._waiting) >= articles or self._characters >= COMMIT_CHARACTERS

    def _seconds_waited(self) -> float:
        """Return for how long something may have waited for a commit: since the last, or since the run began."""
        return time.monotonic() - self._written

    def _write(self) -> None:
        """Write the articles that wait. Those that processes share are in the commit after this one, unless linked."""
        self._take_over()  # what they were given before: an id may be in both
        self._follow_withdrawals()
        waiting, self._waiting, self._characters = list(self._waiting.values()), {}, 0
        self._in_hand = len(waiting)
        news = (found for article in waiting if (found := self._news(article)) is not None)
        if self._workers and self._workers.are_worth(len(waiting)):
            shared = list(news)
            self.report.in_work = len(shared)
            self._workers.start(shared, self._writer.dictionary)
        else:
            for article, link in news:
                self._put(article, link)
                self._show_progress()
        self._link()
        self._keep_beside()
        self._writer.commit()  # and merge, while the processes are at work again
        self._source_of.clear()
        self._show_progress()
        self._written = time.monotonic()

    def _put(self, article: Article, link: Link | None) -> None:
        stored = stored_article(article, link)
        if isinstance(self._writer, Rehearsal):
            self._writer.note(article.id, digest_of_stored(stored))
        else:
            self._writer.put(article_to_document(article, stored))

    def _link(self) -> None:
        """Put what came without a story into the story that it belongs to."""
        if self._linker and self._without_story:
            self._take_over()  # an article can be linked when it is there
            self.report.linked += len(self._linker.link(self._without_story))
        self._without_story = []

    def _keep_beside(self) -> None:
        """Write down the headlines that the next commit changes, and what must not come in: before it."""
        changes, self._headlines = self._headlines, []
        if not isinstance(self._writer, Rehearsal):
            append_changes(self._writer.path, changes)
            self._kept_out.write()

    def _commit(self) -> None:
        """Commit what the processes have built."""
        self._take_over()
        self._writer.commit()
        self._show_progress()

    def _take_over(self) -> None:
        if self._workers and not isinstance(self._writer, Rehearsal):
            for file in self._workers.finished(self._show_progress):
                self._writer.put_segment(file)
            self.report.in_work = 0

    def _show_progress(self) -> None:
        if self._progress:
            self.report.waiting = len(self._waiting) + self._in_hand
            self._progress(self.report)

    def _note_duplicate(self, identifier: str) -> None:
        if self._seen.put(identifier) is not None:
            self.report.duplicates += 1
            if len(self.report.duplicate_ids) < MAX_ERRORS:
                self.report.duplicate_ids.append(identifier)

    def _news(self, item: LinkedArticle) -> LinkedArticle | None:
        """Count an article and return it as it is to be stored, or None if the index has it so, or a newer one."""
        came = incoming(item, self._rules, self._writer, as_they_are=self._as_they_are)
        source = self._source_of.pop(item.article.id, self._source)
        self._in_hand -= 1
        if came.outcome is Outcome.ADDED:
            self.report.added += 1
            source.added += 1
        elif came.outcome is Outcome.UNCHANGED:
            self.report.unchanged += 1
            source.unchanged += 1
        elif came.outcome is Outcome.STALE:
            self._count_stale(source)
        else:
            self.report.updated += 1
            source.updated += 1
        if change := came.headline_change():
            self._headlines.append(change)
        if came.comes_without_story:
            self._without_story.append(came.item.article.id)
        return came.item if came.is_news else None
