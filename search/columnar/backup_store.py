"""
Where backups lie: a folder that several share, or a tar file with one.

``backup-20261124T083005Z.json`` is one backup: which files made up the index, each with size and CRC-32. The files are
in ``files``, each under its checksum and name, so that backups share what they have in common and none ever changes a
file of another. A tar file has the same inside; unpacked, it is such a folder.
"""

import json
import re
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from search.columnar.beside import beside_of, is_backed_up
from search.columnar.commit import COMMIT_NAME, is_index_file
from search.errors import BackupDamaged

FILES_FOLDER = "files"
BACKUP_FORMAT = 1
_BACKUP_NAME = re.compile(r"backup-[0-9]{8}T[0-9]{6}Z(?:-[0-9]+)?\.json")
# A manifest of an index of a hundred million articles has some hundred kilobytes.
_MAX_MANIFEST_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 20
# Sizes in bytes, checksums and numbers of commits are all far below it.
_MAX_NUMBER = 1 << 60
_NO_BACKUP = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file of the index as it was: its name, its size in bytes, its CRC-32."""

    name: str
    size: int
    checksum: int

    @property
    def kept_name(self) -> str:
        """The name under which backups keep it."""
        return f"{self.checksum:08x}-{self.size}-{self.name}"

    @property
    def is_beside(self) -> bool:
        """Whether it lies beside the index and is no part of the commit."""
        return is_backed_up(self.name)


@dataclass(frozen=True, slots=True)
class Backup:
    """
    One backup: its ``name``, when it was ``made`` (UTC), of which commit (``generation``), and what it holds.

    ``articles`` counts language versions; ``analysis`` is that of the index.
    """

    name: str
    made: datetime
    generation: int
    articles: int
    analysis: str
    files: tuple[KeptFile, ...]

    @property
    def bytes(self) -> int:
        """The size of its files."""
        return sum(file.size for file in self.files)

    def as_dict(self) -> dict[str, Any]:
        """Return the backup for JSON."""
        return {
            "name": self.name,
            "made": self.made.isoformat(),
            "generation": self.generation,
            "articles": self.articles,
            "files": len(self.files),
            "bytes": self.bytes,
            "analysis": self.analysis,
        }


class FolderStore:
    """A folder of backups."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def backups(self) -> list[Backup]:
        """Return the backups that are there and can be read, the newest first."""
        return self._read()[0]

    def damaged(self) -> list[str]:
        """Return which backups cannot be read, and why: the others are none the worse."""
        return self._read()[1]

    def _read(self) -> tuple[list[Backup], list[str]]:
        found, damaged = [], []
        for file in sorted(self.path.iterdir()):
            if _BACKUP_NAME.fullmatch(file.name):
                try:
                    found.append(decode_backup(file.name, file.read_bytes()))
                except (OSError, *_NO_BACKUP) as error:
                    damaged.append(f"{file.name} cannot be read: {error}")
        return sorted(found, key=lambda backup: (backup.made, backup.name), reverse=True), damaged

    @contextmanager
    def opened(self, file: KeptFile) -> Iterator[IO[bytes]]:
        """Give the content of a file. Raises ``OSError``."""
        with (self.path / FILES_FOLDER / file.kept_name).open("rb") as content:
            yield content


class TarStore:
    """A tar file with a backup."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def backups(self) -> list[Backup]:
        """Return the backup that is there. Raises ``BackupDamaged``."""
        try:
            with tarfile.open(self.path, "r:") as archive:
                names = [name for name in archive.getnames() if _BACKUP_NAME.fullmatch(name)]
                return [decode_backup(name, _member(archive, name).read(_MAX_MANIFEST_BYTES)) for name in names]
        except tarfile.TarError as error:
            raise BackupDamaged(self.path, f"it is no tar file, or not a whole one ({error})") from error
        except OSError as error:
            raise BackupDamaged(self.path, error.strerror or str(error)) from error
        except _NO_BACKUP as error:
            raise BackupDamaged(self.path, str(error)) from error

    def damaged(self) -> list[str]:
        """Return nothing: a tar file that cannot be read has no backup."""
        return []

    @contextmanager
    def opened(self, file: KeptFile) -> Iterator[IO[bytes]]:
        """Give the content of a file. Raises ``OSError``."""
        try:
            with (
                tarfile.open(self.path, "r:") as archive,
                _member(archive, f"{FILES_FOLDER}/{file.kept_name}") as found,
            ):
                yield found
        except (tarfile.TarError, KeyError) as error:
            raise OSError(f"{file.name} cannot be read from the tar file ({error})") from error


Store = FolderStore | TarStore


def open_store(path: Path) -> Store:
    """Return the backups in a folder or a tar file. Raises ``BackupDamaged`` if there are none."""
    if not path.exists():
        raise BackupDamaged(path, "there is no such file or folder")
    store = FolderStore(path) if path.is_dir() else TarStore(path)
    if not store.backups():
        raise BackupDamaged(path, next(iter(store.damaged()), "there is no backup in it"))
    return store


def chosen_backup(store: Store, name: str | None) -> Backup:
    """Return a backup by its name, with or without .json, or the newest. Raises ``BackupDamaged``."""
    backups = store.backups()
    if name is None:
        return backups[0]
    for backup in backups:
        if backup.name in (name, f"{name}.json"):
            return backup
    raise BackupDamaged(store.path, f"there is no backup {name}; there are {', '.join(b.name for b in backups)}")


def is_backup_name(name: str) -> bool:
    """Return whether a file has the name of a backup."""
    return _BACKUP_NAME.fullmatch(name) is not None


def encode_backup(backup: Backup) -> bytes:
    """Return the content of the file that is a backup."""
    record = {"format": BACKUP_FORMAT, **asdict(backup), "made": backup.made.isoformat()}
    del record["name"]
    record = json.loads(json.dumps(record))  # tuples become lists, as they will be when it is read
    record["check"] = _check(record)
    return json.dumps(record, indent=1).encode()


def decode_backup(name: str, content: bytes) -> Backup:
    """Return a backup. Raises one of ``ValueError``, ``KeyError`` and ``TypeError`` if it is none."""
    record = json.loads(content)
    if record.pop("check") != _check(record):
        raise ValueError("its checksum is wrong")
    if record["format"] != BACKUP_FORMAT:
        raise ValueError(f"it has format {record['format']}, this program reads {BACKUP_FORMAT}")
    files = tuple(KeptFile(**file) for file in record["files"])
    for file in files:  # what is restored must not be written elsewhere
        if not (file.name == COMMIT_NAME or beside_of(file.name) or is_index_file(file.name)):
            raise ValueError(f"it names a file that is not an index's: {file.name!r}")
    if len({file.name for file in files}) < len(files):
        raise ValueError("it names a file twice")
    numbers = [
        record["generation"],
        record["articles"],
        *(number for each in files for number in (each.size, each.checksum)),
    ]
    if not all(isinstance(each, int) and 0 <= each <= _MAX_NUMBER for each in numbers):
        raise ValueError("it has numbers that cannot be")
    made = datetime.fromisoformat(record["made"]).astimezone(UTC)
    return Backup(name, made, record["generation"], record["articles"], str(record["analysis"]), files)


def copied(source: IO[bytes], size: int, write: Any) -> int:
    """Copy ``size`` bytes, or as many as there are, and return their CRC-32."""
    checksum = 0
    while size and (chunk := source.read(min(size, _CHUNK_BYTES))):
        write(chunk)
        checksum, size = zlib.crc32(chunk, checksum), size - len(chunk)
    return -1 if size else checksum


def _member(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    found = archive.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _check(record: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(record, sort_keys=True).encode())
