"""
Asking sources again and again: what is new goes into the index, what a server said of its answer is remembered.

Several hosts are asked at a time, each by one thread, so a slow one keeps nobody waiting and none ever has two of our
requests; one thread alone writes to the index. A source that fails is asked less and less often, and as late as its
server wants. What was taken is written down beside the index after the commit.
"""

import logging
import queue
import random
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from threading import Event
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from indexer.asking import Found, Known, PolledSource, ask
from indexer.fetching import Fetcher, FetchFailed, Validators, back_off_seconds
from indexer.identities import Names
from indexer.quarantine import QUARANTINE_NAME, Quarantine
from indexer.report import Report
from indexer.watch_state import WatchState
from indexer.write import index_articles
from search.article import Article
from search.columnar.beside import POLLED
from search.errors import CommitFailed, IndexLocked

_logger = logging.getLogger(__name__)

#: Hidden, so that the folder stays an index's; losing it costs one more fetching of everything.
STATE_NAME = POLLED.name
#: Nobody's feed has news more often.
MIN_SECONDS = 30.0
#: A source that fails is asked once a day at least, in case it is mended.
MAX_BACK_OFF_SECONDS = 24 * 3600.0
#: Threads mostly wait for servers; an answer may take 60 MB of memory, and what was found waits for the writer.
HOSTS_AT_ONCE = 8
# How often it is looked whether to stop, and whether a time has come.
_STEP_SECONDS = 0.25

_Outcome: TypeAlias = Found | FetchFailed | None


class Poller:
    """
    Takes what sources have into the index at ``index_path``, until ``stop`` is set.

    ``told`` is given the report of each source that had something, ``troubled`` the reason of each failure, by any
    thread. ``clock`` gives seconds that only grow, ``chance`` a number from 0 to 1.
    """

    def __init__(
        self,
        sources: Sequence[PolledSource],
        index_path: Path,
        fetcher: Fetcher,
        *,
        stop: Event,
        told: Callable[[Report], None],
        troubled: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._sources, self._index_path, self._fetcher = tuple(sources), index_path, fetcher
        self._stop, self._told, self._troubled = stop, told, troubled
        self._clock, self._chance = clock, chance
        self._state = WatchState(index_path / STATE_NAME, troubled)
        self._names = Names.read(index_path)
        self._due = dict.fromkeys(self._sources, clock())
        self._failures = dict.fromkeys(self._sources, 0)
        self._busy: set[str] = set()
        self._outcomes: queue.SimpleQueue[tuple[PolledSource, _Outcome]] = queue.SimpleQueue()

    def run_once(self) -> None:
        """Ask every source whose time has come, at first all, and end."""
        with ThreadPoolExecutor(HOSTS_AT_ONCE) as threads:
            waiting = self._due_sources()
            while (waiting or self._busy) and not self._stop.is_set():
                waiting = self._start(waiting, threads)
                self._finish_one()

    def run(self) -> None:
        """Ask every source when its time has come, until ``stop`` is set."""
        with ThreadPoolExecutor(HOSTS_AT_ONCE) as threads:
            while not self._stop.is_set():
                self._start(self._due_sources(), threads)
                self._finish_one()

    def seconds_until(self, source: PolledSource) -> float:
        """Return in how many seconds a source is asked again."""
        return self._due[source] - self._clock()

    def _due_sources(self) -> list[PolledSource]:
        """Return the sources whose time has come, the longest due first."""
        self._state.refresh()
        now = self._clock()
        return [each for each in sorted(self._sources, key=lambda each: self._due[each]) if self._due[each] <= now]

    def _start(self, sources: Iterable[PolledSource], threads: ThreadPoolExecutor) -> list[PolledSource]:
        """Begin to ask sources whose host nobody asks at the moment; return the others."""
        waiting = []
        for source in sources:
            host = _host_of(source)
            if host in self._busy or len(self._busy) >= HOSTS_AT_ONCE:
                waiting.append(source)
                continue
            self._busy.add(host)
            threads.submit(self._ask, source, _known(self._state.get(source.url)))
        return waiting

    def _ask(self, source: PolledSource, known: Known) -> None:
        try:
            outcome: _Outcome = ask(source, known, self._fetcher, self._stop, self._troubled)
        except FetchFailed as error:
            outcome = error
        except Exception as error:  # a fault of ours in one source is not to end the others
            _logger.exception("%s", source.url)
            outcome = FetchFailed(source.url, f"what it gave could not be read ({type(error).__name__}: {error})")
        self._outcomes.put((source, outcome))

    def _finish_one(self) -> None:
        """Wait a step for a source that was asked, and take what it has. Its host is free then."""
        try:
            source, outcome = self._outcomes.get(timeout=_STEP_SECONDS)
        except queue.Empty:
            return
        self._busy.remove(_host_of(source))
        if not self._stop.is_set():
            self._settle(source, outcome)

    def _settle(self, source: PolledSource, outcome: _Outcome) -> None:
        """Take what was found in a source, and settle when it is asked again."""
        try:
            if isinstance(outcome, FetchFailed):
                raise outcome
            if outcome:
                self._take(source, outcome)
        except (FetchFailed, IndexLocked, CommitFailed, OSError) as error:
            self._failures[source] += 1
            wait = back_off_seconds(self._failures[source], source.every, MAX_BACK_OFF_SECONDS, self._chance)
            if isinstance(error, FetchFailed) and error.retry_after is not None:
                wait = max(wait, min(error.retry_after, MAX_BACK_OFF_SECONDS))
            place = f"{source.url}: " if isinstance(error, FetchFailed) and error.url != source.url else ""
            self._troubled(f"{place}{error}; asked again in {wait / 60:.0f} min")
        else:
            self._failures[source] = 0
            wait = source.every * (0.95 + self._chance() / 10)  # sources that began together do not stay so
        self._due[source] = self._clock() + wait

    def _take(self, source: PolledSource, found: Found) -> None:
        readings = [
            self._names.settled(each.reading, each.names) if isinstance(each.reading, Article) else each.reading
            for each in found.came
        ]
        kept = Quarantine(self._index_path / QUARANTINE_NAME)
        report = index_articles(kept.passing(readings), self._index_path, link=True)
        self._state.add({source.url: asdict(found.known)})
        self._names.write()
        if report.changed or report.rejected:
            self._told(report)


def _host_of(source: PolledSource) -> str:
    try:
        return urlsplit(source.url).hostname or source.url
    except ValueError:  # no address; who fetches it says so
        return source.url


def _known(remembered: Any) -> Known:
    """Return what is remembered of a source; nothing if that is not there or is not what was written."""
    try:
        said = remembered["validators"]
        return Known(
            Validators(str(said["etag"]), str(said["last_modified"])),
            dict(remembered["pages"]),
            dict(remembered["sitemaps"]),
        )
    except (KeyError, TypeError, ValueError):
        return Known()
