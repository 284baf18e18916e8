"""
Following folders: files that appear or change are taken into the index once they are whole.

A file is whole when it was moved in, when it was closed and is not opened again at once, or when its size and time have
stood still for a moment. What was taken is written down beside the index after the commit, so a process that was killed
takes a file twice rather than never; the second time its articles are unchanged.
"""

import contextlib
import os
import queue
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

from indexer.errors import SourceUnavailable
from indexer.folder_notices import Arrival, FolderNotices, Notice
from indexer.quarantine import QUARANTINE_NAME, Quarantine
from indexer.readers import FOLDER_SUFFIXES, Reading, read_sources
from indexer.report import Report
from indexer.watch_state import WatchState
from indexer.write import index_articles
from search.archive.index_files import OWN_FILES, is_vistis_own
from search.columnar.beside import WATCHED
from search.errors import CommitFailed, IndexLocked

#: Hidden, so that the folder stays an index's; losing it costs one more reading of all files.
STATE_NAME = WATCHED.name
# What is still being written grows within a few milliseconds; a feed that is pushed over a slow line pauses longer, and
# is then taken once more when the rest has come.
SETTLED_SECONDS = 0.4
# Some programs open a file again for each line, as shell scripts do; between two lie a few milliseconds.
CLOSED_SECONDS = 0.05
# How often what is not whole yet is looked at.
STEP_SECONDS = 0.1
# The system's notices are lost when too many come at once, or on network disks: everything is looked at anyway.
RESCAN_SECONDS = 60.0
# A folder that was removed and made again, or a disk that was taken out and put back, is another one to the system.
FOLDER_SECONDS = 1.0
# Where the system gives no notices at all, a folder is looked at so often.
UNTOLD_SECONDS = 5.0
# Another writer, or a full disk: its own commits come every 30 seconds.
RETRY_SECONDS = 5.0
# So long a run over once waits for files that are being written.
ONCE_SECONDS = 10.0


class Seen(NamedTuple):
    """A file as it was: its size in bytes, when it, or who may read it, was changed last (nanoseconds)."""

    size: int
    changed: int

    @classmethod
    def remembered(cls, value: Any) -> "Seen | None":
        """Return what was written down; None if that is something else."""
        try:
            size, changed = value
            return cls(int(size), int(changed))
        except (TypeError, ValueError):
            return None


class _Waiting(NamedTuple):
    """A file as it was seen, and when it is whole if it does not change any more, by a clock that only grows."""

    seen: Seen
    whole_at: float


class Candidates:
    """
    Files that have appeared or changed, until they are whole.

    ``clock`` gives seconds that only grow.
    """

    def __init__(self, taken: WatchState, clock: Callable[[], float] = time.monotonic) -> None:
        self._taken, self._clock = taken, clock
        self._waiting: dict[str, _Waiting] = {}
        self.unreadable: dict[str, Seen] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def notice(self, name: str, arrival: Arrival = Arrival.UNKNOWN) -> None:
        """Look at a file that may be new or different."""
        seen = seen_at(name)
        if seen is None or seen in (Seen.remembered(self._taken.get(name)), self.unreadable.get(name)):
            self._waiting.pop(name, None)
            return
        whole_at = self._clock() + _seconds_to_wait(seen, arrival)
        known = self._waiting.get(name)
        if known is None or known.seen != seen or whole_at < known.whole_at:
            self._waiting[name] = _Waiting(seen, whole_at)

    def whole(self) -> dict[str, Seen]:
        """Return the files that are whole; they are candidates until they are ``done``."""
        for name in list(self._waiting):
            self.notice(name)
        now = self._clock()
        return {name: each.seen for name, each in self._waiting.items() if each.whole_at <= now}

    def seconds_to_wait(self, most: float) -> float:
        """Return for how long none of them becomes whole, but not more than ``most``."""
        now = self._clock()
        return min([most, *(max(each.whole_at - now, 0.0) for each in self._waiting.values())])

    def done(self, files: dict[str, Seen], unreadable: Iterable[str]) -> None:
        """Take files that were read from the list; one that has changed meanwhile comes again."""
        self.unreadable |= {name: files[name] for name in unreadable if name in files}
        for name, seen in files.items():
            if name in self._waiting and self._waiting[name].seen == seen:
                del self._waiting[name]


def _seconds_to_wait(seen: Seen, arrival: Arrival) -> float:
    """Return for how long a file has to stand still until it is whole."""
    if arrival is Arrival.MOVED:
        return 0.0
    # who makes a file first and fills it then has closed it empty
    return CLOSED_SECONDS if arrival is Arrival.CLOSED and seen.size else SETTLED_SECONDS


def seen_at(name: str) -> Seen | None:
    """Return a file as it is now; None if it is none that is taken from folders."""
    path = Path(name)
    if path.name.startswith(".") or not path.name.lower().endswith(FOLDER_SUFFIXES):
        return None
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return Seen(found.st_size, found.st_ctime_ns) if stat.S_ISREG(found.st_mode) else None


def files_in(
    folders: Sequence[Path], passed_over: Callable[[Path], None], failed: Callable[[OSError], None] | None = None
) -> Iterator[str]:
    """
    Yield the files of folders and of the folders in them; what is hidden, an index or a backup is passed over.

    ``failed`` is given the error of each folder that cannot be read.
    """
    for folder in folders:
        for path, inner, names in os.walk(folder, onerror=failed):
            if is_vistis_own(path, names):
                passed_over(Path(path))
                inner.clear()
                continue
            inner[:] = sorted(name for name in inner if not name.startswith("."))
            yield from (str(Path(path, name)) for name in sorted(names))


class FolderWatch:
    """
    Takes what comes into folders into the index at ``index_path``, until ``stop`` is set.

    ``told`` is given the report of each batch, ``troubled`` the reason why one has to wait. With ``every`` folders are
    only looked at again and again, in so many seconds; else the system tells of changes.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        index_path: Path,
        *,
        stop: Event,
        told: Callable[[Report], None],
        troubled: Callable[[str], None],
        every: float | None = None,
    ) -> None:
        self._folders = [folder.resolve() for folder in folders]
        self._index_path, self._stop, self._told, self._troubled = index_path, stop, told, troubled
        self._every = every
        self._was_cut = False
        self._own: set[Path] = set()
        self._taken = WatchState(index_path / STATE_NAME, troubled)
        self._told_of: dict[Path, tuple[int, int] | None] = {}
        self._missing: set[Path] = set()
        self._closed: dict[str, OSError] = {}
        self.candidates = Candidates(self._taken)

    def run_once(self) -> None:
        """Take what is there, and wait a little for what is being written."""
        self._scan()
        ends = time.monotonic() + ONCE_SECONDS
        while len(self.candidates) and not self._stop.is_set() and time.monotonic() < ends:
            if not self.take():
                self._stop.wait(STEP_SECONDS)

    def run(self) -> None:
        """Follow the folders until ``stop`` is set."""
        events: queue.SimpleQueue[Notice] = queue.SimpleQueue()
        notices = None if self._every else FolderNotices(events)
        try:
            self._follow(events, notices)
        finally:
            if notices:
                notices.stop()

    def take(self) -> bool:
        """Take the files that are whole, in one run; return whether there were any that could be taken."""
        files = self.candidates.whole()
        if not files:
            return False
        self._was_cut = False
        try:
            kept = Quarantine(self._index_path / QUARANTINE_NAME)
            readings = self._until_stopped(read_sources(list(files)))
            report = index_articles(kept.passing(readings), self._index_path, link=True)
            if self._was_cut:  # in the midst of a file: it is read again by the next run
                return False
            failed = {error.source for error in report.errors if isinstance(error, SourceUnavailable)}
            self._taken.add({name: seen for name, seen in files.items() if name not in failed})
        except (IndexLocked, CommitFailed, OSError) as error:
            self._troubled(str(error))
            self._stop.wait(RETRY_SECONDS)
            return False
        self.candidates.done(files, failed)
        self._told(report)
        return True

    def _until_stopped(self, readings: Iterator[Reading]) -> Iterator[Reading]:
        for reading in readings:
            if self._stop.is_set():
                self._was_cut = True
                return
            yield reading

    def _follow(self, events: "queue.SimpleQueue[Notice]", notices: "FolderNotices | None") -> None:
        next_scan = next_check = 0.0
        while not self._stop.is_set():
            if time.monotonic() >= next_check:
                if self._has_returned(notices):
                    next_scan = 0.0
                next_check = time.monotonic() + FOLDER_SECONDS
            if time.monotonic() >= next_scan:
                self._scan()
                next_scan = time.monotonic() + (self._every or RESCAN_SECONDS)
            self._hear(events)
            self.take()

    def _has_returned(self, notices: "FolderNotices | None") -> bool:
        """Tell whether a folder is there that was not, or is another one; ask the system for its notices."""
        returned = False
        for folder in self._folders:
            identity = _identity(folder)
            if identity is None and folder not in self._missing:
                self._missing.add(folder)
                self._troubled(f"{folder} is gone; what comes into it is taken as soon as it is there again")
            elif identity is not None and (identity != self._told_of.get(folder) or self._is_untold(folder, notices)):
                if folder in self._missing:
                    self._troubled(f"{folder} is there again")
                self._missing.discard(folder)
                returned = True
                if notices:
                    self._ask_for_notices(folder, notices)
            self._told_of[folder] = identity
        return returned

    def _is_untold(self, folder: Path, notices: "FolderNotices | None") -> bool:
        """Tell whether the system has ended its notices: a folder that is made anew may be known by the same number."""
        return notices is not None and self._every is None and not notices.follows(folder)

    def _ask_for_notices(self, folder: Path, notices: "FolderNotices") -> None:
        try:
            notices.follow(folder)
        except OSError as error:
            self._every = UNTOLD_SECONDS
            self._troubled(
                f"the system tells nothing of {folder} ({error.strerror or error}), so folders are looked at every "
                f"{UNTOLD_SECONDS:g} s; allow more: sysctl fs.inotify.max_user_watches=1000000"
            )

    def _hear(self, events: "queue.SimpleQueue[Notice]") -> None:
        """Wait a step for events, and note those that have come, or come within a step: some files never rest."""
        ends = time.monotonic() + 2 * STEP_SECONDS
        try:
            name, arrival = events.get(timeout=self.candidates.seconds_to_wait(STEP_SECONDS))
            while True:
                for each in self._files_of(Path(name)):
                    self.candidates.notice(each, arrival)
                if time.monotonic() >= ends:
                    return
                name, arrival = events.get_nowait()
        except queue.Empty:
            return

    def _files_of(self, path: Path) -> Iterable[str]:
        """Return the files that a notice of a path is about, of those that looking at everything would find."""
        if not self._is_followed(path) or self._is_in_own_folder(path):
            return []
        if not path.is_dir():
            return [str(path)]
        return [] if path.is_symlink() else files_in([path], self._pass_over)

    def _is_followed(self, path: Path) -> bool:
        """Tell whether nothing on the way from a folder that was named to a path is hidden."""
        return any(
            not any(part.startswith(".") for part in path.relative_to(folder).parts)
            for folder in self._folders
            if path.is_relative_to(folder)
        )

    def _is_in_own_folder(self, path: Path) -> bool:
        """Tell whether a path lies in an index or in backups."""
        for folder in takewhile(lambda each: each not in self._folders, path.parents):
            if is_vistis_own(folder, [each for each in OWN_FILES if (folder / each).exists()]):
                self._pass_over(folder)
                return True
        return False

    def _pass_over(self, folder: Path) -> None:
        if folder not in self._own:
            self._own.add(folder)
            self._troubled(f"{folder} is the folder of an index or of backups, and is passed over")

    def _scan(self) -> None:
        """Look at all files, and forget those that are gone from folders that are there."""
        self._taken.refresh()
        failures: list[OSError] = []
        found = set(files_in(self._folders, self._pass_over, failures.append))
        self._note_closed({each.filename: each for each in failures if isinstance(each, PermissionError)})
        for name in sorted(found):
            self.candidates.notice(name)
        away = [str(folder) + os.sep for folder in self._folders if not folder.is_dir()]
        with contextlib.suppress(IndexLocked):  # what is gone is forgotten the next time
            self._taken.keep(found | {each for each in self._taken.names() if each.startswith(tuple(away))})

    def _note_closed(self, closed: dict[str, OSError]) -> None:
        """Tell of folders that may not be read, once; the system is asked anew when they may be at last."""
        for name in closed.keys() - self._closed.keys():
            self._troubled(f"{name} may not be read, so nothing in it is taken; allow it: chmod -R u+rX {name}")
        if self._closed.keys() - closed.keys():
            self._told_of.clear()
        self._closed = closed


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what the system knows a folder by; None if it is not there."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None
