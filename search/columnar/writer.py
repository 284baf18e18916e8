"""
The writer: adds, replaces and deletes documents, one commit at a time, one writer at a time.

Nothing is visible before ``commit`` and everything is durable after it. A failure leaves the last commit as it was.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

import filelock
import numpy as np

from search.columnar.arrays import Array, ArraysDamaged, checksum_of, sync_folder, write_arrays
from search.columnar.commit import (
    BUILDING_SUFFIX,
    DELETIONS_SUFFIX,
    SEGMENT_SUFFIX,
    Commit,
    FileEntry,
    SegmentEntry,
    foreign_files,
    publish_commit,
    read_commit,
    remove_unused_files,
    require_analysis,
)
from search.columnar.document import Document, Layout
from search.columnar.invert import SegmentBuilder
from search.columnar.merge import merged_arrays, segments_to_merge
from search.columnar.segment import Segment
from search.columnar.snapshot import read_deletions
from search.errors import CommitFailed, IndexDamaged, IndexLocked, IndexMissing, IndexOutdated, IndexUnavailable

LOCK_NAME = "writing.lock"
# Long enough for a commit of another process to end, short enough that a person waits for the message.
WAIT_SECONDS = 10.0

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Part:
    """A segment while it is being written to: ``alive`` marks its documents, ``changed`` is since the commit."""

    entry: SegmentEntry
    segment: Segment
    alive: Array
    changed: bool = False


class Writer:
    """
    Writes to the index at ``path``, making an empty one if there is none.

    ``analysis`` names the analysis of the terms; an index made by another is refused. Use it as a context manager:
    what was not committed when it ends is dropped.

    Raises ``IndexLocked`` after ``wait_seconds``, ``IndexOutdated``, ``IndexDamaged``, and ``IndexUnavailable`` when
    the folder holds something else or cannot be written to.
    """

    def __init__(self, path: Path | str, layout: Layout, analysis: str, *, wait_seconds: float = WAIT_SECONDS) -> None:
        self.path = Path(path)
        self._prepare_folder()
        # Whichever thread closes the writer, the lock is let go.
        self._lock = filelock.FileLock(self.path / LOCK_NAME, thread_local=False)
        try:
            self._lock.acquire(timeout=wait_seconds)
        except filelock.Timeout as error:
            raise IndexLocked(self.path, wait_seconds) from error
        except OSError as error:
            raise self._unusable(error) from error
        try:
            self._commit = self._last_commit(layout, analysis)
            self._parts = self._open_parts()
            if not self._commit.generation:
                self._begin_index()
        except BaseException:
            self._lock.release()
            raise
        self._remove_unused_files()
        self._remove_unfinished_files()
        self._begin_batch()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the next writer in. What was not committed is dropped."""
        self._lock.release()

    @property
    def pending(self) -> int:
        """The number of documents added since the last commit."""
        return len(self._builder)

    def digest_of(self, identifier: str) -> int | None:
        """Return the digest of the document with this id as of now, uncommitted ones included, or None."""
        if identifier in self._numbers:
            return self._digests[self._numbers[identifier]]
        place = self._place_of(identifier)
        return None if place is None else int(place[0].segment.digests[place[1]])

    def put(self, document: Document) -> None:
        """Add a document, or replace the one that has its id."""
        self.delete(document.id)
        self._numbers[document.id] = len(self._builder)
        self._digests.append(document.digest)
        self._builder.add(document)

    def put_segment(self, file: FileEntry) -> None:
        """
        Add or replace the documents of a segment that was built elsewhere, in the folder of the index.

        Its file, which ends in ``BUILDING_SUFFIX``, gets another name. Raises ``CommitFailed`` if it cannot be used.
        """
        path = self._free_path(SEGMENT_SUFFIX)
        try:
            (self.path / file.name).rename(path)
            segment = Segment(path, file.size, self._commit.layout)
        except (OSError, ArraysDamaged) as error:
            raise CommitFailed(self.path, f"what a worker built cannot be used ({error})") from error
        for identifier in segment.ids:
            self.delete(identifier.decode())
        entry = SegmentEntry(replace(file, name=path.name), len(segment), None)
        self._parts.append(_Part(entry, segment, np.ones(len(segment), dtype=bool)))

    def delete(self, identifier: str) -> bool:
        """Delete the document with this id; return whether there was one."""
        number = self._numbers.pop(identifier, None)
        if number is not None:
            self._replaced.append(number)
            return True
        place = self._place_of(identifier)
        if place is None:
            return False
        part, document = place
        part.alive[document], part.changed = False, True
        return True

    def commit(self) -> None:
        """
        Make everything since the last commit visible and durable, then merge segments if there are many.

        Raises ``CommitFailed`` with nothing changed; the same documents wait for another try. Only when the disk fails
        at the very last step, which makes the switch durable, is the commit visible all the same.
        """
        built_elsewhere = len(self._parts) > len(self._commit.segments)
        changed = len(self._builder) or built_elsewhere or any(part.changed for part in self._parts)
        if not changed:
            return
        with self._new_files() as write:
            entries = [self._entry_now(part, write) for part in self._parts]
            entries = [entry for entry, part in zip(entries, self._parts, strict=True) if part.alive.any()]
            if len(self._builder) > len(self._replaced):
                entries.append(self._written_batch(write))
            self._publish(entries)
        self._begin_batch()
        self._settle()
        self._merge()

    def _prepare_folder(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            foreign = foreign_files(self.path)
        except OSError as error:
            raise self._unusable(error) from error
        if foreign:
            raise IndexUnavailable(
                self.path,
                f"The folder {self.path} holds something other than an index ({', '.join(foreign[:3])}). "
                f"Nothing was written; name an empty or new folder with --index.",
            )

    def _unusable(self, error: OSError) -> IndexUnavailable:
        return IndexUnavailable(
            self.path,
            f"The folder {self.path} cannot be written to: {error.strerror}. "
            f"Mend that, or name another folder with --index.",
        )

    def _last_commit(self, layout: Layout, analysis: str) -> Commit:
        try:
            commit = read_commit(self.path)
        except IndexMissing:
            return Commit(0, analysis, layout, ())
        require_analysis(self.path, commit, analysis)
        if commit.layout != layout:
            raise IndexOutdated(self.path, "the fields", commit.layout, layout)
        return commit

    def _open_parts(self) -> list[_Part]:
        try:
            return [self._open_part(entry) for entry in self._commit.segments]
        except ArraysDamaged as error:
            raise IndexDamaged(self.path, str(error)) from error

    def _open_part(self, entry: SegmentEntry) -> _Part:
        segment = Segment(self.path / entry.file.name, entry.file.size, self._commit.layout)
        return _Part(entry, segment, ~read_deletions(self.path, entry))

    def _begin_index(self) -> None:
        """Commit the empty index. After that, segments without a commit are not the trace of a crash, but damage."""
        with self._new_files():
            self._publish([])
        self._settle()

    def _begin_batch(self) -> None:
        self._builder = SegmentBuilder(self._commit.layout)
        self._numbers: dict[str, int] = {}
        self._digests: list[int] = []
        self._replaced: list[int] = []

    def _place_of(self, identifier: str) -> tuple[_Part, int] | None:
        for part in reversed(self._parts):
            document = part.segment.document_of(identifier)
            if document is not None and part.alive[document]:
                return part, document
        return None

    @contextmanager
    def _new_files(self) -> Iterator[Callable[[str, dict[str, Array]], FileEntry]]:
        """Give a function that writes a file of the next generation; on failure remove what it wrote."""
        written: list[Path] = []

        def write(suffix: str, arrays: dict[str, Array]) -> FileEntry:
            path = self._free_path(suffix)
            size, checksum = write_arrays(path, arrays)
            written.append(path)
            return FileEntry(path.name, size, checksum)

        try:
            yield write
        except OSError as error:
            for path in written:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
            raise CommitFailed(self.path, error.strerror or str(error)) from error

    def _free_path(self, suffix: str) -> Path:
        """Return the path of a file that is not there: whatever happened before, no file is ever overwritten."""
        stem = f"{self._commit.generation + 1:08d}"
        paths = (self.path / f"{stem}-{number}{suffix}" for number in count())
        return next(path for path in paths if not path.exists())

    def _entry_now(self, part: _Part, write: Callable[[str, dict[str, Array]], FileEntry]) -> SegmentEntry:
        if not part.changed or not part.alive.any():
            return part.entry
        deleted = np.flatnonzero(~part.alive).astype("<u4")
        return SegmentEntry(part.entry.file, part.entry.documents, write(DELETIONS_SUFFIX, {"deleted": deleted}))

    def _written_batch(self, write: Callable[[str, dict[str, Array]], FileEntry]) -> SegmentEntry:
        file = write(SEGMENT_SUFFIX, self._builder.arrays())
        deletions = None
        if self._replaced:
            deletions = write(DELETIONS_SUFFIX, {"deleted": np.array(sorted(self._replaced), dtype="<u4")})
        return SegmentEntry(file, len(self._builder), deletions)

    def _written_merge(self, parts: list[_Part], write: Callable[[str, dict[str, Array]], FileEntry]) -> SegmentEntry:
        for part in parts:  # a merge gives new checksums: it must not give them to what a disk has changed
            if checksum_of(part.segment.path) != part.entry.file.checksum:
                raise ArraysDamaged(f"{part.entry.file.name} has changed; see visti verify --index {self.path}")
        arrays = merged_arrays([part.segment for part in parts], [part.alive for part in parts], self._commit.layout)
        return SegmentEntry(write(SEGMENT_SUFFIX, arrays), len(arrays["digests"]), None)

    def _publish(self, entries: list[SegmentEntry]) -> None:
        commit = Commit(self._commit.generation + 1, self._commit.analysis, self._commit.layout, tuple(entries))
        known = {part.entry.file.name: part for part in self._parts}
        try:  # all that can fail comes before the switch: after it, nothing is taken back
            parts = [self._part_now(entry, known) for entry in entries]
        except ArraysDamaged as error:
            raise OSError(f"what was written cannot be read ({error})") from error
        publish_commit(self.path, commit)
        self._commit, self._parts = commit, parts

    def _settle(self) -> None:
        """Make the switch durable; only then can the files of the commit before go."""
        try:
            sync_folder(self.path)
        except OSError as error:
            raise CommitFailed(self.path, error.strerror or str(error)) from error
        self._remove_unused_files()

    def _remove_unused_files(self) -> None:
        with contextlib.suppress(OSError):  # what cannot be removed now is removed by the next commit
            remove_unused_files(self.path, self._commit)

    def _remove_unfinished_files(self) -> None:
        """Remove what was being built when an earlier writer was killed: only who has the lock has anything built."""
        with contextlib.suppress(OSError):
            for path in self.path.glob(f"*{BUILDING_SUFFIX}"):
                path.unlink()

    def _part_now(self, entry: SegmentEntry, known: dict[str, _Part]) -> _Part:
        part = known.get(entry.file.name)
        return _Part(entry, part.segment, part.alive) if part else self._open_part(entry)

    def _merge(self) -> None:
        """Merge until no tier is full. The articles are safe already: a failure here only leaves more segments."""
        try:
            while chosen := segments_to_merge([int(part.alive.sum()) for part in self._parts]):
                with self._new_files() as write:
                    merged = self._written_merge([self._parts[number] for number in chosen], write)
                    entries = [part.entry for part in self._parts]
                    entries[chosen[0]] = merged
                    dropped = set(chosen[1:])
                    self._publish([entry for number, entry in enumerate(entries) if number not in dropped])
                self._settle()
        except (CommitFailed, ArraysDamaged) as error:
            _logger.warning("Segments were not merged, searching stays a little slower: %s", error)
