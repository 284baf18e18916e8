"""One measured figure of the quality of the language work."""

from typing import NamedTuple


class Figure(NamedTuple):
    part: str
    name: str
    value: float
    target: float | None = None
    at_most: bool = False
