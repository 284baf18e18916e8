"""Feeds and sitemaps: what is read out of each, what is set aside, and that no damage raises anything."""

import io
import json
import os
import socket
from pathlib import Path

import pytest

from indexer.errors import RecordError, SourceUnavailable
from indexer.readers import Remark, read_sources
from indexer.readers.feed import (
    MAX_DAMAGED_CHARACTERS,
    MAX_FEED_BYTES,
    FeedUnreadable,
    entries,
    read_feed,
    recognises_feed,
)
from indexer.readers.sitemap import SitemapUnreadable, listed, recognises_sitemap
from search.article import Article, article_to_record
from tests.indexer.mutations import mutations

CASES = Path(__file__).parents[1] / "cases" / "readers"
FEEDS = sorted((CASES / "feeds").glob("*.xml"))
SITEMAPS = sorted((CASES / "sitemaps").glob("*.xml"))
MUTATIONS = int(os.environ.get("VISTI_MUTATIONS", "50"))


def read(content, source="feed.xml"):
    return list(read_feed(io.BytesIO(content), source))


def as_case(reading):
    if isinstance(reading, Article):
        return article_to_record(reading)
    return {"error": reading.reason} if isinstance(reading, RecordError) else {"remark": reading.message}


def rss(item, channel=""):
    return f"<rss version='2.0'><channel>{channel}<item>{item}</item></channel></rss>".encode()


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_feed_is_read_as_written_beside_it(path):
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert [as_case(reading) for reading in read(path.read_bytes(), path.name)] == expected


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
def test_feed_is_told_by_its_content(path):
    assert recognises_feed(path.read_bytes()[:4096]) and not recognises_sitemap(path.read_bytes()[:4096])
    readings = list(read_sources([path]))
    assert any(isinstance(reading, Article) for reading in readings)


@pytest.mark.parametrize("charset", ["cp1251", "koi8-u", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("declared", ["utf-8", "windows-1251", "koi8-u"])
def test_character_set_is_found_whatever_is_declared(charset, declared):
    feed = (
        f"<?xml version='1.0' encoding='{declared}'?>{rss('<title>Порт Одеси прийняв перший пором</title>').decode()}"
    )
    assert entries(feed.encode(charset)).entries[0].title == "Порт Одеси прийняв перший пором"


@pytest.mark.parametrize("name", [b"/etc/passwd", b"file:///etc/passwd", b"http://127.0.0.1:9/", b""])
def test_content_that_is_a_name_or_an_address_is_not_opened(name, monkeypatch):
    monkeypatch.setattr(socket, "socket", lambda *_, **__: pytest.fail("the network was touched"))
    with pytest.raises(FeedUnreadable, match="no feed"):
        entries(name)


@pytest.mark.parametrize(
    ("content", "must_contain"),
    [
        (b"<html><p>text</p></html>", "no feed"),
        (b'<!DOCTYPE rss [<!ENTITY a "x">]><rss><channel/></rss>', "entities"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
        (b"<rss>" + b" " * MAX_FEED_BYTES, "20,000,000 bytes"),
        (b"<rss>" + b"<" * MAX_DAMAGED_CHARACTERS, "not well-formed"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_feed_is_refused_with_the_reason(content, must_contain):
    (error,) = read(content)
    assert must_contain in str(error)


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.stem)
@pytest.mark.parametrize("size", [1, 2])
def test_feed_that_is_read_by_pieces_gives_the_same(path, size, monkeypatch):
    whole = entries(path.read_bytes())
    monkeypatch.setattr("indexer.readers.feed._PIECE_ENTRIES", size)
    assert entries(path.read_bytes()) == whole


def test_what_looks_like_an_entry_inside_a_text_parts_nothing(monkeypatch):
    monkeypatch.setattr("indexer.readers.feed._PIECE_ENTRIES", 1)
    text = "<title>A</title><description><![CDATA[<p>an <item> of it</p>]]></description><!-- <item> -->"
    feed = rss(f"{text}</item><item>{text}</item><item>{text}")
    assert [each.summary for each in entries(feed).entries] == ["an of it"] * 3 and not entries(feed).remarks


def test_of_more_entries_than_are_read_the_first_are_taken(monkeypatch):
    monkeypatch.setattr("indexer.readers.feed.MAX_ENTRIES", 5)
    monkeypatch.setattr("indexer.readers.feed._PIECE_ENTRIES", 2)
    for count, taken in ((4, 4), (5, 5), (6, 5), (9, 5)):
        feed = entries(rss("</item><item>".join(f"<title>A {number}</title>" for number in range(count))))
        assert [each.title for each in feed.entries] == [f"A {number}" for number in range(taken)]
        assert bool(feed.remarks) == (count > taken) and all("more than 5" in each for each in feed.remarks)


def test_empty_feed_is_no_error():
    (remark,) = read(b"<rss version='2.0'><channel><title>A</title></channel></rss>")
    assert isinstance(remark, Remark) and "no entries" in str(remark)


@pytest.mark.parametrize(
    ("item", "name", "expected"),
    [
        ("<guid>7</guid>", "id", "7"),
        ("<guid> https://A.example/7?utm_source=x </guid>", "id", "https://a.example/7"),
        (f"<guid>{'x' * 600}</guid>", "id", ""),
        ("<link>javascript:alert(1)</link>", "url", ""),
        ("<link>https://a.example/8#c</link>", "url", "https://a.example/8"),
        ("<title>Fish &amp;amp; chips</title>", "title", "Fish & chips"),
        ("<pubDate>yesterday</pubDate>", "published", None),
        ("<author>desk@a.example</author>", "authors", ()),
        ("<author>desk@a.example (Ann Lee)</author>", "authors", ("Ann Lee",)),
        ("<author>Ann Lee</author>", "authors", ("Ann Lee",)),
        ("<description>&lt;script>x&lt;/script>Text</description>", "summary", "Text"),
    ],
)
def test_entry_field(item, name, expected):
    (entry,) = entries(rss(f"<title>T</title>{item}" if "<title>" not in item else item)).entries
    assert getattr(entry, name) == expected


def test_nested_markup_of_any_depth_is_read_or_left_out():
    (entry,) = entries(rss(f"<title>T</title><description><![CDATA[{'<div>' * 100_000}text]]></description>")).entries
    assert (entry.title, entry.summary) == ("T", "")


def test_sitemap_lists_addresses_dates_and_language_versions():
    first, second = listed((CASES / "sitemaps" / "news.xml").read_bytes())
    assert (first.url, first.title, first.language, first.source, first.tags) == (
        "https://news.example/society/metro-4711/",
        "Метро до Троєщини почнуть будувати навесні",
        "uk",
        "Приклад новин",
        ("метро", "Київ"),
    )
    assert first.published and first.published.isoformat() == "2026-02-11T07:30:00+00:00"
    assert first.updated and first.updated.isoformat() == "2026-02-11T10:05:00+00:00"
    assert first.alternates == {"ru": "https://news.example/ru/society/metro-4711/"}
    assert second.url == "https://news.example/society/8?a=1&b=2" and not second.is_sitemap


def test_index_of_sitemaps_lists_sitemaps():
    found = listed((CASES / "sitemaps" / "index.xml").read_bytes())
    assert [each.is_sitemap for each in found] == [True, True]
    assert found[1].url == "https://news.example/sitemap-2026-01.xml.gz"


@pytest.mark.parametrize("path", SITEMAPS, ids=lambda path: path.stem)
def test_sitemap_is_no_source_of_articles(path):
    (error,) = read_sources([path])
    assert isinstance(error, SourceUnavailable) and "has no texts" in str(error)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<rss/>",
        b"<urlset>",
        b"<!DOCTYPE urlset [<!ENTITY a 'x'>]><urlset/>",
        b"<urlset>" + b"<url>" * 5000,
        b"\0" * 9,
    ],
)
def test_what_is_no_sitemap_is_refused(content):
    with pytest.raises(SitemapUnreadable):
        listed(content)


@pytest.mark.parametrize("path", FEEDS + SITEMAPS, ids=lambda path: path.stem)
def test_damaged_file_gives_articles_entries_or_refusals(path):
    for content in mutations(path.read_bytes(), path.stem, MUTATIONS):
        for reading in read(content):
            assert isinstance(reading, Article | RecordError | Remark)
        try:
            assert all(each.url for each in listed(content))
        except SitemapUnreadable as error:
            assert str(error)
