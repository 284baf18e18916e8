"""
The server of several processes behind ``visti serve``: gunicorn with threads, set up for this site.

The application is made and prepared in the master process; the workers are forked from it and share its memory, the
index by its memory maps, dictionaries and tables by copy-on-write. A worker that dies is replaced. On SIGTERM or
SIGINT no more connections are taken, requests in flight are answered, and the exit status is 0.
"""

import gc
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger
from gunicorn.workers.gthread import TConn, ThreadWorker

from search import IndexUnavailable
from web.access_log import AccessEntry, access_line
from web.archive import archive_handle
from web.config import SiteConfig
from web.config_sources import ConfigError
from web.metrics import forget_process
from web.templating import compile_templates

#: More workers answer no more on a small machine, and each keeps some memory of its own.
MAX_DEFAULT_WORKERS = 4
#: A query of MAX_QUERY_CHARACTERS Cyrillic letters is 6,000 bytes of a URL, filters come on top; gunicorn's maximum.
MAX_REQUEST_LINE_BYTES = 8190
MAX_HEADER_BYTES = 8190
MAX_HEADERS = 64
#: Connections of a worker, idle ones included; more wait in the kernel's queue rather than in memory.
WORKER_CONNECTIONS = 256
#: Longer than a proxy's pause between two requests, shorter than its own limit (nginx: 60 s).
KEEPALIVE_SECONDS = 15
#: A worker whose main loop stands still for so long is broken (it is not the duration of requests) and is replaced.
WORKER_TIMEOUT_SECONDS = 60
#: How many objects may be made before the collector looks for cycles among them. A page makes some thousand: by the
#: interpreter's own 700 it looks in the midst of every page, which took 4 % of the processor.
YOUNG_OBJECTS = 10_000
_STREAMS = ("stderr", "stdout")


def default_workers() -> int:
    """Return the number of workers if none is set: one for each core that the process may use, at most four."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MAX_DEFAULT_WORKERS)


def check_access_log(config: SiteConfig) -> None:
    """Raise ``ConfigError`` if the access log cannot be written; gunicorn would tell it as a traceback."""
    if config.access_log not in (*_STREAMS, "off"):
        try:
            with Path(config.access_log).open("a"):
                pass
        except OSError as error:
            raise ConfigError(f"access_log: {config.access_log} cannot be written: {error}") from error


def run_server(app: Flask, listening: socket.socket, config: SiteConfig) -> None:
    """
    Serve an application from several processes on a socket that listens already; ends by ``SystemExit``.

    Prepares the archive first, so that the workers share it. Raises ``IndexUnavailable``.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    _prepare(app)
    gc.collect()
    gc.freeze()  # the collector would write into every object, and so copy the shared memory page by page
    gc.set_threshold(YOUNG_OBJECTS)
    _Server(app, listening, config).run()


def _prepare(app: Flask) -> None:
    """Do before the fork what the first page of each worker would do: read tables, messages and templates."""
    with app.app_context():
        archive_handle().prepare()
    compile_templates(app)


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    def __init__(self, app: Flask, listening: socket.socket, config: SiteConfig) -> None:
        self._app, self._config = app, config
        self._address = f"fd://{listening.detach()}"  # gunicorn closes it
        super().__init__()

    def load_config(self) -> None:
        config = self._config
        settings = {
            "bind": self._address,
            "workers": config.workers or default_workers(),
            "threads": config.threads,
            "worker_class": type("SiteWorker", (_Worker,), {"request_seconds": config.request_seconds}),
            "logger_class": type("SiteLogger", (_Logger,), {"config": config}),
            "preload_app": True,
            "timeout": WORKER_TIMEOUT_SECONDS,
            "graceful_timeout": config.grace_seconds,
            "keepalive": KEEPALIVE_SECONDS,
            "worker_connections": WORKER_CONNECTIONS,
            "limit_request_line": MAX_REQUEST_LINE_BYTES,
            "limit_request_fields": MAX_HEADERS,
            "limit_request_field_size": MAX_HEADER_BYTES,
            "forwarded_allow_ips": "",  # the application decides whom it believes (trusted_proxies)
            "secure_scheme_headers": {},
            "control_socket_disable": True,  # nobody asked for another way in
            "loglevel": "error",  # its warnings quote requests that are none, with address and query
            "accesslog": None,  # _Logger writes its own
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # a heartbeat must not wait for a disk
            "proc_name": "visti",
            "pre_fork": self._before_fork,
            "post_worker_init": _leave_interrupts_to_the_master,
            "child_exit": _after_exit,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app

    def run(self) -> None:
        _Arbiter(self).run()

    def _before_fork(self, arbiter: Arbiter, worker: ThreadWorker) -> None:
        """Let a worker that replaces another begin with the newest commit."""
        with self._app.app_context():
            try:
                archive_handle().current()
            except IndexUnavailable as error:
                logging.getLogger(__name__).error("%s", error)


def _after_exit(arbiter: Arbiter, worker: ThreadWorker) -> None:
    forget_process(worker.pid)
    if arbiter.LISTENERS:  # it has none when it is stopping
        logging.getLogger(__name__).warning("Worker process %s has ended; another one takes its place.", worker.pid)


class _Arbiter(Arbiter):  # type: ignore[misc]
    def handle_int(self) -> None:
        """Stop as gracefully on Ctrl-C as on SIGTERM; a second one is impatient."""
        self.handle_term()


def _leave_interrupts_to_the_master(worker: ThreadWorker) -> None:
    # Ctrl-C reaches all processes of a terminal: the master tells the workers how to stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Worker(ThreadWorker):  # type: ignore[misc]
    """
    Ends connections whose request takes too long: a client that sends a letter a second holds no thread for ever.

    Overrides what is not public in gunicorn, which is why its major version is pinned.
    """

    request_seconds = 30

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._begun: dict[TConn, float] = {}

    def handle(self, connection: TConn) -> object:
        self._begun[connection] = time.monotonic()
        try:
            return super().handle(connection)
        finally:
            del self._begun[connection]

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:
            # New connections are refused at once; they would wait in the kernel's queue for a worker that never comes
            for listener in self.sockets:
                listener.close()

    def murder_keepalived(self, force: bool = False) -> None:
        """Close what has been idle (gunicorn's part) or busy for too long; the main loop calls this every second."""
        super().murder_keepalived(force)
        for connection, begun in list(self._begun.items()):
            if time.monotonic() - begun > self.request_seconds:
                _hang_up(connection.sock)


def _hang_up(connection: socket.socket) -> None:
    """End a connection under the thread that reads from it or writes to it: it wakes up, and closes it."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has gone by itself


class _Logger(Logger):  # type: ignore[misc]
    """gunicorn's log for errors; requests get the site's own line."""

    config = SiteConfig()

    def setup(self, settings: Any) -> None:
        super().setup(settings)
        if self.config.access_log != "off":
            self._set_handlers()

    def _set_handlers(self) -> None:
        handler = _access_handler(self.config.access_log)
        handler._gunicorn = True  # type: ignore[attr-defined]  # by this mark setup() drops it before it makes another
        handler.setFormatter(logging.Formatter("%(message)s"))
        self.access_log.addHandler(handler)

    def access(self, response: Any, request: Any, environ: dict[str, Any], duration: timedelta) -> None:
        """Write the line of a request; gunicorn calls this when the answer has been sent."""
        if self.config.access_log == "off":
            return
        entry = AccessEntry(
            time=datetime.now(UTC),
            address=environ.get("REMOTE_ADDR", ""),
            method=environ["REQUEST_METHOD"],
            path=environ["RAW_URI"],
            status=int(str(response.status).partition(" ")[0]),  # status_code is missing where gunicorn itself answers
            bytes=_bytes_sent(response, environ["REQUEST_METHOD"]),
            milliseconds=duration / timedelta(milliseconds=1),
            process=os.getpid(),
        )
        self.access_log.info(
            "%s",
            access_line(
                entry,
                form=self.config.access_log_format,
                addresses=self.config.access_log_addresses,
                queries=self.config.access_log_queries,
            ),
        )


def _bytes_sent(response: Any, method: str) -> int:
    """Return the size of an answer's body; what the kernel sends by itself (files), gunicorn does not count."""
    if response.sent or method == "HEAD":
        return int(response.sent)
    return int(response.response_length or 0)


def _access_handler(target: str) -> logging.Handler:
    if target in _STREAMS:
        return logging.StreamHandler(getattr(sys, target))
    return WatchedFileHandler(target, encoding="utf-8")  # goes on in a new file when logrotate has moved this one


class ScratchFolder:
    """A folder for files that the processes of a server share; the process that made it removes it at its end."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="visti-serve-"))
        self._owner = os.getpid()

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *error: object) -> None:
        if os.getpid() == self._owner:  # a forked worker leaves by the same way
            shutil.rmtree(self.path, ignore_errors=True)
