"""Every part of ``make quality`` runs, and the table of docs/quality.md has the figures and targets that they print."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.quality.figures import Figure
from benchmarks.quality.run import HEADING, PARTS, is_reached, main, measured, row
from tests.quality.small_data import write_small_data

PAGE = Path(__file__).parents[2] / "docs" / "quality.md"
MAX_NAME_CHARACTERS = 100


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory, sample_source: Path) -> list[Figure]:
    """Return the figures of all parts on a tiny folder of texts: their values say nothing."""
    folder = tmp_path_factory.mktemp("texts")
    write_small_data(folder, sample_source)
    return [figure for part in PARTS for figure in measured(part, folder)]


def table() -> Iterator[list[str]]:
    """Yield the cells of the rows of the page's table of figures."""
    lines = PAGE.read_text(encoding="utf-8").split(HEADING)[1].strip("\n").splitlines()
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def cells(figure: Figure) -> list[str]:
    return [cell.strip() for cell in row(figure).strip("|").split("|")]


def test_table_of_the_page_has_the_figures_that_are_printed(figures: list[Figure]) -> None:
    printed = [(part, name, target) for part, name, _, target, _ in map(cells, figures)]
    assert [(part, name, target) for part, name, _, target, _ in table()] == printed, "paste what make quality prints"


def test_table_says_of_every_target_whether_it_is_reached() -> None:
    for part, name, value, target, reached in table():
        if not target:
            assert reached == "", (part, name)
            continue
        bound = float(target.removeprefix("≤ "))
        figure = Figure(part, name, float(value), bound, target.startswith("≤"))
        # Rounded to the target itself, it may be either.
        assert reached == ("yes" if is_reached(figure) else "no") or figure.value == bound, (part, name)


def test_names_of_figures_are_unique_and_uniform(figures: list[Figure]) -> None:
    assert len({(figure.part, figure.name) for figure in figures}) == len(figures)
    for figure in figures:
        assert len(figure.name) <= MAX_NAME_CHARACTERS
        assert not {"->", "|", "@"} & set(figure.name.split()) and not any(map(str.isdigit, figure.name)), figure.name


def test_targets_are_those_asked_for(figures: list[Figure]) -> None:
    wanted = {(figure.part, figure.name): (figure.target, figure.at_most) for figure in figures}
    assert wanted["word forms", "uk: recall"] == (0.999, False)
    assert wanted["word forms", "uk: precision"] == (0.99, False)
    assert wanted["word forms", "ru: recall"] == (0.988, False)
    assert wanted["word forms", "ru: precision"] == (0.95, False)
    assert wanted["word forms", "en: recall"] == (0.98, False)
    assert wanted["word forms", "en: precision"] == (0.967, False)
    assert wanted["edge cases", "cases that hold"] == (107, False)
    assert wanted["languages", "queries of one word: languages analysed, mean"] == (1.25, True)
    assert wanted["spelling", "uk: real slips end to end, suggested first"] == (0.55, False)
    assert wanted["linking", "all: recall"] == (0.9, False)
    assert wanted["linking", "all: precision"] == (0.98, False)
    assert wanted["across languages", "uk → ru: four words"] == (0.85, False)
    assert wanted["across languages", "en → ru: four words, with learned pairs"] == (0.75, False)


def test_missing_texts_are_said_and_not_raised(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data", str(tmp_path / "nowhere")]) == 1
    assert "--data FOLDER" in capsys.readouterr().err


def test_a_part_can_be_run_alone(tmp_path: Path, sample_source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_small_data(tmp_path, sample_source)
    assert main(["edge_cases", "--data", str(tmp_path)]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(HEADING) and "cases that hold" in printed.out
    assert "targets reached" in printed.err
