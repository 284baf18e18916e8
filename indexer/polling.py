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
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Protocol
from urllib.parse import urlsplit

from indexer.errors import SourceUnavailable
from indexer.fetching import Fetched, Fetcher, FetchFailed, Validators, back_off_seconds
from indexer.identities import Names, guid_name, renamed
from indexer.readers.feed import read_feed
from indexer.readers.formats import choose_reader
from indexer.readers.page_addresses import article_id
from indexer.readers.reading import Reading
from indexer.readers.streams import HEAD_BYTES
from indexer.report import Report
from indexer.write import index_articles
from search.article import Article
from search.columnar.beside import POLLED, Stamp, stamp_of
from search.columnar.lock import WAIT_SECONDS, locked
from search.errors import CommitFailed, IndexLocked

#: Hidden, so that the folder stays an index's; losing it costs one more fetching of everything.
STATE_NAME = POLLED.name
#: Nobody's feed has news more often.
MIN_SECONDS = 30.0
#: A source that fails is asked once a day at least, in case it is mended.
MAX_BACK_OFF_SECONDS = 24 * 3600.0
# Pages of one source that are remembered: many times what a feed holds.
_MAX_PAGES = 2_000
# Of a sitemap the newest pages are of interest, and no more in one go than a polite fetcher gets in some minutes.
_NEWEST_LISTED = 1_000
_PAGES_AT_ONCE = 200
# How often it is looked whether to stop.
_STEP_SECONDS = 0.5


class ListedPage(Protocol):
    """What a sitemap says of an address."""

    @property
    def url(self) -> str:
        """The address, of a page or of another sitemap."""
        ...

    @property
    def published(self) -> datetime | None:
        """When the page appeared."""
        ...

    @property
    def updated(self) -> datetime | None:
        """When it was changed last."""
        ...

    @property
    def is_sitemap(self) -> bool:
        """Whether it is another sitemap."""
        ...


class ListSitemap(Protocol):
    """Reads a sitemap that was fetched from an address. Raises ``ValueError`` where it is none."""

    def __call__(self, data: bytes, *, address: str) -> Sequence[ListedPage]: ...


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
    gives seconds that only grow, ``chance`` a number from 0 to 1. ``listed`` reads sitemaps.
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
        listed: ListSitemap | None = None,
    ) -> None:
        self._sources, self._index_path, self._fetcher = tuple(sources), index_path, fetcher
        self._stop, self._told, self._troubled = stop, told, troubled
        self._clock, self._chance, self._listed = clock, chance, listed
        self._left_over = False
        self._known: dict[str, Known] = {}
        self._names = Names.read(index_path)
        self._stamp: Stamp | None = None
        self._refresh()
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
        self._refresh()
        known = self._known.get(source.url, Known())
        fetched = self._fetcher.fetch(source.url, known.validators)
        if fetched.content is None:
            return
        pages, self._left_over = dict(known.pages), False
        # All is fetched before any is written: the lock of the index is not held while a server takes its time
        readings = list(self._readings(source, fetched, pages))
        report = index_articles(readings, self._index_path, link=True)
        newest = dict(list(pages.items())[-_MAX_PAGES:])
        validators = Validators() if self._left_over else fetched.validators  # what is left over is asked for again
        self._remember(source, Known(validators, newest))
        if report.changed or report.rejected:
            self._told(report)

    def _refresh(self) -> bool:
        """Read what is remembered if somebody else has changed it, as restoring a backup does; tell whether it was."""
        stamp = stamp_of(self._index_path / STATE_NAME)
        if stamp == self._stamp:
            return False
        self._stamp, self._known = stamp, _read_known(self._index_path / STATE_NAME)
        self._names = Names.read(self._index_path)
        return True

    def _remember(self, source: PolledSource, known: Known) -> None:
        """Write down what was taken of a source, unless another index, which may not have it, was put in place."""
        with locked(self._index_path, WAIT_SECONDS):
            if not self._refresh():
                self._known[source.url] = known
                _write_known(self._index_path / STATE_NAME, self._known)
                self._names.write()
                self._stamp = stamp_of(self._index_path / STATE_NAME)

    def _readings(self, source: PolledSource, fetched: Fetched, pages: dict[str, str]) -> Iterator[Reading]:
        head = (fetched.content or b"")[:HEAD_BYTES]
        if self._listed and (b"<urlset" in head or b"<sitemapindex" in head):
            return self._pages_of_sitemap(self._listed, fetched, pages)
        return self._entries(source, fetched, pages)

    def _entries(self, source: PolledSource, fetched: Fetched, pages: dict[str, str]) -> Iterator[Reading]:
        """Yield what a feed has, each article under the id that it had when it came first."""
        guids: dict[str, str] = {}
        entries = list(_read(fetched, guids))
        often = Counter(guids.values())
        readings = self._whole(entries, pages) if source.full_text else ((each, each) for each in entries)
        for entry, reading in readings:
            if isinstance(entry, Article) and isinstance(reading, Article):
                guid = guids.get(entry.id, "")
                name = guid_name(source.url, guid, entry) if often[guid] == 1 else ""
                reading = self._names.settled(reading, (name, entry.id))
            yield reading

    def _pages_of_sitemap(self, listed: ListSitemap, fetched: Fetched, pages: dict[str, str]) -> Iterator[Reading]:
        """Yield what is new on the pages that a sitemap, or one that it names, lists of its own site."""
        fetches = 0
        for each in self._newest_listed(listed, fetched):
            stated = str(each.updated or each.published or "")
            if pages.get(each.url) == stated:
                continue
            if self._stop.is_set() or fetches >= _PAGES_AT_ONCE:
                self._left_over = True
                return
            fetches += 1
            try:
                for reading in _read(self._fetcher.fetch(each.url)):
                    yield self._names.settled(reading, ()) if isinstance(reading, Article) else reading
            except FetchFailed as error:
                self._troubled(str(error))
                if not error.lasting:
                    self._left_over = True
                    continue
            pages.pop(each.url, None)
            pages[each.url] = stated

    def _newest_listed(self, listed: ListSitemap, fetched: Fetched) -> list[ListedPage]:
        """Return the pages of a sitemap, the newest first; of an index those of the sitemap that was changed last."""
        found = _of_this_site(listed, fetched)
        inner = [each for each in found if each.is_sitemap]
        if inner:
            found = _of_this_site(listed, self._fetcher.fetch(inner[0].url))
        return [each for each in found if not each.is_sitemap][:_NEWEST_LISTED]

    def _whole(self, entries: Sequence[Reading], pages: dict[str, str]) -> Iterator[tuple[Reading, Reading]]:
        """Yield what a feed has, and the same with the text of its pages; what was taken so before is left out."""
        addresses = Counter(each.url for each in entries if isinstance(each, Article))
        of_pages: dict[str, str] = {}
        for entry in entries:
            if self._stop.is_set():
                self._left_over = True
                return
            # A page of several entries is that of a live blog, and the text of none
            if not isinstance(entry, Article) or not entry.url or addresses[entry.url] > 1:
                yield entry, entry
                continue
            stated = str(entry.updated or entry.published or entry.title)
            if pages.get(entry.url) == stated:
                continue
            whole = self._page_of(entry)
            if whole and of_pages.setdefault(whole.id, entry.id) != entry.id:
                whole = None  # where all addresses lead to one page, it asks for a consent or a sign-in
            yield entry, whole or entry
            if whole:
                pages.pop(entry.url, None)
                pages[entry.url] = stated

    def _page_of(self, entry: Article) -> Article | None:
        try:
            fetched = self._fetcher.fetch(entry.url or "")
        except FetchFailed as error:
            self._troubled(f"{error}; the text of the feed is taken")
            return None
        found = next((each for each in _read(fetched) if isinstance(each, Article)), None)
        if found is None or len(found.body) < len(entry.body):
            return None
        # An id that is not the address is the source's own
        page = found if entry.id == article_id(entry.url or "") else renamed(found, entry.id)
        return replace(
            page,
            story=entry.story if entry.story != entry.id else page.story,
            published=found.published or entry.published,
            updated=max((each for each in (found.updated, entry.updated) if each), default=None),
        )


def _of_this_site(listed: ListSitemap, fetched: Fetched) -> list[ListedPage]:
    """Return what a sitemap lists of its own host, as the protocol asks (sitemaps.org), the newest first."""
    try:
        found = listed(fetched.content or b"", address=fetched.url)
    except ValueError as error:
        raise FetchFailed(fetched.url, str(error)) from error
    host = urlsplit(fetched.url).netloc
    own = [each for each in found if urlsplit(each.url).netloc == host]
    return sorted(own, key=lambda each: _moment(each), reverse=True)


def _moment(listed: ListedPage) -> float:
    moment = listed.updated or listed.published
    return moment.timestamp() if moment else 0.0


def _read(fetched: Fetched, guids: dict[str, str] | None = None) -> Iterator[Reading]:
    content = fetched.content or b""
    try:
        reader = choose_reader(content[:HEAD_BYTES], fetched.url)
    except SourceUnavailable as error:
        yield error
        return
    if reader is read_feed:
        yield from read_feed(io.BytesIO(content), fetched.url, guids=guids)
    else:
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
