"""Indexing with several processes gives the index that one process gives, and fails as safely."""

import os
import signal
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace

import pytest

import indexer
import indexer.parallel
import search
from search.columnar.verify import verify_index


def articles(number: int, word: str = "міст") -> list[search.Article]:
    return [
        search.Article(id=f"a{n}", story=f"s{n // 2}", language="uk", title=f"Новина {n}", body=f"Тут {word} і код{n}.")
        for n in range(number)
    ]


@pytest.fixture(autouse=True)
def small_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer.parallel, "WORTH_SHARING", 40)


def answers(path: Path) -> list[object]:
    with search.open(path) as archive:
        pages = [archive.search(query, limit=500) for query in ("міст", "тунель", "код7", "")]
        return [
            (page.total, page.stories, sorted((hit.article.id, round(hit.score, 9)) for hit in page.hits))
            for page in pages
        ]


def test_answers_are_those_of_one_process(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for jobs, path in ((1, one), (2, two)):
        first = indexer.index_articles(articles(130), path, jobs=jobs, commit_every=50)
        assert (first.added, first.updated, first.unchanged) == (130, 0, 0)
        again = indexer.index_articles(articles(130), path, jobs=jobs, commit_every=50)
        assert (again.added, again.updated, again.unchanged) == (0, 0, 130)
        changed = indexer.index_articles(articles(60, word="тунель"), path, jobs=jobs, commit_every=50)
        assert (changed.added, changed.updated, changed.unchanged) == (0, 60, 0)
        assert not verify_index(path).problems
    assert answers(one) == answers(two)


def test_one_id_in_two_batches_stays_one_article(tmp_path: Path) -> None:
    report = indexer.index_articles([*articles(50), *articles(50, word="тунель")], tmp_path, jobs=2, commit_every=50)
    assert (report.added, report.updated, report.duplicates) == (50, 50, 50)
    with search.open(tmp_path) as archive:
        assert archive.count() == 50
        assert archive.search("тунель").total == 50
        assert archive.search("міст").total == 0


def test_killed_worker_is_a_failed_commit_and_the_rest_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    indexer.index_articles(articles(10), tmp_path)

    def kill_a_worker(self: indexer.parallel.Workers, meanwhile: Callable[[], None]) -> list[object]:
        assert self._pool
        os.kill(next(iter(self._pool._processes)), signal.SIGKILL)
        return finished(self, meanwhile)

    finished = indexer.parallel.Workers.finished
    with monkeypatch.context() as patched:
        patched.setattr(
            indexer.parallel.Workers, "finished", lambda self, call: kill_a_worker(self, call) if self._pool else []
        )
        with pytest.raises(search.CommitFailed, match="worker process was ended") as raised:
            indexer.index_articles(articles(100), tmp_path, jobs=2)
    assert isinstance(raised.value.__cause__, BrokenProcessPool)
    with search.open(tmp_path) as archive:
        assert archive.count() == 10
    assert indexer.index_articles(articles(100), tmp_path, jobs=2).added == 90
    assert not verify_index(tmp_path).problems


def test_remains_of_a_killed_run_are_removed(tmp_path: Path) -> None:
    indexer.index_articles(articles(5), tmp_path)
    left = tmp_path / "00000001.building"
    left.write_bytes(b"half")
    indexer.index_articles([], tmp_path)
    assert not left.exists()


def test_few_articles_start_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexer.parallel, "ProcessPoolExecutor", None)
    assert indexer.index_articles(articles(39), tmp_path, jobs=8).added == 39


def test_something_else_than_articles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="article_from_record"):
        indexer.index_articles([{"title": "Новина"}], tmp_path)  # type: ignore[list-item]


def test_who_waits_for_the_processes_is_told_that_they_are_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    with indexer.parallel.Workers(tmp_path, 2) as workers:
        monkeypatch.setattr(indexer.parallel, "wait", lambda running, timeout: SimpleNamespace(not_done=len(told) < 3))
        assert workers.finished(lambda: told.append("alive")) == []
    assert len(told) == 3
