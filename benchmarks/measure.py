"""Time and memory, measured: medians, 95th percentiles, and the highest memory since a moment."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

REPETITIONS = 7
# A query that takes longer is measured fewer times, so that one slow engine does not make the whole run slow.
SECONDS_FOR_A_QUERY = 0.5
_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


class Times(NamedTuple):
    """A summary of many times, in milliseconds."""

    median: float
    p95: float


@dataclass(slots=True)
class Usage:
    """What some work took: seconds on the clock, seconds of all processor cores, and megabytes at the peak."""

    seconds: float = 0.0
    core_seconds: float = 0.0
    megabytes: float = 0.0

    def add(self, other: "Usage") -> None:
        """Add the time of other work; of the memory the larger stays."""
        self.seconds += other.seconds
        self.core_seconds += other.core_seconds
        self.megabytes = max(self.megabytes, other.megabytes)


@dataclass(slots=True)
class Samples:
    """The times of one kind of work over several queries, in milliseconds."""

    medians: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    single: list[float] = field(default_factory=list)

    def measure(self, work: Callable[[], object]) -> None:
        """Measure one query several times, after one run to warm up."""
        first = timed(work)
        number = max(2, min(REPETITIONS, int(SECONDS_FOR_A_QUERY / max(first, 1e-9))))
        self.first.append(first * 1000)
        times = [timed(work) * 1000 for _ in range(number)]
        self.medians.append(statistics.median(times))
        self.single += times

    def add(self, other: "Samples") -> None:
        """Add the times of other queries."""
        self.medians += other.medians
        self.first += other.first
        self.single += other.single

    @property
    def times(self) -> Times:
        """Return the median over the queries, and the 95th percentile over all single times."""
        return Times(statistics.median(self.medians), percentile(self.single, 0.95))


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least a share of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-len(ordered) * share // 1) - 1))]


@contextmanager
def usage() -> Iterator[Usage]:
    """Measure what happens inside; the result is filled in at the end."""
    used = Usage()
    before = _memory_from_here()
    started, cores = time.perf_counter(), time.process_time()
    try:
        yield used
    finally:
        used.seconds, used.core_seconds = time.perf_counter() - started, time.process_time() - cores
        used.megabytes = max(0.0, _megabytes("VmHWM") - before)


def _memory_from_here() -> float:
    """Let the peak of this process begin anew (Linux only) and return the memory that it has now."""
    if not _CLEAR.exists():
        return 0.0
    _CLEAR.write_text("5")
    return _megabytes("VmRSS")


def _megabytes(name: str) -> float:
    if not _STATUS.exists():
        return 0.0
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024
