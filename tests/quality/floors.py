"""
Floors under the figures of quality (tests/cases/quality/floors.json): what a figure may not fall below.

A floor keeps its history; its last entry is in force. Whoever lowers one adds an entry with a reason, so that no floor
is lowered unseen. A figure that is clearly better than its floor is to take the floor up with it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.quality.figures import Figure

FLOORS_FILE = Path(__file__).parents[1] / "cases" / "quality" / "floors.json"
#: Floors are written with so many digits; what is lost by that is no fall.
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """What a floor was set to: on which day, by which commit (its subject), and why, if it was lowered."""

    value: float
    date: str
    commit: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor of a figure; with ``at_most`` less is better, and it is a ceiling."""

    part: str
    figure: str
    history: tuple[Entry, ...]
    at_most: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.part, self.figure

    @property
    def value(self) -> float:
        return self.history[-1].value

    def gain(self, value: float, over: float) -> float:
        """Return how much better a value is than another."""
        return over - value if self.at_most else value - over


def read_floors(group: str, path: Path = FLOORS_FILE) -> tuple[float, list[Floor]]:
    """Return the tolerance and the floors of a group: ``sample`` or ``shared``."""
    rows: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    floors = [
        Floor(row["part"], row["figure"], tuple(Entry(**entry) for entry in row["history"]), row.get("at_most", False))
        for row in rows[group]
    ]
    return rows["tolerance"], floors


def silent_changes(floors: Sequence[Floor]) -> list[str]:
    """Return what is wrong with the histories: lowered without a reason, without a date or commit, out of order."""
    found = []
    for floor in floors:
        name = f"{floor.part}: {floor.figure}"
        for entry in floor.history:
            if not entry.commit.strip():
                found.append(f"{name}: the entry {entry.value} names no commit")
            date.fromisoformat(entry.date)
        for before, after in zip(floor.history, floor.history[1:], strict=False):
            if floor.gain(after.value, before.value) < 0 and not after.reason.strip():
                found.append(f"{name}: lowered from {before.value} to {after.value} without a reason")
            if after.date < before.date:
                found.append(f"{name}: {after.date} stands behind {before.date}")
    return found


def complaints(figures: Sequence[Figure], floors: Sequence[Floor], tolerance: float) -> list[str]:
    """Return a sentence for each figure that is below its floor, clearly above it, or has none."""
    held = {floor.key: floor for floor in floors}
    measured = {(figure.part, figure.name) for figure in figures}
    found = [f"{part}: {name} has a floor but is not measured" for part, name in held if (part, name) not in measured]
    for figure in figures:
        floor = held.get((figure.part, figure.name))
        if complaint := _complaint(figure, floor, tolerance):
            found.append(f"{figure.part}: {figure.name} {complaint}")
    return found


def _complaint(figure: Figure, floor: Floor | None, tolerance: float) -> str:
    written = round(figure.value, DIGITS)
    if floor is None:
        return f"is {written} and has no floor: add one to {FLOORS_FILE.name}"
    gain = floor.gain(figure.value, floor.value)
    if gain < -(10**-DIGITS) / 2:
        return f"is {figure.value:.4f}, worse than its floor {floor.value} (set by {floor.history[-1].commit!r})"
    if gain > tolerance:
        return f"is {figure.value:.4f}: raise the floor to {written} (now {floor.value})"
    return ""
