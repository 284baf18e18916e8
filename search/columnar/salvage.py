"""
Repair: from whatever is left of an index to a sound one, nothing thrown away.

Sound segments stay as they are. Of damaged ones the stored documents are read frame by frame and indexed again; what
cannot be read is named as far as the cards, which are not compressed, still tell. Where ``visti.json`` cannot be read,
its backup takes its place. Damaged files are moved to a folder ``damaged-DATE``.
"""

import contextlib
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np

from search.columnar.arrays import Array, ArraysDamaged, sync_folder, write_arrays
from search.columnar.commit import (
    BACKUP_NAME,
    COMMIT_NAME,
    DAMAGED_PREFIX,
    DELETIONS_SUFFIX,
    FORMAT,
    SEGMENT_SUFFIX,
    Commit,
    FileEntry,
    SegmentEntry,
    generation_of,
    publish_commit,
    read_backup,
    read_commit,
    remove_unused_files,
    require_analysis,
    write_backup,
)
from search.columnar.deletions import deletion_arrays, read_own_deletions, require_checksum
from search.columnar.document import Document, Layout
from search.columnar.invert import SegmentBuilder
from search.columnar.lock import WAIT_SECONDS, locked
from search.columnar.remains import Remains
from search.columnar.segment import Segment
from search.columnar.snapshot import read_deletions
from search.columnar.verify import verify_index
from search.errors import CommitFailed, IndexDamaged

_UNKNOWN = -1  # the number of a document of which the digest is damaged


class Named(NamedTuple):
    """What is known of a document that is lost: empty strings where nothing is."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Contents:
    """
    How stored bytes are understood, which the engine does not know.

    ``split`` takes stored documents that follow each other apart, ``digest`` gives the digest of one, ``document`` the
    document that it was; ``named`` reads a card and raises ``ValueError`` if it is none.
    """

    split: Callable[[bytes], list[bytes]]
    digest: Callable[[bytes], int]
    document: Callable[[bytes], Document]
    named: Callable[[bytes], Named]


class Outcome(StrEnum):
    """What a repair came to."""

    SOUND = "sound"  # there was nothing to do
    RESTORED = "restored"  # the commit was broken, and its backup took its place: nothing is lost
    SALVAGED = "salvaged"  # files were damaged; what could be read of them is in the index again
    REBUILT = "rebuilt"  # it was of an older format or analysis too, and was built anew from what could be read


@dataclass(slots=True)
class Repair:
    """
    What a repair did, in articles.

    ``articles`` are in the index now, ``brought_back`` of them were read from damaged files. ``lost`` counts those that
    could not be; ``lost_articles`` names them as far as they are known. ``uncounted`` are files of which nobody can say
    any more how many articles they held, ``deletions_lost`` segments of which it is not known for certain which
    articles were deleted: some may be back. ``moved`` are the damaged files, now in the folder ``moved_to``;
    ``problems`` what is still wrong.
    """

    outcome: Outcome = Outcome.SOUND
    generation: int = 0
    articles: int = 0
    brought_back: int = 0
    lost: int = 0
    lost_articles: list[Named] = field(default_factory=list)
    uncounted: list[str] = field(default_factory=list)
    deletions_lost: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)
    moved_to: Path | None = None
    problems: list[str] = field(default_factory=list)


class Survivor(NamedTuple):
    """
    A segment and what is known of it: ``documents`` is None if it is in no commit, ``deleted`` the deleted documents.

    ``is_sound`` speaks of the segment's file, ``is_certain`` of the deletions.
    """

    name: str
    entry: SegmentEntry | None
    deleted: frozenset[int]
    is_sound: bool
    is_certain: bool


class _Salvaged(NamedTuple):
    """
    What was read of a damaged segment: the living stored documents, and those that are lost (None: how many?).

    ``is_certain`` is False where a document may have been a deleted one, its number in the segment being lost.
    """

    stored: list[bytes]
    lost: int | None
    lost_articles: list[Named]
    is_certain: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """
    An index as it was found.

    ``commit`` is the best that is left (None: none), ``is_in_force`` says that it is ``visti.json`` itself. ``found``
    are the problems, ``damaged`` the names of the files that have one.
    """

    commit: Commit | None
    is_in_force: bool
    survivors: tuple[Survivor, ...]
    found: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing but the commit file itself may be broken."""
        return all(each.is_sound and each.is_certain and each.entry for each in self.survivors)


def survey(path: Path, formats: Iterable[int], problems: Iterable[str] | None = None) -> Survey:
    """
    Look at every file of an index; ``problems`` are those that a verification of it found already, if there was one.

    Raises ``IndexMissing``, ``IndexOutdated``.
    """
    kept, found = read_backup(path), list(problems or ())
    commit: Commit | None = None
    try:
        commit, is_in_force = read_commit(path, formats), True
    except IndexDamaged as error:
        commit, is_in_force = (kept[0] if kept else None), False
        found.append(str(error).partition(". ")[0])
    look = problems is None or not is_in_force  # else the verification has read every file of the commit
    survivors = [_survivor(path, entry, kept, found, look=look) for entry in (commit.segments if commit else ())]
    if not is_in_force:  # what was written after the backup, or all that there is
        newest = commit.generation if commit else -1
        names = sorted(file.name for file in path.glob(f"*{SEGMENT_SUFFIX}") if generation_of(file.name) > newest)
        survivors += [_stray(path, name) for name in names]
        found += [f"{name}: no commit names it" for name in names]
    files = [file.name for file in (commit.files() if commit else ())] + [s.name for s in survivors if not s.entry]
    damaged = [name for name in dict.fromkeys(files) if _is_named(name, found)]
    return Survey(commit, is_in_force, tuple(survivors), tuple(found), tuple(damaged))


def repair_index(
    path: Path,
    layout: Layout,
    analysis: str,
    contents: Contents,
    today: date,
    *,
    wait_seconds: float = WAIT_SECONDS,
) -> Repair:
    """
    Make the index in a folder sound, losing nothing that can be read; ``today`` names the folder of damaged files.

    Raises ``IndexMissing``, ``IndexOutdated`` (``indexer.reindex`` can do both at once), ``IndexLocked``,
    ``CommitFailed`` (a full disk; the index is then as it was).
    """
    with contextlib.suppress(IndexDamaged):
        require_analysis(path, read_commit(path), analysis)
    with locked(path, wait_seconds):
        problems: Sequence[str] | None = None
        with contextlib.suppress(IndexDamaged):
            problems = verify_index(path).problems
        state = survey(path, (FORMAT,), problems)
        if state.commit:
            require_analysis(path, state.commit, analysis)
        try:
            repair = _repaired(path, state, Commit(0, analysis, layout, ()), contents, today)
        except OSError as error:
            raise CommitFailed(path, error.strerror or str(error)) from error
        # Where nothing was changed, what the verification found stands.
        repair.problems += (problems or ()) if repair.outcome is Outcome.SOUND else verify_index(path).problems
        return repair


class Salvager:
    """Reads what is left of the damaged segments of an index, and notes in a report what is lost."""

    def __init__(self, path: Path, state: Survey, contents: Contents, repair: Repair) -> None:
        self.contents, self.repair = contents, repair
        self._path, self._survivors = path, state.survivors

    def read(self, survivor: Survivor) -> list[bytes]:
        """Return the living stored documents that are left in a damaged segment, in their order."""
        salvaged = self._salvaged(survivor)
        repair = self.repair
        if not salvaged.is_certain and survivor.name not in repair.deletions_lost:
            repair.deletions_lost.append(survivor.name)
        repair.lost += salvaged.lost or 0
        repair.lost_articles += salvaged.lost_articles
        if salvaged.lost is None:
            repair.uncounted.append(survivor.name)
        return salvaged.stored

    @cached_property
    def _dictionaries(self) -> list[bytes]:
        """The dictionaries of all segments, read once: each is at the end of a file that is read whole."""
        return list(dict.fromkeys(Remains(self._path / each.name).dictionary() for each in self._survivors))

    def _salvaged(self, survivor: Survivor) -> _Salvaged:
        remains = Remains(self._path / survivor.name)
        digests = remains.array("digests")
        numbers: dict[int, deque[int]] = {}
        for number, digest in enumerate([] if digests is None else digests.tolist()):
            numbers.setdefault(digest, deque()).append(number)
        total = survivor.entry.documents if survivor.entry else (None if digests is None else len(digests))
        missing = set(range(total or 0)) - survivor.deleted
        living, unplaced = [], 0
        for frame in remains.whole_frames(self._dictionaries):
            for stored in self.contents.split(frame):
                candidates = numbers.get(self.contents.digest(stored))
                number = candidates.popleft() if candidates else _UNKNOWN
                if number not in survivor.deleted:
                    living.append(stored)
                missing.discard(number)
                unplaced += number == _UNKNOWN
        lost = None if total is None else max(total - len(survivor.deleted) - len(living), 0)
        names = _named(remains, sorted(missing), self.contents)[: lost or 0]
        return _Salvaged(living, lost, names, is_certain=not (unplaced and survivor.deleted))


def set_aside(path: Path, names: Iterable[str], today: date) -> Path:
    """Put damaged files into a new folder ``damaged-DATE`` of the index, where they stay; they are not removed here."""
    folders = (path / f"{DAMAGED_PREFIX}{today:%Y-%m-%d}{f'-{number}' if number else ''}" for number in count())
    folder = next(folder for folder in folders if not folder.exists())
    folder.mkdir()
    for name in names:
        with contextlib.suppress(FileNotFoundError):
            try:
                os.link(path / name, folder / name)
            except FileNotFoundError:
                raise
            except OSError:  # no hard links here
                shutil.copyfile(path / name, folder / name)
    sync_folder(folder)
    sync_folder(path)
    return folder


def _survivor(path: Path, entry: SegmentEntry, kept: Sequence[Commit], found: list[str], *, look: bool) -> Survivor:
    """Return a segment of the commit; with ``look`` its file is read, unless a problem of it was found already."""
    deleted, is_certain = _deletions(path, entry, kept, found)
    problem = _problem_of(path, entry.file) if look and not _is_named(entry.file.name, found) else None
    if problem:
        found.append(problem)
    return Survivor(entry.file.name, entry, deleted, not _is_named(entry.file.name, found), is_certain)


def _stray(path: Path, name: str) -> Survivor:
    """Return a segment that no commit names: nobody can tell whether it is sound."""
    return Survivor(name, None, _own_deletions(path, name), is_sound=False, is_certain=False)


def _deletions(
    path: Path, entry: SegmentEntry, kept: Sequence[Commit], found: list[str]
) -> tuple[frozenset[int], bool]:
    """Return the deleted documents of a segment, and whether they are certainly all."""
    try:
        return _deleted_of(path, entry), True
    except ArraysDamaged as error:
        if entry.deletions and not _is_named(entry.deletions.name, found):
            found.append(str(error))
    # A document that is deleted stays so: what an earlier commit says is right, if perhaps not all.
    deleted: set[int] = set(_own_deletions(path, entry.file.name))
    for earlier in (each for commit in kept for each in commit.segments if each.file == entry.file):
        with contextlib.suppress(ArraysDamaged):
            deleted |= _deleted_of(path, earlier)
    return frozenset(number for number in deleted if number < entry.documents), False


def _deleted_of(path: Path, entry: SegmentEntry) -> frozenset[int]:
    if entry.deletions:
        require_checksum(path, entry.deletions)
    return frozenset(np.flatnonzero(read_deletions(path, entry)).tolist())


def _own_deletions(path: Path, segment: str) -> frozenset[int]:
    """Return the deletions of a segment that any sound file of deletions in the folder gives."""
    files = (read_own_deletions(file) for file in path.glob(f"*{DELETIONS_SUFFIX}"))
    return frozenset(number for each in files if each and each.segment == segment for number in each.deleted)


def _problem_of(path: Path, file: FileEntry) -> str | None:
    try:
        require_checksum(path, file)
    except ArraysDamaged as error:
        return str(error)
    return None


def _is_named(name: str, problems: Iterable[str]) -> bool:
    """Return whether a problem is one of this file: it stands first; a segment may be named for its deletions."""
    of_deletions = f"{name}: "
    return any(
        problem.startswith(name) and not problem.removeprefix(of_deletions).partition(" ")[0].endswith(DELETIONS_SUFFIX)
        for problem in problems
    ) or (name.endswith(DELETIONS_SUFFIX) and any(name in problem for problem in problems))


def _named(remains: Remains, numbers: Iterable[int], contents: Contents) -> list[Named]:
    named = []
    for number in numbers:
        try:
            named.append(contents.named(remains.string("cards", number)))
        except ValueError:
            named.append(Named("", ""))
    return named


class _NewSegment(NamedTuple):
    """A segment of the repaired index: its ids and the mask of those alive, by document number."""

    entry: SegmentEntry
    ids: list[str]
    alive: Array


def _repaired(path: Path, state: Survey, nothing: Commit, contents: Contents, today: date) -> Repair:
    repair = Repair(found=list(state.found))
    if state.commit and state.is_sound:
        repair.generation = state.commit.generation
        repair.articles = sum(each.entry.documents - len(each.deleted) for each in state.survivors if each.entry)
        if not state.is_in_force:
            repair.outcome = Outcome.RESTORED
            _switch(path, state.commit, [COMMIT_NAME], today, repair)
        return repair
    repair.outcome = Outcome.SALVAGED
    commit = state.commit or nothing
    names = _new_names(path, commit)
    salvager = Salvager(path, state, contents, repair)
    segments = [s for each in state.survivors if (s := _new_segment(path, each, commit, salvager, names))]
    _delete_older_versions(segments)
    entries = [_entry(path, segment, names) for segment in segments if segment.alive.any()]
    repair.articles = sum(int(segment.alive.sum()) for segment in segments)
    sound = {each.name for each in state.survivors if each.is_sound}
    repair.brought_back = sum(int(each.alive.sum()) for each in segments if each.entry.file.name not in sound)
    repair.generation = commit.generation + 1
    broken = () if state.is_in_force else (COMMIT_NAME, BACKUP_NAME)
    repaired = Commit(repair.generation, commit.analysis, commit.layout, tuple(entries))
    _switch(path, repaired, [*state.damaged, *broken], today, repair)
    return repair


def _new_names(path: Path, commit: Commit) -> Iterator[str]:
    """Yield stems of file names that are free, of the next commit or later."""
    newest = max((generation_of(file.name) for file in path.iterdir()), default=0)
    stem = max(newest, commit.generation) + 1
    return (f"{stem:08d}-{number}" for number in count())


def _new_segment(
    path: Path, survivor: Survivor, commit: Commit, salvager: Salvager, names: Iterator[str]
) -> _NewSegment | None:
    if not survivor.is_certain:
        salvager.repair.deletions_lost.append(survivor.name)
    if survivor.is_sound and survivor.entry:
        alive = np.ones(survivor.entry.documents, dtype=bool)
        alive[list(survivor.deleted)] = False
        file = survivor.entry.file
        segment = Segment(path / file.name, file.size, commit.layout)
        entry = survivor.entry if survivor.is_certain else SegmentEntry(file, len(segment), None)
        return _NewSegment(entry, [identifier.decode() for identifier in segment.ids], alive)
    return _indexed_again(path, salvager.read(survivor), commit.layout, salvager.contents, names)


def _indexed_again(
    path: Path, stored: Sequence[bytes], layout: Layout, contents: Contents, names: Iterator[str]
) -> _NewSegment | None:
    if not stored:
        return None
    builder, ids = SegmentBuilder(layout), []
    for document in map(contents.document, stored):
        builder.add(document)
        ids.append(document.id)
    name = f"{next(names)}{SEGMENT_SUFFIX}"
    size, checksum = write_arrays(path / name, builder.arrays())
    entry = SegmentEntry(FileEntry(name, size, checksum), len(ids), None)
    return _NewSegment(entry, ids, np.ones(len(ids), dtype=bool))


def _delete_older_versions(segments: Sequence[_NewSegment]) -> None:
    """Of several documents with one id, which lost deletions bring to light, only the newest stays alive."""
    seen: set[str] = set()
    for segment in reversed(segments):
        for number in range(len(segment.ids) - 1, -1, -1):
            if segment.alive[number]:
                segment.alive[number] = segment.ids[number] not in seen
                seen.add(segment.ids[number])


def _entry(path: Path, segment: _NewSegment, names: Iterator[str]) -> SegmentEntry:
    """Return the entry of a segment with its deletions as they are now, which are written if they have changed."""
    deleted = np.flatnonzero(~segment.alive)
    entry = segment.entry
    before = _deleted_of(path, entry) if entry.deletions else frozenset()
    if before == frozenset(deleted.tolist()):
        return entry
    name = f"{next(names)}{DELETIONS_SUFFIX}"
    size, checksum = write_arrays(path / name, deletion_arrays(entry.file.name, deleted))
    return SegmentEntry(entry.file, entry.documents, FileEntry(name, size, checksum))


def _switch(path: Path, commit: Commit, damaged: Iterable[str], today: date, repair: Repair) -> None:
    """Make a commit the state of the index; only then do the damaged files, kept elsewhere, go from their places."""
    there = [name for name in damaged if (path / name).exists()]
    if there:
        repair.moved, repair.moved_to = there, set_aside(path, there, today)
    publish_commit(path, commit)
    sync_folder(path)
    write_backup(path, [commit])
    remove_unused_files(path, commit)
