"""No figure of quality falls below its floor, no floor is lowered unseen; and the gate itself notices both."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

import search
from benchmarks.quality import edge_cases, languages, quotations, word_forms
from benchmarks.quality.figures import Figure
from benchmarks.quality.known_items import read_articles
from tests.quality.floors import Entry, Floor, complaints, read_floors, silent_changes
from tests.quality.sample_figures import sample_figures

DATA = Path(os.environ.get("VISTI_SHARED_DATA") or Path(__file__).parents[3] / "shared" / "data")
QUICK_PARTS = (word_forms, edge_cases, languages, quotations)


def hold(group: str, figures: Sequence[Figure]) -> None:
    """Fail with all that is wrong with the figures of a group."""
    tolerance, floors = read_floors(group)
    found = complaints(figures, floors, tolerance)
    assert not found, "tests/cases/quality/floors.json (see CONTRIBUTING.md):\n" + "\n".join(found)


def test_figures_of_the_repository_hold(sample_archive: search.Archive, sample_source: Path) -> None:
    hold("sample", list(sample_figures(sample_archive, read_articles(sample_source))))


@pytest.mark.skipif(not DATA.is_dir(), reason="the development data lie beside the project, and are not there")
def test_quick_figures_of_real_texts_hold() -> None:
    hold("shared", [figure for part in QUICK_PARTS for figure in part.measure(DATA) if figure.target is not None])


@pytest.mark.parametrize(
    "group",
    [
        "sample",
        "shared",
        "linking of the sample archive",
        "linking of real texts",
        "prior coverage of the sample archive",
    ],
)
def test_no_floor_is_lowered_without_a_reason(group: str) -> None:
    _, floors = read_floors(group)
    assert silent_changes(floors) == []
    assert len({floor.key for floor in floors}) == len(floors)


class TestGate:
    """The gate on made-up figures."""

    def complaint(self, value: float, floor: float, *, at_most: bool = False) -> str:
        floors = [Floor("part", "figure", (Entry(floor, "2026-01-01", "Hold floors"),), at_most)]
        return "\n".join(complaints([Figure("part", "figure", value)], floors, tolerance=0.02))

    @pytest.mark.parametrize("value", [0.79996, 0.8, 0.81, 0.8199])
    def test_a_figure_at_its_floor_is_quiet(self, value: float) -> None:
        assert self.complaint(value, 0.8) == ""

    def test_a_figure_below_its_floor_fails(self) -> None:
        assert "worse than its floor 0.8 (set by 'Hold floors')" in self.complaint(0.798, 0.8)

    def test_a_figure_clearly_above_asks_to_raise_the_floor(self) -> None:
        assert "raise the floor to 0.8234" in self.complaint(0.8234, 0.8)

    def test_less_is_better_under_a_ceiling(self) -> None:
        assert "worse" in self.complaint(1.26, 1.25, at_most=True)
        assert "raise" in self.complaint(1.2, 1.25, at_most=True)

    def test_a_figure_without_a_floor_fails(self) -> None:
        assert "has no floor" in complaints([Figure("part", "new", 0.5)], [], 0.02)[0]

    def test_a_floor_whose_figure_is_gone_fails(self) -> None:
        floors = [Floor("part", "old", (Entry(0.5, "2026-01-01", "Hold floors"),))]
        assert complaints([], floors, 0.02) == ["part: old has a floor but is not measured"]

    @pytest.mark.parametrize(
        ("last", "at_most", "complaint"),
        [
            (Entry(0.7, "2026-02-01", "Lower it"), False, "lowered from 0.8 to 0.7 without a reason"),
            (Entry(0.7, "2026-02-01", "Lower it", " "), False, "without a reason"),
            (Entry(0.9, "2026-02-01", "Lower it"), True, "without a reason"),
            (Entry(0.9, "2026-02-01", ""), False, "names no commit"),
            (Entry(0.9, "2025-12-01", "Raise it"), False, "stands behind"),
        ],
    )
    def test_a_wrong_history_is_noticed(self, last: Entry, at_most: bool, complaint: str) -> None:
        floor = Floor("part", "figure", (Entry(0.8, "2026-01-01", "Hold floors"), last), at_most)
        assert any(complaint in each for each in silent_changes([floor]))

    @pytest.mark.parametrize(
        "last", [Entry(0.9, "2026-02-01", "Raise it"), Entry(0.7, "2026-02-01", "Lower it", "cases added")]
    )
    def test_a_right_history_is_quiet(self, last: Entry) -> None:
        assert silent_changes([Floor("part", "figure", (Entry(0.8, "2026-01-01", "Hold floors"), last))]) == []
