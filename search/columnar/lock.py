"""One writer at a time: whoever changes an index holds the lock of its folder; readers never need it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from search.columnar.restoring import settle_restoring
from search.errors import IndexLocked, IndexUnavailable

LOCK_NAME = "writing.lock"
# Long enough for a commit of another process to end, short enough that a person waits for the message.
WAIT_SECONDS = 10.0


class IndexLock:
    """
    The lock of the index at ``path``, held from the beginning until ``release``.

    The system lets go of it when the process ends, however that happens; the file that stays means nothing.

    Raises ``IndexLocked`` after ``wait_seconds``, ``IndexUnavailable`` when the folder cannot be written to.
    """

    def __init__(self, path: Path, wait_seconds: float) -> None:
        # Whichever thread closes the writer, the lock is let go.
        self._lock = filelock.FileLock(path / LOCK_NAME, thread_local=False)
        try:
            self._lock.acquire(timeout=wait_seconds)
            settle_restoring(path)
        except filelock.Timeout as error:
            raise IndexLocked(path, wait_seconds) from error
        except OSError as error:
            self._lock.release()
            raise unusable_folder(path, error) from error

    def release(self) -> None:
        """Let the next writer in."""
        self._lock.release()


@contextmanager
def locked(path: Path, wait_seconds: float) -> Iterator[None]:
    """Hold the lock of an index; the errors are those of ``IndexLock``."""
    lock = IndexLock(path, wait_seconds)
    try:
        yield
    finally:
        lock.release()


def unusable_folder(path: Path, error: OSError) -> IndexUnavailable:
    """Return what to tell about a folder in which nothing can be written."""
    return IndexUnavailable(
        path,
        f"The folder {path} cannot be written to: {error.strerror}. Mend that, or name another folder with --index.",
    )
