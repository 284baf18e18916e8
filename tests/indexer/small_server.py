"""A web server on this machine that says what a test wants it to say, and remembers what it was asked."""

import contextlib
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Answer:
    """What is answered to a path."""

    content: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class SmallServer:
    """
    A running server: ``answers`` by path, the paths that were ``asked``, and with which headers.

    A path that ``holds`` names is answered when its event is set. ``most_at_once`` counts, by the name of the host, how
    many requests there were at the same time.
    """

    port: int = 0
    scheme: str = "http"
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    holds: dict[str, threading.Event] = field(default_factory=dict)
    robots_asked: int = 0
    most_at_once: Counter[str] = field(default_factory=Counter)
    at_once: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def counted(self, host: str) -> Iterator[None]:
        with self.lock:
            self.at_once[host] += 1
            self.most_at_once[host] = max(self.most_at_once[host], self.at_once[host])
        try:
            yield
        finally:
            with self.lock:
                self.at_once[host] -= 1

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


@contextmanager
def small_server(tls: ssl.SSLContext | None = None) -> Iterator[SmallServer]:
    """Serve until the end of the block; over TLS with the certificate of a context, if one is given."""
    state = SmallServer(scheme="https" if tls else "http")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with state.counted(self.headers["Host"]):  # ends before the answer, after which the next may come
                if hold := state.holds.get(self.path):
                    hold.wait(60)
                time.sleep(0.005)  # for others to be seen
            self.answer()

        def answer(self) -> None:
            state.robots_asked += self.path == "/robots.txt"
            if self.path != "/robots.txt":
                state.asked.append(self.path)
                state.headers.append(dict(self.headers))
            answer = state.answers.get(self.path, Answer(status=404))
            etag = answer.headers.get("ETag")
            same = etag is not None and self.headers.get("If-None-Match") == etag
            self.send_response(304 if same else answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0" if same else str(len(answer.content)))
            self.end_headers()
            if not same:
                try:
                    self.wfile.write(answer.content)
                except OSError:
                    return  # the client has had enough

        def handle(self) -> None:
            with contextlib.suppress(OSError):  # the client refuses our certificate, or hangs up
                super().handle()

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if tls:  # the handshake is made by the thread of the request: a client that refuses is no error of the server
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
