"""How far a run is can be told from its first article on, and never goes back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer import check_articles, index_articles, write
from indexer.job import intake_of
from indexer.readers.sources import Intake
from indexer.report import Report
from search import Article
from search.command import main

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


def test_sizes_of_files_are_looked_up_when_progress_is_shown(monkeypatch: pytest.MonkeyPatch):
    asked: list[object] = []
    monkeypatch.setattr(Intake, "bytes_in_all", lambda self: asked.append(self))
    job = intake_of(["many"], None, None, 10)
    assert not asked  # a folder of 100,000 files takes seconds, and an interrupt would find nobody to answer it
    assert job.share_done() is None and job.share_done() is None
    assert len(asked) == 1


@pytest.mark.parametrize(("option", "answer"), [("--dry-run", "Nothing was written"), ("--no-link", "was committed")])
def test_interrupt_is_answered_by_what_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, answer: str):
    def interrupted(self: Intake) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Intake, "__iter__", interrupted)
    result = CliRunner().invoke(main, ["index", "a.jsonl", option, "--index", str(tmp_path / "index")])
    assert result.exit_code == 1 and answer in result.stderr
