"""
Backups: the files of the last commit and what lies beside the index, while a writer may go on writing.

What a commit names is never changed, so a backup opens its files, sees that the commit is still the same, and copies
them at leisure; a writer that removes them meanwhile takes only their names. Each copy is compared with the checksum
of the commit and read back. The backup exists when its own small file does, which comes last: killed before, it is as
if it had not been begun, and what was copied is there for the next try.
"""

import errno
import io
import os
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import IO

from search.columnar.arrays import ArraysDamaged, checksum_on_disk, sync_folder
from search.columnar.backup_store import (
    FILES_FOLDER,
    Backup,
    FolderStore,
    KeptFile,
    TarStore,
    copied,
    encode_backup,
    is_backup_name,
)
from search.columnar.beside import BESIDE
from search.columnar.commit import COMMIT_NAME, read_commit
from search.columnar.lock import LOCK_NAME, WAIT_SECONDS, locked
from search.columnar.snapshot import read_deletions
from search.errors import BackupFailed, IndexDamaged, IndexUnreadable

# Looking at a commit and opening its files takes a millisecond, a commit in between some more: a handful of tries is
# enough even beside a writer that does nothing but commit.
_TRIES = 1_000
_NEW_SUFFIX = ".new"
# Whoever names such a file does not want a folder.
_PACKED = frozenset({".gz", ".tgz", ".zst", ".tzst", ".xz", ".bz2", ".zip"})


@dataclass(frozen=True, slots=True)
class MadeBackup:
    """What a backup came to: ``copied`` files and bytes are new, the rest was there; ``removed`` are older backups."""

    backup: Backup
    copied_files: int
    copied_bytes: int
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Held:
    """The files of an index at one moment, open: they can be read even when they are gone from the folder."""

    generation: int
    analysis: str
    articles: int
    files: tuple[tuple[KeptFile, IO[bytes]], ...]


def back_up(
    path: Path | str, target: Path | str, *, keep: int | None = None, wait_seconds: float = WAIT_SECONDS
) -> MadeBackup:
    """
    Make a backup of the index in a folder, in the folder ``target`` or, if that ends in ``.tar``, in a file.

    A folder keeps the backups that are in it, and only what has changed since is copied; with ``keep``, so many of the
    newest stay. A file is replaced at once. Nothing is waited for but another backup in the same folder.

    Raises ``BackupFailed`` (a full disk, a folder that holds something else), ``IndexMissing``, ``IndexOutdated`` for
    another format, ``IndexDamaged`` when a file is not what the commit says: backups that are there stay as they are.
    """
    path, target = Path(path), Path(target)
    if target.resolve().is_relative_to(path.resolve()):
        raise BackupFailed(target, "it lies in the folder of the index itself")
    if target.suffix.lower() in _PACKED and not target.is_dir():
        raise BackupFailed(target, "a backup in a file is one that ends in .tar, unpacked; pack it afterwards")
    with _held(path) as held:
        try:
            if target.suffix == ".tar":
                return _in_file(path, held, target)
            _prepare(target)
            with locked(target, wait_seconds):
                return _in_folder(path, held, target, keep)
        except OSError as error:
            raise BackupFailed(target, error.strerror or str(error)) from error


@contextmanager
def _held(path: Path) -> Iterator[_Held]:
    """Give the files of the last commit, and what lies beside it, all of one moment."""
    with ExitStack() as stack:
        yield _opened(path, stack)


def _opened(path: Path, stack: ExitStack) -> _Held:
    for _ in range(_TRIES):
        with ExitStack() as attempt:
            commit = read_commit(path)
            before = (path / COMMIT_NAME).read_bytes()
            try:
                files: list[tuple[KeptFile, IO[bytes]]] = [
                    (
                        KeptFile(each.name, each.size, each.checksum),
                        attempt.enter_context((path / each.name).open("rb")),
                    )
                    for each in commit.files()
                ]
                articles = sum(each.documents - int(read_deletions(path, each).sum()) for each in commit.segments)
                problem = ""
            except PermissionError as error:
                raise IndexUnreadable(path, Path(error.filename).name) from error
            except (OSError, ArraysDamaged) as error:  # gone with an older commit, or damaged
                problem = str(error)
            # Afterwards: a decision is written down before its commit, so at most one has no commit yet
            beside = _opened_beside(path, attempt)
            if read_commit(path) != commit or (path / COMMIT_NAME).read_bytes() != before:
                continue
            if problem:
                raise IndexDamaged(path, problem)
            files.append((KeptFile(COMMIT_NAME, len(before), zlib.crc32(before)), io.BytesIO(before)))
            files += beside
            stack.enter_context(attempt.pop_all())
            return _Held(commit.generation, commit.analysis, articles, tuple(files))
    raise BackupFailed(path, "a new commit came whenever it was looked at")


def files_beside(path: Path) -> list[Path]:
    """Return what lies beside the index in a folder and belongs into a backup: decisions, dictionaries, quarantine."""
    return [file for each in BESIDE if each.backed_up and (file := path / each.name).is_file()]


def _opened_beside(path: Path, opening: ExitStack) -> list[tuple[KeptFile, IO[bytes]]]:
    """Open what lies beside an index. Raises ``IndexUnreadable``, ``IndexDamaged``."""
    opened = []
    for file in files_beside(path):
        try:
            opened.append(_opened_as_it_is(file, opening))
        except FileNotFoundError:  # a dictionary that was taken away meanwhile
            continue
        except PermissionError as error:
            raise IndexUnreadable(path, file.name) from error
        except OSError as error:
            raise IndexDamaged(path, f"{file.name} cannot be read ({error.strerror})") from error
    return opened


def _opened_as_it_is(file: Path, opening: ExitStack) -> tuple[KeptFile, IO[bytes]]:
    """Open a file as it is now: it is replaced as a whole or grows behind this. A quarantine may have gigabytes."""
    content = opening.enter_context(file.open("rb"))
    size = os.fstat(content.fileno()).st_size
    checksum = copied(content, size, len)
    content.seek(0)
    return KeptFile(file.name, size, checksum), content


def _prepare(target: Path) -> None:
    """Make the folder for backups; refuse one that holds something else."""
    target.mkdir(parents=True, exist_ok=True)
    if not os.access(target, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    foreign = [
        file.name
        for file in target.iterdir()
        if not (is_backup_name(file.name) or file.name in (FILES_FOLDER, LOCK_NAME) or file.name.startswith("."))
    ]
    if foreign:
        raise BackupFailed(target, f"it holds something other than backups ({', '.join(sorted(foreign)[:3])})")
    (target / FILES_FOLDER).mkdir(exist_ok=True)


def _in_folder(path: Path, held: _Held, target: Path, keep: int | None) -> MadeBackup:
    folder, new = target / FILES_FOLDER, []
    for leftover in folder.glob(f"*{_NEW_SUFFIX}"):
        leftover.unlink()
    for file, content in held.files:
        place = folder / file.kept_name
        if not _is_there(place, file):
            _write_checked(path, file, content, place)
            new.append(file)
    sync_folder(folder)
    backup = _backup_of(held, lambda name: (target / name).exists())
    _replace(target / backup.name, encode_backup(backup))
    removed = _keep_newest(FolderStore(target), keep) if keep else ()
    return MadeBackup(backup, len(new), sum(file.size for file in new), removed)


def _is_there(place: Path, file: KeptFile) -> bool:
    """Return whether a backup has a file already, as it should be: it is read, for a disk may have changed it."""
    try:
        return place.stat().st_size == file.size and checksum_on_disk(place) == file.checksum
    except FileNotFoundError:
        return False


def _write_checked(path: Path, file: KeptFile, content: IO[bytes], place: Path) -> None:
    temporary = place.with_name(place.name + _NEW_SUFFIX)
    try:
        with temporary.open("wb") as copy:
            if copied(content, file.size, copy.write) != file.checksum:
                raise IndexDamaged(path, f"{file.name} has changed: its checksum is wrong")
            copy.flush()
            os.fsync(copy.fileno())
        if checksum_on_disk(temporary) != file.checksum:
            raise OSError(f"{place.name} is not on the disk as it was written; see to the disk")
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)  # half of a copy is in the way, of a full disk above all


def _keep_newest(store: FolderStore, keep: int) -> tuple[str, ...]:
    """Remove older backups, and the files that none of the others has."""
    backups = store.backups()
    for backup in backups[keep:]:
        (store.path / backup.name).unlink()
    sync_folder(store.path)  # before the files: what is left of a backup must not name what is gone
    used = {file.kept_name for backup in backups[:keep] for file in backup.files}
    for place in (store.path / FILES_FOLDER).iterdir():
        if place.name not in used:
            place.unlink()
    return tuple(backup.name for backup in backups[keep:])


def _in_file(path: Path, held: _Held, target: Path) -> MadeBackup:
    backup = _backup_of(held, lambda name: False)
    temporary = target.with_name(f".{target.name}{_NEW_SUFFIX}")
    try:
        with temporary.open("wb") as file:
            _write_tar(path, held, backup, file)
            file.flush()
            os.fsync(file.fileno())
        problems = backup_problems(TarStore(temporary), backup)
        if problems:
            raise OSError(f"it is not on the disk as it was written ({problems[0]}); see to the disk")
        temporary.replace(target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return MadeBackup(backup, len(backup.files), backup.bytes)


def _write_tar(path: Path, held: _Held, backup: Backup, file: IO[bytes]) -> None:
    manifest = encode_backup(backup)
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(_member(backup.name, len(manifest), backup.made), io.BytesIO(manifest))
        for each, content in held.files:
            checked = _Checked(content)
            archive.addfile(_member(f"{FILES_FOLDER}/{each.kept_name}", each.size, backup.made), checked)
            if checked.checksum != each.checksum:
                raise IndexDamaged(path, f"{each.name} has changed: its checksum is wrong")


def _member(name: str, size: int, made: datetime) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mtime = size, int(made.timestamp())
    return member


class _Checked(io.RawIOBase):
    """A file that reckons the checksum of what is read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.checksum = file, 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self.checksum = zlib.crc32(chunk, self.checksum)
        return chunk


def backup_problems(store: FolderStore | TarStore, backup: Backup) -> list[str]:
    """Return what is wrong with the files of a backup: all of them are read."""
    problems = []
    for file in backup.files:
        try:
            with store.opened(file) as content:
                if copied(content, file.size, lambda chunk: None) != file.checksum or content.read(1):
                    problems.append(f"{file.name}: its content was changed")
        except OSError as error:
            problems.append(f"{file.name}: {error.strerror or error}")
    return problems


def _backup_of(held: _Held, is_taken: Callable[[str], bool]) -> Backup:
    made = datetime.now(UTC)
    stem = f"backup-{made:%Y%m%dT%H%M%SZ}"
    names = (f"{stem}{f'-{number}' if number else ''}.json" for number in count())
    name = next(name for name in names if not is_taken(name))
    files = tuple(file for file, _ in held.files)
    return Backup(name, made, held.generation, held.articles, held.analysis, files)


def _replace(place: Path, content: bytes) -> None:
    temporary = place.with_name(f".{place.name}{_NEW_SUFFIX}")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(place)
    sync_folder(place.parent)
