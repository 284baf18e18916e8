"""How far a run is can be told from its first article on, and never goes back."""

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer import check_articles, index_articles, write
from indexer.report import Report
from search import Article

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
