"""
Writing articles into an index: what is new, what has changed, what is the same; commits on the way.

The engine's writer does the storing; here an article becomes a document, an unchanged one is passed over, and a run
is counted.
"""

import contextlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from indexer.errors import IndexerError
from indexer.linking import Linker
from indexer.parallel import Workers
from indexer.readers.reading import Remark, Withdrawal
from search.archive.decisions import Rules
from search.archive.documents import (
    LAYOUT,
    article_to_document,
    digest_of_stored,
    document_to_article,
    link_of,
    stored_article,
)
from search.archive.editing import as_decided, followed_rules
from search.archive.links import Link, LinkedArticle
from search.archive.reports.headlines import HeadlineChange, append_changes, change_of
from search.article import Article, Status
from search.columnar.commit import read_commit
from search.columnar.lock import WAIT_SECONDS
from search.columnar.writer import Writer
from search.language import analysis_version

# A commit costs some files and tens of milliseconds, and makes what came before visible and safe. 5,000 articles of
# news take about 200 MB while they wait.
COMMIT_EVERY = 5_000
# What comes slowly is seen soon: on a stream of one article a second a commit of 30 takes 1 % of the time.
COMMIT_SECONDS = 30.0


@dataclass(slots=True)
class Report:
    """
    What a run did, in articles.

    ``removed`` counts deletions, ``rejected`` what could not be taken, ``duplicates`` the articles that came after
    another with the same id in this run (the last one wins), ``linked`` those that were put into a story by their
    content. ``errors`` are the reasons for the rejections and
    ``duplicate_ids`` the ids that came again, the first ``MAX_ERRORS`` of each; ``remarks`` are other things worth
    knowing.
    """

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    linked: int = 0
    duplicates: int = 0
    duplicate_ids: list[str] = field(default_factory=list)
    errors: list[IndexerError] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether the index is different now."""
        return bool(self.added or self.updated or self.removed)

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "rejected": self.rejected,
            "linked": self.linked,
            "duplicates": self.duplicates,
            "duplicate_ids": self.duplicate_ids,
            "errors": [
                {"source": e.source, "line": e.line, "id": e.id, "reason": e.reason, "message": str(e)}
                for e in self.errors
            ],
            "remarks": [{"source": r.source, "line": r.line, "message": r.message} for r in self.remarks],
        }


# A run over a wrong file must not fill the memory with a million reasons; the count stays exact.
MAX_ERRORS = 1_000

Progress = Callable[[Report], None]
#: What a run takes: articles, also such as an index gave back; what the readers could not take, and their remarks.
Item: TypeAlias = Article | LinkedArticle | IndexerError | Remark | Withdrawal


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
) -> Report:
    """
    Add articles to the index in a folder, which is made if need be; an article replaces the one with its id.

    ``articles`` may hold errors and remarks of the readers among them; these are counted and kept. A commit is made
    after every ``commit_every`` articles, when ``commit_seconds`` have passed as an article comes, and at the end; what
    is committed stays, whatever happens later. With ``link``, a new article without a story (it is its own id then)
    gets the one that it belongs to by its content, in the same commit (``indexer.linking``). What editors have decided
    of an article (``search.set_status`` and the like) holds, whatever comes. With ``jobs``, so many processes share the
    analysis of a large number of articles (``indexer.parallel`` says what this asks of a script). ``progress`` is
    called again and again as articles are looked at. ``generation`` is the number of the first commit, if there is no
    index yet.

    Raises ``IndexLocked`` when another writer does not finish within ``wait_seconds``, ``IndexOutdated`` or
    ``IndexDamaged`` for an index that cannot be written to, ``CommitFailed`` (a full disk).
    """
    report = Report()
    with (
        Writer(path, LAYOUT, analysis_version(), wait_seconds=wait_seconds, generation=generation) as writer,
        Workers(Path(path), jobs) as workers,
    ):
        rules = followed_rules(writer)
        run = _Run(writer, workers, report, progress, rules, Linker(writer, rules) if link else None)
        try:
            for item in articles:
                run.take(item)
                if len(run.waiting) >= commit_every or run.seconds_waited() >= commit_seconds:
                    run.write()
        except BaseException:
            if not run.awaits_linking:  # else the next run would pass over what was never linked
                with contextlib.suppress(Exception):  # the reason is the error to tell; what was written is kept
                    run.keep_headlines()
                    writer.commit()
            raise
        run.write()
        run.commit()
    return report


def delete_articles(ids: Iterable[str], path: Path | str, *, wait_seconds: float = WAIT_SECONDS) -> list[str]:
    """
    Delete articles from the index in a folder; return those of ``ids`` that were there.

    Raises ``IndexMissing`` where there is no index, else as ``index_articles``.
    """
    read_commit(Path(path))  # the writer would make a new index in a folder whose name was mistyped
    with Writer(path, LAYOUT, analysis_version(), wait_seconds=wait_seconds) as writer:
        deleted = [identifier for identifier in dict.fromkeys(ids) if writer.delete(identifier)]
        writer.commit()
    return deleted


class _Run:
    """
    One run: articles wait until the next commit, so that of several with one id only the last is written.

    That keeps a second run over the same input without changes, unless articles with one id stand further apart than a
    commit: each of those is written in its turn, and the last one stays.
    """

    def __init__(
        self,
        writer: Writer,
        workers: Workers,
        report: Report,
        progress: Progress | None,
        rules: Rules,
        linker: Linker | None,
    ) -> None:
        self.waiting: dict[str, LinkedArticle] = {}
        self._rules, self._linker = rules, linker
        self._without_story: list[str] = []
        self._written = time.monotonic()
        self._writer, self._workers, self._report, self._progress = writer, workers, report, progress
        self._seen: set[int] = set()
        self._headlines: list[HeadlineChange] = []

    def take(self, item: Item) -> None:
        """Put an article with those that wait; count what is none."""
        report = self._report
        if isinstance(item, Article):
            item = LinkedArticle(item)
        if isinstance(item, LinkedArticle):
            identifier = item.article.id
            self._note_duplicate(identifier)
            self.waiting[identifier] = item
        elif isinstance(item, IndexerError):
            report.rejected += 1
            if len(report.errors) < MAX_ERRORS:
                report.errors.append(item)
        elif isinstance(item, Remark):
            report.remarks.append(item)
        elif isinstance(item, Withdrawal):
            self._withdraw(item)
        else:
            raise TypeError(
                f"index_articles takes search.Article, not {type(item).__name__}; search.article_from_record makes one"
            )

    def _withdraw(self, withdrawal: Withdrawal) -> None:
        """Cancel an article that is in the index, or waits to be."""
        self._take_over()
        known = self.waiting.get(withdrawal.id)
        if known is None and (stored := self._writer.stored_of(withdrawal.id)) is not None:
            known = LinkedArticle(document_to_article(stored), link_of(stored))
        if known is None:
            message = f"the article {withdrawal.id!r} is withdrawn, and the archive does not have it"
            self._report.remarks.append(Remark(withdrawal.source, withdrawal.line, message))
            return
        updated = withdrawal.when or known.article.updated
        canceled = replace(known.article, status=Status.CANCELED, updated=updated)
        self.waiting[withdrawal.id] = LinkedArticle(canceled, known.link)

    @property
    def awaits_linking(self) -> bool:
        """Whether an article was written that is not compared with the others yet."""
        return bool(self._linker and self._without_story)

    def seconds_waited(self) -> float:
        """Return for how long something may have waited for a commit: since the last, or since the run began."""
        return time.monotonic() - self._written

    def write(self) -> None:
        """Write the articles that wait. Those that processes share are in the commit after this one, unless linked."""
        self._take_over()  # what they were given before: an id may be in both
        waiting, self.waiting = list(self.waiting.values()), {}
        news = (found for article in waiting if (found := self._news(article)) is not None)
        if self._workers.are_worth(len(waiting)):
            self._workers.start(list(news), self._writer.dictionary)
        else:
            for article, link in news:
                self._put(article, link)
                self._show_progress()
        self._link()
        self.keep_headlines()
        self._writer.commit()  # and merge, while the processes are at work again
        self._show_progress()
        self._written = time.monotonic()

    def _put(self, article: Article, link: Link | None) -> None:
        self._writer.put(article_to_document(article, stored_article(article, link)))

    def _link(self) -> None:
        """Put what came without a story into the story that it belongs to."""
        if self._linker and self._without_story:
            self._take_over()  # an article can be linked when it is there
            for article, link in self._linker.moved(self._without_story):
                self._put(article, link)
                self._report.linked += 1
        self._without_story = []

    def keep_headlines(self) -> None:
        """Write down the headlines that the next commit changes: before it, so that none is lost."""
        changes, self._headlines = self._headlines, []
        append_changes(self._writer.path, changes)

    def commit(self) -> None:
        """Commit what the processes have built."""
        self._take_over()
        self._writer.commit()
        self._show_progress()

    def _take_over(self) -> None:
        for file in self._workers.finished():
            self._writer.put_segment(file)

    def _show_progress(self) -> None:
        if self._progress:
            self._progress(self._report)

    def _note_duplicate(self, identifier: str) -> None:
        key = hash(identifier)  # eight bytes instead of the id: a run may have millions
        if key in self._seen:
            self._report.duplicates += 1
            if len(self._report.duplicate_ids) < MAX_ERRORS:
                self._report.duplicate_ids.append(identifier)
        self._seen.add(key)

    def _news(self, item: LinkedArticle) -> LinkedArticle | None:
        """Count an article and return it as it is to be stored, or None if it is in the index as it is."""
        item = as_decided(item, self._rules, self._writer.stored_of)
        before = self._writer.digest_of(item.article.id)
        if before is None:
            self._report.added += 1
        elif before == digest_of_stored(stored_article(*item)):
            self._report.unchanged += 1
            return None
        else:
            self._report.updated += 1
            self._note_headline(item.article)
        if item.article.story == item.article.id:
            self._without_story.append(item.article.id)
        return item

    def _note_headline(self, article: Article) -> None:
        before = self._writer.stored_of(article.id)
        if before is not None and (change := change_of(document_to_article(before), article, datetime.now(UTC))):
            self._headlines.append(change)
