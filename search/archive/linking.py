"""
Linking by content: articles that come without a story are put into the story that they belong to, if there is one.

However articles come, it is done with those of a commit before the commit is made, on what it would show
(``Writer.preview``), so readers never see half of it. What belongs together, ``search.archive.story_pairs`` says.
Articles that are in the index already are linked some at a time, each time in a commit of its own.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from search.archive.decisions import Rules, read_rules
from search.archive.dictionaries import open_dictionaries
from search.archive.documents import LAYOUT, article_to_document, document_to_article, stored_article
from search.archive.editing import followed_rules
from search.archive.links import LinkedArticle
from search.archive.story_pairs import Linking
from search.archive.view import DAMAGE, Opened, make_view
from search.archive.visibility import Audience
from search.columnar.commit import read_commit
from search.columnar.lock import WAIT_SECONDS
from search.columnar.snapshot import Snapshot, open_snapshot
from search.columnar.writer import Writer
from search.errors import SearchError
from search.language import analysis_version

_logger = logging.getLogger(__name__)

# A commit's worth, as in ``indexer.write``.
_LINKED_AT_ONCE = 5_000
#: Comparing so many articles with 200,000 takes a third of a second of a free core, of 800 words each half a second
#: (``benchmarks.linking_cost``): so long whoever sent them waits until they are found, and others until they may write.
LINKED_IN_PASSING = 25
#: While somebody waits, a merge of so many documents takes some tenths of a second. Larger ones come once in some
#: thousand articles, and are left to the next indexing run.
MERGED_IN_PASSING = 5_000


class Linker:
    """Links the articles of one run after another commit of it; previews build on each other and on ``opened``."""

    def __init__(self, writer: Writer, rules: Rules, opened: Opened | None = None) -> None:
        self._writer, self._rules = writer, rules
        self._before = opened.snapshot if opened else None
        self._dictionaries = open_dictionaries(writer.path, opened.dictionaries if opened else None)

    def moved(self, ids: Iterable[str]) -> list[LinkedArticle]:
        """Return the articles that get another story because of new ones, given by ``ids``, which came without one."""
        wanted = [each for each in ids if each not in self._rules.stories]
        if not wanted:
            return []
        snapshot = self._before = self._writer.preview(self._before)
        view = make_view(snapshot, Audience.NEWSROOM, datetime.now(UTC), self._dictionaries)
        documents = [found for each in wanted if (found := snapshot.document_of(each)) is not None]
        return Linking(view, self._rules, frozenset(documents)).moved()

    def link(self, ids: Iterable[str]) -> list[LinkedArticle]:
        """Put the articles that get another story into the writer's batch, and return them; see ``moved``."""
        moved = self.moved(ids)
        for document in [article_to_document(each.article, stored_article(*each)) for each in moved]:
            self._writer.put(document)
        return moved


def link_archive(path: Path | str, *, wait_seconds: float = WAIT_SECONDS) -> int:
    """
    Link the articles that are in an index without a story, as if they came now; return how many were put into one.

    A commit is made after every ``_LINKED_AT_ONCE`` articles; interrupted, it goes on when it is called again. Raises
    ``IndexMissing``, ``IndexLocked``, ``IndexOutdated``, ``IndexDamaged``, ``CommitFailed``.
    """
    path = Path(path)
    read_commit(path)  # the writer would make a new index in a folder whose name was mistyped
    linked = 0
    with Writer(path, LAYOUT, analysis_version(), wait_seconds=wait_seconds) as writer:
        linker, ids = Linker(writer, read_rules(path)), _without_story(open_snapshot(path))
        for first in range(0, len(ids), _LINKED_AT_ONCE):
            linked += len(linker.link(ids[first : first + _LINKED_AT_ONCE]))
            writer.commit()
    return linked


@dataclass
class Afterwards:
    """Articles that were linked after they were committed, the last commit, and how many were not compared."""

    moved: list[LinkedArticle]
    generation: int
    left: int


def link_afterwards(
    path: Path, ids: Sequence[str], *, seconds: float, wait_seconds: float, opened: Opened | None = None
) -> Afterwards:
    """
    Link some articles of an index, a few at a time.

    It ends when ``seconds`` are over, and when something keeps it from writing: the articles are in the index, and
    ``link_archive`` finds those that were not compared. Others may write in between.
    """
    done, ends = Afterwards([], 0, len(ids)), time.monotonic() + seconds
    before = opened.snapshot if opened else None
    while done.left and time.monotonic() < ends:
        first = len(ids) - done.left
        some = ids[first : first + LINKED_IN_PASSING]
        try:
            with Writer(path, LAYOUT, analysis_version(), wait_seconds=wait_seconds, opened=before) as writer:
                moved = Linker(writer, followed_rules(writer), opened).link(some)
                writer.commit(merge_up_to=MERGED_IN_PASSING)
        except (SearchError, OSError, *DAMAGE) as error:
            note_unlinked(done.left, error)
            return done
        done.moved += moved
        done.generation = writer.generation
        done.left -= len(some)
    return done


def note_unlinked(number: int, error: Exception) -> None:
    """Tell the log why new articles are in no story: that is no reason to refuse them."""
    _logger.warning("%d articles are in the archive and were not linked: %s: %s", number, type(error).__name__, error)


def _without_story(snapshot: Snapshot) -> list[str]:
    """Return the ids of the articles that are alone in the story of their id."""
    alone = (document for document in snapshot.living.tolist() if len(snapshot.members(document)) == 1)
    articles = (document_to_article(snapshot.stored(document)) for document in alone)
    return [article.id for article in articles if article.story == article.id]
