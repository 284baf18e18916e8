"""
What Prometheus reads at /metrics: requests and their durations by route, searches, and the state of the archive.

The counters of all worker processes are added up: prometheus_client keeps them in files that it shares, if the
environment names a folder for them before the library is first imported (``share_metrics``).
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app, g, request

from search import Archive, IndexUnavailable
from web.archive import archive_handle
from web.config import SiteConfig

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import GaugeMetricFamily

_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
_EXTENSION = "visti-metrics"

#: Seconds. A search takes some 10 ms at 200,000 articles (docs/performance.md); above a second readers notice.
DURATION_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
#: What each of these routes answers is a search of the archive.
SEARCHES = {"pages.search": "page", "api.search": "api", "feeds.atom": "feed"}
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._registry = CollectorRegistry()
        self._requests = Counter(
            "visti_requests", "Requests answered.", ("route", "method", "status"), registry=self._registry
        )
        self._durations = Histogram(
            "visti_request_seconds",
            "Time to make an answer, without sending it.",
            ("route",),
            buckets=DURATION_BUCKETS,
            registry=self._registry,
        )
        self._searches = Counter("visti_searches", "Searches answered.", ("kind",), registry=self._registry)

    def count(self, endpoint: str | None, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request; ``route`` is the pattern of the address, so that there are few of them."""
        self._requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
        self._durations.labels(route).observe(seconds)
        if endpoint in SEARCHES and status == 200:
            self._searches.labels(SEARCHES[endpoint]).inc()

    def exposition(self) -> tuple[bytes, str]:
        """Return the figures of all processes in Prometheus' text format, and its content type."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        counted = self._registry
        if os.environ.get(_FOLDER_VARIABLE):
            counted = CollectorRegistry()
            MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
        return generate_latest(counted) + generate_latest(_archive_registry()), CONTENT_TYPE_LATEST


def init_metrics(app: Flask, config: SiteConfig) -> None:
    """Let an application count its requests, if its set-up has a token for /metrics."""
    if not config.metrics_token:
        return
    metrics = Metrics()
    app.extensions[_EXTENSION] = metrics

    def begin() -> None:
        g.visti_begun = time.perf_counter()

    def count(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "none"
        seconds = time.perf_counter() - g.get("visti_begun", time.perf_counter())
        metrics.count(request.endpoint, route, request.method, response.status_code, seconds)
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, begin)  # before the rate limit, which may end the request
    app.after_request(count)


def current_metrics() -> Metrics:
    """Return the counters of the application that handles this request; it has some if there is a token for them."""
    metrics: Metrics = current_app.extensions[_EXTENSION]
    return metrics


def share_metrics(folder: Path) -> None:
    """Let the processes forked from this one count together, in files in a folder. Call it before ``create_app``."""
    os.environ[_FOLDER_VARIABLE] = str(folder)


def forget_process(process: int) -> None:
    """Tidy up behind a worker process that has ended; what it has counted stays."""
    if os.environ.get(_FOLDER_VARIABLE):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(process)  # type: ignore[no-untyped-call]


class _ArchiveCollector:
    """The state of the archive at the moment of asking; one worker's word is enough, since all follow the commits."""

    def collect(self) -> "Iterator[GaugeMetricFamily]":
        from prometheus_client.core import GaugeMetricFamily

        archive = _searchable()
        yield GaugeMetricFamily("visti_up", "1 if the archive can be searched, else 0.", 0 if archive is None else 1)
        if archive is not None:
            yield GaugeMetricFamily("visti_articles", "Articles that readers can find.", archive.count())
            yield GaugeMetricFamily("visti_index_generation", "The commit that is searched.", archive.generation)


def _archive_registry() -> "CollectorRegistry":
    from prometheus_client import CollectorRegistry

    registry = CollectorRegistry()
    registry.register(_ArchiveCollector())
    return registry


def _searchable() -> Archive | None:
    try:
        return archive_handle().current()
    except IndexUnavailable:
        return None
