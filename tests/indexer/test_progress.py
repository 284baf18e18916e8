"""How far a run is can be told from its first article on, and never goes back."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer import check_articles, index_articles, progress_line, write
from indexer.job import intake_of
from indexer.readers.sources import Intake
from indexer.report import Report
from search import Article
from search.command import main
from tests.conftest import Visti

ARTICLES = [Article(id=f"a{number}", language="en", title="News") for number in range(10)]


@pytest.mark.parametrize("run", [check_articles, index_articles])
def test_articles_are_counted_as_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., Report]
):
    monkeypatch.setattr(write, "COMMIT_EVERY", 4)
    seen: list[int] = []
    report = run(ARTICLES, tmp_path, progress=lambda report: seen.append(report.articles + report.waiting))
    assert seen == sorted(seen)
    assert seen[:3] == [1, 2, 3]
    assert (seen[-1], report.articles) == (10, 10)


def test_what_was_read_is_not_done_yet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(progress_line, "SECONDS_BETWEEN_LOG_LINES", 0.0)
    shown = progress_line.ProgressShown(lambda: 1.0)  # all bytes were read at once
    shown._line.started -= 10
    shown.show(Report(waiting=100))
    shown.show(Report(added=25, waiting=75))
    shown.show(Report(added=100, in_work=75))
    shown.show(Report(added=100))
    first, then, shared, last = capsys.readouterr().err.splitlines()
    assert first == "0 articles, 0 a second, 100 waiting, 0 left out"
    assert "75 waiting" in then and then.endswith(", 30 s left")
    assert shared == then
    assert last.endswith("0 left out, 0 s left")


@pytest.mark.parametrize(("width", "shown"), [(10, "0 article"), (0, "0 articles, 0 a second, 0 left out")])
def test_the_line_fits_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int, shown: str
):
    monkeypatch.setattr(progress_line, "SECONDS_BETWEEN_PROGRESS", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(sys.stderr, "fileno", lambda: 2)
    monkeypatch.setattr("os.get_terminal_size", lambda descriptor: os.terminal_size((width, 24)))
    monkeypatch.setenv("TERM", "xterm")
    progress_line.ProgressShown().show(Report())
    assert capsys.readouterr().err == f"\r{shown}\033[K"


def test_a_rebuilding_knows_how_much_there_is(monkeypatch: pytest.MonkeyPatch, visti: Visti, index_copy: Path):
    monkeypatch.setattr(progress_line, "SECONDS_BETWEEN_LOG_LINES", 0.0)
    lines = visti("reindex", "--force", "--index", index_copy).stderr.splitlines()
    assert lines[-1].startswith("131 articles") and lines[-1].endswith(", 0 s left")


def test_sizes_of_files_are_looked_up_when_progress_is_shown(monkeypatch: pytest.MonkeyPatch):
    asked: list[object] = []
    monkeypatch.setattr(Intake, "bytes_in_all", lambda self: asked.append(self))
    job = intake_of(["many"], None, None, 10)
    assert not asked  # a folder of 100,000 files takes seconds, and an interrupt would find nobody to answer it
    assert job.share_read() is None and job.share_read() is None
    assert len(asked) == 1


@pytest.mark.parametrize(("option", "answer"), [("--dry-run", "Nothing was written"), ("--no-link", "was committed")])
def test_interrupt_is_answered_by_what_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, answer: str):
    def interrupted(self: Intake) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Intake, "__iter__", interrupted)
    result = CliRunner().invoke(main, ["index", "a.jsonl", option, "--index", str(tmp_path / "index")])
    assert result.exit_code == 1 and answer in result.stderr
