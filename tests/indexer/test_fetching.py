"""Fetching: what is allowed, from where, how often and how much; against a server on this machine, without waiting."""

import contextlib
import gzip
import socket
import time as real_time
from collections.abc import Callable, Iterator
from threading import Event, Thread

import pytest
from small_server import Answer, SmallServer, small_server

from indexer.connecting import is_public
from indexer.fetching import MAX_SECONDS, MAX_UNPACKED_BYTES, Fetcher, FetchFailed, Validators, back_off_seconds
from indexer.hosts import MAX_FAILURES, MAX_REST_SECONDS, PAUSE_SECONDS, REST_SECONDS


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now, self.slept = 1000.0, list[float]()

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def server() -> Iterator[SmallServer]:
    with small_server() as running:
        yield running


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def fetcher(time: Time) -> Iterator[Fetcher]:
    fetcher = Fetcher(allow_private=True, clock=lambda: time.now, sleep=time.sleep, resolve=lambda *_: ["127.0.0.1"])
    yield fetcher
    fetcher.close()


def test_what_has_not_changed_is_not_sent_again(server: SmallServer, fetcher: Fetcher) -> None:
    server.answers["/feed"] = Answer(b"news", headers={"ETag": '"1"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT"})
    first = fetcher.fetch(server.url("/feed"))
    assert first.content == b"news"
    assert fetcher.fetch(server.url("/feed"), first.validators).content is None
    assert server.headers[1]["If-Modified-Since"] == "Mon, 02 Nov 2026 10:00:00 GMT"
    assert server.headers[0]["User-Agent"].startswith("Visti")
    server.answers["/feed"] = Answer(b"more", headers={"ETag": '"2"'})
    assert fetcher.fetch(server.url("/feed"), first.validators).validators == Validators('"2"', "")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "fec0::1",
        "::",
        "nonsense",
    ],
)
def test_no_private_address_is_asked(server: SmallServer, address: str) -> None:
    assert not is_public(address)
    fetcher = Fetcher(resolve=lambda *_: ["93.184.215.14", address], sleep=pytest.fail)
    with pytest.raises(FetchFailed, match="private network"):
        fetcher.fetch(server.url("/feed", "news.example"))
    assert not server.asked
    fetcher.close()


def test_the_connection_goes_to_the_address_that_was_checked(
    server: SmallServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that resolves differently the second time (DNS rebinding) is resolved once only."""
    server.answers["/feed"] = Answer(b"news")
    resolved: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        resolved.append(host)
        return ["127.0.0.1"]

    monkeypatch.setattr("socket.getaddrinfo", _literal_only)
    fetcher = Fetcher(allow_private=True, resolve=resolve, sleep=lambda seconds: None)
    assert fetcher.fetch(server.url("/feed", "news.example")).content == b"news"
    assert server.headers[0]["Host"] == f"news.example:{server.port}"
    assert set(resolved) == {"news.example"}
    fetcher.close()


def _literal_only(host: str, port: int, *arguments: object, **named: object) -> list[object]:
    assert host == "127.0.0.1", f"{host} was resolved behind our back"
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]


def test_a_redirect_is_checked_like_an_address_that_was_given(server: SmallServer) -> None:
    """The first host may be asked, the one that it leads to is private."""
    addresses = {"public.example": ["127.0.0.1"], "inner.example": ["10.0.0.1"]}
    server.answers["/feed"] = Answer(status=302, headers={"Location": server.url("/secret", "inner.example")})
    fetcher = Fetcher(resolve=lambda host, _: addresses[host], sleep=lambda seconds: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.connecting.is_public", lambda address: address == "127.0.0.1")
        with pytest.raises(FetchFailed, match=r"inner\.example is in a private network"):
            fetcher.fetch(server.url("/feed", "public.example"))
    assert server.asked == ["/feed"]
    fetcher.close()


def test_redirects_end(server: SmallServer, fetcher: Fetcher) -> None:
    server.answers["/a"] = Answer(status=301, headers={"Location": "/b"})
    server.answers["/b"] = Answer(b"news")
    server.answers["/loop"] = Answer(status=302, headers={"Location": "/loop"})
    server.answers["/file"] = Answer(status=302, headers={"Location": "file:///etc/passwd"})
    assert fetcher.fetch(server.url("/a")).url == server.url("/b")
    with pytest.raises(FetchFailed, match="redirected more than"):
        fetcher.fetch(server.url("/loop"))
    with pytest.raises(FetchFailed, match="only http and https"):
        fetcher.fetch(server.url("/file"))


def test_robots_are_obeyed_and_read_once(server: SmallServer, fetcher: Fetcher, time: Time) -> None:
    server.answers |= {
        "/robots.txt": Answer(b"User-agent: Visti\nDisallow: /no\nCrawl-delay: 7\n"),
        "/no": Answer(b"secret"),
        "/yes": Answer(b"news"),
        "/sly": Answer(status=302, headers={"Location": "/no"}),
    }
    for path in ("/no", "/sly"):
        with pytest.raises(FetchFailed, match=r"robots\.txt does not allow"):
            fetcher.fetch(server.url(path))
    time.slept.clear()
    time.now += 100
    for _ in range(3):
        assert fetcher.fetch(server.url("/yes")).content == b"news"
    assert "/no" not in server.asked
    assert time.slept == [pytest.approx(7.0)] * 2


@pytest.mark.parametrize(("status", "allowed"), [(404, True), (403, True), (500, False), (503, False), (429, False)])
def test_robots_that_cannot_be_read(server: SmallServer, fetcher: Fetcher, status: int, allowed: bool) -> None:
    server.answers |= {"/robots.txt": Answer(status=status), "/feed": Answer(b"news")}
    if allowed:
        assert fetcher.fetch(server.url("/feed")).content == b"news"
    else:
        with pytest.raises(FetchFailed, match=f"answers {status}"):
            fetcher.fetch(server.url("/feed"))
        assert not server.asked


def test_a_host_is_left_in_peace_between_two_requests(server: SmallServer, fetcher: Fetcher, time: Time) -> None:
    server.answers["/feed"] = Answer(b"news")
    fetcher.fetch(server.url("/feed"))  # after robots.txt
    assert time.slept == [PAUSE_SECONDS]
    fetcher.fetch(server.url("/feed", "other.example"))
    assert time.slept == [PAUSE_SECONDS] * 2, "its own robots.txt came first, without a pause"


def test_sizes_are_bounded_packed_and_unpacked(
    server: SmallServer, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = {"Content-Encoding": "gzip"}
    server.answers |= {
        "/good": Answer(gzip.compress(b"news"), headers=packed),
        "/bomb": Answer(gzip.compress(b"\0" * (MAX_UNPACKED_BYTES + 1)), headers=packed),
        "/long": Answer(b"x" * 2_000),
        "/brotli": Answer(b"x", headers={"Content-Encoding": "br"}),
        "/torn": Answer(b"\x1f\x8b torn", headers=packed),
        "/cut": Answer(gzip.compress(b"news" * 100)[:-9], headers=packed),
        "/parts": Answer(gzip.compress(b"news, ") + gzip.compress(b"more"), headers=packed),
        "/padded.xml.gz": Answer(gzip.compress(b"news") + b"\0" * 9),
    }
    assert fetcher.fetch(server.url("/good")).content == b"news"
    assert fetcher.fetch(server.url("/parts")).content == b"news, more"
    assert fetcher.fetch(server.url("/padded.xml.gz")).content == b"news"
    with pytest.raises(FetchFailed, match="breaks off"):
        fetcher.fetch(server.url("/cut"))
    monkeypatch.setattr("indexer.fetching.MAX_BYTES", 1_000_000)
    with pytest.raises(FetchFailed, match="larger than"):
        fetcher.fetch(server.url("/bomb"))
    monkeypatch.setattr("indexer.fetching.MAX_BYTES", 1_000)
    for path, reason in [("/long", "larger than"), ("/brotli", "not asked for"), ("/torn", "cannot be fetched")]:
        with pytest.raises(FetchFailed, match=reason):
            fetcher.fetch(server.url(path))


@pytest.mark.parametrize(
    "beginning", [b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-1: y\r\n"]
)
def test_an_answer_that_never_ends_is_given_up(beginning: bytes, time: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that sends a byte now and then, of its headers or of its content, never lets a time-out pass."""
    monkeypatch.setattr("indexer.connecting._LOOK_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/feed"
        Thread(target=_drip, args=(listening, beginning, time), daemon=True).start()
        fetcher = Fetcher(allow_private=True, clock=lambda: time.now, sleep=time.sleep)
        with pytest.raises(FetchFailed, match=f"longer than {MAX_SECONDS:g} seconds"):
            fetcher.fetch(url)
        fetcher.close()


def _drip(listening: socket.socket, beginning: bytes, time: Time) -> None:
    for answer in (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", beginning):
        client, _ = listening.accept()
        with client, contextlib.suppress(OSError):
            client.recv(10_000)
            client.sendall(answer)
            while answer is beginning:
                time.now += 5.0
                client.sendall(b"x")
                real_time.sleep(0.01)


def test_the_end_does_not_wait_for_an_answer(server: SmallServer) -> None:
    server.answers |= {"/feed": Answer(b"news"), "/robots.txt": Answer(status=404)}
    server.holds["/feed"], stop = Event(), Event()
    fetcher = Fetcher(allow_private=True, sleep=lambda seconds: None, stop=stop)
    Thread(target=lambda: (_until(lambda: server.at_once), stop.set()), daemon=True).start()
    with pytest.raises(FetchFailed, match="end was asked for"):
        fetcher.fetch(server.url("/feed"))
    server.holds["/feed"].set()
    fetcher.close()


def _until(condition: Callable[[], object]) -> None:
    while not condition():
        real_time.sleep(0.01)


def test_nothing_has_changed_only_for_who_has_asked_before(server: SmallServer, fetcher: Fetcher) -> None:
    """A server that says so to everybody would never give anything, and nobody would know."""
    server.answers["/feed"] = Answer(status=304)
    with pytest.raises(FetchFailed, match="nothing has changed since"):
        fetcher.fetch(server.url("/feed"))


@pytest.mark.parametrize(
    ("status", "header", "times", "seconds"),
    [
        (429, "120", 1, 120.0),
        (503, "120", 1, 120.0),
        (429, "", 1, REST_SECONDS),
        (429, "999999", 1, MAX_REST_SECONDS),
        (500, "", MAX_FAILURES, REST_SECONDS),
        (404, "", 2 * MAX_FAILURES, 0.0),
        (500, "", MAX_FAILURES - 1, 0.0),
    ],
)
def test_a_host_that_wants_it_is_left_alone(
    server: SmallServer, fetcher: Fetcher, time: Time, status: int, header: str, times: int, seconds: float
) -> None:
    """Whatever is wanted of it: of a feed's thirty pages not each is asked for, to be told the same."""
    server.answers |= {
        "/page": Answer(status=status, headers={"Retry-After": header} if header else {}),
        "/other": Answer(b"news"),
    }
    for _ in range(times):
        with pytest.raises(FetchFailed, match=f"answers {status}"):
            fetcher.fetch(server.url("/page"))
    asked = len(server.asked)
    if seconds:
        with pytest.raises(FetchFailed, match="left alone") as failed:
            fetcher.fetch(server.url("/other"))
        assert failed.value.resting and failed.value.retry_after == seconds
    time.now += seconds
    assert len(server.asked) == asked and fetcher.fetch(server.url("/other")).content == b"news"


def test_of_a_long_robots_the_beginning_counts(server: SmallServer, fetcher: Fetcher) -> None:
    rules = b"User-agent: *\nDisallow: /no\n" + b"Disallow: /yesterday\n" * 50_000
    server.answers |= {"/robots.txt": Answer(rules), "/yes": Answer(b"news"), "/no": Answer(b"secret")}
    assert fetcher.fetch(server.url("/yes")).content == b"news"
    with pytest.raises(FetchFailed, match="does not allow"):
        fetcher.fetch(server.url("/no"))


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [(503, "120", 120.0), (429, "Thu, 01 Jan 1970 00:00:00 GMT", 0.0), (503, "soon", None), (404, "", None)],
)
def test_a_refusal_says_when_to_come_again(
    server: SmallServer, fetcher: Fetcher, status: int, header: str, seconds: float | None
) -> None:
    server.answers["/feed"] = Answer(status=status, headers={"Retry-After": header} if header else {})
    with pytest.raises(FetchFailed) as failed:
        fetcher.fetch(server.url("/feed"))
    assert failed.value.retry_after == seconds and failed.value.lasting == (status == 404)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://news.example/", "http://", "http://a:b@news.example/", "x"]
)
def test_only_addresses_of_the_web_are_fetched(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(FetchFailed, match="no address that is fetched"):
        fetcher.fetch(url)


def test_waiting_grows_and_is_never_the_same_for_all() -> None:
    shortest = [back_off_seconds(number, 60, 3600, lambda: 0.0) for number in range(1, 9)]
    assert shortest == [30, 60, 120, 240, 480, 960, 1800, 1800]
    assert back_off_seconds(10_000, 60, 3600, lambda: 1.0) == 3600
