"""One measured figure of the quality of the language work."""

from typing import NamedTuple


class Figure(NamedTuple):
    """A measured value, and what is asked of it: at least ``target``, or at most if ``at_most``."""

    part: str
    name: str
    value: float
    target: float | None = None
    at_most: bool = False
