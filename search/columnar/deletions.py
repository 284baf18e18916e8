"""
Files of deletions: which documents of a segment are deleted.

They name the segment that they belong to and carry a checksum of their own, so that a repair can use them even when
no commit is left that would say so.
"""

import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array, ArraysDamaged, checksum_of, read_arrays
from search.columnar.commit import FileEntry
from search.errors import IndexUnreadable


class Deletions(NamedTuple):
    """The deleted documents of the segment in the file ``segment``."""

    segment: str
    deleted: list[int]


def deletion_arrays(segment: str, deleted: Array) -> dict[str, Array]:
    """Return the arrays of a file of deletions: ``deleted``, the ``segment``'s file name, and their ``check``."""
    name = segment.encode()
    return {
        "deleted": deleted.astype("<u4"),
        "segment": np.frombuffer(name, dtype="|u1"),
        "check": np.array([_check(name, deleted)], dtype="<u4"),
    }


def read_own_deletions(path: Path) -> Deletions | None:
    """Return what a file of deletions says of itself, or None if it is damaged or of a format that does not say it."""
    try:
        arrays = read_arrays(path, path.stat().st_size)
        name, deleted, check = arrays["segment"].tobytes(), arrays["deleted"], arrays["check"]
        if int(check[0]) == _check(name, deleted):
            return Deletions(name.decode(), deleted.tolist())
    except (OSError, ArraysDamaged, KeyError, IndexError, ValueError):
        pass
    return None


def require_checksum(path: Path, file: FileEntry) -> None:
    """Raise ``ArraysDamaged`` unless a file of the index in ``path`` has the size and checksum that the commit says."""
    try:
        if (path / file.name).stat().st_size != file.size:
            raise ArraysDamaged(f"{file.name} has not the {file.size:,} bytes that it should have")
        if checksum_of(path / file.name) != file.checksum:
            raise ArraysDamaged(f"{file.name} has changed: its checksum is wrong")
    except FileNotFoundError as error:
        raise ArraysDamaged(f"{file.name} is missing") from error
    except PermissionError as error:
        raise IndexUnreadable(path, file.name) from error
    except OSError as error:
        raise ArraysDamaged(f"{file.name} cannot be read ({error.strerror})") from error


def _check(name: bytes, deleted: Array) -> int:
    return zlib.crc32(np.ascontiguousarray(deleted, dtype="<u4").tobytes(), zlib.crc32(name))
