"""
The memory of ``visti serve``: how much of it the worker processes share, before and after searches.

    python -m benchmarks.worker_memory [--index index] [--workers 2] [--searches 300]

Prints for each worker what it shows (RSS), its fair share of what is shared (PSS) and what is its own (USS), in MB,
from Linux' /proc; docs/serving.md quotes a run.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from urllib.request import urlopen

#: Of all three languages, with phrases and without: they read most of what a search reads.
QUERIES = ("Київ", "рятувальники місто", "Kyiv power plants", "выборы", "grain -port", '"Security Council"', "Olympic*")
_ADDRESS = re.compile(r"http://\S+/")
_MEMORY = re.compile(r"^(Rss|Pss|Private_Clean|Private_Dirty):\s+(\d+) kB", re.MULTILINE)


class Memory(NamedTuple):
    """The memory of a process in MB."""

    shown: float
    share: float
    own: float


def memory_of(process: int) -> Memory:
    """Return the memory of a process, from Linux' /proc."""
    found = {
        name: int(size) / 1024 for name, size in _MEMORY.findall(Path(f"/proc/{process}/smaps_rollup").read_text())
    }
    return Memory(found["Rss"], found["Pss"], found["Private_Clean"] + found["Private_Dirty"])


@contextmanager
def served(index: Path, workers: int) -> Iterator[tuple[str, list[int]]]:
    """Serve an index while the context lasts; gives the address and the processes of the workers."""
    command = [sys.executable, "-c", "from web.command import serve_command; serve_command()"]
    command += ["--index", str(index), "--port", "0", "--workers", str(workers)]
    environment = {**os.environ, "VISTI_ACCESS_LOG": "off"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            address = _ADDRESS.search(server.stderr.readline())
            if address is None:
                raise RuntimeError(f"visti serve did not start: {server.stderr.read()}")
            children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
            while len(children.read_text().split()) < workers:
                urlopen(address[0] + "healthz").read()
            yield address[0], [int(child) for child in children.read_text().split()]
        finally:
            server.terminate()


def measure(index: Path, workers: int, searches: int) -> tuple[list[Memory], list[Memory]]:
    """Return the memory of each worker at the start and after searches."""
    with served(index, workers) as (address, processes):
        before = [memory_of(process) for process in processes]
        for query in islice(cycle(QUERIES), searches):
            urlopen(f"{address}search?q={quote(query)}").read()
        return before, [memory_of(process) for process in processes]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, default=Path("index"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--searches", type=int, default=300)
    chosen = parser.parse_args(arguments)
    before, after = measure(chosen.index, chosen.workers, chosen.searches)
    for moment, measured in (("at the start", before), (f"after {chosen.searches} searches", after)):
        for worker, memory in enumerate(measured, 1):
            print(
                f"worker {worker} {moment:<20} RSS {memory.shown:6.0f}  PSS {memory.share:6.0f}  USS {memory.own:6.0f}"
            )


if __name__ == "__main__":
    main()
