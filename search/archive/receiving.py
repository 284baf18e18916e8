"""
Articles that come one by one, from a program that waits until they are safe: checked, written, linked, committed.

In contrast to an indexing run nothing is gathered: what a call brings is committed and durable before it returns. An
article is known by its id and its version by ``updated``, so whoever is not sure that something arrived sends it again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from search.archive.archive import Archive
from search.archive.deleting import deleted_articles
from search.archive.documents import LAYOUT, article_to_document, document_to_article, link_of
from search.archive.editing import followed_rules
from search.archive.incoming import Outcome, incoming
from search.archive.linking import LINKED_IN_PASSING, MERGED_IN_PASSING, Linker, link_afterwards, note_unlinked
from search.archive.links import LinkedArticle
from search.archive.reports.headlines import HeadlineChange, append_changes
from search.archive.view import DAMAGE, Opened
from search.archive.withdrawals import Tombstone, Withdrawals, killed
from search.article import Article, Status
from search.columnar.commit import read_commit
from search.columnar.lock import WAIT_SECONDS
from search.columnar.writer import Writer
from search.errors import IndexDamaged
from search.language import analysis_version

#: For so long what was sent in a large batch is compared with the archive, when all of it is safe: who sent it waits,
#: and a request of the site may take 30 s. A hundred articles take 1.5 to 3 s of the processor at 200,000 articles;
#: with four times as many programs at work as there are cores, ten seconds were enough for 350 to 430.
LINK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Received:
    """
    What became of each article and the story that it is in now, in the order in which they came.

    ``generation`` is the commit of the archive that has it all. ``not_compared`` is how many without a story could
    not be compared with the others, mostly for lack of time: they are stories of their own until ``visti story link``.
    """

    outcomes: tuple[Outcome, ...]
    stories: tuple[str, ...]
    generation: int
    not_compared: int = 0


def receive(
    path: Path | str,
    articles: Iterable[Article | Tombstone],
    *,
    archive: Archive | None = None,
    link_seconds: float = LINK_SECONDS,
    wait_seconds: float = WAIT_SECONDS,
) -> Received:
    """
    Put articles into the index in a folder, in one commit that is durable when this returns.

    A ``Tombstone`` is a kill: it cancels the article with its id, also if that comes later, unless it is newer.

    What editors have decided holds. An article without a story keeps the one that it was linked to; a new one is
    compared with the others, as an indexing run does it, and linked in the same commit (``search.archive.linking``). Of
    more than ``LINKED_IN_PASSING`` such articles all are committed first, so that they are found at once, and linked in
    further commits for ``link_seconds``. ``archive``, opened on the same folder, makes it cheaper.

    Raises ``IndexMissing``, ``IndexLocked`` after ``wait_seconds``, ``IndexOutdated``, ``IndexDamaged``,
    ``CommitFailed``: then nothing has changed.
    """
    path = Path(path)
    read_commit(path)  # the writer would make a new index in a folder whose name was mistyped
    opened = archive.opened if archive else None
    before = opened.snapshot if opened else None
    with Writer(path, LAYOUT, analysis_version(), wait_seconds=wait_seconds, opened=before) as writer:
        receiving = _Receiving(writer)
        came = [(article.id, receiving.take(article)) for article in articles]
        lone = list(receiving.without_story)
        is_few = len(lone) <= LINKED_IN_PASSING
        left = receiving.link(lone, opened) if is_few else 0
        append_changes(path, receiving.headlines)
        with receiving.withdrawals.written():
            writer.commit(merge_up_to=MERGED_IN_PASSING)
        generation = writer.generation
    if not is_few:
        afterwards = link_afterwards(path, lone, seconds=link_seconds, wait_seconds=wait_seconds, opened=opened)
        receiving.note(afterwards.moved)
        left, generation = afterwards.left, max(generation, afterwards.generation)
    stories = tuple(receiving.stories[identifier] for identifier, _ in came)
    return Received(tuple(outcome for _, outcome in came), stories, generation, left)


def withdraw(path: Path | str, article_id: str, *, wait_seconds: float = WAIT_SECONDS) -> int | None:
    """
    Delete an article from the index in a folder; return the number of the commit without it, None if it is not there.

    Sources do not bring it back, ``receive`` does (``search.archive.withdrawals``).

    Raises as ``receive``.
    """
    read_commit(Path(path))
    with Writer(path, LAYOUT, analysis_version(), wait_seconds=wait_seconds) as writer:
        deleted = deleted_articles(writer, [article_id], merge_up_to=MERGED_IN_PASSING)
        return writer.generation if deleted else None


@dataclass
class _Receiving:
    """Articles on their way into one commit, and the story that each is in."""

    writer: Writer
    headlines: list[HeadlineChange] = field(default_factory=list)
    stories: dict[str, str] = field(default_factory=dict)
    without_story: dict[str, None] = field(default_factory=dict)
    _pending: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rules = followed_rules(self.writer)
        self.withdrawals = Withdrawals(self.writer.path)

    def take(self, sent: Article | Tombstone) -> Outcome:
        """Write an article if it is news, or cancel the one that is killed, and say what became of it."""
        if isinstance(sent, Tombstone):
            return self._kill(sent)
        article = self.withdrawals.sent(sent)
        outcome = self._write(LinkedArticle(article))
        return Outcome.WITHDRAWN if article is not sent and outcome.is_news else outcome

    def _kill(self, kill: Tombstone) -> Outcome:
        stored = self.stored_of(kill.id)
        if stored is None:
            self.stories[kill.id] = kill.id
            return Outcome.WITHDRAWN if self.withdrawals.kill(kill.id, kill.when) else Outcome.UNCHANGED
        article = document_to_article(stored)
        self.stories[kill.id] = article.story
        if article.status is Status.CANCELED:
            return Outcome.UNCHANGED
        canceled = killed(article, kill.when)
        if canceled is article:
            return Outcome.STALE
        outcome = self._write(LinkedArticle(canceled, link_of(stored)))
        return Outcome.WITHDRAWN if outcome.is_news else outcome

    def _write(self, item: LinkedArticle) -> Outcome:
        article, came = item.article, incoming(item, self._rules, self)
        self.stories[article.id] = came.story
        if came.is_news:
            if change := came.headline_change():
                self.headlines.append(change)
            self.writer.put(article_to_document(came.item.article, came.stored))
            self._pending[article.id] = came.stored
            self.without_story.pop(article.id, None)
        if came.comes_without_story:
            self.without_story[article.id] = None
        return came.outcome

    def link(self, ids: Sequence[str], opened: Opened | None) -> int:
        """Put what came without a story into the story that it belongs to; return how many were not compared."""
        try:
            self.note(Linker(self.writer, self._rules, opened).link(ids))
        except (IndexDamaged, *DAMAGE) as error:  # of the articles that it was to be compared with
            note_unlinked(len(ids), error)
            return len(ids)
        return 0

    def note(self, moved: Iterable[LinkedArticle]) -> None:
        """Remember the stories of articles that were linked."""
        self.stories |= {article.id: article.story for article, _ in moved if article.id in self.stories}

    def digest_of(self, identifier: str) -> int | None:
        """Return the digest of what the index will have under an id, as far as this call has come."""
        return self.writer.digest_of(identifier)

    def stored_of(self, identifier: str) -> bytes | None:
        """Return what the index will have under an id, as far as this call has come."""
        return self._pending.get(identifier) or self.writer.stored_of(identifier)
