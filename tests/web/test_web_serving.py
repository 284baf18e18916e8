"""
``visti serve`` as it runs: several processes that share a socket, follow the archive, die and stop.

Nothing here waits for a time to pass: a worker is held by a signal or by a request whose body is yet to come.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

import search
from indexer import index_articles, reindex
from search import Article

START = "from web.command import serve_command; serve_command()"
#: A server that does not start, answer or stop in this time never does.
WAIT_SECONDS = 60
ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/")
DRAFT = json.dumps({"text": "Перша новина про порт"}).encode()

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the workers are found in Linux' /proc")


def article(article_id: str, title: str) -> Article:
    return Article(id=article_id, language="uk", title=title, published=datetime(2024, 6, 30, tzinfo=UTC))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    index_articles([article("first", "Перша новина")], tmp_path / "index")
    return tmp_path / "index"


class Server(NamedTuple):
    """A running server; ``log`` is its standard error."""

    process: "subprocess.Popen[str]"
    port: int
    log: Path

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Ask on a connection of its own."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)) as connection:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, response.read()

    def workers(self) -> list[int]:
        """Return the processes that answer, and those that have died and not been buried yet."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(child) for child in children.split()]

    def until(self, condition: Callable[[], object]) -> None:
        """Wait for something that comes at once, unless the server ends before."""
        end = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.01)

    def requests(self) -> list[dict[str, object]]:
        """Return the lines of the access log."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    @contextmanager
    def only(self, worker: int) -> Iterator[None]:
        """Let one worker alone answer: the others are stopped."""
        others = [other for other in self.workers() if other != worker]
        for other in others:
            os.kill(other, signal.SIGSTOP)
            self.until(lambda other=other: Path(f"/proc/{other}/stat").read_text().rpartition(")")[2].split()[0] == "T")
        try:
            yield
        finally:
            for other in others:
                os.kill(other, signal.SIGCONT)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(WAIT_SECONDS)


@pytest.fixture
def serve(place: Path, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    running: list[subprocess.Popen[str]] = []

    def start(*options: str, start: str = START, **environment: str) -> Server:
        log = tmp_path / "log"
        command = [sys.executable, "-c", start, "--index", str(place), "--port", "0", "--workers", "2", *options]
        chosen = {"VISTI_ACCESS_LOG_FORMAT": "json"} | environment
        with log.open("w") as file:
            process = subprocess.Popen(command, stderr=file, text=True, env=os.environ | chosen)
        running.append(process)
        Server(process, 0, log).until(lambda: ADDRESS.search(log.read_text()))
        server = Server(process, int(ADDRESS.findall(log.read_text())[0]), log)
        server.until(lambda: len(server.workers()) == 2)
        return server

    yield start
    for process in running:
        if process.poll() is None:
            process.kill()
            process.wait()


class Loop:
    """
    A reader who asks again and again; ``answers`` are the status and the headlines that were found each time,
    ``broken`` how often the connection broke, as it does when the worker at its other end is killed.
    """

    def __init__(self, server: Server) -> None:
        self.answers: list[tuple[int, tuple[str, ...]]] = []
        self.broken = 0
        self._server, self._stop = server, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Loop":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()

    def ask(self) -> tuple[int, tuple[str, ...]]:
        status, content = self._server.get(f"/api/v1/search?q={quote('новина')}")
        return status, tuple(sorted(hit["title"] for hit in json.loads(content).get("hits", ())))

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.answers.append(self.ask())
            except (ConnectionError, HTTPException):
                self.broken += 1


def test_a_site_goes_on_while_its_index_is_rebuilt_and_takes_the_new_one(
    serve: Callable[..., Server], place: Path
) -> None:
    server = serve()
    with Loop(server) as loop:
        server.until(lambda: loop.answers)
        for number in range(2):
            before = {file.name for file in place.glob("*.segment")}
            assert reindex(place, force=True)
            assert before.isdisjoint(file.name for file in place.glob("*.segment"))
            asked = len(loop.answers)
            server.until(lambda asked=asked: len(loop.answers) > asked + 4)
            index_articles([article("added", f"Додана новина {number}")], place)
            for worker in server.workers():  # each of them has followed
                with server.only(worker):
                    assert loop.ask() == (200, (f"Додана новина {number}", "Перша новина"))
    assert not loop.broken
    assert {status for status, _ in loop.answers} == {200}
    assert {titles for _, titles in loop.answers} <= {
        ("Перша новина",), *((f"Додана новина {number}", "Перша новина") for number in range(2)),
    }  # fmt: skip
    assert server.stop() == 0


#: What makes the program one of another analysis: a version before this one.
EARLIER = "import search.language.version as version; version.RULES_VERSION = 0; "


def test_a_site_of_the_version_before_goes_on_after_the_index_is_brought_to_this_one(
    serve: Callable[..., Server], place: Path, tmp_path: Path
) -> None:
    index_again = f"{EARLIER}from indexer import reindex; reindex({str(place)!r})"
    subprocess.run([sys.executable, "-c", index_again], check=True)
    with pytest.raises(search.IndexOutdated):
        search.open(place)
    server = serve(start=EARLIER + START)
    with Loop(server) as loop:
        server.until(lambda: loop.answers)
        assert reindex(place)
        index_articles([article("second", "Друга новина")], place)
        os.kill(server.workers()[0], signal.SIGKILL)  # and the one that takes its place goes on too
        server.until(lambda: len(server.workers()) == 2)
        asked = len(loop.answers)
        server.until(lambda: len(loop.answers) > asked + 20)
    assert loop.broken <= 1
    assert {titles for status, titles in loop.answers if status == 200} == {("Перша новина",)}
    assert "Still serving the previous state of the archive" in server.log.read_text()
    assert server.stop() == 0
    assert Loop(serve()).ask() == (200, ("Друга новина", "Перша новина"))


class Slow:
    """A request that a worker has begun with, and whose second half is yet to come."""

    def __init__(self, server: Server) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_SECONDS)
        head = (
            "POST /api/v1/related HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(DRAFT)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
        )
        self.socket.sendall(head.encode())
        assert self.socket.recv(100).startswith(b"HTTP/1.1 100 ")  # a thread reads the body from now on
        self.socket.sendall(DRAFT[:10])

    def finish(self) -> bytes:
        self.socket.sendall(DRAFT[10:])
        with closing(self.socket), self.socket.makefile("rb") as answer:
            return answer.read()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_told_to_stop_answers_what_it_has_begun(
    serve: Callable[..., Server], how: signal.Signals
) -> None:
    server = serve(VISTI_GRACE_SECONDS=str(WAIT_SECONDS))  # on a busy machine
    slow = Slow(server)
    workers = server.workers()
    server.process.send_signal(how)
    for worker in workers:
        if how is signal.SIGINT:
            os.kill(worker, how)  # a terminal sends it to all
    while True:  # until the socket is closed
        try:
            socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_SECONDS).close()
        except ConnectionError:
            break
    answer = slow.finish()
    assert answer.startswith(b"HTTP/1.1 200 "), answer
    assert b'"hits"' in answer
    assert server.process.wait(WAIT_SECONDS) == 0
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def test_a_worker_that_dies_is_replaced(serve: Callable[..., Server]) -> None:
    server = serve(VISTI_RATE_LIMIT="60")
    first, second = server.workers()
    os.kill(first, signal.SIGKILL)
    server.until(lambda: set(server.workers()) - {first, second})
    (new,) = set(server.workers()) - {first, second}
    with server.only(new):
        assert server.get("/search?q=" + quote("новина"))[0] == 200
    assert server.stop() == 0
    assert [line["process"] for line in server.requests()] == [new]
    assert f"Worker process {first} has ended" in server.log.read_text()


def test_every_worker_sees_a_commit(serve: Callable[..., Server], place: Path) -> None:
    server = serve()
    path = "/api/v1/search?q=" + quote("новина")
    for worker in server.workers():
        with server.only(worker):
            assert json.loads(server.get(path)[1])["total"] == 1
    index_articles([article("second", "Друга новина")], place)
    for worker in server.workers():
        with server.only(worker):
            assert json.loads(server.get(path)[1])["total"] == 2
    workers = server.workers()
    assert server.stop() == 0
    assert sorted(line["process"] for line in server.requests()) == sorted(workers * 2)


def test_a_hang_up_replaces_the_workers_and_answers_all_the_while(serve: Callable[..., Server]) -> None:
    server = serve()
    before = set(server.workers())
    server.process.send_signal(signal.SIGHUP)
    while set(server.workers()) & before:
        assert server.get("/help")[0] == 200
    server.until(lambda: len(server.workers()) == 2)
    assert server.get("/help")[0] == 200
    assert server.stop() == 0


def test_all_workers_count_an_address_together(serve: Callable[..., Server]) -> None:
    server = serve(VISTI_RATE_LIMIT="1", VISTI_RATE_BURST="3", VISTI_TRUSTED_PROXIES="1")
    statuses = []
    for worker in (*server.workers(), *server.workers()):
        with server.only(worker):
            statuses.append(server.get("/help", **{"X-Forwarded-For": "203.0.113.5"})[0])
    assert statuses == [200, 200, 200, 429]
    assert server.get("/help", **{"X-Forwarded-For": "203.0.113.6"})[0] == 200


def test_a_worker_that_is_killed_leaves_no_lock_behind(serve: Callable[..., Server]) -> None:
    server = serve(VISTI_RATE_LIMIT="600", VISTI_TRUSTED_PROXIES="1")
    for _ in range(3):
        os.kill(server.workers()[0], signal.SIGKILL)
        assert server.get("/help", **{"X-Forwarded-For": "203.0.113.5"})[0] == 200


def test_all_workers_are_in_the_figures(serve: Callable[..., Server], tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    server = serve(VISTI_METRICS_TOKEN="token", TMPDIR=str(scratch))
    for worker in server.workers():
        with server.only(worker):
            assert server.get("/help")[0] == 200
    status, text = server.get("/metrics", Authorization="Bearer token")
    assert status == 200
    assert 'visti_requests_total{method="GET",route="/help",status="200"} 2.0' in text.decode()
    assert any(scratch.iterdir())
    assert server.stop() == 0
    assert not any(scratch.iterdir())


def test_the_log_says_how_it_went_and_not_what_was_searched_for(serve: Callable[..., Server]) -> None:
    server = serve()
    server.get("/search?q=secret")
    server.until(server.requests)
    size = len(server.get("/static/style.css")[1])
    assert server.stop() == 0
    line, file = server.requests()
    assert (file["path"], file["bytes"]) == ("/static/style.css", size)
    assert "secret" not in server.log.read_text()
    assert (line["method"], line["path"], line["status"]) == ("GET", "/search", 200)
    assert line["address"] == "127.0.0.0"
    assert isinstance(line["milliseconds"], float) and line["milliseconds"] > 0
    assert isinstance(line["bytes"], int) and line["bytes"] > 1000


def test_a_file_for_the_log_may_be_moved_away(serve: Callable[..., Server], tmp_path: Path) -> None:
    target = tmp_path / "access.log"
    server = serve(VISTI_ACCESS_LOG=str(target), VISTI_ACCESS_LOG_FORMAT="text")
    server.get("/help")
    server.until(target.read_text)  # the line is written when the answer has been sent
    target.rename(tmp_path / "access.log.1")
    server.get("/healthz")
    assert server.stop() == 0
    assert "GET /help 200" in (tmp_path / "access.log.1").read_text()
    assert "GET /healthz 200" in target.read_text()


def test_requests_have_limits(serve: Callable[..., Server]) -> None:
    server = serve()
    for head, status in (
        ("GET /search?q=" + quote("я" * 1000) + " HTTP/1.1", b"200"),
        ("GET /search?q=" + "x" * 9000 + " HTTP/1.1", b"414"),
        ("GET /help HTTP/1.1\r\nX-Long: " + "x" * 9000, b"431"),
        ("GET /help HTTP/1.1\r\n" + "X-Many: x\r\n" * 100 + "X-Last: x", b"431"),
    ):
        with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_SECONDS) as client:
            client.sendall(f"{head}\r\nHost: localhost\r\n\r\n".encode())
            assert status in client.recv(100)
    with socket.create_connection(("127.0.0.1", server.port), timeout=WAIT_SECONDS) as client:
        client.sendall(b"GET /help?q=secret HTTP/1.1\r\nNo header: x\r\n\r\n")
        assert b"400" in client.recv(100)
    assert server.stop() == 0
    assert "Traceback" not in server.log.read_text() and "secret" not in server.log.read_text()


def test_a_request_that_never_ends_loses_its_connection(serve: Callable[..., Server]) -> None:
    server = serve(VISTI_REQUEST_SECONDS="1")
    slow = Slow(server)
    assert b" 200 " not in slow.socket.recv(1000)  # returns when the server has hung up, and only then
    assert server.get("/help")[0] == 200
    slow.socket.close()
