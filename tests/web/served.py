"""A site served to a browser from a thread of the tests, as ``visti serve`` does it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import waitress
from chromium import WAIT_SECONDS
from flask import Flask
from waitress import wasyncore


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application, and give its address."""
    sockets: dict[int, object] = {}
    server = waitress.create_server(app, map=sockets, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets))  # in its own thread; without sockets it ends
    thread.join(timeout=WAIT_SECONDS)
    server.task_dispatcher.shutdown()
    assert not thread.is_alive()
