"""
Rebuilding an index beside itself: its stored documents are read, and at the end the new one takes its place at once.

The new index grows in a hidden folder inside the old one, in the same file system, with commit numbers that follow
those of the old: so its files get names that the old one has not, and can be moved in beside them. The switch is that
of any commit, one renaming of ``visti.json``; a crash leaves the old index or the new one, and a rebuilding that was
interrupted goes on with what it had committed.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from search.columnar.arrays import ArraysDamaged, sync_folder
from search.columnar.commit import (
    REBUILDABLE_FORMATS,
    publish_commit,
    read_commit,
    remove_unused_files,
    require_analysis,
    write_backup,
)
from search.columnar.document import Layout
from search.columnar.remains import Remains
from search.columnar.salvage import Survey, Survivor
from search.columnar.verify import verify_index
from search.errors import CommitFailed, IndexDamaged, IndexUnavailable

#: How the name of the folder begins in which a new index grows.
REBUILDING_PREFIX = ".rebuilding-"


def is_current(path: Path, layout: Layout, analysis: str) -> bool:
    """Return whether the index needs no rebuilding. Raises ``IndexMissing`` and ``IndexDamaged``."""
    read_commit(path, REBUILDABLE_FORMATS)  # what cannot be rebuilt is an error here
    try:
        commit = read_commit(path)
        require_analysis(path, commit, analysis)
    except IndexDamaged:
        raise
    except IndexUnavailable:
        return False
    return commit.layout == layout


def living_documents(path: Path, state: Survey, of_damaged: Callable[[Survivor], list[bytes]]) -> Iterator[bytes]:
    """
    Yield what is stored for every living document, in the order of the index, whatever its format.

    ``of_damaged`` gives those of a segment that is not sound. Raises ``IndexDamaged`` where it is sound and cannot be
    read all the same.
    """
    for survivor in state.survivors:
        if not survivor.is_sound:
            yield from of_damaged(survivor)
            continue
        try:
            for number, stored in enumerate(Remains(path / survivor.name).stored()):
                if number not in survivor.deleted:
                    yield stored
        except ArraysDamaged as error:
            raise IndexDamaged(path, str(error)) from error


def begin_rebuilding(path: Path, generation: int, analysis: str) -> Path:
    """
    Return the folder for the index that will follow commit ``generation`` of the one at ``path``.

    What an interrupted run has built is there, if it is sound and of this analysis; other rubbish is removed.
    """
    folder = path / f"{REBUILDING_PREFIX}{generation:08d}"
    for other in path.glob(f"{REBUILDING_PREFIX}*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    if folder.exists() and not _can_go_on(path, folder, analysis):
        shutil.rmtree(folder)
    return folder


def finish_rebuilding(path: Path, folder: Path) -> None:
    """
    Put the index in ``folder`` in the place of that at ``path``, at once; readers of the old one keep what they mapped.

    Raises ``IndexDamaged`` when what was built is not sound, ``CommitFailed``: the old index is then still in place.
    """
    problems = verify_index(folder).problems
    if problems:
        raise IndexDamaged(folder, problems[0])
    commit = read_commit(folder)
    try:
        for file in commit.files():
            (folder / file.name).rename(path / file.name)
        sync_folder(path)
        publish_commit(path, commit)
        sync_folder(path)
        write_backup(path, [commit])
        remove_unused_files(path, commit)
    except OSError as error:
        raise CommitFailed(path, error.strerror or str(error)) from error
    shutil.rmtree(folder, ignore_errors=True)


def _can_go_on(path: Path, folder: Path, analysis: str) -> bool:
    try:
        commit = read_commit(folder)
        for file in commit.files():  # a switch that was interrupted has moved some
            with contextlib.suppress(FileNotFoundError):
                if not (folder / file.name).exists():
                    (path / file.name).rename(folder / file.name)
        return commit.analysis == analysis and not verify_index(folder).problems
    except (IndexUnavailable, OSError):
        return False
