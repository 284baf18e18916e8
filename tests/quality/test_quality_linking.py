"""Linking by content holds its floors: on the sample archive, and on a part of the real texts where they are there."""

from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import pytest

from benchmarks.quality import linking
from benchmarks.quality.known_items import read_articles
from search.article import Article
from tests.quality.test_quality_floors import DATA, hold

#: Of all stories one in eight; ``linking.is_held_out`` is the same by two, so none had a part in choosing the weights.
_PARTS = 8


def some_held_out(articles: Sequence[Article]) -> list[Article]:
    """Return the articles of some of the held-out stories; all of them take minutes (``make quality``)."""
    return [article for article in articles if crc32(article.story.encode()) % _PARTS == 1]


def test_linking_of_the_sample_archive_holds(sample_source: Path) -> None:
    hold("linking of the sample archive", list(linking.figures_of("sample archive", read_articles(sample_source))))


@pytest.mark.skipif(not DATA.is_dir(), reason="the development data lie beside the project, and are not there")
def test_linking_of_real_texts_holds() -> None:
    articles = some_held_out(read_articles(DATA / "articles.jsonl"))
    assert len(articles) > 60 and all(linking.is_held_out(article.story) for article in articles)
    hold("linking of real texts", list(linking.figures_of("some held out", articles)))
