"""What the newsroom exports as ninjs 3.1 and brings in again is the same articles."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from indexer.readers import read_sources
from indexer.readers.ninjs import read_ninjs
from search.article import Article, Status
from tests.indexer.reader_cases import read_bytes
from web.newsroom.export_formats.export import Export, Item
from web.newsroom.export_formats.ninjs import write_ninjs

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)

FULL = Article(
    id="ferry.uk",
    story="ferry",
    language="uk",
    title="Пором <знову> ходить & возить",
    lead="Перерва тривала\nдва тижні.",
    body="Пором повернувся.\nРядок без абзацу.\n\n<b>Не розмітка</b> &amp; не сутність.",
    published=datetime(2026, 10, 30, 21, 30, tzinfo=UTC),
    updated=datetime(2026, 10, 31, 8, 0, tzinfo=UTC),
    url="https://example.org/uk/ferry",
    section="society",
    source="Visti",
    place="Херсон",
    image_url="https://example.org/ferry.jpg",
    image_credit="Фото: А. та Б.",
    authors=("Олена Гриценко", "Редакція та друзі"),
    tags=("пором", "society"),
    status=Status.WITHHELD,
    embargoed_until=datetime(2026, 12, 1, tzinfo=UTC),
)


def again(articles: list[Article]) -> list[object]:
    items = [Item(article, article.url or f"https://visti.example.org/article/{article.id}") for article in articles]
    export = Export("All", len(items), items, NOW, "https://visti.example.org/search", "uk")
    return read_bytes(read_ninjs, "".join(write_ninjs(export)).encode())


def test_an_article_with_every_field_comes_back():
    articles = [
        FULL,
        replace(FULL, id="ferry.ru", url=None, updated=None),
        Article(language="en", title="Bare", id="b"),
    ]
    assert again(articles) == articles


def test_the_sample_archive_comes_back(sample_source: Path):
    articles = [reading for reading in read_sources([sample_source]) if isinstance(reading, Article)]
    written = [each if each.image_url else replace(each, image_credit=None) for each in articles]  # the credit of what?
    assert articles and again(articles) == written
