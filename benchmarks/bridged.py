"""
What bridges cost: ``archive.search()`` with them and without, over one query log of one archive.

    python -m benchmarks.bridged [--articles 200000] [--index FOLDER]

Each query is asked four times in turn with bridges and without, the first time unmeasured; the least of the others
counts. The times are of the processor, so that other programs disturb them less. "The first query" is that of a new
process, which reads dictionaries and tables.
"""

import argparse
import time
from pathlib import Path
from statistics import median

import search
from benchmarks.engines import LogQuery
from benchmarks.generated_index import kept_index
from benchmarks.queries import CLASSES, query_log
from search.archive.view import open_current

FIRST_QUERY = "місто город city"
RUNS = 4


def main() -> None:
    """Run the benchmark and print it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--articles", type=int, default=20_000, help="how many to generate")
    parser.add_argument("--index", type=Path, help="measure this index instead")
    parser.add_argument("--queries", type=int, default=12, help="queries of each class")
    arguments = parser.parse_args()
    _measure(arguments.index or kept_index(arguments.articles), arguments.queries)


def _measure(path: Path, per_class: int) -> None:
    with search.open(path) as archive:
        print(f"the first query: {1000 * _seconds(archive, FIRST_QUERY, {}):.0f} ms")
        log = query_log(open_current(path), per_class)
        taken = [_least(archive, query) for query in log]
        print(f"{'':<16}{'with bridges':>18}{'without':>18}{'ratio':>8}   median / 95th percentile, ms")
        for kind in (*CLASSES, "the whole log"):
            pairs = [pair for query, pair in zip(log, taken, strict=True) if kind in (query.kind, "the whole log")]
            _print_row(kind, [bridged for bridged, _ in pairs], [plain for _, plain in pairs])


def _least(archive: search.Archive, query: LogQuery) -> tuple[float, float]:
    """Return the seconds of a query with bridges and without."""
    runs = [
        [_seconds(archive, query.text, {**query.arguments, "bridges": bridges}) for bridges in (True, False)]
        for _ in range(RUNS)
    ]
    bridged, plain = zip(*runs[1:], strict=True)
    return min(bridged), min(plain)


def _seconds(archive: search.Archive, text: str, arguments: dict[str, object]) -> float:
    started = time.process_time()
    archive.search(text, **arguments)  # type: ignore[arg-type]
    return time.process_time() - started


def _print_row(name: str, bridged: list[float], plain: list[float]) -> None:
    def cell(seconds: list[float]) -> str:
        return f"{1000 * median(seconds):.2f} / {1000 * sorted(seconds)[int(0.95 * len(seconds))]:.2f}"

    print(f"{name:<16}{cell(bridged):>18}{cell(plain):>18}{median(bridged) / median(plain):>8.2f}")


if __name__ == "__main__":
    main()
