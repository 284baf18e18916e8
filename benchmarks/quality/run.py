"""
Measure the quality of the language work on the texts beside the repository, and print the table of docs/quality.md.

``python -m benchmarks.quality.run [PART ...] [--data FOLDER]``; without parts all of them, which takes some minutes.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.quality.figures import Figure

#: The modules of this package that measure something, in the order of the table.
PARTS = (
    "word_forms",
    "edge_cases",
    "languages",
    "names",
    "aliases",
    "cognates",
    "layout",
    "typing",
    "spelling",
    "learning",
    "across_languages",
    "related",
    "linking",
    "prior",
    "questions",
    "quotations",
)
HEADING = "| part | figure | value | target | reached |\n|---|---|---|---|---|"
DEFAULT_DATA = Path(__file__).parents[3] / "shared" / "data"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures as they come; return 1 when the texts are not there, else 0."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=f"of {', '.join(PARTS)}")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="the folder of the texts")
    options = parser.parse_args(arguments)
    if not options.data.is_dir():
        print(
            f"There are no texts to measure with at {options.data}; name their folder: --data FOLDER", file=sys.stderr
        )
        return 1
    print(HEADING)
    figures = []
    for part in options.parts or PARTS:
        began = time.perf_counter()
        for figure in measured(part, options.data):
            print(row(figure), flush=True)
            figures.append(figure)
        print(f"{part}: {time.perf_counter() - began:.0f} s", file=sys.stderr)
    wanted = [figure for figure in figures if figure.target is not None]
    print(f"{sum(map(is_reached, wanted))} of {len(wanted)} targets reached", file=sys.stderr)
    return 0


def is_reached(figure: Figure) -> bool:
    """Return whether a figure is as good as its target, or has none."""
    if figure.target is None:
        return True
    return figure.value <= figure.target if figure.at_most else figure.value >= figure.target


def measured(part: str, data: Path) -> Iterator[Figure]:
    """Yield the figures of one part."""
    yield from importlib.import_module(f"benchmarks.quality.{part}").measure(data)


def row(figure: Figure) -> str:
    """
    Return the row of the table for a figure.

    >>> row(Figure("names", "recall", 0.61234, 0.6))
    '| names | recall | .612 | .600 | yes |'
    """
    if figure.target is None:
        return f"| {figure.part} | {figure.name} | {shown(figure.value)} | | |"
    bound = "≤ " if figure.at_most else ""
    cells = (
        figure.part,
        figure.name,
        shown(figure.value),
        bound + shown(figure.target),
        "yes" if is_reached(figure) else "no",
    )
    return f"| {' | '.join(cells)} |"


def shown(value: float) -> str:
    """Return a share with three digits, or another figure with as few as it needs."""
    return (
        f"{value:.4f}".removeprefix("0")
        if 0.995 <= value < 1
        else (f"{value:.3f}".removeprefix("0") if value < 1 else f"{value:.4g}")
    )


if __name__ == "__main__":
    sys.exit(main())
