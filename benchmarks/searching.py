"""
The same queries to every engine: the engine's own work, a page of results, snippets, and whether all agree.

Snippets are made by one function for all; ours is told by the index where the words stand, the others look for them in
the stored text.
"""

import gc
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import search
from benchmarks.engines import Answer, Engine, LogQuery
from benchmarks.measure import Samples, Times
from benchmarks.queries import CLASSES

#: The measured work: the engine's alone, all of a page, and the same with a snippet for each hit.
WORK = ("engine", "page", "page with snippets")


@dataclass(slots=True)
class Searched:
    """
    Times by work, class and engine, in milliseconds; the hits of the queries and of what nobody agreed about.

    ``script`` is ``archive.search`` as a script calls it, ``log`` the same over all queries of all classes, ``first``
    the same on the first time that a query comes (its hits are not in any cache yet), ``snippets`` the snippets of a
    page of our engine.
    """

    engines: tuple[str, ...]
    times: dict[str, dict[str, dict[str, Times]]] = field(default_factory=dict)
    script: dict[str, Times] = field(default_factory=dict)
    log: Times = field(default_factory=lambda: Times(0.0, 0.0))
    first: dict[str, float] = field(default_factory=dict)
    snippets: dict[str, Times] = field(default_factory=dict)
    totals: dict[str, list[int]] = field(default_factory=dict)
    queries: dict[str, list[str]] = field(default_factory=dict)
    disagreements: list[str] = field(default_factory=list)
    compared: int = 0


def measure_queries(engines: Sequence[Engine], path: Path, log: Sequence[LogQuery]) -> Searched:
    """Ask every query of every engine; our engine is the first, and its index is at ``path``."""
    searched = Searched(tuple(engine.name for engine in engines), {work: {} for work in WORK})
    gc.collect()
    gc.freeze()  # what indexing left behind is no burden of a search
    with search.open(path) as archive:
        archive.search()  # the columns are joined on the first search; opening_times measures that
        script = Samples()
        for kind in CLASSES:
            script.add(_measure_class(engines, archive, [query for query in log if query.kind == kind], searched))
    searched.log = script.times
    return searched


def _measure_class(
    engines: Sequence[Engine], archive: search.Archive, queries: Sequence[LogQuery], searched: Searched
) -> Samples:
    """Measure the queries of a class, and return the times of ``archive.search``."""
    kind = queries[0].kind
    samples = {work: {engine.name: Samples() for engine in engines} for work in WORK}
    script, snippets = Samples(), Samples()
    for query in queries:
        script.measure(lambda query=query: archive.search(query.text, **query.arguments))  # type: ignore[misc]
        answers = {engine.name: _measure_query(engine, query, samples) for engine in engines}
        ours = answers[engines[0].name]
        searched.disagreements += _disagreements(query, ours, answers)
        searched.compared += len(engines) - 1
        searched.totals.setdefault(kind, []).append(ours.total)
        searched.queries.setdefault(kind, []).append(" ".join([query.text, *map(str, query.arguments.values())]))
        snippets.measure(lambda query=query, ours=ours: engines[0].snippets(query, ours))  # type: ignore[misc]
    for work in WORK:
        searched.times[work][kind] = {name: found.times for name, found in samples[work].items()}
    searched.script[kind], searched.snippets[kind] = script.times, snippets.times
    searched.first[kind] = statistics.median(script.first)
    return script


def _measure_query(engine: Engine, query: LogQuery, samples: dict[str, dict[str, Samples]]) -> Answer:
    prepared = engine.prepared_query(query)
    samples["engine"][engine.name].measure(lambda: engine.top(prepared))
    samples["page"][engine.name].measure(lambda: engine.page(prepared))
    samples["page with snippets"][engine.name].measure(lambda: engine.snippets(query, engine.page(prepared)))
    answer = engine.page(prepared)
    assert engine.top(prepared).total == answer.total, f"{engine.name} counts {query.text} in two ways"
    return answer


def _disagreements(query: LogQuery, ours: Answer, answers: dict[str, Answer]) -> Iterator[str]:
    for name, answer in answers.items():
        for what, one, other in compared_parts(query, ours, answer):
            if one != other:
                yield f"{name}, {query.kind}, {query.text!r}: {what} {other} instead of {one}"


def compared_parts(query: LogQuery, ours: Answer, theirs: Answer) -> Iterator[tuple[str, Any, Any]]:
    """Yield what must be equal; the order by relevance need not be, the formulas differ."""
    yield "total", ours.total, theirs.total
    yield "hits", len(ours.stored), len(theirs.stored)
    for name, counts in ours.facets.items():
        yield f"values of {name}", dict(counts), dict(theirs.facets[name])
    if query.newest:
        yield "newest articles", list(ours.stored), list(theirs.stored)
