"""Feeds that are asked again and again: what is new is taken once, failures are waited out, restarts go on."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from small_server import Answer, SmallServer, small_server

import search
from indexer.fetching import Fetcher
from indexer.polling import STATE_NAME, ListSitemap, PolledSource, Poller
from indexer.write import Report

EVERY = 600.0


class Now:
    """A clock that stands still unless a test moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with small_server() as running:
        yield running


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def reports() -> list[Report]:
    return []


@pytest.fixture
def troubles() -> list[str]:
    return []


@pytest.fixture
def poller(
    server: SmallServer, now: Now, tmp_path: Path, reports: list[Report], troubles: list[str]
) -> Iterator[Callable[..., Poller]]:
    fetchers: list[Fetcher] = []

    def make(*sources: PolledSource, listed: ListSitemap | None = None) -> Poller:
        fetchers.append(Fetcher(allow_private=True, sleep=lambda seconds: None))
        return Poller(
            sources or [PolledSource(server.url("/feed"), EVERY)], tmp_path / "index", fetchers[-1], stop=Event(),
            told=reports.append, troubled=troubles.append, clock=lambda: now.seconds, chance=lambda: 0.5, listed=listed,
        )  # fmt: skip

    yield make
    for fetcher in fetchers:
        fetcher.close()


def feed(*articles: dict[str, str], etag: str = "") -> Answer:
    """Return a feed in the exchange format: what a feed looks like is the readers' business."""
    content = b"".join(json.dumps({"language": "en", **each}).encode() + b"\n" for each in articles)
    return Answer(content, headers={"ETag": etag} if etag else {})


def test_a_feed_is_asked_when_its_time_has_come(
    server: SmallServer, now: Now, poller: Callable[..., Poller], reports: list[Report]
) -> None:
    server.answers["/feed"] = feed({"id": "a", "title": "A berth"}, etag='"1"')
    polling = poller()
    for _ in range(3):
        polling.run_due()
    assert server.asked == ["/feed"] and [report.added for report in reports] == [1]
    now.seconds += EVERY
    polling.run_due()
    assert len(server.asked) == 2 and len(reports) == 1, "it said that nothing has changed"
    server.answers["/feed"] = feed({"id": "a", "title": "A longer berth"}, etag='"2"')
    now.seconds += EVERY
    polling.run_due()
    assert reports[-1].updated == 1


def test_a_restart_goes_on_and_a_damaged_memory_only_costs_time(
    server: SmallServer, poller: Callable[..., Poller], tmp_path: Path, reports: list[Report]
) -> None:
    server.answers["/feed"] = feed({"id": "a", "title": "A berth"}, etag='"1"')
    poller().run_once()
    poller().run_once()
    assert server.headers[1]["If-None-Match"] == '"1"'
    (tmp_path / "index" / STATE_NAME).write_bytes(b"{")
    poller().run_once()
    assert "If-None-Match" not in server.headers[2] and len(reports) == 1


def test_failures_are_waited_out_longer_and_longer(
    server: SmallServer, now: Now, poller: Callable[..., Poller], troubles: list[str]
) -> None:
    polling, source = poller(), PolledSource(server.url("/feed"), EVERY)
    waits = []
    for _ in range(3):
        polling.run_due()
        waits.append(polling.seconds_until(source))
        now.seconds += waits[-1]
    assert waits == [EVERY * 0.75, EVERY * 1.5, EVERY * 3] and len(troubles) == 3
    server.answers["/feed"] = Answer(status=503, headers={"Retry-After": "7200"})
    polling.run_due()
    assert polling.seconds_until(source) == 7200
    server.answers["/feed"] = feed({"id": "a", "title": "A berth"})
    now.seconds += 7200
    polling.run_due()
    assert polling.seconds_until(source) == EVERY


def test_another_source_does_not_wait_for_one_that_fails(
    server: SmallServer, poller: Callable[..., Poller], reports: list[Report], troubles: list[str]
) -> None:
    server.answers |= {"/feed": feed({"id": "a", "title": "A berth"}), "/odd": Answer(b"\x00\x01")}
    poller(*(PolledSource(server.url(path), EVERY) for path in ("/gone", "/odd", "/feed"))).run_once()
    assert len(troubles) == 1 and [(each.rejected, each.added) for each in reports] == [(1, 0), (0, 1)]


def test_pages_give_the_whole_text_once(
    server: SmallServer, poller: Callable[..., Poller], tmp_path: Path, troubles: list[str]
) -> None:
    entries = [{"id": f"guid-{n}", "title": f"Berth {n}", "body": "Short.", "url": server.url(f"/{n}")} for n in (1, 2)]
    server.answers |= {
        "/feed": feed(*entries),
        "/1": feed({"title": "Berth 1", "body": "The whole text of the page.", "url": server.url("/1")}),
    }
    source = PolledSource(server.url("/feed"), EVERY, full_text=True)
    poller(source).run_once()
    with search.open(tmp_path / "index") as archive:
        assert archive.get("guid-1").body == "The whole text of the page."
        assert archive.get("guid-2").body == "Short.", "its page is gone: the text of the feed is taken"
    assert len(troubles) == 1
    poller(source).run_once()
    assert server.asked.count("/1") == 1 and server.asked.count("/2") == 2
    server.answers["/feed"] = feed({**entries[0], "updated": "2026-11-02"})
    poller(source).run_once()
    assert server.asked.count("/1") == 2


@dataclass(frozen=True)
class Named:
    """A line of the sitemaps below."""

    url: str
    updated: datetime | None
    is_sitemap: bool = False
    published: datetime | None = None


def named_lines(data: bytes, *, address: str) -> list[Named]:
    """Read a stand-in for a sitemap: after the first line, a kind, a day and an address on each."""
    lines = [each.split() for each in data.decode().splitlines()[1:]]
    return [Named(url, datetime(2026, 11, int(day), tzinfo=UTC), kind == "sitemap") for kind, day, url in lines]


def test_a_sitemap_gives_its_own_new_pages(
    server: SmallServer, poller: Callable[..., Poller], reports: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.polling._PAGES_AT_ONCE", 2)
    old, new = server.url("/old.xml"), server.url("/new.xml")
    pages = "\n".join(f"page {day} {server.url(f'/{day}')}" for day in (1, 3, 2))
    server.answers |= {f"/{day}": feed({"id": str(day), "title": f"Day {day}"}) for day in (1, 2, 3)}
    server.answers |= {
        "/feed": Answer(f"<sitemapindex>\nsitemap 1 {old}\nsitemap 2 {new}".encode(), headers={"ETag": '"1"'}),
        "/new.xml": Answer(f"<urlset>\n{pages}\npage 4 http://other.example/4".encode()),
    }
    poller(listed=named_lines).run_once()
    assert server.asked == ["/feed", "/new.xml", "/3", "/2"], "the newest first, no more than two at once"
    server.asked.clear()
    poller(listed=named_lines).run_once()
    assert server.asked == ["/feed", "/new.xml", "/1"], "what was left over, though the index is as it was"
    assert sum(report.added for report in reports) == 3


def rss(*entries: str) -> Answer:
    """Return a feed with such entries, each with one moment of publication."""
    day = "<pubDate>Wed, 11 Feb 2026 09:30:00 +0200</pubDate><description>A ferry came.</description>"
    items = "".join(f"<item>{each}{day}</item>" for each in entries)
    return Answer(f"<rss version='2.0'><channel><language>en</language>{items}</channel></rss>".encode())


def page(title: str, canonical: str, text: str = "A ferry came to the port of Odesa for the first time.") -> Answer:
    head = f"<meta property='og:type' content='article'><title>{title}</title><link rel=canonical href='{canonical}'>"
    return Answer(f"<!doctype html><html lang=en><head>{head}</head><h1>{title}</h1><p>{text}</p></html>".encode())


def stored(folder: Path) -> dict[str, str]:
    with search.open(folder / "index") as archive:
        return {hit.article.id: hit.article.title for hit in archive.search("", group="none").hits}


def test_an_article_whose_address_changes_is_replaced(
    server: SmallServer, poller: Callable[..., Poller], tmp_path: Path
) -> None:
    guid = "<guid isPermaLink='false'>7</guid>"
    server.answers["/feed"] = rss(f"{guid}<title>A fery came</title><link>https://a.example/a-fery</link>")
    poller().run_once()
    server.answers["/feed"] = rss(f"{guid}<title>A ferry came</title><link>https://a.example/a-ferry</link>")
    poller().run_once()
    assert stored(tmp_path) == {"https://a.example/a-fery": "A ferry came"}
    server.answers["/feed"] = rss("<title>A ferry came again</title><link>https://a.example/a-ferry</link>")
    poller().run_once()
    assert stored(tmp_path) == {"https://a.example/a-fery": "A ferry came again"}, "known by the new address, too"


def test_guids_that_number_places_replace_nothing(
    server: SmallServer, poller: Callable[..., Poller], tmp_path: Path
) -> None:
    same = "<guid isPermaLink='false'>1</guid>"
    server.answers["/feed"] = rss(
        *(f"{same}<title>Berth {number}</title><link>https://a.example/{number}</link>" for number in (1, 2))
    )
    poller().run_once()
    later = rss(f"{same}<title>Berth 3</title><link>https://a.example/3</link>").content.replace(b"11 Feb", b"12 Feb")
    server.answers["/feed"] = Answer(later)
    poller().run_once()
    assert len(stored(tmp_path)) == 3


def test_a_page_that_names_another_address_than_its_feed_has_one_id(
    server: SmallServer, poller: Callable[..., Poller], tmp_path: Path
) -> None:
    whole = PolledSource(server.url("/feed"), EVERY, full_text=True)
    server.answers |= {
        "/feed": rss(f"<title>Berth 1</title><link>{server.url('/short')}</link>"),
        "/short": page("Berth 1", "/news/1"),
    }
    poller(whole).run_once()
    identifier = f"https://{server.url('/news/1').removeprefix('http://')}"
    assert stored(tmp_path) == {identifier: "Berth 1"}
    del server.answers["/short"]
    server.answers["/feed"] = rss(f"<title>Berth one</title><link>{server.url('/short')}</link>")
    poller().run_once()
    assert stored(tmp_path) == {identifier: "Berth one"}, "without the page it is still known by the link"


def test_a_page_to_which_all_links_lead_is_the_text_of_none(
    server: SmallServer, poller: Callable[..., Poller], tmp_path: Path
) -> None:
    server.answers["/feed"] = rss(
        *(f"<title>Berth {number}</title><link>{server.url(f'/{number}')}</link>" for number in (1, 2, 3))
    )
    server.answers |= {f"/{number}": page("We value your privacy", "/consent") for number in (1, 2, 3)}
    poller(PolledSource(server.url("/feed"), EVERY, full_text=True)).run_once()
    assert sorted(stored(tmp_path).values()) == ["Berth 2", "Berth 3", "We value your privacy"]
