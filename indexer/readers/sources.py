"""
From the names on a command line to articles: files, folders and standard input, one after the other.

Nothing that is wrong with one source stops the others: it is yielded as an error value. What a file means is left to
its reader.
"""

import os
import stat
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from indexer.errors import RecordError, SourceUnavailable
from indexer.readers.formats import FOLDER_SUFFIXES, choose_reader
from indexer.readers.reading import Reading, Remark
from indexer.readers.streams import StreamDamaged, failure_reason, open_stream

# Enough to see what a foreign format calls its fields; records that use keys as data have no end of names.
MAX_UNKNOWN_FIELDS = 50


def read_sources(sources: Sequence[str | Path], *, stdin: BinaryIO | None = None) -> Iterator[Reading]:
    """
    Yield the articles of files, folders and ``"-"`` (standard input), with errors and remarks between them.

    Folders are read recursively in the order of names: the suffixes in ``FOLDER_SUFFIXES``, no hidden files, no linked
    folders. An article comes once for each record; duplicates are left to the writer. Never raises for bad data.
    """
    known: set[str] = set()
    for source in sources:
        for reading in _read_source(str(source), stdin):
            if not isinstance(reading, Remark) or reading.field is None:
                yield reading
            elif reading.field not in known and len(known) < MAX_UNKNOWN_FIELDS:
                known.add(reading.field)
                yield reading
                if len(known) == MAX_UNKNOWN_FIELDS:
                    yield Remark(reading.source, reading.line, "further unknown fields are passed over in silence")


def _read_source(source: str, stdin: BinaryIO | None) -> Iterator[Reading]:
    if source != "-":
        for file in _files(source):
            if isinstance(file, SourceUnavailable):
                yield file
            else:
                yield from _read_file(file)
    elif stdin is not None or sys.stdin is not None:
        yield from _read_stream(sys.stdin.buffer if stdin is None else stdin, source)
    else:
        yield SourceUnavailable(source, "there is no standard input; name files or folders")


def _files(source: str) -> Iterator[Path | SourceUnavailable]:
    if not source:
        yield SourceUnavailable(source, "the name of a source is empty; name a file, a folder or -")
    elif os.path.isdir(source):  # noqa: PTH112  # unlike Path.is_dir, it never raises
        yield from _files_of_folder(source)
    else:
        yield Path(source)


def _files_of_folder(folder: str) -> Iterator[Path | SourceUnavailable]:
    failures: list[OSError] = []
    empty = True
    for path, folders, names in os.walk(folder, onerror=failures.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(FOLDER_SUFFIXES) and not name.startswith(".") and not _is_special(path, name):
                empty = False
                yield Path(path, name)
    for failure in failures:
        yield SourceUnavailable(str(failure.filename), _open_failure_reason(failure))
    if empty and not failures:
        suffixes = ", ".join(FOLDER_SUFFIXES)
        yield SourceUnavailable(folder, f"the folder has no file to read; they are called {suffixes}")


def _is_special(folder: str, name: str) -> bool:
    """Tell pipes, sockets and devices, which could block for ever; what cannot be asked is left to ``open``."""
    try:
        return not stat.S_ISREG(Path(folder, name).stat().st_mode)
    except OSError:
        return False


def _read_file(path: Path) -> Iterator[Reading]:
    try:
        file = path.open("rb")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        yield SourceUnavailable(str(path), _open_failure_reason(error))
        return
    with file:
        yield from _read_stream(file, str(path))


def _read_stream(stream: BinaryIO, source: str) -> Iterator[Reading]:
    try:
        head, stream = open_stream(stream)
        if not head and not stream.read(1):  # the second raises what has kept the head from being read
            yield Remark(source, None, "the file is empty")
            return
        yield from choose_reader(head, source)(stream, source)
    except SourceUnavailable as error:
        yield error
    except (StreamDamaged, OSError) as error:
        yield RecordError(source, None, failure_reason(error))


def _open_failure_reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder; check the name"
    if isinstance(error, PermissionError):
        return "reading is not allowed; give yourself the right with: chmod -R u+rX FILE_OR_FOLDER"
    return f"cannot be opened ({getattr(error, 'strerror', None) or error}); check the name and the disk"
