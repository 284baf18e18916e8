"""
The writer: adds, replaces and deletes documents, one commit at a time, one writer at a time.

Nothing is visible before ``commit`` and everything is durable after it. A failure leaves the last commit as it was.
The files of the commit before are kept until the next one is durable, except those that a merge has replaced.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from search.columnar.arrays import Array, ArraysDamaged, checksum_of, checksum_on_disk, sync_folder, write_arrays
from search.columnar.commit import (
    BUILDING_SUFFIX,
    DELETIONS_SUFFIX,
    SEGMENT_SUFFIX,
    Commit,
    FileEntry,
    SegmentEntry,
    foreign_files,
    publish_commit,
    read_backup,
    read_commit,
    remove_unused_files,
    require_analysis,
    write_backup,
)
from search.columnar.deletions import deletion_arrays
from search.columnar.document import Document, Layout
from search.columnar.invert import SegmentBuilder
from search.columnar.lock import WAIT_SECONDS, IndexLock, unusable_folder
from search.columnar.merge import merged_arrays
from search.columnar.merge_policy import MAX_SEGMENT_DOCUMENTS, Size, segments_to_merge
from search.columnar.segment import Segment
from search.columnar.snapshot import Snapshot, open_segments, read_deletions
from search.errors import CommitFailed, IndexDamaged, IndexMissing, IndexOutdated, IndexUnavailable

_logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Part:
    """A segment while it is being written to: ``alive`` marks its documents, ``changed`` is since the commit."""

    entry: SegmentEntry
    segment: Segment
    alive: Array
    changed: bool = False


class _Place(NamedTuple):
    part: _Part
    document: int


# Where documents are is asked before they are put, a commit's worth (5,000) earlier when processes do the work.
_REMEMBERED = 20_000


class Writer:
    """
    Writes to the index at ``path``, making an empty one if there is none.

    ``analysis`` names the analysis of the terms; an index made by another is refused. Use it as a context manager:
    what was not committed when it ends is dropped. ``generation`` is the number of the first commit of a new index.

    Raises ``IndexLocked`` after ``wait_seconds``, ``IndexOutdated``, ``IndexDamaged``, and ``IndexUnavailable`` when
    the folder holds something else or cannot be written to.
    """

    def __init__(
        self,
        path: Path | str,
        layout: Layout,
        analysis: str,
        *,
        wait_seconds: float = WAIT_SECONDS,
        generation: int = 1,
        opened: Snapshot | None = None,
    ) -> None:
        self.path = Path(path)
        self._prepare_folder()
        self._lock = IndexLock(self.path, wait_seconds)
        self._places: dict[str, _Place | None] = {}
        try:
            found = self._last_commit(layout, analysis)
            self._commit = found or Commit(generation - 1, analysis, layout, ())
            self._before = self._commit_before()
            self._parts = self._open_parts(open_segments(opened))
            if not found:
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
    def dictionary(self) -> bytes:
        """The dictionary that documents are stored with, for a segment that is built elsewhere; empty if none is."""
        return max((part.segment.stored.dictionary for part in self._parts), key=len, default=b"")

    @property
    def pending(self) -> int:
        """The number of documents added since the last commit."""
        return len(self._builder)

    def digest_of(self, identifier: str) -> int | None:
        """Return the digest of the document with this id as of now, uncommitted ones included, or None."""
        if identifier in self._numbers:
            return self._digests[self._numbers[identifier]]
        place = self._place_of(identifier)
        return None if place is None else int(place.part.segment.digests[place.document])

    def stored_of(self, identifier: str) -> bytes | None:
        """Return what is stored for the document with this id; None if there is none or it waits for the commit."""
        place = None if identifier in self._numbers else self._place_of(identifier)
        return None if place is None else place.part.segment.stored_document(place.document)

    def put(self, document: Document) -> None:
        """
        Add a document, or replace the one that has its id.

        Raises ``CommitFailed`` when so many wait that a whole segment has to be written, and cannot be.
        """
        if len(self._builder) >= MAX_SEGMENT_DOCUMENTS:
            self._set_batch_aside()
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
        for encoded in segment.ids:
            identifier = encoded.decode()
            self.delete(identifier)
            self._places.pop(identifier, None)  # from now on it is here
        entry = SegmentEntry(replace(file, name=path.name), len(segment), None)
        self._parts.append(_Part(entry, segment, np.ones(len(segment), dtype=bool)))

    def preview(self, before: Snapshot | None = None) -> Snapshot:
        """
        Return what the next commit would show; nothing of it is visible to anybody else yet.

        What was worked out for the preview ``before`` is taken over. Raises ``CommitFailed`` when what waits in memory
        cannot be written to a segment.
        """
        if len(self._builder):
            self._set_batch_aside()
        entries = tuple(part.entry for part in self._parts)
        commit = replace(self._commit, generation=self._commit.generation + 1, segments=entries)
        return Snapshot(commit, [part.segment for part in self._parts], [~part.alive for part in self._parts], before)

    def delete(self, identifier: str) -> bool:
        """Delete the document with this id; return whether there was one."""
        number = self._numbers.pop(identifier, None)
        if number is not None:
            self._replaced.append(number)
            return True
        place = self._place_of(identifier)
        if place is None:
            return False
        place.part.alive[place.document], place.part.changed = False, True
        self._places[identifier] = None
        return True

    @property
    def generation(self) -> int:
        """The number of the last commit."""
        return self._commit.generation

    def commit(self, *, merge_up_to: int | None = None) -> None:
        """
        Make everything since the last commit visible and durable, then merge segments if there are many.

        With ``merge_up_to``, a merge of more documents is left to a later commit: somebody waits for this one.

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
            before = self._commit
            self._publish(entries)
        self._begin_batch()
        self._settle(before)
        self._merge(merge_up_to)

    def _prepare_folder(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            foreign = foreign_files(self.path)
        except OSError as error:
            raise unusable_folder(self.path, error) from error
        if foreign:
            raise IndexUnavailable(
                self.path,
                f"The folder {self.path} holds something other than an index ({', '.join(foreign[:3])}). "
                f"Nothing was written; name an empty or new folder with --index.",
            )

    def _last_commit(self, layout: Layout, analysis: str) -> Commit | None:
        try:
            commit = read_commit(self.path)
        except IndexMissing:
            return None
        require_analysis(self.path, commit, analysis)
        if commit.layout != layout:
            raise IndexOutdated(self.path, "the fields", commit.layout, layout)
        return commit

    def _commit_before(self) -> Commit | None:
        """Return the commit before the last one, if it was kept: its files stay until the next commit."""
        kept = read_backup(self.path)
        return kept[1] if len(kept) > 1 and kept[0] == self._commit else None

    def _open_parts(self, known: Mapping[FileEntry, Segment]) -> list[_Part]:
        try:
            return [self._open_part(entry, known.get(entry.file)) for entry in self._commit.segments]
        except ArraysDamaged as error:
            raise IndexDamaged(self.path, str(error)) from error

    def _open_part(self, entry: SegmentEntry, known: Segment | None = None) -> _Part:
        segment = known or Segment(self.path / entry.file.name, entry.file.size, self._commit.layout)
        return _Part(entry, segment, ~read_deletions(self.path, entry))

    def _begin_index(self) -> None:
        """Commit the empty index. After that, segments without a commit are not the trace of a crash, but damage."""
        with self._new_files():
            self._publish([])
        self._settle(None)

    def _begin_batch(self) -> None:
        self._builder = SegmentBuilder(self._commit.layout, self.dictionary)
        self._numbers: dict[str, int] = {}
        self._digests: list[int] = []
        self._replaced: list[int] = []

    def _set_batch_aside(self) -> None:
        """Write the documents that wait to a segment, which is one of the next commit, and begin another."""
        with self._new_files() as write:
            file = write(SEGMENT_SUFFIX, self._builder.arrays())
            part = self._open_part(SegmentEntry(file, len(self._builder), None))
        part.alive[self._replaced] = False
        part.changed = bool(self._replaced)
        self._parts.append(part)
        self._places.clear()
        self._begin_batch()

    def _place_of(self, identifier: str) -> _Place | None:
        """Return where a document is, uncommitted ones aside. Each id is looked up once: every segment is asked."""
        if identifier not in self._places:
            if len(self._places) >= _REMEMBERED:
                self._places.clear()
            self._places[identifier] = self._found_place(identifier)
        return self._places[identifier]

    def _found_place(self, identifier: str) -> _Place | None:
        for part in reversed(self._parts):
            document = part.segment.document_of(identifier)
            if document is not None and part.alive[document]:
                return _Place(part, document)
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
        except (OSError, ArraysDamaged) as error:
            for path in written:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)
            if isinstance(error, ArraysDamaged):
                raise
            raise CommitFailed(self.path, error.strerror or str(error)) from error

    def _free_path(self, suffix: str) -> Path:
        """Return the path of a file that is not there: whatever happened before, no file is ever overwritten."""
        stem = f"{self._commit.generation + 1:08d}"
        paths = (self.path / f"{stem}-{number}{suffix}" for number in count())
        return next(path for path in paths if not path.exists())

    def _entry_now(self, part: _Part, write: Callable[[str, dict[str, Array]], FileEntry]) -> SegmentEntry:
        if not part.changed or not part.alive.any():
            return part.entry
        arrays = deletion_arrays(part.entry.file.name, np.flatnonzero(~part.alive))
        return SegmentEntry(part.entry.file, part.entry.documents, write(DELETIONS_SUFFIX, arrays))

    def _written_batch(self, write: Callable[[str, dict[str, Array]], FileEntry]) -> SegmentEntry:
        file = write(SEGMENT_SUFFIX, self._builder.arrays())
        deletions = None
        if self._replaced:
            deletions = write(DELETIONS_SUFFIX, deletion_arrays(file.name, np.array(sorted(self._replaced))))
        return SegmentEntry(file, len(self._builder), deletions)

    def _written_merge(self, parts: list[_Part], write: Callable[[str, dict[str, Array]], FileEntry]) -> SegmentEntry:
        for part in parts:  # a merge gives new checksums: it must not give them to what a disk has changed
            if checksum_of(part.segment.path) != part.entry.file.checksum:
                raise ArraysDamaged(f"{part.entry.file.name} has changed; see visti verify --index {self.path}")
        arrays = merged_arrays([part.segment for part in parts], [part.alive for part in parts], self._commit.layout)
        file = write(SEGMENT_SUFFIX, arrays)
        if checksum_on_disk(self.path / file.name) != file.checksum:  # what it replaces is about to be removed
            raise ArraysDamaged(f"{file.name} is not on the disk as it was written; see to the disk")
        return SegmentEntry(file, len(arrays["digests"]), None)

    def _publish(self, entries: list[SegmentEntry]) -> None:
        commit = Commit(self._commit.generation + 1, self._commit.analysis, self._commit.layout, tuple(entries))
        known = {part.entry.file.name: part for part in self._parts}
        try:  # all that can fail comes before the switch: after it, nothing is taken back
            parts = [self._part_now(entry, known) for entry in entries]
        except ArraysDamaged as error:
            raise OSError(f"what was written cannot be read ({error})") from error
        publish_commit(self.path, commit)
        self._commit, self._parts = commit, parts
        self._places.clear()

    def _settle(self, before: Commit | None) -> None:
        """Make the switch durable; only then can the files of the commit before ``before`` go."""
        try:
            sync_folder(self.path)
        except OSError as error:
            raise CommitFailed(self.path, error.strerror or str(error)) from error
        self._before = before
        try:
            write_backup(self.path, self._kept_commits())
        except OSError as error:  # the commit is safe without it, and what the backup of before names is kept
            _logger.warning("%s: the backup of the commit was not written (%s)", self.path, error)
            return
        self._remove_unused_files()

    def _kept_commits(self) -> list[Commit]:
        return [self._commit, *([self._before] if self._before else [])]

    def _remove_unused_files(self) -> None:
        with contextlib.suppress(OSError):  # what cannot be removed now is removed by the next commit
            remove_unused_files(self.path, *self._kept_commits())

    def _remove_unfinished_files(self) -> None:
        """Remove what was being built when an earlier writer was killed: only who has the lock has anything built."""
        with contextlib.suppress(OSError):
            for path in self.path.glob(f"*{BUILDING_SUFFIX}"):
                path.unlink()

    def _part_now(self, entry: SegmentEntry, known: dict[str, _Part]) -> _Part:
        part = known.get(entry.file.name)
        return _Part(entry, part.segment, part.alive) if part else self._open_part(entry)

    def _merge(self, up_to: int | None) -> None:
        """Merge until no tier is full. The articles are safe already: a failure here only leaves more segments."""
        try:
            while chosen := segments_to_merge([Size(len(part.alive), int(part.alive.sum())) for part in self._parts]):
                if up_to is not None and sum(len(self._parts[number].alive) for number in chosen) > up_to:
                    return
                with self._new_files() as write:
                    merged = self._written_merge(self._parts[chosen.start : chosen.stop], write)
                    entries = [part.entry for part in self._parts]
                    entries[chosen.start : chosen.stop] = [merged]
                    self._publish(entries)
                self._settle(None)  # keeping what was merged would double the index: the merged file was read back
        except (CommitFailed, ArraysDamaged) as error:
            _logger.warning("Segments were not merged, searching stays a little slower: %s", error)
