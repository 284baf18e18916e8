"""
Rebuilding an index from the articles that it holds: of an older format, of another analysis, or damaged as well.

Nothing but the index itself is needed. The old one answers until the new one is whole; what was interrupted goes on.
In its place (``reindex``) a writer has to wait; in another folder (``reindex_into``) nobody has, and what was written
meanwhile is taken over by doing it again.
"""

import json
import os
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from indexer.known_ids import KnownIds
from indexer.report import Progress, Report
from indexer.write import delete_articles, index_articles
from search.archive.dictionaries import replace_file
from search.archive.documents import LAYOUT, document_to_article, link_of
from search.archive.links import LinkedArticle
from search.archive.upkeep import CONTENTS
from search.columnar.arrays import sync_folder
from search.columnar.beside import BESIDE, COPY_MARK, NEW_SUFFIX, forget_progress
from search.columnar.commit import REBUILDABLE_FORMATS, read_commit
from search.columnar.lock import LOCK_NAME, WAIT_SECONDS, locked
from search.columnar.rebuild import begin_rebuilding, finish_rebuilding, is_current, living_documents
from search.columnar.salvage import Outcome, Repair, Salvager, Survey, Survivor, set_aside, survey
from search.columnar.snapshot import open_snapshot
from search.errors import CommitFailed, IndexDamaged, IndexUnavailable, IndexUnreadable
from search.language import analysis_version


def reindex(
    path: Path | str,
    *,
    force: bool = False,
    jobs: int = 1,
    progress: Progress | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> int | None:
    """
    Rebuild an index of an older format or another analysis from its articles, and return how many there are.

    None says that there was nothing to do; with ``force`` an index that is current is rebuilt too. Readers go on, and
    see the new index as they see a commit. Writers wait, or are told to come again: nothing of them gets lost. ``jobs``
    and ``progress`` are those of ``index_articles``.

    Raises ``IndexMissing``, ``IndexDamaged`` (``rebuild_damaged`` takes what is left), ``IndexOutdated`` for a format
    that this program does not know, ``IndexLocked``, ``CommitFailed``. The index is then as it was.
    """
    path = Path(path)
    if is_current(path, LAYOUT, analysis_version()) and not force:
        return None
    with locked(path, wait_seconds):
        state = survey(path, REBUILDABLE_FORMATS)
        if state.found:
            raise IndexDamaged(path, state.found[0])
        return _rebuilt(path, state, Repair(), jobs, progress, wait_seconds)


def reindex_into(
    path: Path | str,
    new: Path | str,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> Report:
    """
    Make the index in the folder ``new`` hold what that at ``path`` holds now, with this program's analysis.

    The old one is only read, also while somebody writes to it. Done again, it takes over what has changed since:
    articles that came, were corrected or deleted, the editors' decisions, the own dictionary. Return what was done.

    Raises ``IndexUnavailable`` when ``new`` holds something that this has not made, ``IndexMissing``, ``IndexDamaged``,
    ``IndexOutdated`` for another format (``reindex`` knows it), ``IndexLocked`` and ``CommitFailed`` for the new one.
    """
    path, new = Path(path), Path(new)
    snapshot = open_snapshot(path)
    _require_copy(path, new)
    _copy_beside(path, new, wait_seconds)
    stored = (snapshot.stored(int(document)) for document in snapshot.living)
    articles = (LinkedArticle(document_to_article(each), link_of(each)) for each in stored)
    report = index_articles(articles, new, jobs=jobs, progress=progress, wait_seconds=wait_seconds, as_they_are=True)
    copy = open_snapshot(new)
    ids = (copy.id_of(int(document)) for document in copy.living)
    gone = [identifier for identifier in ids if snapshot.document_of(identifier) is None]
    report.removed += len(delete_articles(gone, new, may_return=True, wait_seconds=wait_seconds)) if gone else 0
    _copy_beside(path, new, wait_seconds)  # the history of headlines: that of the old index is whole
    return report


def documents_in(path: Path) -> int:
    """Return how many documents an index holds, also deleted ones; raises as ``reindex``."""
    return sum(entry.documents for entry in read_commit(path, REBUILDABLE_FORMATS).segments)


def _require_copy(path: Path, new: Path) -> None:
    """Make the folder of a copy and mark it as such; refuse one that is none: what is not in ``path`` would go."""
    mark, source = new / COPY_MARK.name, str(path.resolve())
    try:
        if mark.exists() and json.loads(mark.read_bytes())["copy_of"] == source:
            return
        new.mkdir(parents=True, exist_ok=True)
        found = [file.name for file in new.iterdir() if file.name != LOCK_NAME]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexUnavailable(new, f"{new} cannot be used ({error}). Name a new folder: --into NEW") from error
    if found:
        raise IndexUnavailable(
            new, f"{new} is no copy of {path} ({', '.join(sorted(found)[:3])}). Nothing was written; name a new folder."
        )
    try:
        replace_file(new, COPY_MARK.name, json.dumps({"copy_of": source}).encode())
    except OSError as error:
        raise CommitFailed(new, error.strerror or str(error)) from error


def _copy_beside(path: Path, new: Path, wait_seconds: float) -> None:
    with locked(new, wait_seconds):
        for each in BESIDE:
            if each.copied:
                _copy_file(path, new, each.name)


def _copy_file(path: Path, new: Path, name: str) -> None:
    """Put a copy in place as a whole; a quarantine may be larger than the memory."""
    temporary = new / f"{name}{NEW_SUFFIX}"
    try:
        content = (path / name).open("rb")
    except FileNotFoundError:
        (new / name).unlink(missing_ok=True)
        return
    except PermissionError as error:
        raise IndexUnreadable(path, name) from error
    try:
        with content, temporary.open("wb") as copy:
            shutil.copyfileobj(content, copy)
            copy.flush()
            os.fsync(copy.fileno())
        temporary.replace(new / name)
        sync_folder(new)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise CommitFailed(new, error.strerror or str(error)) from error


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
        if repair.lost or repair.uncounted:
            forget_progress(path)
    return repair


def _rebuilt(
    path: Path, state: Survey, repair: Repair, jobs: int, progress: Progress | None, wait_seconds: float
) -> int:
    generation = state.commit.generation if state.commit else 0
    folder = begin_rebuilding(path, generation, analysis_version())
    ids = KnownIds()
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


def _articles(path: Path, state: Survey, repair: Repair, ids: KnownIds) -> Iterator[LinkedArticle]:
    """Yield what the old index holds; ``ids`` are given each id."""
    salvager = Salvager(path, state, CONTENTS, repair)

    def of_damaged(survivor: Survivor) -> list[bytes]:
        stored = salvager.read(survivor)
        repair.brought_back += len(stored)
        return stored

    for stored in living_documents(path, state, of_damaged):
        article = document_to_article(stored)
        ids.put(article.id)
        yield LinkedArticle(article, link_of(stored))
