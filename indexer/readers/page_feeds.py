"""The feeds that a page names (``link rel=alternate``), for whoever gave a front page where a feed was wanted."""

from urllib.parse import urljoin

from indexer.readers.charsets import decode_page
from indexer.readers.parsers import parse_html

_TYPES = ("application/rss+xml", "application/atom+xml")
# They stand in the head, which comes first.
_HEAD_CHARACTERS = 500_000


def feeds_of_page(content: bytes, address: str) -> list[str]:
    """
    Return the addresses of the feeds that a page names, in its order.

    >>> feeds_of_page(b'<html><link rel=alternate type="application/rss+xml" href=/rss></html>', "https://news.example/")
    ['https://news.example/rss']
    """
    try:
        root = parse_html(decode_page(content).text[:_HEAD_CHARACTERS])
        links = [] if root is None else root.iter("link")
        feeds = [each for each in links if str(each.get("type")).lower() in _TYPES and each.get("href")]
        return [urljoin(address, str(each.get("href"))) for each in feeds]
    except ValueError:  # too deep, of no character set, or an address that is none
        return []
