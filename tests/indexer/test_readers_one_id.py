"""One article has one id, whether it comes from a feed, from its page, out of a WARC file or out of an export."""

import io
import json
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.readers import read_sources
from indexer.readers.feed import read_feed
from indexer.readers.html import read_html
from indexer.readers.page_addresses import article_id, clean_address
from indexer.readers.wxr import read_wxr
from search.archive.addresses import bare_address
from search.article import MAX_ID_BYTES, Article

CASES = json.loads((Path(__file__).parents[1] / "cases" / "readers" / "one_id.json").read_text(encoding="utf-8"))
SENTENCE = "Рух мостом через Ворсклу відновили у вівторок зранку, ремонт тривав вісім місяців."
NAMESPACES = "xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0' xmlns:wp='http://wordpress.org/export/1.2/'"


def articles(readings):
    return [reading for reading in readings if isinstance(reading, Article)]


def feed(*entries):
    """Return the articles of a feed with such entries; those without a title get one each."""
    titled = [
        each if "<title>" in each else f"<title>Міст {number}</title>{each}" for number, each in enumerate(entries)
    ]
    items = "".join(f"<item>{each}<description>{SENTENCE}</description></item>" for each in titled)
    text = f"<rss version='2.0' {NAMESPACES}><channel><language>uk</language>{items}</channel></rss>"
    return articles(read_feed(io.BytesIO(text.encode()), "feed.xml"))


def page(head):
    article = f"<meta property='og:type' content='article'>{head}"
    return f"<!doctype html><html lang=uk><head>{article}</head><h1>Міст</h1><p>{SENTENCE}</p></html>".encode()


def answer(url, content):
    """Return a record of a WARC file with a page."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + content
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nContent-Length: {len(http)}\r\n"
    return head.encode() + b"Content-Type: application/http; msgtype=response\r\n\r\n" + http + b"\r\n\r\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_feed_and_page_give_one_id(case, tmp_path):
    (from_feed,) = feed(case["entry"])
    (from_page,) = articles(read_html(io.BytesIO(page(case["head"])), "page.html", address=case.get("fetched")))
    assert (from_feed.id, from_page.id) == (case["id"], case["id"])
    warc = tmp_path / "site.warc"
    in_crawl = case.get("fetched", "https://a.example/from-the-crawl" if "a.example" in case["id"] else case["id"])
    warc.write_bytes(answer(in_crawl, page(case["head"])))
    (from_warc,) = articles(read_sources([warc]))
    assert from_warc.id == case["id"]


ADDRESSES = st.builds(
    lambda scheme, host, rest: f"{scheme}{host}/{rest}",
    st.sampled_from(["http://", "HTTPS://www.", "https://", "https://xn--j1ail."]),
    st.sampled_from(["a.org", "A.org:80", "a.org:443", "www.www.a.org", "a.org:443:443", "[::1]:80", "xn--a.org"]),
    st.text("aAвЇ09%2fF/?&=#:.-@[] \x7f", max_size=20) | st.sampled_from(["?utm_source=x&utm_medium=y&id=7", "%d0%bc"]),
)


@given(ADDRESSES | st.text())
def test_cleaning_an_address_again_changes_nothing(address):
    clean, identifier = clean_address(address), article_id(address)
    assert clean_address(clean) == clean and article_id(clean) == identifier == article_id(identifier)
    assert bool(clean) == bool(identifier)


@given(ADDRESSES, ADDRESSES)
def test_what_is_one_address_to_a_search_is_one_id(one, other):
    both = clean_address(one), clean_address(other)
    if all(both) and bare_address(both[0]) == bare_address(both[1]):
        assert article_id(one) == article_id(other)


def test_an_address_that_is_too_long_for_an_id_still_tells_articles_apart():
    ids = {article_id(f"https://a.example/{'x' * 600}{number}") for number in range(3)}
    assert len(ids) == 3 and all(len(each.encode()) <= MAX_ID_BYTES for each in ids)
    assert {feed(f"<link>https://a.example/{'x' * 600}1</link>")[0].id} < ids


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_entries_of_a_live_blog_are_articles_of_their_own(order):
    link = "<link>https://a.example/live/7</link>"
    entries = [f"<title>Перше</title><guid isPermaLink='false'>g1</guid>{link}", f"<title>Друге</title>{link}"]
    entries.append("<title>Третє</title><guid>https://a.example/live/7#3</guid>" + link)
    ids = {article.title: article.id for article in feed(*(entries[number] for number in order))}
    assert len(set(ids.values())) == 3 and "https://a.example/live/7" not in ids.values()
    assert ids["Перше"] == "g1" and ids["Третє"] == "https://a.example/live/7#3"


def test_one_article_twice_in_a_feed_is_one():
    link = "<title>Міст</title><link>https://a.example/7</link>"
    assert {each.id for each in feed(f"<guid>7#0</guid>{link}", f"<guid>7#1</guid>{link}")} == {"https://a.example/7"}


def test_entries_whose_link_is_the_front_page_keep_their_guids():
    link = "<link>https://a.example/</link>"
    assert [each.id for each in feed(f"<guid isPermaLink='false'>g1</guid>{link}")] == ["g1"]
    assert len({each.id for each in feed(link, link)}) == 2


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        ("<link>http://a.example/most/</link><guid>https://dev.example/?p=7</guid>", "https://a.example/most"),
        ("<link>https://a.example/?p=7</link><guid>https://dev.example/?p=7</guid>", "https://dev.example/?p=7"),
        ("<link>https://a.example/?p=7</link>", "https://a.example/?p=7"),
    ],
)
def test_a_post_of_an_export_has_its_address_if_it_has_one(post, expected):
    item = f"<item><title>Міст</title>{post}<wp:status>draft</wp:status><wp:post_type>post</wp:post_type></item>"
    (article,) = articles(read_wxr(io.BytesIO(f"<rss {NAMESPACES}><channel>{item}</channel></rss>".encode()), "x.xml"))
    assert article.id == expected
