"""Fixtures over the small archive."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from small_archive import ARTICLES, opened

import indexer
import search


@pytest.fixture
def build(tmp_path: Path) -> Callable[[Iterable[search.Article]], Path]:
    """Return a function that builds an index of articles and gives its path."""

    def build_index(articles: Iterable[search.Article]) -> Path:
        indexer.index_articles(articles, tmp_path / "index")
        return tmp_path / "index"

    return build_index


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[search.Archive]:
    """The archive of ``ARTICLES`` as readers see it on 1 June 2026."""
    path = tmp_path_factory.mktemp("archive")
    indexer.index_articles(ARTICLES, path)
    with opened(path) as found:
        yield found
