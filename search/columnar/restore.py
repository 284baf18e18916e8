"""
Restoring a backup: it is copied and checked beside the index, and takes its place at once.

The restored files get the numbers of a commit that follows the present one, so that no name is used twice and readers
that look for a new commit find it; the switch is that of any commit. Until then the index is as it was, and a kill
leaves it so; killed behind the switch, the next writer ends what is left to do (``restoring``).
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from search.columnar.arrays import ArraysDamaged, sync_folder, write_arrays
from search.columnar.backup import backup_problems, files_beside
from search.columnar.backup_store import Backup, Store, chosen_backup, copied, open_store
from search.columnar.commit import (
    DELETIONS_SUFFIX,
    REBUILDABLE_FORMATS,
    SEGMENT_SUFFIX,
    Commit,
    FileEntry,
    SegmentEntry,
    foreign_files,
    generation_of,
    publish_commit,
    read_commit,
)
from search.columnar.deletions import deletion_arrays
from search.columnar.lock import WAIT_SECONDS, locked, unusable_folder
from search.columnar.restoring import BESIDE_LIST_NAME, restoring_folder, settle_restoring
from search.columnar.snapshot import open_snapshot, read_deletions
from search.errors import BackupDamaged, CommitFailed, IndexMissing, IndexUnavailable, SearchError


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and the number that its commit has now."""

    backup: Backup
    generation: int


def restore(
    source: Path | str,
    path: Path | str,
    *,
    name: str | None = None,
    force: bool = False,
    wait_seconds: float = WAIT_SECONDS,
) -> Restored:
    """
    Put a backup (the newest, or that with a name) in the place of the index in a folder, which is made if need be.

    An index that is there is replaced only with ``force``, and stays in force until the whole backup is copied and
    sound. Readers go on, and see the restored articles at once.

    Raises ``BackupDamaged``, ``IndexUnavailable`` when something is there, ``IndexLocked`` when somebody is writing,
    ``CommitFailed`` (a full disk).
    """
    path = Path(path)
    store = open_store(Path(source))
    backup = chosen_backup(store, name)
    _prepare(path)
    with locked(path, wait_seconds):
        _require_room(path, force)
        try:
            return Restored(backup, _restored(store, backup, path))
        except (OSError, SearchError) as error:
            with contextlib.suppress(OSError):  # what was copied is in the way, of a full disk above all
                settle_restoring(path)
            if isinstance(error, OSError):
                raise CommitFailed(path, error.strerror or str(error)) from error
            raise


def check_backup(source: Path | str, name: str | None = None) -> tuple[Backup, list[str]]:
    """Read all of a backup and return it and what is wrong with it. Raises ``BackupDamaged`` where there is none."""
    store = open_store(Path(source))
    backup = chosen_backup(store, name)
    return backup, backup_problems(store, backup)


def list_backups(source: Path | str) -> list[Backup]:
    """Return the backups in a folder or a tar file that can be read, the newest first. Raises ``BackupDamaged``."""
    return open_store(Path(source)).backups()


def damaged_backups(source: Path | str) -> list[str]:
    """Return which backups in a folder cannot be read, and why. Raises ``BackupDamaged`` if it has no other."""
    return open_store(Path(source)).damaged()


def _prepare(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        foreign = foreign_files(path)
    except OSError as error:
        raise unusable_folder(path, error) from error
    if foreign:
        raise IndexUnavailable(
            path,
            f"The folder {path} holds something other than an index ({', '.join(foreign[:3])}). "
            f"Nothing was restored; name an empty or new folder with --index.",
        )


def _require_room(path: Path, force: bool) -> None:
    """Refuse to replace what somebody may need."""
    try:
        found = (
            f"has commit {commit.generation:,}" if (commit := read_commit(path, REBUILDABLE_FORMATS)).segments else ""
        )
    except IndexMissing:
        found = ""
    except IndexUnavailable:
        found = "cannot be read"
    if not found and (beside := files_beside(path)):
        found = f"has {beside[0].name} beside it"
    if found and not force:
        raise IndexUnavailable(
            path,
            f"There is an index at {path}; it {found}. Nothing was restored. Restore into a new folder with --index, "
            f"or replace it: visti restore SOURCE --force --index {path}",
        )


def _restored(store: Store, backup: Backup, path: Path) -> int:
    generation = 1 + max(_last_generation(path), backup.generation)
    folder = restoring_folder(path, generation)
    folder.mkdir()
    _copy(store, backup, folder)
    try:
        commit = read_commit(folder)
        open_snapshot(folder)
        segments = tuple(_renamed(folder, each, generation, number) for number, each in enumerate(commit.segments))
    except (IndexUnavailable, ArraysDamaged) as error:
        raise BackupDamaged(store.path, str(error)) from error
    _begin_index(path, commit, generation)
    beside = [file.name for file in backup.files if file.is_beside]
    with _durable(folder / BESIDE_LIST_NAME) as write:
        write(json.dumps(beside).encode())
    sync_folder(folder)
    for entry in segments:
        for file in (entry.file, entry.deletions):
            if file:
                (folder / file.name).rename(path / file.name)
    sync_folder(path)
    publish_commit(path, replace(commit, generation=generation, segments=segments))
    sync_folder(path)
    settle_restoring(path)
    return generation


def _last_generation(path: Path) -> int:
    """Return the highest number of a commit that anything in the folder of an index has, whatever state it is in."""
    numbers = [generation_of(file.name) for file in path.iterdir()]
    with contextlib.suppress(IndexUnavailable):
        numbers.append(read_commit(path, REBUILDABLE_FORMATS).generation)
    return max(numbers, default=0)


def _begin_index(path: Path, commit: Commit, generation: int) -> None:
    """Where there is no index yet, begin with an empty one: files without a commit would look like damage."""
    try:
        read_commit(path, REBUILDABLE_FORMATS)
    except IndexMissing:
        publish_commit(path, replace(commit, generation=generation - 1, segments=()))
        sync_folder(path)
    except IndexUnavailable:
        pass


def _copy(store: Store, backup: Backup, folder: Path) -> None:
    for file in backup.files:
        with ExitStack() as opening:
            try:
                content = opening.enter_context(store.opened(file))
            except FileNotFoundError as error:
                raise BackupDamaged(store.path, f"{file.name} is missing") from error
            except OSError as error:
                raise BackupDamaged(store.path, f"{file.name}: {error.strerror or error}") from error
            with _durable(folder / file.name) as write:
                checksum = copied(content, file.size, write)
        if checksum != file.checksum:
            raise BackupDamaged(store.path, f"{file.name} was changed: its checksum is wrong")


@contextmanager
def _durable(path: Path) -> Iterator[Callable[[bytes], object]]:
    with path.open("xb") as file:
        yield file.write
        file.flush()
        os.fsync(file.fileno())


def _renamed(folder: Path, entry: SegmentEntry, generation: int, number: int) -> SegmentEntry:
    """Give a segment and its deletions the names of a commit; deletions name their segment and are written anew."""
    name = f"{generation:08d}-{number}{SEGMENT_SUFFIX}"
    deletions = None
    if entry.deletions:
        deleted = np.flatnonzero(read_deletions(folder, entry))
        place = folder / f"{generation:08d}-{number}{DELETIONS_SUFFIX}"
        deletions = FileEntry(place.name, *write_arrays(place, deletion_arrays(name, deleted)))
    (folder / entry.file.name).rename(folder / name)
    return SegmentEntry(replace(entry.file, name=name), entry.documents, deletions)
