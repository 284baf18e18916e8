"""
Rebuilding an index from the articles that it holds: of an older format, of another analysis, or damaged as well.

Nothing but the index itself is needed. The old one answers until the new one is whole; what was interrupted goes on.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from indexer.report import Progress
from indexer.write import index_articles
from search.archive.documents import LAYOUT, document_to_article, link_of
from search.archive.links import LinkedArticle
from search.archive.upkeep import CONTENTS
from search.columnar.commit import REBUILDABLE_FORMATS
from search.columnar.lock import WAIT_SECONDS, locked
from search.columnar.rebuild import begin_rebuilding, finish_rebuilding, is_current, living_documents
from search.columnar.salvage import Outcome, Repair, Salvager, Survey, Survivor, set_aside, survey
from search.columnar.snapshot import open_snapshot
from search.errors import IndexDamaged
from search.language import analysis_version


def reindex(
    path: Path | str,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> int | None:
    """
    Rebuild an index of an older format or another analysis from its articles, and return how many there are.

    None says that there was nothing to do. ``jobs`` and ``progress`` are those of ``index_articles``.

    Raises ``IndexMissing``, ``IndexDamaged`` (``rebuild_damaged`` takes what is left), ``IndexOutdated`` for a format
    that this program does not know, ``IndexLocked``, ``CommitFailed``. The index is then as it was.
    """
    path = Path(path)
    if is_current(path, LAYOUT, analysis_version()):
        return None
    with locked(path, wait_seconds):
        state = survey(path, REBUILDABLE_FORMATS)
        if state.found:
            raise IndexDamaged(path, state.found[0])
        return _rebuilt(path, state, Repair(), jobs, progress, wait_seconds)


def rebuild_damaged(
    path: Path | str,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> Repair:
    """
    Rebuild an outdated index that may be damaged from what can be read of it, and say what is lost.

    Damaged files are moved to a folder ``damaged-DATE``. Raises as ``reindex``, but for damage.
    """
    path = Path(path)
    repair = Repair(outcome=Outcome.REBUILT)
    with locked(path, wait_seconds):
        state = survey(path, REBUILDABLE_FORMATS)
        repair.found += state.found
        repair.deletions_lost += [each.name for each in state.survivors if not each.is_certain]
        if state.damaged:
            repair.moved, repair.moved_to = list(state.damaged), set_aside(path, state.damaged, date.today())
        repair.articles = _rebuilt(path, state, repair, jobs, progress, wait_seconds)
        repair.generation = open_snapshot(path).commit.generation
    return repair


def _rebuilt(
    path: Path, state: Survey, repair: Repair, jobs: int, progress: Progress | None, wait_seconds: float
) -> int:
    generation = state.commit.generation if state.commit else 0
    folder = begin_rebuilding(path, generation, analysis_version())
    ids: set[int] = set()
    index_articles(
        _articles(path, state, repair, ids),
        folder,
        jobs=jobs,
        progress=progress,
        generation=generation + 1,
        wait_seconds=wait_seconds,
    )
    articles = open_snapshot(folder).alive_count
    if articles != len(ids):  # the old index is about to go
        raise IndexDamaged(folder, f"{articles:,} articles were rebuilt of {len(ids):,}")
    finish_rebuilding(path, folder)
    return articles


def _articles(path: Path, state: Survey, repair: Repair, ids: set[int]) -> Iterator[LinkedArticle]:
    """Yield what the old index holds; ``ids`` are given a hash of each id, eight bytes instead of the whole."""
    salvager = Salvager(path, state, CONTENTS, repair)

    def of_damaged(survivor: Survivor) -> list[bytes]:
        stored = salvager.read(survivor)
        repair.brought_back += len(stored)
        return stored

    for stored in living_documents(path, state, of_damaged):
        article = document_to_article(stored)
        ids.add(hash(article.id))
        yield LinkedArticle(article, link_of(stored))
