"""Where the time of ``archive.search`` goes, step by step, by class of queries."""

import statistics
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.engines import HITS, LogQuery
from benchmarks.measure import Samples
from benchmarks.queries import CLASSES
from search.archive import hits, pages, understanding
from search.archive.facets import facet_values, filter_masks
from search.archive.request import FACETS, make_request
from search.archive.view import View, make_view
from search.archive.visibility import Audience
from search.columnar.arrays import Array
from search.columnar.collect import collect
from search.columnar.snapshot import Snapshot, open_snapshot

STEPS = ("read query", "execute", "filter", "order", "count", "facets", "hits", "of these: stored", "readings")


def profile_of_pages(path: Path, log: Sequence[LogQuery]) -> dict[str, dict[str, float]]:
    """Return the median milliseconds of each step, by class."""
    snapshot = open_snapshot(path)
    found = {}
    for kind in CLASSES:
        each = [_profile(snapshot, query) for query in log if query.kind == kind]
        found[kind] = {step: statistics.median(times[step] for times in each) for step in STEPS}
    return found


def _profile(snapshot: Snapshot, query: LogQuery) -> dict[str, float]:
    """Do what ``search.archive.pages.search_page`` does, a step at a time."""
    view = make_view(snapshot, Audience.READERS, datetime.now(UTC))
    request = _request(view, query)
    understood = understanding.understand(view, query.text, request.reading)
    tree, leaves = understood.compiled.tree, understood.compiled.leaves
    matches = view.seen(view.executor.matches(tree))
    masks = filter_masks(snapshot, request)
    collected = collect(snapshot, matches, masks)

    def order() -> Array:
        ranked = pages._order(view, collected, understood.compiled, request)
        return pages._shown(collected, pages._first(collected, ranked.sequence, request), request)

    chosen = order().tolist()
    pairs = [(document, 0.0) for document in chosen]
    steps: dict[str, Callable[[], Any]] = {
        "read query": lambda: understanding.understand(view, query.text, request.reading),
        "execute": lambda: _fresh(view).seen(_fresh(view).executor.matches(tree)),
        "filter": lambda: collect(snapshot, matches, filter_masks(snapshot, request)),
        "order": order,
        "count": collected.count,
        "facets": lambda: facet_values(collected, request),
        "hits": lambda: hits.make_hits(view, pairs, leaves),
        "of these: stored": lambda: [view.article_at(document) for document in chosen],
        "readings": lambda: understanding.interpretation(view, understood),
    }
    return {step: _median(work) for step, work in steps.items()}


def _fresh(view: View) -> View:
    return make_view(view.snapshot, Audience.READERS, view.now)


def _request(view: View, query: LogQuery) -> Any:
    arguments = dict(query.arguments)
    filters = {"section": arguments.pop("section")} if "section" in arguments else {}
    given = {"since": None, "until": None, "sort": "relevance"} | arguments
    return make_request(
        query.text,
        filters,
        **given,
        group="story",
        facets=FACETS,
        limit=HITS,
        offset=0,
        prefer=None,
        bridges=True,
        without=None,
        today=view.today,
    )


def _median(work: Callable[[], Any]) -> float:
    samples = Samples()
    samples.measure(work)
    return samples.medians[0]
