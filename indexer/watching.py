"""
Following folders: files that appear or change are taken into the index once they are whole.

A file is whole when its size and time have stood still for a moment, or when it was moved in. What was taken is written
down beside the index after the commit, so a process that was killed takes a file twice rather than never; the second
time its articles are unchanged.
"""

import contextlib
import json
import os
import queue
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import NamedTuple

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from indexer.errors import SourceUnavailable
from indexer.readers import FOLDER_SUFFIXES, Reading, read_sources
from indexer.report import Report
from indexer.write import index_articles
from search.archive.dictionaries import replace_file
from search.columnar.beside import WATCHED, Stamp, stamp_of
from search.columnar.lock import WAIT_SECONDS, locked
from search.errors import CommitFailed, IndexLocked

#: Hidden, so that the folder stays an index's; losing it costs one more reading of all files.
STATE_NAME = WATCHED.name
# What is still being written grows within a few milliseconds; a feed that is pushed over a slow line pauses longer, and
# is then taken once more when the rest has come.
SETTLED_SECONDS = 0.4
# How often what is not whole yet is looked at.
STEP_SECONDS = 0.1
# The system's notices are lost when too many come at once, or on network disks: everything is looked at anyway.
RESCAN_SECONDS = 60.0
# Another writer, or a full disk: its own commits come every 30 seconds.
RETRY_SECONDS = 5.0
# So long a run over once waits for files that are being written.
ONCE_SECONDS = 10.0


class Seen(NamedTuple):
    """A file as it was: its size in bytes, when it was changed (nanoseconds)."""

    size: int
    changed: int


@dataclass
class Taken:
    """Which files were taken, as of which state; kept in a file that is replaced as a whole."""

    path: Path
    files: dict[str, Seen] = field(default_factory=dict)
    _stamp: Stamp | None = None

    @classmethod
    def read(cls, index_path: Path) -> "Taken":
        """Return what was written down beside an index; nothing if that is not there or is damaged."""
        taken = cls(index_path / STATE_NAME)
        taken.refresh()
        return taken

    def refresh(self) -> bool:
        """Read the file again if somebody else has changed it, as restoring a backup does; return whether that was."""
        stamp = stamp_of(self.path)
        if stamp == self._stamp:
            return False
        self._stamp, self.files = stamp, {}
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            found = json.loads(self.path.read_bytes())["files"]
            self.files = {name: Seen(int(size), int(changed)) for name, (size, changed) in found.items()}
        return True

    def add(self, files: dict[str, Seen]) -> None:
        """
        Write down that files were taken, and forget those that are gone; the caller holds the lock of the index.

        If another index was put in place since these were taken, they are not written down: it may not have them.
        Raises ``OSError``.
        """
        if self.refresh():
            return
        self.files |= files
        self.files = {name: seen for name, seen in self.files.items() if name in files or Path(name).exists()}
        replace_file(self.path.parent, self.path.name, json.dumps({"files": self.files}).encode())
        self._stamp = stamp_of(self.path)


class Candidates:
    """
    Files that have appeared or changed, until they are whole.

    ``clock`` gives seconds that only grow.
    """

    def __init__(self, taken: Taken, clock: Callable[[], float] = time.monotonic) -> None:
        self._taken, self._clock = taken, clock
        self._waiting: dict[str, tuple[Seen, float]] = {}
        self.unreadable: dict[str, Seen] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def notice(self, name: str, *, whole: bool = False) -> None:
        """Look at a file that may be new or different; ``whole`` if it was moved in."""
        seen = seen_at(name)
        if seen is None or seen in (self._taken.files.get(name), self.unreadable.get(name)):
            self._waiting.pop(name, None)
        elif whole:
            self._waiting[name] = (seen, float("-inf"))
        elif name not in self._waiting or self._waiting[name][0] != seen:
            self._waiting[name] = (seen, self._clock())

    def whole(self) -> dict[str, Seen]:
        """Return the files that have stood still; they are candidates until they are ``done``."""
        for name in list(self._waiting):
            self.notice(name)
        now = self._clock()
        return {name: seen for name, (seen, since) in self._waiting.items() if now - since >= SETTLED_SECONDS}

    def done(self, files: dict[str, Seen], unreadable: Iterable[str]) -> None:
        """Take files that were read from the list; one that has changed meanwhile comes again."""
        self.unreadable |= {name: files[name] for name in unreadable if name in files}
        for name, seen in files.items():
            if name in self._waiting and self._waiting[name][0] == seen:
                del self._waiting[name]


def seen_at(name: str) -> Seen | None:
    """Return a file as it is now; None if it is none that is taken from folders."""
    path = Path(name)
    if path.name.startswith(".") or not path.name.lower().endswith(FOLDER_SUFFIXES):
        return None
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return Seen(found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


def files_in(folders: Sequence[Path]) -> Iterator[str]:
    """Yield the files of folders and of the folders in them; what is hidden is passed over."""
    for folder in folders:
        for path, inner, names in os.walk(folder):
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
        self._taken = Taken.read(index_path)
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
        events: queue.SimpleQueue[tuple[str, bool]] = queue.SimpleQueue()
        observer = None if self._every else Observer()
        if observer:
            for folder in self._folders:
                observer.schedule(_Handler(events), str(folder), recursive=True)
            observer.start()
        try:
            self._follow(events)
        finally:
            if observer:
                observer.stop()
                observer.join()

    def take(self) -> bool:
        """Take the files that are whole, in one run; return whether there were any that could be taken."""
        files = self.candidates.whole()
        if not files:
            return False
        self._was_cut = False
        try:
            report = index_articles(self._until_stopped(read_sources(list(files))), self._index_path, link=True)
            if self._was_cut:  # in the midst of a file: it is read again by the next run
                return False
            failed = {error.source for error in report.errors if isinstance(error, SourceUnavailable)}
            with locked(self._index_path, WAIT_SECONDS):
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

    def _follow(self, events: "queue.SimpleQueue[tuple[str, bool]]") -> None:
        next_scan = 0.0
        while not self._stop.is_set():
            if time.monotonic() >= next_scan:
                self._scan()
                next_scan = time.monotonic() + (self._every or RESCAN_SECONDS)
            self._hear(events)
            self.take()

    def _hear(self, events: "queue.SimpleQueue[tuple[str, bool]]") -> None:
        """Wait a step for events, and note all that have come."""
        try:
            name, whole = events.get(timeout=STEP_SECONDS)
            while True:
                for each in files_in([Path(name)]) if Path(name).is_dir() else [name]:
                    self.candidates.notice(each, whole=whole)
                name, whole = events.get_nowait()
        except queue.Empty:
            return

    def _scan(self) -> None:
        self._taken.refresh()
        for name in files_in(self._folders):
            self.candidates.notice(name)


class _Handler(FileSystemEventHandler):
    """Hands on which path may hold something new, and whether it came whole."""

    def __init__(self, events: "queue.SimpleQueue[tuple[str, bool]]") -> None:
        self._events = events

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note an event; those that only read are not of interest."""
        if event.event_type == "moved":
            self._events.put((os.fsdecode(event.dest_path), True))
        elif event.event_type in ("created", "modified", "closed") and not (
            event.is_directory and event.event_type == "modified"
        ):
            self._events.put((os.fsdecode(event.src_path), False))
