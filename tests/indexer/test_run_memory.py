"""A run takes no more memory for ten times as many articles, read once or again and again; nor for very long ones."""

import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import search
from indexer import check_articles, index_articles, known_ids, write
from search import Article

ID_BYTES = 48  # 16 an id for the run and as much for the rehearsal, and half again while they are sorted


def articles(number: int, ids: int) -> Iterable[Article]:
    return (
        Article(id=f"a{each % ids}", language="en", title="News", body=f"Of {each % ids}") for each in range(number)
    )


def peak(work: Callable[[], object]) -> int:
    """Return the bytes that some work takes at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Make commits and sets of ids small, so that 2,000 articles are many of them."""
    monkeypatch.setattr(write, "COMMIT_EVERY", 200)
    monkeypatch.setattr(known_ids, "_IN_DICT", 256)


def test_a_dry_run_keeps_some_bytes_of_each_article(tmp_path: Path):
    few, many = (peak(lambda n=number: check_articles(articles(n, n), tmp_path)) for number in (2_000, 20_000))
    assert many < few * 1.2 + 18_000 * ID_BYTES


def test_a_run_keeps_nothing_of_articles_that_come_again(tmp_path: Path):
    index_articles(articles(200, 200), tmp_path)
    few, many = (
        peak(lambda n=number: index_articles(articles(n, 200), tmp_path, commit_every=200))
        for number in (2_000, 20_000)
    )
    assert many < few * 1.2


def test_long_articles_are_committed_sooner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(write, "COMMIT_CHARACTERS", 1_000)
    seen = []

    def watched() -> Iterable[Article]:
        for article in articles(30, 30):
            yield Article(id=article.id, language="en", title="News", body="words" * 100)
            with search.open(tmp_path) as archive:
                seen.append(archive.count())

    index_articles(watched(), tmp_path, commit_every=1_000)
    assert seen == [2 * (each // 2) for each in range(1, 31)]
