"""The tables that the benchmark prints."""

import statistics
from collections.abc import Mapping, Sequence

from benchmarks.indexing import BATCH, SMALL_COMMIT, IndexingResult
from benchmarks.measure import Times
from benchmarks.searching import WORK, Searched

_TITLES = {
    "engine": "engine alone: ten best documents and the exact total",
    "page": "page: ten best, exact total, six facets, stored articles of the ten",
    "page with snippets": "page with snippets: the same and a snippet for each hit",
}
_MAX_SHOWN = 20
_MAX_CHARACTERS = 300


def print_queries(searched: Searched) -> None:
    """Print a table for each kind of work, and what the engines did not agree about."""
    for work in WORK:
        print(f"\n{_TITLES[work]}\nmilliseconds, median / 95th percentile; in brackets how many times ours\n")
        _print_work(searched, work)
    print("\narchive.search() as a script calls it: reading the query, stories, facets, ten hits with snippets\n")
    _print_row("class", ["found", "search()", "the first time", "snippets alone"])
    for kind, times in searched.script.items():
        total = f"{statistics.median(searched.totals[kind]):,.0f}"
        cells = [_time(times), f"{searched.first[kind]:.2f}", _time(searched.snippets[kind])]
        _print_row(kind, [total, *cells])
    _print_row("the whole log", ["", _time(searched.log)])
    print(f"\n{searched.compared} answers compared with ours, {len(searched.disagreements)} differences")
    for line in searched.disagreements[:_MAX_SHOWN]:
        print(f"  {line[:_MAX_CHARACTERS]}")


def print_profile(profile: Mapping[str, Mapping[str, float]]) -> None:
    """Print where the time of ``archive.search`` goes."""
    print("\nwhere the time of archive.search() goes, milliseconds, medians\n")
    steps = list(next(iter(profile.values())))
    _print_row("class", steps)
    for kind, times in profile.items():
        _print_row(kind, [f"{times[step]:.2f}" for step in steps])


def print_indexing(result: IndexingResult) -> None:
    """Print rates, sizes, memory, and the times of commits and openings."""
    indexed, number = result.indexed, result.articles
    analysis = indexed.analysis
    print(f"\n{number:,} articles of {indexed.stored_bytes / number:,.0f} bytes each, in commits of {BATCH:,}")
    print(f"the analysis alone: {number / analysis.core_seconds:,.0f} articles/s on one core\n")
    _print_row("", list(indexed.engine))
    rows: dict[str, Mapping[str, str]] = {
        "engine alone, articles/s": {n: f"{number / u.seconds:,.0f}" for n, u in indexed.engine.items()},
        "the same per core-second": {n: f"{number / u.core_seconds:,.0f}" for n, u in indexed.engine.items()},
        "its form of documents, s": {n: f"{u.seconds:.1f}" for n, u in indexed.prepare.items()},
        "all with analysis, articles/s": {
            n: f"{number / (analysis.seconds + indexed.prepare[n].seconds + u.seconds):,.0f}"
            for n, u in indexed.engine.items()
        },
        "size, bytes per article": {n: f"{size / number:,.0f}" for n, size in indexed.bytes.items()},
        "memory while indexing, MB": {n: f"{u.megabytes:,.0f}" for n, u in indexed.engine.items()},
        "opening, ms": {n: f"{value.seen:.1f}" for n, value in result.opening.items()},
        "the first page after it, ms": {n: f"{value.first_page:.1f}" for n, value in result.opening.items()},
        f"commit of {SMALL_COMMIT}, seen, ms": {n: f"{value.seen:.1f}" for n, value in result.commits.items()},
        "first page after that, ms": {n: f"{value.first_page:.1f}" for n, value in result.commits.items()},
    }
    for title, values in rows.items():
        _print_row(title, [values[name] for name in indexed.engine])


def _print_work(searched: Searched, work: str) -> None:
    ours = searched.engines[0]
    _print_row("class", list(searched.engines))
    ratios: dict[str, list[float]] = {name: [] for name in searched.engines[1:]}
    for kind, times in searched.times[work].items():
        cells = [_time(times[ours])]
        for name, found in ratios.items():
            found.append(times[name].median / times[ours].median)
            cells.append(f"{_time(times[name])} ({found[-1]:.1f})")
        _print_row(kind, cells)
    _print_row("median of the ratios", ["", *(f"({statistics.median(found):.1f})" for found in ratios.values())])


def _print_row(title: str, cells: Sequence[str]) -> None:
    print(f"{title:<32}" + "".join(f"{cell:>24}" for cell in cells))


def _time(times: Times) -> str:
    return f"{times.median:.2f} / {times.p95:.2f}"
