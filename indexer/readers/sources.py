"""
From the names on a command line to articles: files, folders and standard input, one after the other.

Nothing that is wrong with one source stops the others: it is yielded as an error value. What a file means is left to
its reader.
"""

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from indexer.errors import RecordError, SourceUnavailable
from indexer.readers.containers import (
    CONTAINER_SUFFIXES,
    MAX_DEPTH,
    Budget,
    Member,
    ReadContainer,
    broken_off,
    container_reader,
    metered,
    note_passed_over,
)
from indexer.readers.formats import FOLDER_SUFFIXES, FORMATS, choose_reader
from indexer.readers.html import read_html
from indexer.readers.reading import Reader, Reading, Remark, SourceBegins
from indexer.readers.streams import (
    StreamDamaged,
    chunks_of,
    failure_reason,
    in_utf8,
    open_stream,
    stream_of,
    wide_encoding,
)
from search.archive.index_files import is_vistis_own

# Enough to see what a foreign format calls its fields; records that use keys as data have no end of names.
MAX_UNKNOWN_FIELDS = 50
# Looking up the sizes of so many files takes a second or two; of more, nobody is told how long it takes.
MAX_SIZED_FILES = 200_000
# A document of its own that cannot be taken is kept in quarantine if it is no longer.
MAX_KEPT_BYTES = 1 << 20

_SUFFIXES = (*FOLDER_SUFFIXES, *CONTAINER_SUFFIXES)
#: How a reader is chosen by the first bytes and the name: a place for readers with options, such as those of columns.
Choose = Callable[[bytes, str], Reader]


def read_sources(
    sources: Sequence[str | Path], *, stdin: BinaryIO | None = None, choose: Choose = choose_reader
) -> Iterator[Reading]:
    """
    Yield the articles of files, folders and ``"-"`` (standard input), with errors and remarks between them.

    Folders are read recursively in the order of names: the files of the formats and containers by their suffixes,
    no hidden files, no linked folders, no folder of an index or of backups. An article comes once for each record;
    duplicates are left to the writer. Never raises for bad data.
    """
    for reading in Intake(sources, stdin=stdin, choose=choose):
        if not isinstance(reading, SourceBegins):
            yield reading


class Intake:
    """
    What ``read_sources`` yields, with a mark where each named source begins; tells how far the reading is, in bytes.
    """

    def __init__(
        self, sources: Sequence[str | Path], *, stdin: BinaryIO | None = None, choose: Choose = choose_reader
    ) -> None:
        self._sources, self._stdin, self._choose = [str(source) for source in sources], stdin, choose
        self._read_before = 0
        self._file: BinaryIO | None = None

    def __iter__(self) -> Iterator[Reading | SourceBegins]:
        known: set[str] = set()
        for source in self._sources:
            yield SourceBegins(source)
            for reading in self._read_source(source):
                if not isinstance(reading, Remark) or reading.field is None:
                    yield reading
                elif reading.field not in known and len(known) < MAX_UNKNOWN_FIELDS:
                    known.add(reading.field)
                    yield reading
                    if len(known) == MAX_UNKNOWN_FIELDS:
                        yield Remark(reading.source, reading.line, "further unknown fields are passed over in silence")

    @property
    def bytes_read(self) -> int:
        """How many bytes of the files were read, as they are on the disk."""
        try:
            return self._read_before + (self._file.tell() if self._file else 0)
        except (OSError, ValueError):  # a pipe has no place
            return self._read_before

    def bytes_in_all(self) -> int | None:
        """Return the size of all files, or None where it is not known: of pipes, and of more files than are asked."""
        size = 0
        files = (file for source in self._sources for file in ([None] if source == "-" else _files(source)))
        for number, file in enumerate(files):
            if file is None or number >= MAX_SIZED_FILES:
                return None
            if isinstance(file, Path):
                try:
                    state = file.stat()
                except (OSError, ValueError):
                    continue  # the reading will say what is wrong
                if not stat.S_ISREG(state.st_mode):
                    return None
                size += state.st_size
        return size

    def _read_source(self, source: str) -> Iterator[Reading]:
        if source != "-":
            for file in _files(source):
                if isinstance(file, Path):
                    yield from self._read_file(file)
                else:
                    yield file
        elif self._stdin is not None or sys.stdin is not None:
            yield from read_stream(sys.stdin.buffer if self._stdin is None else self._stdin, source, self._choose)
        else:
            yield SourceUnavailable(source, "there is no standard input; name files or folders")

    def _read_file(self, path: Path) -> Iterator[Reading]:
        try:
            file = path.open("rb")
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            yield SourceUnavailable(str(path), _open_failure_reason(error))
            return
        with file:
            self._file = file
            try:
                yield from read_stream(file, str(path), self._choose)
            finally:
                self._file = None
                with contextlib.suppress(OSError, ValueError):
                    self._read_before += file.tell()


def _files(source: str) -> Iterator[Path | SourceUnavailable | Remark]:
    if not source:
        yield SourceUnavailable(source, "the name of a source is empty; name a file, a folder or -")
    elif os.path.isdir(source):  # noqa: PTH112  # unlike Path.is_dir, it never raises
        yield from _files_of_folder(source)
    else:
        yield Path(source)


def _files_of_folder(folder: str) -> Iterator[Path | SourceUnavailable | Remark]:
    failures: list[OSError] = []
    empty = True
    for path, folders, names in os.walk(folder, onerror=failures.append):
        if is_vistis_own(path, names):
            folders.clear()
            if path == folder:
                reason = "this folder is Visti's own, an index or backups; for its articles: visti export"
                yield SourceUnavailable(folder, reason)
                return
            yield Remark(path, None, "the folder of an index or of backups is passed over")
            continue
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(_SUFFIXES) and not name.startswith(".") and not _is_special(path, name):
                empty = False
                yield Path(path, name)
    for failure in failures:
        yield SourceUnavailable(str(failure.filename), _open_failure_reason(failure))
    if empty and not failures:
        suffixes = " ".join(suffix for suffix in _SUFFIXES if not suffix.endswith((".gz", ".zst")))
        yield SourceUnavailable(
            folder, f"the folder has no file to read; they are called {suffixes}, also with .gz or .zst behind"
        )


def _is_special(folder: str, name: str) -> bool:
    """Tell pipes, sockets and devices, which could block for ever; what cannot be asked is left to ``open``."""
    try:
        return not stat.S_ISREG(Path(folder, name).stat().st_mode)
    except OSError:
        return False


def read_stream(
    stream: BinaryIO, source: str, choose: Choose = choose_reader, address: str | None = None
) -> Iterator[Reading]:
    """Yield what a stream of any format gives, packed or in a container; ``address`` is where a page was fetched."""
    try:
        yield from _read_opened(stream, source, choose, Budget(), 0, address=address)
    except SourceUnavailable as error:
        yield error
    except (StreamDamaged, OSError) as error:
        yield RecordError(source, None, failure_reason(error))


def _read_opened(
    stream: BinaryIO, source: str, choose: Choose, budget: Budget, depth: int,
    member: Member | None = None, address: str | None = None,
) -> Iterator[Reading]:  # fmt: skip
    """Yield what a stream gives. Raises ``SourceUnavailable`` for an unknown format, ``StreamDamaged``, ``OSError``."""
    if in_place := _container_in_place(stream):
        yield from _read_container(in_place, stream, source, choose, budget, depth)
        return
    head, stream = open_stream(stream)
    if not head and not stream.read(1):  # the second raises what has kept the head from being read
        yield Remark(source, None, "the file is empty")
        return
    if member:
        stream = metered(stream, budget, member.packed_bytes)
    if container := container_reader(head):
        yield from _read_container(container, stream, source, choose, budget, depth)
        return
    if (encoding := wide_encoding(head)) and not head.decode(encoding, "replace").lstrip().startswith("<"):
        head, stream = in_utf8(stream, encoding)
    reader = choose(head, source)
    kept = _Kept(stream)
    readings = read_html(kept.stream, source, address=address) if reader is read_html else reader(kept.stream, source)
    for reading in readings:
        if isinstance(reading, RecordError):
            _complete(reading, reader, kept, address)
        yield reading


def _container_in_place(stream: BinaryIO) -> ReadContainer | None:
    """Return the reader of a zip file in which one can go back, which is then read where it lies; else None."""
    if not stream.seekable() or stream.tell():
        return None
    head = stream.read(4)
    stream.seek(0)
    return container_reader(head)


def _read_container(
    read: ReadContainer, stream: BinaryIO, source: str, choose: Choose, budget: Budget, depth: int
) -> Iterator[Reading]:
    if depth >= MAX_DEPTH:
        yield RecordError(source, None, f"containers in containers are read {MAX_DEPTH} deep; unpack this one by hand")
        return

    def read_member(member: Member, budget: Budget) -> Iterator[Reading]:
        try:
            yield from _read_opened(member.stream, member.name, choose, budget, depth + 1, member, member.url)
        except SourceUnavailable:
            budget.passed_over += 1
            budget.first_passed_over = budget.first_passed_over or member.name
        except (StreamDamaged, OSError) as error:
            yield RecordError(member.name, None, failure_reason(error))

    try:
        yield from read(stream, source, budget, read_member)
    except (StreamDamaged, OSError) as error:
        yield broken_off(source, error)
    if depth == 0:
        yield from note_passed_over(source, budget)


class _Kept:
    """A stream whose bytes are kept as long as they are few: what is put into quarantine of a document of its own."""

    def __init__(self, stream: BinaryIO) -> None:
        self._kept: list[bytes] | None = []
        self._content: bytes | None = None
        self._size = 0
        self._rest = stream
        self.stream = stream_of(self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        for chunk in chunks_of(self._rest):
            self._size += len(chunk)
            if self._size > MAX_KEPT_BYTES:
                self._kept = None
            if self._kept is not None:
                self._kept.append(chunk)
            yield chunk
        self._content = None if self._kept is None else b"".join(self._kept)

    def content(self) -> bytes | None:
        """Return all of the stream, if the reader has taken all and it is short: each time the same object."""
        return self._content


def _complete(error: RecordError, reader: Reader, kept: _Kept, address: str | None) -> None:
    """Add what a reader leaves to others to say: what it reads, and the document itself if it is a whole file."""
    error.format = error.format or next((each.name for each in FORMATS if each.read is reader), None)
    if error.record is None and error.line is None:
        error.record, error.address = kept.content(), address


def _open_failure_reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder; check the name"
    if isinstance(error, PermissionError):
        return "reading is not allowed; give yourself the right with: chmod -R u+rX FILE_OR_FOLDER"
    return f"cannot be opened ({getattr(error, 'strerror', None) or error}); check the name and the disk"
