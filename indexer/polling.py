"""
Asking feeds again and again: what is new goes into the index, what a server said of its answer is remembered.

One thread asks all sources, so no host ever has two requests of ours. A source that fails is asked less and less often,
and as late as its server wants. What was taken is written down beside the index after the commit.
"""

import io
import json
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event

from indexer.errors import SourceUnavailable
from indexer.fetching import Fetched, Fetcher, FetchFailed, Validators, back_off_seconds
from indexer.readers.formats import choose_reader
from indexer.readers.reading import Reading
from indexer.readers.streams import HEAD_BYTES
from indexer.write import Report, index_articles
from search.article import Article
from search.errors import CommitFailed, IndexLocked

#: Hidden, so that the folder stays an index's; losing it costs one more fetching of everything.
STATE_NAME = ".polled.json"
#: Nobody's feed has news more often.
MIN_SECONDS = 30.0
#: A source that fails is asked once a day at least, in case it is mended.
MAX_BACK_OFF_SECONDS = 24 * 3600.0
# Pages of one source that are remembered: many times what a feed holds.
_MAX_PAGES = 2_000
# How often it is looked whether to stop.
_STEP_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class PolledSource:
    """A feed: its address, how often it is asked (in seconds), whether the pages that it names are fetched too."""

    url: str
    every: float
    full_text: bool = False


@dataclass
class Known:
    """What is remembered of a source: what its server said, and which versions of its articles were taken whole."""

    validators: Validators = field(default_factory=Validators)
    pages: dict[str, str] = field(default_factory=dict)


class Poller:
    """
    Takes what sources have into the index at ``index_path``, until ``stop`` is set.

    ``told`` is given the report of each source that had something, ``troubled`` the reason of each failure. ``clock``
    gives seconds that only grow, ``chance`` a number from 0 to 1.
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
        self._was_cut = False
        self._known = _read_known(index_path / STATE_NAME)
        self._due = dict.fromkeys(self._sources, clock())
        self._failures = dict.fromkeys(self._sources, 0)

    def run_once(self) -> None:
        """Ask every source once."""
        for source in self._sources:
            if not self._stop.is_set():
                self.poll(source)

    def run(self) -> None:
        """Ask every source when its time has come, until ``stop`` is set."""
        while not self._stop.is_set():
            self.run_due()
            self._stop.wait(_STEP_SECONDS)

    def run_due(self) -> None:
        """Ask the sources whose time has come, the longest due first."""
        for source in sorted(self._sources, key=lambda each: self._due[each]):
            if self._due[source] <= self._clock() and not self._stop.is_set():
                self.poll(source)

    def poll(self, source: PolledSource) -> None:
        """Ask a source, take what is new, and settle when it is asked again."""
        try:
            self._take(source)
        except (FetchFailed, IndexLocked, CommitFailed, OSError) as error:
            self._failures[source] += 1
            wait = back_off_seconds(self._failures[source], source.every, MAX_BACK_OFF_SECONDS, self._chance)
            if isinstance(error, FetchFailed) and error.retry_after is not None:
                wait = max(wait, min(error.retry_after, MAX_BACK_OFF_SECONDS))
            self._troubled(f"{error}; asked again in {wait / 60:.0f} min")
        else:
            self._failures[source] = 0
            wait = source.every * (0.95 + self._chance() / 10)  # sources that began together do not stay so
        self._due[source] = self._clock() + wait

    def seconds_until(self, source: PolledSource) -> float:
        """Return in how many seconds a source is asked again."""
        return self._due[source] - self._clock()

    def _take(self, source: PolledSource) -> None:
        known = self._known.get(source.url, Known())
        fetched = self._fetcher.fetch(source.url, known.validators)
        if fetched.content is None:
            return
        pages, self._was_cut = dict(known.pages), False
        readings = _read(fetched)
        report = index_articles(
            self._whole(readings, pages) if source.full_text else readings, self._index_path, link=True
        )
        if not self._was_cut:  # else the rest is asked for again
            newest = dict(list(pages.items())[-_MAX_PAGES:])
            self._known[source.url] = Known(fetched.validators, newest)
            _write_known(self._index_path / STATE_NAME, self._known)
        if report.changed or report.rejected:
            self._told(report)

    def _whole(self, readings: Iterator[Reading], pages: dict[str, str]) -> Iterator[Reading]:
        """Yield the articles of a feed with the text of their pages; those that were taken so before are left out."""
        for reading in readings:
            if self._stop.is_set():
                self._was_cut = True
                return
            if not isinstance(reading, Article) or not reading.url:
                yield reading
                continue
            stated = str(reading.updated or reading.published or reading.title)
            if pages.get(reading.url) == stated:
                continue
            whole = self._page_of(reading)
            yield whole or reading
            if whole:
                pages.pop(reading.url, None)
                pages[reading.url] = stated

    def _page_of(self, entry: Article) -> Article | None:
        try:
            fetched = self._fetcher.fetch(entry.url or "")
        except FetchFailed as error:
            self._troubled(f"{error}; the text of the feed is taken")
            return None
        found = next((each for each in _read(fetched) if isinstance(each, Article)), None)
        if found is None or len(found.body) < len(entry.body):
            return None
        return replace(
            found,
            id=entry.id,
            story=entry.story if entry.story != entry.id else (found.story if found.story != found.id else entry.id),
            published=found.published or entry.published,
            updated=max((each for each in (found.updated, entry.updated) if each), default=None),
        )


def _read(fetched: Fetched) -> Iterator[Reading]:
    content = fetched.content or b""
    try:
        reader = choose_reader(content[:HEAD_BYTES], fetched.url)
    except SourceUnavailable as error:
        yield error
        return
    yield from reader(io.BytesIO(content), fetched.url)


def _read_known(path: Path) -> dict[str, Known]:
    """Return what was written down; nothing if that is not there or is damaged."""
    try:
        found = json.loads(path.read_bytes())
        return {
            str(url): Known(Validators(str(each["etag"]), str(each["last_modified"])), dict(each["pages"]))
            for url, each in found.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _write_known(path: Path, known: dict[str, Known]) -> None:
    record = {
        url: {"etag": each.validators.etag, "last_modified": each.validators.last_modified, "pages": each.pages}
        for url, each in known.items()
    }
    new = path.with_name(path.name + ".new")
    with new.open("w") as file:
        json.dump(record, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
