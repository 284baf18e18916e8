"""
Analysis over several processes: each turns a chunk of articles into a segment file, which the writer then takes over.

A worker does all the expensive work (words, inversion, compression, writing) and hands back only the name of the file.
"""

import multiprocessing
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import TracebackType
from typing import Self

from search.archive.documents import LAYOUT, article_to_document, stored_article
from search.archive.links import LinkedArticle
from search.columnar.arrays import write_arrays
from search.columnar.commit import BUILDING_SUFFIX, FileEntry
from search.columnar.invert import SegmentBuilder
from search.columnar.merge_policy import MAX_SEGMENT_DOCUMENTS
from search.errors import CommitFailed

# Starting a worker and loading its dictionaries takes about a second; below this many articles it does not pay.
WORTH_SHARING = 1_000


class Workers:
    """
    Worker processes that build segments in the folder of an index; started when there is enough to share.

    Use it as a context manager. The processes are spawned, not forked, so a script that asks for them must guard its
    entry point with ``if __name__ == "__main__"``, as Python's multiprocessing needs it.
    """

    def __init__(self, path: Path, jobs: int) -> None:
        self._path, self._jobs = path, jobs
        self._pool: ProcessPoolExecutor | None = None
        self._chunks = 0
        self._running: list[Future[FileEntry]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def are_worth(self, articles: int) -> bool:
        """Return whether so many articles are better shared than analysed here."""
        return self._jobs > 1 and articles >= WORTH_SHARING

    def start(self, articles: Sequence[LinkedArticle], dictionary: bytes) -> None:
        """
        Begin to build segments of articles, one for each process (more of a huge number); none of none.

        ``dictionary`` is the writer's, so that the segments can be merged without unpacking what is stored.
        """
        if not articles:
            return
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._jobs, context, initializer=_leave_interrupts_to_the_parent)
        size = min(-(-len(articles) // self._jobs), MAX_SEGMENT_DOCUMENTS)
        for first in range(0, len(articles), size):
            self._chunks += 1
            path = self._path / f"{self._chunks:08d}{BUILDING_SUFFIX}"
            self._running.append(self._pool.submit(build_segment, path, articles[first : first + size], dictionary))

    def finished(self, meanwhile: Callable[[], None]) -> list[FileEntry]:
        """
        Wait for the segments that were begun and return their files; ``meanwhile`` is called every second.

        Raises ``CommitFailed`` when one could not be written, or a process was ended from outside.
        """
        running, self._running = self._running, []
        while wait(running, timeout=1.0).not_done:
            meanwhile()
        try:
            return [future.result() for future in running]
        except OSError as error:
            raise CommitFailed(self._path, error.strerror or str(error)) from error
        except BrokenProcessPool as error:
            reason = "a worker process was ended, perhaps for lack of memory (fewer --jobs need less)"
            raise CommitFailed(self._path, reason) from error


def build_segment(path: Path, articles: Sequence[LinkedArticle], dictionary: bytes = b"") -> FileEntry:
    """Analyse articles with different ids and write their segment to a file. Raises ``OSError``."""
    builder = SegmentBuilder(LAYOUT, dictionary)
    for article, link in articles:
        builder.add(article_to_document(article, stored_article(article, link)))
    size, checksum = write_arrays(path, builder.arrays())
    return FileEntry(path.name, size, checksum)


def _leave_interrupts_to_the_parent() -> None:
    """Ctrl-C reaches every process of a terminal; only the parent knows what to do about it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
