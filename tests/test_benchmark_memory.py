"""The measurement of the workers' memory runs, and workers share what was read before they were made."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import worker_memory
from indexer import index_articles
from search import Article

pytestmark = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from Linux' /proc")


def test_workers_share_most_of_their_memory(tmp_path: Path) -> None:
    article = Article(id="first", language="uk", title="Перша новина", published=datetime(2024, 6, 30, tzinfo=UTC))
    index_articles([article], tmp_path / "index")
    before, after = worker_memory.measure(tmp_path / "index", workers=2, searches=4)
    assert len(before) == len(after) == 2
    for memory in before:
        assert memory.own < memory.shown / 4  # a worker that shared nothing would own all that it shows
        assert memory.own <= memory.share <= memory.shown
