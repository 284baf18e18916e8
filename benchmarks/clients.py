"""
Readers of a site under load: many clients in one thread, each with a connection that it keeps, asking one page after
the other.

They share the machine with the server that they measure, so they do no more than a client must: they send prepared
bytes, read the status and the length, and drop the body. What they take of the processor is told with the result.
"""

import re
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_READ_BYTES = 1 << 16
#: A client whose answer takes longer has met an error.
PATIENCE_SECONDS = 30.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSES = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(slots=True)
class Load:
    """What clients saw: how long each answer took, what went wrong, how long it all took, and their processor time."""

    latencies: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    core_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers without an error, a second."""
        return len(self.latencies) / self.seconds


def ask_at_once(
    address: str, paths: Iterable[str], clients: int, seconds: float, headers: Iterable[tuple[str, str]] = ()
) -> Load:
    """Let clients ask for paths, each for one after the other, for some seconds or until there are no more."""
    host = urlsplit(address).netloc
    lines = "".join(f"{name}: {value}\r\n" for name, value in (("Host", host), *headers))
    requests = (f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode() for path in paths)
    load, started, cores = Load(), time.perf_counter(), time.process_time()
    _run([_Client(host, requests, load) for _ in range(clients)], load, started + seconds)
    load.seconds, load.core_seconds = time.perf_counter() - started, time.process_time() - cores
    return load


def _run(clients: list["_Client"], load: Load, until: float) -> None:
    with selectors.DefaultSelector() as selector:
        busy = {client for client in clients if client.ask(selector)}
        while busy:
            for key, _ in selector.select(PATIENCE_SECONDS):
                client: _Client = key.data
                if client.receive(selector) and (time.perf_counter() > until or not client.ask(selector)):
                    client.close(selector)
                    busy.remove(client)
            for client in [client for client in busy if time.perf_counter() - client.asked > PATIENCE_SECONDS]:
                load.errors["timeout"] += 1
                client.close(selector)
                busy.remove(client)


class _Client:
    def __init__(self, host: str, requests: Iterator[bytes], load: Load) -> None:
        name, _, port = host.rpartition(":")
        self._place = (name.strip("[]"), int(port))
        self._requests = requests
        self._load = load
        self._socket: socket.socket | None = None
        self._answer = b""
        self._missing = 0
        self.asked = 0.0

    def ask(self, selector: selectors.BaseSelector) -> bool:
        """Send the next request, on a new connection if the last one was closed; False: there is none left."""
        request = next(self._requests, None)
        if request is None:
            return False
        self._answer, self._missing, self.asked = b"", -1, time.perf_counter()
        if self._socket is None:
            self._socket = socket.create_connection(self._place, PATIENCE_SECONDS)
            selector.register(self._socket, selectors.EVENT_READ, self)
        self._socket.sendall(request)
        return True

    def receive(self, selector: selectors.BaseSelector) -> bool:
        """Read what has come; return whether that was the end of an answer, and count it."""
        assert self._socket is not None
        try:
            read = self._socket.recv(_READ_BYTES)
        except OSError as error:
            read = b""
            self._answer = b"-- " + type(error).__name__.encode()
        if self._missing >= 0:
            self._missing -= len(read)
        else:
            self._answer += read
            head, ended, body = self._answer.partition(b"\r\n\r\n")
            if ended:
                length = _LENGTH.search(head)
                self._answer, self._missing = head, (int(length[1]) if length else 0) - len(body)
        if read and self._missing:
            return False
        self._count(complete=self._missing == 0)
        if not read or _CLOSES.search(self._answer) or self._answer.startswith(b"HTTP/1.0"):
            self.close(selector)
        return True

    def _count(self, *, complete: bool) -> None:
        status = self._answer[9:12].decode(errors="replace")
        if not complete:
            self._load.errors["cut short"] += 1
        elif status != "200":
            self._load.errors[f"status {status}"] += 1
        else:
            self._load.latencies.append(time.perf_counter() - self.asked)

    def close(self, selector: selectors.BaseSelector) -> None:
        """Close the connection, if there is one."""
        if self._socket is not None:
            selector.unregister(self._socket)
            self._socket.close()
            self._socket = None
