"""Feeds that are asked again and again: what is new is taken once, failures are waited out, restarts go on."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import pytest
from small_server import Answer, SmallServer, small_server

import search
from indexer.asking import Found, PolledSource, ask
from indexer.fetching import Fetcher
from indexer.polling import STATE_NAME, Poller
from indexer.quarantine import QUARANTINE_NAME, Quarantine
from indexer.retrying import Retry
from indexer.write import Report, index_articles

EVERY = 600.0
#: What does not come in this time never does.
WAIT_SECONDS = 60.0


def until(condition: Callable[[], object]) -> None:
    ends = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)


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

    def make(
        *sources: PolledSource,
        stop: Event | None = None,
        sleep: Callable[[float], object] = lambda seconds: None,
    ) -> Poller:
        stop = stop or Event()
        fetcher = Fetcher(
            allow_private=True, clock=lambda: now.seconds, sleep=sleep, resolve=lambda *_: ["127.0.0.1"], stop=stop
        )
        fetchers.append(fetcher)
        return Poller(
            sources or [PolledSource(server.url("/feed"), EVERY)], tmp_path / "index", fetchers[-1], stop=stop,
            told=reports.append, troubled=troubles.append, clock=lambda: now.seconds, chance=lambda: 0.5,
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
        polling.run_once()
    assert server.asked == ["/feed"] and [report.added for report in reports] == [1]
    now.seconds += EVERY
    polling.run_once()
    assert len(server.asked) == 2 and len(reports) == 1, "it said that nothing has changed"
    server.answers["/feed"] = feed({"id": "a", "title": "A longer berth"}, etag='"2"')
    now.seconds += EVERY
    polling.run_once()
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
        polling.run_once()
        waits.append(polling.seconds_until(source))
        now.seconds += waits[-1]
    assert waits == [EVERY * 0.75, EVERY * 1.5, EVERY * 3] and len(troubles) == 3
    server.answers["/feed"] = Answer(status=503, headers={"Retry-After": "7200"})
    polling.run_once()
    assert polling.seconds_until(source) == 7200
    server.answers["/feed"] = feed({"id": "a", "title": "A berth"})
    now.seconds += 7200
    polling.run_once()
    assert polling.seconds_until(source) == EVERY


def test_another_source_does_not_wait_for_one_that_fails(
    server: SmallServer, poller: Callable[..., Poller], reports: list[Report], troubles: list[str]
) -> None:
    server.answers |= {"/feed": feed({"id": "a", "title": "A berth"}), "/odd": Answer(b"\x00\x01")}
    poller(*(PolledSource(server.url(path), EVERY) for path in ("/gone", "/odd", "/feed"))).run_once()
    assert len(troubles) == 2 and [(each.rejected, each.added) for each in reports] == [(0, 1)]


@pytest.mark.parametrize("content", [b"", b" \n", b"%PDF-1.4", b"We are back soon."])
def test_an_answer_that_is_no_feed_is_a_failure(
    server: SmallServer, poller: Callable[..., Poller], reports: list[Report], troubles: list[str], content: bytes
) -> None:
    """A server in trouble may say 200: it is asked less often, and what it said is not taken for its last answer."""
    source = PolledSource(server.url("/feed"), EVERY)
    server.answers["/feed"] = Answer(content, headers={"ETag": '"1"'})
    polling = poller(source)
    polling.run_once()
    assert polling.seconds_until(source) == EVERY * 0.75 and len(troubles) == 1 and not reports
    poller(source).run_once()
    assert "If-None-Match" not in server.headers[1]


def test_a_failure_elsewhere_names_the_source(
    server: SmallServer, poller: Callable[..., Poller], troubles: list[str]
) -> None:
    server.answers["/feed"] = Answer(status=302, headers={"Location": "/moved"})
    poller().run_once()
    (told,) = troubles
    assert told.startswith(f"{server.url('/feed')}: {server.url('/moved')}: the server answers 404")


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


def test_pages_of_a_host_that_wants_to_be_left_alone_come_later(
    server: SmallServer, now: Now, poller: Callable[..., Poller], tmp_path: Path, troubles: list[str]
) -> None:
    """Though the feed does not change meanwhile; until then its own texts are taken, and one page was asked for."""
    entries = [{"title": f"Berth {n}", "body": "Short.", "url": server.url(f"/{n}")} for n in range(5)]
    server.answers["/feed"] = feed(*entries, etag='"1"')
    server.answers |= {f"/{n}": Answer(status=429, headers={"Retry-After": "90"}) for n in range(5)}
    polling = poller(PolledSource(server.url("/feed"), EVERY, full_text=True))
    polling.run_once()
    assert server.asked == ["/feed", "/0"]
    assert ["answers 429" in troubles[0], "left alone" in troubles[1], len(troubles)] == [True, True, 2]
    with search.open(tmp_path / "index") as archive:
        assert archive.count() == 5
    whole = {"body": "The whole text of the page."}
    server.answers |= {f"/{n}": feed({**entry, **whole}) for n, entry in enumerate(entries)}
    now.seconds += 2 * EVERY
    polling.run_once()
    with search.open(tmp_path / "index") as archive:
        assert archive.get_by_url(entries[4]["url"]).body == whole["body"]


def sitemap(*pages: tuple[str, str], kind: str = "urlset", item: str = "url") -> Answer:
    """Return a sitemap of addresses with what it says of their last change."""
    lines = (f"<{item}><loc>{url}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</{item}>" for url, day in pages)
    return Answer(f"<{kind}>{''.join(lines)}</{kind}>".encode())


PAGE = (
    "<html lang=en><title>A berth</title><meta property=og:type content=article><article><h1>A berth</h1>{}</article>"
)


def test_a_page_that_cannot_be_taken_is_kept_and_an_entry_of_a_feed_is_told(
    server: SmallServer, poller: Callable[..., Poller], tmp_path: Path, reports: list[Report]
) -> None:
    """The page is fetched once and may be taken when the program is mended; the entry comes with every poll."""
    server.answers |= {
        "/map": sitemap((server.url("/page"), "2026-11-02")),
        "/page": Answer(PAGE.format("").encode()),
        "/feed": Answer(b"<rss version='2.0'><channel><item><guid>1</guid></item></channel></rss>"),
    }
    poller(*(PolledSource(server.url(path), EVERY) for path in ("/map", "/feed"))).run_once()
    assert [report.rejected for report in reports] == [1, 1]
    quarantine = Quarantine(tmp_path / "index" / QUARANTINE_NAME)
    (kept,) = quarantine.read()
    assert (kept.source, kept.record) == (server.url("/page"), server.answers["/page"].content)
    assert kept.address == server.url("/page"), "where the page itself does not name it"
    mended = PAGE.format("<p>The second berth was opened on Monday.</p><p>It is for large ships, the port says.</p>")
    quarantine.revise(lambda refused: replace(refused, record=mended.encode()))
    retry = Retry(quarantine)
    assert index_articles(retry, tmp_path / "index").added == 1 and retry.settle() == 1
    with search.open(tmp_path / "index") as archive:
        assert archive.get_by_url(server.url("/page")).title == "A berth"


@pytest.mark.parametrize("path", ["/page", "/rss"])
def test_the_character_set_that_the_server_declares_counts(
    server: SmallServer, poller: Callable[..., Poller], tmp_path: Path, path: str
) -> None:
    title, text = "Порт у Ялті", "<p>Причал №2 відкрили.</p><p>Він — для великих суден.</p>"
    page = PAGE.replace("lang=en", "lang=uk").replace("A berth", title).format(text)
    rss = f"<rss version='2.0'><channel><item><title>{title}</title><guid>1</guid></item></channel></rss>"
    headers = {"Content-Type": "text/html; charset=mac-cyrillic"}
    server.answers |= {
        "/map": sitemap((server.url("/page"), "2026-11-02")),
        "/page": Answer(page.encode("mac-cyrillic"), headers=headers),
        "/rss": Answer(rss.encode("mac-cyrillic"), headers=headers),
    }
    poller(PolledSource(server.url("/map" if path == "/page" else path), EVERY)).run_once()
    with search.open(tmp_path / "index") as archive:
        (hit,) = archive.search("порт").hits
        assert hit.article.title == title


def sitemap_index(*sitemaps: tuple[str, str]) -> Answer:
    return sitemap(*sitemaps, kind="sitemapindex", item="sitemap")


def test_a_sitemap_gives_its_own_new_pages(
    server: SmallServer, poller: Callable[..., Poller], reports: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.asking._PAGES_AT_ONCE", 2)
    server.answers |= {f"/{day}": feed({"id": str(day), "title": f"Day {day}"}) for day in (1, 2, 3)}
    pages = [(server.url(f"/{day}"), f"2026-11-0{day}") for day in (1, 3, 2)]
    server.answers["/feed"] = replace(sitemap(*pages, ("http://other.example/4", "2026-11-04")), headers={"ETag": "1"})
    poller().run_once()
    assert server.asked == ["/feed", "/3", "/2"], "the newest first, no more than two at once"
    server.asked.clear()
    poller().run_once()
    assert server.asked == ["/feed", "/1"], "what was left over, though the sitemap is as it was"
    assert sum(report.added for report in reports) == 3


def test_of_an_index_of_sitemaps_those_that_have_changed_are_read(
    server: SmallServer, poller: Callable[..., Poller], reports: list[Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indexer.asking._SITEMAPS_AT_ONCE", 2)
    months = {number: (server.url(f"/{number}.xml.gz"), f"2026-{number:02}-20") for number in (7, 8, 9, 10, 11)}

    def put(number: int, *days: str) -> None:
        pages = [(server.url(f"/{number}/{day}"), f"2026-{day}") for day in days]
        server.answers |= {f"/{number}/{day}": feed({"id": f"{number}/{day}", "title": day}) for day in days}
        server.answers[f"/{number}.xml.gz"] = Answer(gzip.compress(sitemap(*pages).content))

    def asked() -> list[str]:
        server.asked.clear()
        server.answers["/feed"] = sitemap_index(*months.values())
        poller().run_once()
        return server.asked[1:]

    for number in months:
        put(number, f"{number:02}-19", f"{number:02}-20")
    assert asked() == ["/11.xml.gz", "/11/11-20", "/11/11-19"], "at first the newest alone; the others are noted"
    assert asked() == ["/11.xml.gz"], "a date does not tell of a second change in a day"
    months |= {number: (months[number][0], "2026-11-2" + str(number)) for number in (7, 8, 9)}
    for number in (7, 8, 9):
        put(number, f"{number:02}-01", f"{number:02}-20", f"11-2{number}")
    assert asked() == ["/9.xml.gz", "/9/11-29", "/9/09-20", "/8.xml.gz", "/8/11-28", "/8/08-20"]
    assert asked() == ["/9.xml.gz", "/8.xml.gz"], "those within a day of the newest come first"
    months[9] = (months[9][0], "2026-11-30")
    assert asked() == ["/9.xml.gz", "/7.xml.gz", "/7/11-27", "/7/07-20"], "changed, and left over until now"
    assert sum(report.added for report in reports) == 8


def test_an_index_that_tells_no_dates_is_read_in_part_and_says_so(
    server: SmallServer, poller: Callable[..., Poller], troubles: list[str]
) -> None:
    server.answers["/feed"] = sitemap_index((server.url("/1.xml"), ""), (server.url("/2.xml"), ""))
    server.answers["/1.xml"] = sitemap((server.url("/a"), ""))
    server.answers["/a"] = feed({"id": "a", "title": "A berth"})
    for _ in range(2):
        poller().run_once()
    assert server.asked == ["/feed", "/1.xml", "/a", "/feed", "/1.xml"]
    assert len(troubles) == 1 and server.url("/2.xml") in troubles[0]


def test_a_sitemap_that_fails_is_asked_again_and_one_that_is_gone_is_not(
    server: SmallServer, poller: Callable[..., Poller], troubles: list[str]
) -> None:
    server.answers["/feed"] = sitemap_index((server.url("/gone"), "2026-11-02"), (server.url("/ill"), "2026-11-02"))
    server.answers["/ill"] = Answer(status=500)
    poller().run_once()
    assert len(troubles) == 2
    server.answers["/feed"] = sitemap_index(
        (server.url("/new"), "2026-11-09"), (server.url("/gone"), "2026-11-02"), (server.url("/ill"), "2026-11-02")
    )
    server.asked.clear()
    poller().run_once()
    assert server.asked == ["/feed", "/new", "/ill"]


def test_the_front_page_of_a_site_names_what_to_watch(
    server: SmallServer, poller: Callable[..., Poller], troubles: list[str]
) -> None:
    server.answers |= {
        "/robots.txt": Answer(b"Sitemap: https://news.example/news.xml\n"),
        "/feed": Answer(b'<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/rss">'),
    }
    poller().run_once()
    assert f"visti watch {server.url('/rss')} or https://news.example/news.xml" in troubles[0]


def test_a_slow_host_does_not_hold_back_a_quick_one(
    server: SmallServer, poller: Callable[..., Poller], reports: list[Report]
) -> None:
    """The slow host answers when the quick one's article is in the index: were it waited for, it would be for ever."""
    server.answers |= {path: feed({"id": path, "title": "A berth"}) for path in ("/slow", "/quick")}
    server.holds["/slow"] = Event()
    polling = poller(
        PolledSource(server.url("/slow", "slow.example"), EVERY), PolledSource(server.url("/quick"), EVERY)
    )
    thread = Thread(target=polling.run_once)
    thread.start()
    until(lambda: reports)
    assert len(reports) == 1 and server.asked == ["/quick"]
    server.holds["/slow"].set()
    thread.join(WAIT_SECONDS)
    assert [report.added for report in reports] == [1, 1]


def test_a_host_has_never_two_requests_at_once(server: SmallServer, poller: Callable[..., Poller]) -> None:
    """Whether it is named by two feeds, or by the pages of a feed of another host."""
    paths = [f"/{number}" for number in range(6)]
    server.answers |= {path: feed({"id": path, "title": "A berth", "url": server.url(path)}) for path in paths}
    for name in ("/feed", "/other"):
        server.answers[name] = feed(
            *({"id": path, "title": "A berth", "url": server.url(path, "pages.example")} for path in paths)
        )
    sources = [
        PolledSource(server.url(path, host), EVERY, full_text=True)
        for host in ("one.example", "two.example", "three.example")
        for path in ("/feed", "/other")
    ]
    poller(*sources).run_once()
    assert server.most_at_once, "the server saw what it was asked"
    assert set(server.most_at_once.values()) == {1}
    assert len(server.asked) == 6 + 6 * len(paths)


def test_the_end_does_not_wait_for_all_that_is_to_be_asked(
    server: SmallServer, poller: Callable[..., Poller], reports: list[Report], troubles: list[str]
) -> None:
    """A host asks for a long pause: told to end, we neither sit it out nor ask again, nor write what was half read."""
    stop = Event()
    server.answers["/robots.txt"] = Answer(b"User-agent: *\nCrawl-delay: 30\n")
    server.answers["/feed"] = feed({"id": "a", "title": "A berth"})
    polling = poller(stop=stop, sleep=stop.wait)
    thread = Thread(target=polling.run)
    thread.start()
    until(lambda: server.robots_asked)
    stop.set()
    thread.join(WAIT_SECONDS)
    assert not thread.is_alive() and not server.asked and not reports and not troubles


def test_a_fault_in_one_source_does_not_end_the_others(
    server: SmallServer,
    poller: Callable[..., Poller],
    reports: list[Report],
    troubles: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ask_badly(source: PolledSource, *arguments: object) -> Found | None:
        if source.url.endswith("/bad"):
            raise RecursionError("too deep")
        return ask(source, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("indexer.polling.ask", ask_badly)
    server.answers["/feed"] = feed({"id": "a", "title": "A berth"})
    poller(*(PolledSource(server.url(path), EVERY) for path in ("/bad", "/feed"))).run_once()
    assert len(reports) == 1 and "RecursionError" in troubles[0]


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
