"""A kill that comes without its text cancels the article that the archive has."""

from datetime import UTC, datetime
from pathlib import Path

import search
from indexer import index_articles
from indexer.readers.reading import Withdrawal
from search.article import Article, Status

WHEN = datetime(2026, 5, 2, 9, tzinfo=UTC)
ARTICLE = Article(id="a", language="en", title="A report", published=datetime(2026, 5, 1, tzinfo=UTC))
KILL = Withdrawal("a", WHEN, "wire.json", 7)


def test_an_article_in_the_index_is_canceled(tmp_path: Path):
    index_articles([ARTICLE], tmp_path)
    report = index_articles([KILL], tmp_path)
    assert (report.updated, report.rejected) == (1, 0)
    with search.open(tmp_path).seen_by("newsroom") as archive:
        article = archive.get("a")
        assert article and (article.status, article.updated, article.title) == (Status.CANCELED, WHEN, "A report")


def test_an_article_of_the_same_run_is_canceled(tmp_path: Path):
    index_articles([ARTICLE, KILL], tmp_path)
    with search.open(tmp_path) as archive:
        assert archive.get("a") is None


def test_an_unknown_article_is_remarked(tmp_path: Path):
    report = index_articles([KILL], tmp_path)
    assert [str(remark) for remark in report.remarks] == [
        "wire.json:7: the article 'a' is withdrawn, and the archive does not have it"
    ]
