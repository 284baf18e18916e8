"""
The commit: which segments and deletions make up the index, and the atomic switch from one commit to the next.

One small JSON file, ``visti.json``, names every other file with its size and checksum. It is replaced by renaming, so
a reader sees the whole of one commit or the whole of another, and a crash at any instant leaves the last one. Beside it
``visti-backup.json`` has the same commit again, and the one before it, for ``visti repair``; no reader needs it.
"""

import contextlib
import json
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from search.columnar.arrays import sync_folder
from search.columnar.beside import beside_of
from search.columnar.document import Layout
from search.errors import IndexDamaged, IndexMissing, IndexOutdated, IndexUnreadable

COMMIT_NAME = "visti.json"
BACKUP_NAME = "visti-backup.json"
#: The number of the file format; raised by whoever changes what the files mean.
FORMAT = 2
#: Formats whose stored documents can be read (``remains``), so that an index can be rebuilt from them.
REBUILDABLE_FORMATS = frozenset({1, FORMAT})

SEGMENT_SUFFIX = ".segment"
DELETIONS_SUFFIX = ".deleted"
#: A segment on which somebody is working for the writer; it gets its name when the writer takes it over.
BUILDING_SUFFIX = ".building"
# The only names that a commit may hold: a damaged one must not make anyone read or remove a file elsewhere.
_FILE_NAME = re.compile(r"([0-9]+)-[0-9]+\.(?:segment|deleted)")
#: Where a repair puts what was damaged: a folder ``damaged-DATE`` inside that of the index.
DAMAGED_PREFIX = "damaged-"
# What reading a commit can raise that is none: it may be any JSON, or none.
_NO_COMMIT = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of the index: its name, its size in bytes, its CRC-32."""

    name: str
    size: int
    checksum: int


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment of a commit: its file, how many documents it holds, and the file of those deleted, if any."""

    file: FileEntry
    documents: int
    deletions: FileEntry | None


@dataclass(frozen=True, slots=True)
class Commit:
    """The state of an index at one moment. ``analysis`` names the analysis that made its terms."""

    generation: int
    analysis: str
    layout: Layout
    segments: tuple[SegmentEntry, ...]

    def files(self) -> list[FileEntry]:
        """Return every file that belongs to the commit."""
        return [file for entry in self.segments for file in (entry.file, entry.deletions) if file]


def read_commit(path: Path, formats: Iterable[int] = (FORMAT,)) -> Commit:
    """
    Read the last commit of the index at ``path``, in one of ``formats``.

    Raises ``IndexMissing``, ``IndexOutdated`` (another format), ``IndexDamaged`` or ``IndexUnreadable``.
    """
    try:
        text = (path / COMMIT_NAME).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        if any(path.glob(f"*{SEGMENT_SUFFIX}")) or (path / BACKUP_NAME).exists():
            raise IndexDamaged(path, f"{COMMIT_NAME} is missing") from error
        raise _missing(path) from error
    except PermissionError as error:
        raise IndexUnreadable(path, COMMIT_NAME) from error
    except OSError as error:  # not IndexMissing: a writer would begin a new index over this one
        raise IndexDamaged(path, f"{COMMIT_NAME} cannot be read ({error.strerror})") from error
    try:
        data = json.loads(text)
        version = data["format"]
        if version not in formats:
            raise IndexOutdated(path, "format", version, FORMAT, rebuildable=version in REBUILDABLE_FORMATS)
        return _checked_commit(data)
    except _NO_COMMIT as error:
        raise IndexDamaged(path, f"{COMMIT_NAME} cannot be understood ({error})") from error


def require_analysis(path: Path, commit: Commit, analysis: str) -> None:
    """Raise ``IndexOutdated`` unless ``analysis`` made the terms of a commit: with others, half would not be found."""
    if commit.analysis != analysis:
        raise IndexOutdated(path, "terms made by analysis", commit.analysis, analysis)


def publish_commit(path: Path, commit: Commit) -> None:
    """
    Make ``commit`` the state of the index, never half visible; durable after another ``sync_folder``.

    The files that it names must be on disk already (``write_arrays`` sees to it). Raises ``OSError`` with nothing
    changed. The last ``sync_folder`` is the caller's, because a failure there does not take the commit back.
    """
    with _replaced(path / COMMIT_NAME, _record(commit)):
        sync_folder(path)


def write_backup(path: Path, commits: Iterable[Commit]) -> None:
    """Keep commits for a repair, the newest first; one crash later there may be those from before. Raises OSError."""
    with _replaced(path / BACKUP_NAME, [_record(commit) for commit in commits]):
        pass


def read_backup(path: Path) -> list[Commit]:
    """Return the commits that were kept for a repair and are sound, the newest first; their files may be gone."""
    try:
        records = json.loads((path / BACKUP_NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return []
    commits = []
    for record in records if isinstance(records, list) else []:
        with contextlib.suppress(*_NO_COMMIT):
            if record["format"] in REBUILDABLE_FORMATS:
                commits.append(_checked_commit(record))
    return commits


def is_index_file(name: str) -> bool:
    """
    Return whether a file has the name of a segment or of deletions.

    >>> is_index_file("00000012-0.segment"), is_index_file("../00000012-0.segment")
    (True, False)
    """
    return _FILE_NAME.fullmatch(name) is not None


def generation_of(name: str) -> int:
    """
    Return the number of the commit for which a file was written.

    >>> generation_of("00000012-0.segment")
    12
    """
    found = _FILE_NAME.fullmatch(name)
    return int(found[1]) if found else 0


def remove_unused_files(path: Path, *commits: Commit) -> None:
    """Remove segments and deletions that belong to none of the commits; readers that mapped them keep them."""
    used = {file.name for commit in commits for file in commit.files()}
    for file in path.iterdir():
        if file.suffix in (SEGMENT_SUFFIX, DELETIONS_SUFFIX) and file.name not in used:
            file.unlink(missing_ok=True)


def foreign_files(path: Path) -> list[str]:
    """Return the names in a folder that are not an index's, hidden or a README: a writer keeps away from those."""
    ours = (SEGMENT_SUFFIX, DELETIONS_SUFFIX, BUILDING_SUFFIX, ".lock")
    return sorted(
        file.name
        for file in path.iterdir()
        if not file.name.startswith((".", "README", COMMIT_NAME, BACKUP_NAME, DAMAGED_PREFIX))
        and file.suffix not in ours
        and not beside_of(file.name)
    )


def _missing(path: Path) -> IndexMissing:
    if not path.exists():
        return IndexMissing(path, "there is no index: the folder does not exist")
    if not path.is_dir():
        return IndexMissing(path, "there is no index: this is not a folder", foreign=True)
    foreign = foreign_files(path)
    if foreign:
        return IndexMissing(path, f"this folder holds something else ({', '.join(foreign[:3])})", foreign=True)
    return IndexMissing(path)


@contextmanager
def _replaced(path: Path, content: object) -> Iterator[None]:
    """Write JSON beside a file, durably; rename it into place after the block. On failure nothing has changed."""
    temporary = path.with_name(f"{path.name}.new")
    try:
        with temporary.open("wb") as file:
            file.write(json.dumps(content, indent=1, ensure_ascii=False).encode())
            file.flush()
            os.fsync(file.fileno())
        yield
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _record(commit: Commit) -> dict[str, Any]:
    data: dict[str, Any] = {"format": FORMAT, **asdict(commit)}
    data = json.loads(json.dumps(data))  # tuples become lists, as they will be when it is read
    data["checksum"] = _checksum(data)
    return data


def _checksum(data: dict[str, Any]) -> int:
    return zlib.crc32(json.dumps(data, sort_keys=True).encode())


def _checked_commit(data: dict[str, Any]) -> Commit:
    if data.pop("checksum") != _checksum(data):
        raise ValueError("its checksum is wrong")
    return _commit_from(data)


def _commit_from(data: dict[str, Any]) -> Commit:
    layout = Layout(**{name: tuple(fields) for name, fields in data["layout"].items()})
    segments = tuple(
        SegmentEntry(
            FileEntry(**entry["file"]),
            entry["documents"],
            FileEntry(**entry["deletions"]) if entry["deletions"] else None,
        )
        for entry in data["segments"]
    )
    for segment in segments:
        for file in (segment.file, segment.deletions):
            if file and not _FILE_NAME.fullmatch(file.name):
                raise ValueError(f"it names a file that is not an index's: {file.name!r}")
    return Commit(data["generation"], data["analysis"], layout, segments)
