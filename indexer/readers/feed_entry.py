"""
One entry of a feed, as feedparser took it apart, made what its article needs.

feedparser's own look-up puts other fields in place of absent ones, takes the last of several links for an entry's own,
and misreads addresses of mail; so its fields are read here as they came.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from indexer.readers.bylines import names_of
from indexer.readers.furniture import without_furniture
from indexer.readers.html_text import has_markup, html_paragraphs, plain_paragraphs
from indexer.readers.page_addresses import alternates_by_language, clean_address
from indexer.readers.page_dates import parse_page_date
from indexer.readers.page_head import photo_in
from indexer.readers.parsers import MarkupRefused
from indexer.readers.signatures import Signed, take_signatures
from search.article import MAX_ID_BYTES, MAX_LIST_ITEMS

# What follows it is in the text: "Рух мостом відновили у […]".
_BROKEN_OFF = re.compile(r"\s*(?:\[\s*)?(?:…|\.{3})(?:\s*\])?\s*$")
# A summary in which two paragraphs are as long is no summary but the text.
_SENTENCE_CHARACTERS = 60
_DATES = ("published", "updated")
_FULL_TEXTS = ("full-text", "fulltext", "full_text")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """
    One entry of a feed; what it lacks is empty or None.

    ``id`` is its guid or Atom id, ``url`` its page, ``body`` its paragraphs: empty where the feed has a summary alone.
    ``cut`` tells that the feed breaks off inside it, ``article_id`` what its article is called, ``unread_dates`` what
    was written for dates and is none.
    """

    id: str
    url: str
    title: str
    summary: str
    body: tuple[str, ...]
    published: datetime | None
    updated: datetime | None
    language: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    image_url: str
    image_credit: str
    alternates: dict[str, str]
    unread_dates: tuple[str, ...] = ()
    cut: bool = False
    article_id: str = ""


def feed_entry(entry: Any, base: str, feed_language: str, *, cut: bool) -> FeedEntry:
    """Return what feedparser found of an entry, in a feed at the address ``base``."""
    links = [link for link in _list(entry, "links") if isinstance(link.get("href"), str)]
    language = _language(entry) or feed_language
    identifier = text_at(entry, "id")
    summary, signed = _summary_and_text(entry)
    published, updated = _moment(entry, "published"), _moment(entry, "updated")
    image_url, image_credit = _photo(entry, links)
    alternates = [(str(link["hreflang"]), link["href"]) for link in links if link.get("hreflang")]
    return FeedEntry(
        id=_clean_guid(identifier) if _is_id(identifier) else "",
        url=clean_address(_own_link(entry, links, language), base),
        title=line_of(text_at(entry, "title")),
        summary=summary,
        body=tuple(signed.paragraphs),
        published=published or updated,
        updated=updated if published and updated and updated > published else None,
        language=language,
        authors=tuple(dict.fromkeys([*_names(entry), *signed.authors])),
        tags=tuple(filter(None, map(_name_of_tag, _list(entry, "tags")[:MAX_LIST_ITEMS]))),
        image_url=clean_address(image_url, base),
        image_credit=image_credit or signed.image_credit,
        alternates=alternates_by_language(alternates, base),
        unread_dates=tuple(
            text_at(entry, name) for name in _DATES if text_at(entry, name) and not _moment(entry, name)
        ),
        cut=cut,
    )


def _own_link(entry: Any, links: list[Any], language: str) -> str:
    """
    Return the address of an entry's page.

    Of its language versions it is the one in the entry's own language (RFC 4287, 4.2.7); feedparser takes the last.
    """
    alternates = [link for link in links if link.get("rel") == "alternate"]
    codes = ("", language[:2].lower())
    own = (link["href"] for code in codes for link in alternates if str(link.get("hreflang", ""))[:2].lower() == code)
    # where a service counts clicks between a feed and its pages, it keeps the address here
    return text_at(entry, "feedburner_origlink") or next(own, "") or text_at(entry, "link")


def _summary_and_text(entry: Any) -> tuple[str, Signed]:
    """Return an entry's summary, if it says something that the text does not begin with, and the text."""
    given = _paragraphs(text_at(entry, "summary"))
    paragraphs = _body(entry)
    if not paragraphs and sum(len(each) >= _SENTENCE_CHARACTERS for each in given.split("\n\n")) > 1:
        paragraphs = given.split("\n\n")  # RSS knows no other place
    signed = take_signatures(paragraphs)
    summary = " ".join(given.split())
    beginning = " ".join(" ".join(paragraphs).split())
    is_beginning = paragraphs and beginning.startswith(_BROKEN_OFF.sub("", summary))
    return "" if is_beginning else summary, signed


def _clean_guid(guid: str) -> str:
    """Return a guid, without marks of campaigns; what stands behind # tells entries of one page from each other."""
    return guid if "#" in guid else clean_address(guid) or guid


def _is_id(text: str) -> bool:
    return 0 < len(text.encode()) <= MAX_ID_BYTES and text == text.strip() and text.isprintable()


def _body(entry: Any) -> list[str]:
    for value, kind in _contents(entry):
        text = plain_paragraphs(value) if kind == "text/plain" else _paragraphs(value)
        if text:
            return text.split("\n\n")
    return []


def _contents(entry: Any) -> Iterator[tuple[str, str]]:
    """Yield where a feed has the whole text, and its kind: its content, else what aggregators ask for (full-text)."""
    yield from ((text_at(content, "value"), str(content.get("type"))) for content in _list(entry, "content"))
    for name in entry:
        if name.endswith(_FULL_TEXTS) and (value := text_at(entry, name)):
            yield value, "text/html" if has_markup(value) else "text/plain"


def _paragraphs(markup: str) -> str:
    """Return the paragraphs of a piece of HTML; of what is too deep to be read none, as if the feed had no text."""
    try:
        return without_furniture(html_paragraphs(markup))
    except MarkupRefused:
        return ""


def line_of(markup: str) -> str:
    """Return a headline or a name as one line without its markup."""
    return " ".join(_paragraphs(markup).split())


def _moment(entry: Any, name: str) -> datetime | None:
    return parse_page_date(text_at(entry, name))


def _language(entry: Any) -> str:
    details = (*_list(entry, "content"), dict.get(entry, "title_detail") or {})
    return text_at(entry, "language") or next((str(each["language"]) for each in details if each.get("language")), "")


def _names(entry: Any) -> Iterator[str]:
    """Yield the names of authors; feedparser takes "desk@example.org (Ann Lee)" apart wrongly if a domain is long."""
    written = text_at(entry, "author")
    names = []
    for author in _list(entry, "authors")[:MAX_LIST_ITEMS]:
        name, address = text_at(author, "name").strip(), text_at(author, "email")
        if name and "@" not in name and not (address and ("(" in name or address + name in written)):
            names.append(name)
    if not names and "@" in written:
        names = [re.sub(r"\S*@\S*", "", written).strip(" ()<>")]
    yield from (each for name in names if name for each in names_of(name))


def _name_of_tag(tag: Any) -> str:
    """Return how a category is called for people, which Atom tells apart from its term."""
    return (text_at(tag, "label") or text_at(tag, "term")).strip()


def _photo(entry: Any, links: list[Any]) -> tuple[str, str]:
    """Return the address and the credit of an entry's photo: as media, else the first in its text."""
    in_text = next((found for value, _ in _contents(entry) if any(found := photo_in(value))), ("", ""))
    credited = next((text_at(each, "content") for each in _list(entry, "media_credit")), "")
    return _image(entry, links) or in_text[0], credited or in_text[1]


def _image(entry: Any, links: list[Any]) -> str:
    for medium in _list(entry, "media_content"):
        if medium.get("medium") == "image" or str(medium.get("type", "")).startswith("image/"):
            return text_at(medium, "url")
    thumbnails = _list(entry, "media_thumbnail")
    enclosed = (link["href"] for link in links if str(link.get("type", "")).startswith("image/"))
    return text_at(thumbnails[0], "url") if thumbnails else next(enclosed, "")


def _list(entry: Any, name: str) -> list[Any]:
    """Return a list of an entry as it is: feedparser's own look-up puts other fields in place of absent ones."""
    value = dict.get(entry, name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def text_at(entry: Any, name: str) -> str:
    """Return a text of an entry or a feed as it is; an empty one where there is none."""
    value = dict.get(entry, name)
    return value if isinstance(value, str) else ""
