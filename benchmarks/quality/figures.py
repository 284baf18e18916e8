"""One measured figure of the quality of the language work."""

from typing import NamedTuple


class Figure(NamedTuple):
    """A measured value, and the target that it should reach (or, with ``at_most``, stay below)."""

    part: str
    name: str
    value: float
    target: float | None = None
    at_most: bool = False
