"""
How long the newsroom's reports on coverage take: ``python -m benchmarks.coverage_reports``.

Time of the processor, at the first call, when columns are still to be joined, and in the median of further ones. The
versions of a generated story are different texts, which is the worst for comparing them: in a real archive versions
mostly agree, and comparing their numbers takes a tenth.
"""

import argparse
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import search
from benchmarks.generated_index import kept_index

ARCHIVE = 200_000
_CALLS = 5


def main() -> None:
    """Measure each report, and print milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARCHIVE, help="how many generated articles")
    parser.add_argument("--index", type=Path, help="an index of generated articles; built if none is named")
    options = parser.parse_args()
    with search.open(options.index or kept_index(options.articles)) as archive:
        for name, report in reports(archive):
            first, *others = [_milliseconds(report) for _ in range(1 + _CALLS)]
            print(f"{name:<45} first {first:8.1f} ms, then {median(others):8.1f} ms")


def reports(archive: search.Archive) -> list[tuple[str, Callable[[], object]]]:
    """Return the reports to measure, each with what it is."""
    story = archive.search("", limit=1).hits[0].article.story
    names = ["Зеленський", "Володимир Зеленський", "Харків", "Шевченко"]
    return [
        ("missing versions, whole archive", archive.gaps),
        ("missing versions, a section and a year", lambda: archive.gaps(section="energy", since="2024", until="2024")),
        ("differences of a story", lambda: archive.differences(story)),
        ("stories that disagree, 20 looked at", lambda: archive.disagreements(most=20)),
        ("on this day", lambda: archive.on_this_day(date(2026, 4, 6))),
        ("two searches compared by month", lambda: archive.over_time(["Зеленський", "Харків"])),
        ("five searches compared by week", lambda: archive.over_time([*names, "спорт"], step="week")),
        *((f"name: {name}", lambda name=name: archive.names_table([name])) for name in names),
    ]


def _milliseconds(report: Callable[[], object]) -> float:
    start = time.process_time()
    report()
    return 1000 * (time.process_time() - start)


if __name__ == "__main__":
    main()
