"""The system's notices of what happens in folders: which path may hold something new, and whether it came whole."""

import os
import queue
from pathlib import Path
from typing import NamedTuple

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import ObservedWatch


class Notice(NamedTuple):
    """A path that may hold something new; ``whole`` if it was moved in."""

    path: str
    whole: bool


class FolderNotices:
    """Puts the system's notices of folders into a queue."""

    def __init__(self, events: "queue.SimpleQueue[Notice]") -> None:
        self._handler = _Handler(events)
        self._observer = Observer()
        self._watches: dict[Path, ObservedWatch] = {}
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


class _Handler(FileSystemEventHandler):
    """Hands on which path may hold something new, and whether it came whole."""

    def __init__(self, events: "queue.SimpleQueue[Notice]") -> None:
        self._events = events

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note an event; those that only read are not of interest."""
        if event.event_type == "moved":
            self._events.put(Notice(os.fsdecode(event.dest_path), True))
        elif event.event_type in ("created", "modified", "closed") and not (
            event.is_directory and event.event_type == "modified"
        ):
            self._events.put(Notice(os.fsdecode(event.src_path), False))
