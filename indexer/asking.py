"""
Asking a source once: what is new in a feed, on the pages that its entries name, and on those that a sitemap lists.

Nothing is written here, so many sources can be asked at the same time. What is to be remembered of an asking is handed
on with what it found, and counts when that is in the index.
"""

import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import NamedTuple
from urllib.parse import urlsplit

from indexer.errors import RecordError, SourceUnavailable
from indexer.fetching import Fetched, Fetcher, FetchFailed, Validators
from indexer.identities import guid_name, renamed
from indexer.readers.feed import read_feed
from indexer.readers.formats import choose_reader
from indexer.readers.html import read_html, recognises_html
from indexer.readers.page_addresses import article_id
from indexer.readers.page_feeds import feeds_of_page
from indexer.readers.reading import Reading, Withdrawal
from indexer.readers.sitemap import Listed, listed, recognises_sitemap
from indexer.readers.streams import HEAD_BYTES
from search.article import Article

# Pages of one source that are remembered: many times what a feed holds.
_MAX_PAGES = 2_000
# Of a sitemap the newest pages are of interest, and no more in one go than a polite fetcher gets in some minutes.
_NEWEST_LISTED = 1_000
_PAGES_AT_ONCE = 200
# Sitemaps of an index that are read in one go: a large site changes one or two between two looks.
_SITEMAPS_AT_ONCE = 20
# A date without a time does not tell of the second change in a day, nor of one just before midnight.
_DAY = timedelta(days=1)
# As many addresses as a reader of a message takes in.
_NAMED = 5
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PolledSource:
    """A feed: its address, how often it is asked (in seconds), whether the pages that it names are fetched too."""

    url: str
    every: float
    full_text: bool = False


@dataclass(slots=True)
class Known:
    """
    What is remembered of a source: what its server said, and what was taken whole.

    ``pages`` and ``sitemaps`` have for each address what was said of its last change.
    """

    validators: Validators = field(default_factory=Validators)
    pages: dict[str, str] = field(default_factory=dict)
    sitemaps: dict[str, str] = field(default_factory=dict)


class Came(NamedTuple):
    """What came, and the names by which its source knows it besides the id, the surest first; an empty one is none."""

    reading: Reading
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What an asking found, and what is to be remembered when it is in the index."""

    came: list[Came]
    known: Known


def ask(
    source: PolledSource, known: Known, fetcher: Fetcher, stop: Event, troubled: Callable[[str], None]
) -> Found | None:
    """
    Return what is new in a source; None if its server says that nothing has changed.

    ``troubled`` is given what could not be had of it, if the rest could. Raises ``FetchFailed``.
    """
    fetched = fetcher.fetch(source.url, known.validators)
    if fetched.content is None:
        return None
    return _Asking(source, known, fetcher, stop, troubled).found(fetched)


class _Asking:
    def __init__(
        self, source: PolledSource, known: Known, fetcher: Fetcher, stop: Event, troubled: Callable[[str], None]
    ) -> None:
        self._source, self._fetcher, self._stop, self._troubled = source, fetcher, stop, troubled
        self._pages, self._sitemaps = dict(known.pages), dict(known.sitemaps)
        self._fetches = 0
        self._left_over = False
        self._resting: set[str] = set()

    def found(self, fetched: Fetched) -> Found:
        """Return what is new in the source, whose own answer is given."""
        came = list(self._came(fetched))
        validators = Validators() if self._left_over else fetched.validators  # what is left over is asked for again
        newest = dict(list(self._pages.items())[-_MAX_PAGES:])
        return Found(came, Known(validators, newest, self._sitemaps))

    def _came(self, fetched: Fetched) -> Iterator[Came]:
        """Return what came; going through it raises ``FetchFailed`` where the answer is none of a source."""
        head = (fetched.content or b"")[:HEAD_BYTES]
        if recognises_sitemap(head):
            return map(Came, self._listed_pages(fetched))
        if recognises_html(head):
            return map(Came, self._page_itself(fetched))
        return self._entries(fetched)

    def _page_itself(self, fetched: Fetched) -> Iterator[Reading]:
        """Yield the article of a page that was named as a source. Raises ``FetchFailed`` where it has none."""
        readings = list(_read(fetched))
        if not any(isinstance(each, Article | Withdrawal) for each in readings):
            raise FetchFailed(fetched.url, _advice(fetched, self._fetcher.sitemaps_of(fetched.url)), lasting=True)
        return iter(readings)

    def _listed_pages(self, fetched: Fetched) -> Iterator[Reading]:
        """Yield what is new on the pages that a sitemap lists, or those that an index of sitemaps names."""
        found = _of_this_site(fetched)
        inner = [each for each in found if each.is_sitemap]
        if not inner:
            yield from self._new_pages(found, since=_LONG_AGO)
            return
        for sitemap in self._changed_sitemaps(inner):
            if self._is_enough():
                self._left_over = True
                return
            yield from self._pages_of(sitemap)

    def _changed_sitemaps(self, inner: list[Listed]) -> list[Listed]:
        """
        Return the sitemaps of an index to read, the newest first, as many as are read in one go.

        They are those that have changed since they were read or noted, and always the newest. The first time the
        others are only noted: what was published long ago is for ``visti index``.
        """
        newest = _moment(inner[0])
        if newest == _LONG_AGO:
            if not self._sitemaps:
                self._note(inner[0])
                self._troubled(
                    f"{self._source.url}: it does not say when its {len(inner)} sitemaps were changed, so only the "
                    f"first is read; name the one that has the news: visti watch {inner[-1].url}, say"
                )
            return inner[:1]
        recent = [each for each in inner if _moment(each) >= newest - _DAY]
        changed = [each for each in inner if each not in recent and self._sitemaps.get(each.url) != _stated(each)]
        if not self._sitemaps:
            for each in changed:
                self._note(each)
            changed = []
        order = {url: place for place, url in enumerate(self._sitemaps)}  # of equal ones that read longest ago is first
        wanted = sorted(recent + changed, key=lambda each: order.get(each.url, -1))
        wanted.sort(key=_moment, reverse=True)
        self._left_over |= any(self._sitemaps.get(each.url) != _stated(each) for each in wanted[_SITEMAPS_AT_ONCE:])
        return wanted[:_SITEMAPS_AT_ONCE]

    def _pages_of(self, sitemap: Listed) -> Iterator[Reading]:
        """Yield what is new on the pages of a sitemap of an index, and note that it was read if it was read whole."""
        before, self._left_over = self._left_over, False
        noted = self._sitemaps.get(sitemap.url)
        since = datetime.fromisoformat(noted) - _DAY if noted else _LONG_AGO
        try:
            found = _of_this_site(self._fetcher.fetch(sitemap.url))
        except FetchFailed as error:
            self._tell(error)
            self._left_over = not error.lasting
        else:
            yield from self._new_pages([each for each in found if not each.is_sitemap], since)
        if not self._left_over:
            self._note(sitemap)
        self._left_over |= before

    def _note(self, sitemap: Listed) -> None:
        self._sitemaps.pop(sitemap.url, None)
        self._sitemaps[sitemap.url] = _stated(sitemap)

    def _new_pages(self, found: list[Listed], since: datetime) -> Iterator[Reading]:
        """Yield what is on pages of a sitemap that were changed from a moment on, or whose date is not known."""
        dated = [each for each in found if _moment(each) >= since or _moment(each) == _LONG_AGO]
        for each in dated[:_NEWEST_LISTED]:
            if self._pages.get(each.url) == _stated(each):
                continue
            if self._is_enough():
                self._left_over = True
                return
            self._fetches += 1
            try:
                yield from _read_page(self._fetcher.fetch(each.url))
            except FetchFailed as error:
                self._tell(error)
                if not error.lasting:
                    self._left_over = True
                    continue
            self._remember(each.url, _stated(each))

    def _tell(self, error: FetchFailed, more: str = "") -> None:
        """Say what could not be had; of all that is wanted of a host that is left alone, once."""
        host = urlsplit(error.url).netloc
        if self._stop.is_set() or (error.resting and host in self._resting):
            return
        self._resting |= {host} if error.resting else set()
        self._troubled(f"{error}{more}")

    def _is_enough(self) -> bool:
        return self._stop.is_set() or self._fetches >= _PAGES_AT_ONCE

    def _remember(self, url: str, stated: str) -> None:
        self._pages.pop(url, None)
        self._pages[url] = stated

    def _entries(self, fetched: Fetched) -> Iterator[Came]:
        """Yield what a feed has, with the guids of its articles and the ids that they have in the feed."""
        guids: dict[str, str] = {}
        entries = list(_read(fetched, guids))
        _require_readable(fetched, entries)
        often = Counter(guids.values())
        readings = self._whole(entries) if self._source.full_text else ((each, each) for each in entries)
        for entry, reading in readings:
            if not isinstance(entry, Article):
                yield Came(reading)
                continue
            guid = guids.get(entry.id, "")
            yield Came(reading, (guid_name(self._source.url, guid, entry) if often[guid] == 1 else "", entry.id))

    def _whole(self, entries: Sequence[Reading]) -> Iterator[tuple[Reading, Reading]]:
        """Yield what a feed has, and the same with the text of its pages; what was taken so before is left out."""
        addresses = Counter(each.url for each in entries if isinstance(each, Article))
        of_pages: dict[str, str] = {}
        for entry in entries:
            if self._stop.is_set():
                return
            # A page of several entries is that of a live blog, and the text of none
            if not isinstance(entry, Article) or not entry.url or addresses[entry.url] > 1:
                yield entry, entry
                continue
            stated = str(entry.updated or entry.published or entry.title)
            if self._pages.get(entry.url) == stated:
                continue
            whole = self._page_of(entry)
            if whole and of_pages.setdefault(whole.id, entry.id) != entry.id:
                whole = None  # where all addresses lead to one page, it asks for a consent or a sign-in
            yield entry, whole or entry
            if whole:
                self._remember(entry.url, stated)

    def _page_of(self, entry: Article) -> Article | None:
        try:
            fetched = self._fetcher.fetch(entry.url or "")
        except FetchFailed as error:
            self._tell(error, "; the text of the feed is taken")
            self._left_over |= not error.lasting
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


def _require_readable(fetched: Fetched, entries: Sequence[Reading]) -> None:
    """Refuse an answer that is no feed: it is waited for as for one that fails, and nothing of it is remembered."""
    if not (fetched.content or b"").strip():
        raise FetchFailed(fetched.url, "the answer is empty")
    unreadable = next((each for each in entries if isinstance(each, SourceUnavailable)), None)
    if unreadable is not None:
        raise FetchFailed(fetched.url, unreadable.reason)


def _of_this_site(fetched: Fetched) -> list[Listed]:
    """Return what a sitemap lists of its own host, as the protocol asks (sitemaps.org), the newest first."""
    try:
        found = listed(fetched.content or b"", address=fetched.url)
    except ValueError as error:
        raise FetchFailed(fetched.url, str(error), lasting=True) from error
    host = urlsplit(fetched.url).netloc
    own = [each for each in found if urlsplit(each.url).netloc == host]
    return sorted(own, key=_moment, reverse=True)


def _moment(listed: Listed) -> datetime:
    return listed.updated or listed.published or _LONG_AGO


def _stated(listed: Listed) -> str:
    """Return when an address of a sitemap was changed last, as it is remembered; empty where nobody says."""
    moment = _moment(listed)
    return "" if moment == _LONG_AGO else moment.isoformat()


def _advice(fetched: Fetched, sitemaps: list[str]) -> str:
    """Return what to watch instead of a page: the feeds that it names, and the sitemaps of its site's robots.txt."""
    found = list(dict.fromkeys([*feeds_of_page(fetched.content or b"", fetched.url), *sitemaps]))[:_NAMED]
    if not found:
        return "it is a page without an article; neither it nor robots.txt names a feed or a sitemap, so ask its owners"
    return f"it is a page without an article; watch what its site names: visti watch {' or '.join(found)}"


def _read(fetched: Fetched, guids: dict[str, str] | None = None) -> Iterator[Reading]:
    """Yield what was fetched; the guids of a feed's articles go into ``guids`` by their ids."""
    content = fetched.content or b""
    try:
        reader = choose_reader(content[:HEAD_BYTES], fetched.url)
    except SourceUnavailable as error:
        yield error
        return
    if reader is read_feed:
        yield from read_feed(io.BytesIO(content), fetched.url, charset=fetched.charset, guids=guids)
    elif reader is read_html:
        yield from read_html(io.BytesIO(content), fetched.url, charset=fetched.charset)
    else:
        yield from reader(io.BytesIO(content), fetched.url)


def _read_page(fetched: Fetched) -> Iterator[Reading]:
    """Yield what a page has; what cannot be taken of it takes the page along, since it is not fetched again."""
    for reading in _read(fetched):
        if isinstance(reading, RecordError) and reading.record is None:
            reading.record, reading.format = fetched.content, reading.format or "HTML"
            reading.address = fetched.url
        yield reading
