"""
The one archive that all requests of a process read.

Opens it when the first request needs it and follows its commits. A folder that cannot be opened now is tried again by
the next request, so a site started before its index heals by itself; one that breaks later is served as it was.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from flask import current_app, g, has_request_context

import search
from search import Archive, Audience, IndexUnavailable

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
_EXTENSION = "visti-archive"

# A query for which every dictionary and table is read: over half a second that the first reader need not wait for.
_WORD_OF_EACH_LANGUAGE = "місто город city"


class ArchiveHandle:
    """Opens the index folder ``path`` lazily, for readers."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self.path = path
        self._clock = clock
        self._archive: Archive | None = None
        self._trouble = ""
        self._prepared = False
        self._lock = Lock()  # the server is threaded; two first requests must not open it twice

    def current(self) -> Archive:
        """Return the archive as of its last commit. Raises ``IndexUnavailable``."""
        with self._lock:
            if self._archive is None:
                self._archive = self._open()
            else:
                self._follow(self._archive)
            return self._archive

    def now(self) -> datetime:
        """Return the present moment, aware, by the clock of the archive."""
        return self._clock() if self._clock else datetime.now(UTC)

    def prepare(self) -> None:
        """
        Do what is done once before the first reader comes, unless it has been done.

        Columns are joined (a second for a million articles), dictionaries and tables read. Raises ``IndexUnavailable``.
        """
        archive = self.current()
        if not self._prepared:
            for query in ("", _WORD_OF_EACH_LANGUAGE):
                archive.search(query, limit=1)
            archive.suggest(_WORD_OF_EACH_LANGUAGE)  # folds the names of all tags and authors
            self._prepared = True

    def close(self) -> None:
        """Close the archive; the next request opens it again."""
        with self._lock:
            if self._archive is not None:
                self._archive.close()
                self._archive = None
                self._prepared = False

    def _open(self) -> Archive:
        if self._clock is None:
            return search.open(self.path, audience="readers")
        return search.open(self.path, audience="readers", clock=self._clock)

    def _follow(self, archive: Archive) -> None:
        try:
            archive.refresh()
        except IndexUnavailable as error:
            # Readers keep the commit that they had; the log is told once, not at every request
            if str(error) != self._trouble:
                logger.error("Still serving the previous state of the archive. %s", error)
            self._trouble = str(error)
        else:
            self._trouble = ""


def current_archive() -> Archive:
    """
    Return the archive as those who make this request may see it. Raises ``IndexUnavailable``.

    Readers and the newsroom share one snapshot of the index and its memory.
    """
    archive = archive_handle().current()
    return archive if current_audience() is Audience.READERS else archive.seen_by(current_audience())


def current_audience() -> Audience:
    """Return who makes this request: readers, unless somebody has signed in (``set_audience``)."""
    audience: Audience = g.get("audience", Audience.READERS) if has_request_context() else Audience.READERS
    return audience


def set_audience(audience: Audience) -> None:
    """Say who makes this request; it decides about everything that the archive answers."""
    g.audience = audience


def current_moment() -> datetime:
    """Return the present moment, aware, by the clock of this request's archive."""
    return archive_handle().now()


def archive_handle() -> ArchiveHandle:
    """Return the current application's handle."""
    handle: ArchiveHandle = current_app.extensions[_EXTENSION]
    return handle


def install_archive(extensions: dict[str, object], handle: ArchiveHandle) -> None:
    """Put the handle where ``current_archive`` finds it: among an application's extensions."""
    extensions[_EXTENSION] = handle
