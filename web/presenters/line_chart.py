"""
A drawing of lines over time: points in a box of 1000 by 200, which the page stretches to its width.

Lines differ by their dashes too (the classes ``line-0`` ... of style.css), and the table beside the drawing has every
value. Knows nothing of queries or languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

WIDTH, HEIGHT = 1000, 200
#: Names of periods of some 60 px, side by side on a phone.
MAX_LABELS = 5
# In percent: a name that began further right would stick out of the drawing.
_LAST_LABEL_AT = 88


class AxisLabel(NamedTuple):
    """The name of a period under the drawing, ``x`` percent from the left."""

    text: str
    x: float


@dataclass(frozen=True, slots=True)
class LineChart:
    """The points of each line as an SVG ``polyline`` takes them, the highest value, and the names of some periods."""

    lines: tuple[str, ...]
    highest: float
    labels: tuple[AxisLabel, ...]
    width: int = WIDTH
    height: int = HEIGHT


def draw_lines(names: Sequence[str], lines: Sequence[Sequence[float]]) -> LineChart | None:
    """
    Draw lines that have a value for each of the named periods; fewer than two periods make no line, and are not drawn.

    >>> draw_lines(["2023", "2024"], [[0, 4], [2, 1]]).lines
    ('0,200 1000,0', '0,100 1000,150')
    """
    if len(names) < 2:
        return None
    highest = max((value for line in lines for value in line), default=0) or 1
    step = WIDTH / (len(names) - 1)
    drawn = tuple(
        " ".join(f"{number * step:.4g},{HEIGHT * (1 - value / highest):.4g}" for number, value in enumerate(line))
        for line in lines
    )
    return LineChart(drawn, highest, _labels(names))


def _labels(names: Sequence[str]) -> tuple[AxisLabel, ...]:
    every = -(-len(names) // MAX_LABELS)
    places = range(0, len(names), every)
    found = (AxisLabel(names[place], round(100 * place / (len(names) - 1), 2)) for place in places)
    return tuple(label for label in found if label.x <= _LAST_LABEL_AT)
