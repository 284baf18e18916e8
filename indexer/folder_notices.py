"""The system's notices of what happens in folders: which path may hold something new, and how it came."""

import os
import queue
import sys
import warnings
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch


class Arrival(Enum):
    """How what is new came, as far as one knows."""

    MOVED = "moved"
    """Moved in, from wherever it was written: it is whole."""
    CLOSED = "closed"
    """Who wrote it has closed it."""
    UNKNOWN = "unknown"
    """It is there; somebody may be writing it."""


class Notice(NamedTuple):
    """A path that may hold something new."""

    path: str
    arrival: Arrival


class FolderNotices:
    """Puts the system's notices of folders into a queue."""

    def __init__(self, events: "queue.SimpleQueue[Notice]") -> None:
        self._handler = _Handler(events)
        self._observer = _observer()
        self._watches: dict[Path, ObservedWatch] = {}
        # a folder that is made while it is asked for is asked for twice, which harms nobody and is told at length
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
        self._observer.start()

    def follow(self, folder: Path) -> None:
        """Ask for the notices of a folder, also if it was followed when it was another. Raises ``OSError``."""
        before = self._watches.pop(folder, None)
        if before:
            self._observer.unschedule(before)
        self._watches[folder] = self._observer.schedule(self._handler, str(folder), recursive=True)

    def follows(self, folder: Path) -> bool:
        """Tell whether the notices of a folder still come."""
        watch = self._watches.get(folder)
        return any(each.watch == watch and each.is_alive() for each in self._observer.emitters)

    def stop(self) -> None:
        """Ask for no more."""
        self._observer.stop()
        self._observer.join()


def _observer() -> BaseObserver:
    """Return what asks the system; on Linux so that what was moved in from elsewhere is told from what is written."""
    if sys.platform == "linux":
        from watchdog.observers.inotify import InotifyObserver

        return InotifyObserver(generate_full_events=True)
    return Observer()


class _Handler(FileSystemEventHandler):
    """Hands on which path may hold something new, and how it came."""

    def __init__(self, events: "queue.SimpleQueue[Notice]") -> None:
        self._events = events

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note an event; those that only read, or take away, are not of interest."""
        if event.event_type == "moved":
            if event.dest_path:  # else it was moved out
                self._events.put(Notice(os.fsdecode(event.dest_path), Arrival.MOVED))
        elif event.event_type == "closed":
            self._events.put(Notice(os.fsdecode(event.src_path), Arrival.CLOSED))
        elif event.event_type == "created" or (
            event.event_type in ("modified", "attrib") and not event.is_directory  # attrib: it may be read at last
        ):
            self._events.put(Notice(os.fsdecode(event.src_path), Arrival.UNKNOWN))
