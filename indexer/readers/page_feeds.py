"""The feeds that a page names (``link rel=alternate``), for whoever gave a front page where a feed was wanted."""

from urllib.parse import urljoin

from lxml import etree, html

from indexer.readers.charsets import decode_page

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
        root = html.document_fromstring(decode_page(content).text[:_HEAD_CHARACTERS])
        links = [each for each in root.iter("link") if str(each.get("type")).lower() in _TYPES and each.get("href")]
        return [urljoin(address, str(each.get("href"))) for each in links]
    except (etree.LxmlError, ValueError):  # nothing in it; an encoding declared; an address that is none
        return []
