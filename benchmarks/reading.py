"""
What reading costs of an indexing run: JSON Lines of generated articles, in one process.

    python -m benchmarks.reading [--articles 20000]

The file is read alone, and then read and indexed, as ``visti index --jobs 1 --no-link`` does it; processor time is
measured, so that other work on the machine counts little. "The engine" is the run without the reading in it: what it
would take for articles that are in memory already.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.generate import generated_articles
from benchmarks.generated_index import sample_articles
from indexer import index_articles, read_sources
from indexer.write import Item
from search.article import article_to_record

#: So many are indexed before the clock starts: dictionaries are loaded then.
WARMING_UP = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """Processor time in seconds: of reading ``articles`` alone, and in a run of indexing, and of all that run."""

    articles: int
    bytes: int
    alone: float
    within: float
    run: float

    @property
    def engine(self) -> float:
        """The run without the reading."""
        return self.run - self.within


def measure(number: int, folder: Path) -> Reading:
    """Measure with so many generated articles; files go to a folder."""
    file = folder / "articles.jsonl"
    with file.open("w", encoding="utf-8") as lines:
        for article in generated_articles(sample_articles(), number):
            lines.write(json.dumps(article_to_record(article), ensure_ascii=False) + "\n")
    index_articles(islice(read_sources([file]), WARMING_UP), folder / "first")
    started = time.process_time()
    found = sum(1 for _ in read_sources([file]))
    alone = time.process_time() - started
    clocked = _Clocked(read_sources([file]))
    started = time.process_time()
    report = index_articles(clocked, folder / "index")
    run = time.process_time() - started
    assert found == report.added == number
    return Reading(number, file.stat().st_size, alone, clocked.seconds, run)


class _Clocked:
    """Passes on what an iterable yields; ``seconds`` is the processor time that it takes for that."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items, self.seconds = iter(items), 0.0

    def __iter__(self) -> Iterator[Item]:
        while True:
            started = time.process_time()
            item = next(self._items, None)
            self.seconds += time.process_time() - started
            if item is None:
                return
            yield item


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=20_000)
    number = parser.parse_args(arguments).articles
    with tempfile.TemporaryDirectory() as folder:
        read = measure(number, Path(folder))
    print(f"{number:,} articles, {read.bytes / 1e6:,.1f} MB of JSON Lines; processor time of one core")
    for name, seconds in (
        ("reading alone", read.alone),
        ("reading in the run", read.within),
        ("the engine in the run", read.engine),
        ("the run", read.run),
    ):
        print(
            f"{name:<22} {seconds:8.2f} s {seconds / number * 1e6:7.0f} µs an article {number / seconds:8,.0f} a second"
        )
    of_engine, of_run = read.alone / read.engine, read.within / read.run
    print(f"reading costs {of_engine:.1%} of what the engine takes, {of_run:.1%} of the run")


if __name__ == "__main__":
    main()
