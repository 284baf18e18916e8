"""
Sitemaps (sitemaps.org), with Google's news extension, and indexes of sitemaps.

A sitemap lists addresses and has no text: ``listed`` gives the list to whoever polls it, and as a source of articles it
is refused with the advice to do that.
"""

import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from indexer.errors import SourceUnavailable
from indexer.readers.charsets import decode_page
from indexer.readers.page_addresses import alternates_by_language, clean_address
from indexer.readers.page_dates import parse_page_date
from indexer.readers.page_metadata import split_tags
from indexer.readers.reading import Reading
from indexer.readers.xml_safely import Element, XmlRefused, each_element, local_name, root_name, without_declaration

#: The protocol's own limits: 50 MB and 50,000 addresses.
MAX_SITEMAP_BYTES = 52_428_800
MAX_LISTED = 50_000
_ROOT = re.compile(rb"\s*(?:<\?[^>]*>|<!--.*?-->|\s)*<\s*(?:\w+:)?(?:urlset|sitemapindex)\b", re.S)


class SitemapUnreadable(ValueError):
    """The bytes are no sitemap; the message says why."""


@dataclass(frozen=True, slots=True)
class Listed:
    """
    One address of a sitemap; what it lacks is empty or None.

    ``is_sitemap`` tells that the address is another sitemap, ``alternates`` are language versions by language.
    """

    url: str
    published: datetime | None
    updated: datetime | None
    title: str
    language: str
    source: str
    tags: tuple[str, ...]
    alternates: dict[str, str]
    is_sitemap: bool = False


def recognises_sitemap(head: bytes) -> bool:
    """
    Tell whether a stream that begins with ``head`` is a sitemap.

    >>> recognises_sitemap(b'<?xml version="1.0"?><urlset xmlns="...">')
    True
    """
    return bool(_ROOT.match(head))


def listed(data: bytes, *, address: str = "") -> tuple[Listed, ...]:
    """
    Return what a sitemap lists, in its order; what is no address is passed over.

    ``address`` is where it was fetched from. Raises ``SitemapUnreadable``.
    """
    if len(data) > MAX_SITEMAP_BYTES:
        raise SitemapUnreadable(f"the sitemap has more than {MAX_SITEMAP_BYTES:,} bytes, the limit of the protocol")
    content = _as_utf8(data)
    kind = root_name(content)
    if kind not in ("urlset", "sitemapindex"):
        raise SitemapUnreadable(f"it is no sitemap: its root is {kind[:80]!r}, not urlset or sitemapindex")
    try:
        elements = each_element(io.BytesIO(content), ("url", "sitemap"))
        items = [_listed(element, address) for element in itertools.islice(elements, MAX_LISTED)]
    except XmlRefused as error:
        raise SitemapUnreadable(str(error)) from error
    return tuple(item for item in items if item.url)


def read_sitemap(stream: BinaryIO, source: str) -> Iterator[Reading]:
    """Yield the refusal of a sitemap as a source of articles."""
    yield SourceUnavailable(
        source, "a sitemap lists addresses and has no texts; visti watch ADDRESS --full-text fetches the pages"
    )


def _as_utf8(data: bytes) -> bytes:
    """Return a sitemap in UTF-8, whatever it declares and is in."""
    try:
        text = decode_page(data).text
    except ValueError as error:
        raise SitemapUnreadable(str(error)) from error
    return without_declaration(text).encode("utf-8", "replace")


def _listed(item: Element, base: str) -> Listed:
    own = _texts(item)
    # Pictures and films of the page have titles and dates, too
    news = next((_texts(each, "*") for each in item if local_name(each) == "news"), {})
    links = [(each.get("hreflang", ""), each.get("href", "")) for each in item.iter("{*}link")]
    return Listed(
        url=clean_address(own.get("loc", ""), base),
        published=parse_page_date(news.get("publication_date", "")),
        updated=parse_page_date(own.get("lastmod", "")),
        title=news.get("title", ""),
        language=news.get("language", ""),
        source=news.get("name", ""),
        tags=tuple(split_tags(news.get("keywords", ""))),
        alternates=alternates_by_language(links, base),
        is_sitemap=local_name(item) == "sitemap",
    )


def _texts(element: Element, path: str | None = None) -> dict[str, str]:
    """Return the texts of an element's children by their names; with ``*`` of all elements inside."""
    texts: dict[str, str] = {}
    for each in element.iter(path) if path else element:
        texts.setdefault(local_name(each), " ".join((each.text or "").split()))
    return texts
