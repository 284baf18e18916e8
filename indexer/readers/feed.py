"""
Feeds: RSS 0.9x, 1.0 and 2.0, and Atom.

``entries`` takes a feed apart for whoever polls one; ``read_feed`` makes articles of it. feedparser reads the dialects;
it is given a stream of bytes, never a text or a name, which it would take for an address and open. An entry with a
summary alone becomes an article with a lead alone, whose address says where the text is. An article has the id of its
address, as its page gives it (``page_addresses.article_id``), and the guid's only where it has no address of its own.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO

import feedparser

from indexer.errors import RecordError
from indexer.readers.charsets import decode_page
from indexer.readers.declared_language import believed_language
from indexer.readers.furniture import without_furniture
from indexer.readers.html_text import has_markup, html_paragraphs, plain_paragraphs
from indexer.readers.mojibake import repair
from indexer.readers.page_addresses import (
    alternates_by_language,
    article_id,
    clean_address,
    is_front_page,
    story_of,
)
from indexer.readers.page_dates import parse_page_date
from indexer.readers.page_head import photo_in
from indexer.readers.parsers import MarkupRefused
from indexer.readers.reading import Reading, Remark
from indexer.readers.signatures import take_signatures
from indexer.readers.xml_safely import XmlRefused, each_element, without_declaration
from search.article import MAX_ID_BYTES, MAX_LIST_ITEMS, Article
from search.errors import ArticleInvalid

MAX_FEED_BYTES = 20_000_000
# Feeds of news have 20 to 200 entries, dumps of a site some thousands; an entry takes a tenth of a millisecond.
MAX_ENTRIES = 20_000
# feedparser's time grows faster than the number of entries, so it is given them by pieces.
_PIECE_ENTRIES = 500
# A feed that is not well-formed is taken apart by guesses, some of which take quadratic time.
MAX_DAMAGED_CHARACTERS = 1_000_000
_ENTRY = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|(?P<entry><(?:\w+:)?(?:item|entry)[\s/>])", re.S)
_ROOT_TAG = re.compile(r"<(?P<name>(?:\w+:)?(?:rss|feed|RDF))\b[^>]*>", re.I)
_ROOT = re.compile(rb"\s*(?:<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*>|\s)*<\s*(?:rss|feed|(?:\w+:)?RDF)\b", re.I | re.S)
_END = re.compile(r"</\s*(?:rss|(?:\w+:)?feed|(?:\w+:)?RDF)\s*>\s*(?:<!--.*?-->\s*)*$", re.I | re.S)
# What follows it is in the text: "Рух мостом відновили у […]".
_BROKEN_OFF = re.compile(r"\s*(?:\[\s*)?(?:…|\.{3})(?:\s*\])?\s*$")
_FULL_TEXTS = ("full-text", "fulltext", "full_text")


class FeedUnreadable(ValueError):
    """The bytes are no feed; the message says why."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """
    One entry of a feed; what it lacks is empty or None.

    ``id`` is its guid or Atom id, ``url`` its page, ``body`` its paragraphs: empty where the feed has a summary alone.
    ``cut`` tells that the feed breaks off inside it, ``article_id`` what its article is called.
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
    cut: bool = False
    article_id: str = ""


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed taken apart; ``remarks`` are for the newsroom."""

    title: str
    url: str
    language: str
    entries: tuple[FeedEntry, ...]
    remarks: tuple[str, ...] = ()


def recognises_feed(head: bytes) -> bool:
    """
    Tell whether a stream that begins with ``head`` is a feed.

    >>> recognises_feed(b'<?xml version="1.0"?><rss version="2.0">'), recognises_feed(b"<html><p>rss")
    (True, False)
    """
    return bool(_ROOT.match(head))


def entries(data: bytes, *, address: str = "", charset: str | None = None) -> FeedDocument:
    """
    Take a feed apart.

    ``address`` is where it was fetched from, for addresses that are relative to it, and ``charset`` what the server
    declared. Raises ``FeedUnreadable``.
    """
    if len(data) > MAX_FEED_BYTES:
        raise FeedUnreadable(f"the feed has more than {MAX_FEED_BYTES:,} bytes")
    try:
        decoded = decode_page(data, charset)
    except ValueError as error:
        raise FeedUnreadable(str(error)) from error
    text = without_declaration(decoded.text)
    if "<!ENTITY" in text:
        raise FeedUnreadable("the feed declares entities, which are not read; feeds need none")
    if len(text) > MAX_DAMAGED_CHARACTERS:
        _refuse_damaged(text)
    cut = not _END.search(text[-2000:])
    pieces, left_out = _pieces(text)
    parsed = [_parsed(piece) for piece in pieces]
    head, raw = parsed[0], [entry for piece in parsed for entry in piece.entries]
    if not head.get("version") and not raw:
        raise FeedUnreadable("it is no feed: there is no RSS or Atom in it")
    base = clean_address(address) or clean_address(_text(head.feed, "link"))
    language = _text(head.feed, "language")
    last = len(raw) - 1 if cut and not left_out else None
    found = [_entry(each, base, language, cut=number == last) for number, each in enumerate(raw)]
    remarks = [decoded.remark] if decoded.remark else []
    damaged = next((each for each in parsed if each.bozo), None)
    if damaged and not cut:
        remarks.append(
            f"the feed is not well-formed ({damaged.get('bozo_exception')}); what could be told apart was read"
        )
    if left_out:
        remarks.append(f"the feed has more than {MAX_ENTRIES:,} entries; the first {len(raw):,} were read")
    return FeedDocument(_line(_text(head.feed, "title")), base, language, _named(found), tuple(remarks))


def _pieces(text: str) -> tuple[list[str], bool]:
    """Return a feed as several with the same head and end and fewer entries, and whether some are left out."""
    starts = []
    for found in _ENTRY.finditer(text):
        if found["entry"]:
            starts.append(found.start())
        if len(starts) > MAX_ENTRIES:
            break
    root = _ROOT_TAG.search(text)
    if len(starts) <= _PIECE_ENTRIES or root is None:
        return [text], False
    # Only the first has what a feed says of itself, which may be long
    inside, name = ("<channel>", root["name"]) if root["name"].lower() == "rss" else ("", root["name"])
    begin, end = root[0] + inside, (f"</channel></{name}>" if inside else f"</{name}>")
    bounds = [0, *starts[_PIECE_ENTRIES:MAX_ENTRIES:_PIECE_ENTRIES]]
    left_out = len(starts) > MAX_ENTRIES
    stops = [*bounds[1:], starts[MAX_ENTRIES]] if left_out else bounds[1:]
    pieces = [text[start:stop] + end for start, stop in zip(bounds, stops, strict=False)]
    if not left_out:
        pieces.append(text[bounds[-1] :])
    return [pieces[0], *(begin + piece for piece in pieces[1:])], left_out


def _named(found: Sequence[FeedEntry]) -> tuple[FeedEntry, ...]:
    """
    Return entries with the ids of their articles.

    Entries with different headlines at one address are the parts of a page, as those of a live blog; and the front page
    is nobody's own address.
    """
    headlines: dict[str, set[str]] = {}
    for each in found:
        headlines.setdefault(article_id(each.url), set()).add(each.title)
    named = []
    for each in found:
        address = article_id(each.url)
        own = address if not is_front_page(each.url) and len(headlines[address]) == 1 else ""
        part = f"{address[:400]}#{sha256(each.title.encode()).hexdigest()[:16]}" if address else ""
        named.append(replace(each, article_id=own or each.id or part))
    return tuple(named)


def read_feed(
    stream: BinaryIO, source: str, *, charset: str | None = None, guids: dict[str, str] | None = None
) -> Iterator[Reading]:
    """
    Yield an article or an error for each entry of a feed, and remarks; one feed is held in memory.

    ``charset`` is what the server declared. ``guids`` is given the guid of each article that has one, by its id.
    """
    try:
        feed = entries(stream.read(MAX_FEED_BYTES + 1), address=source, charset=charset)
    except FeedUnreadable as error:
        yield RecordError(source, None, str(error))
        return
    bare = 0
    for number, entry in enumerate(feed.entries, 1):
        remarks: list[str] = []
        try:
            article = entry_article(entry, feed, remarks)
        except ArticleInvalid as error:
            yield RecordError(source, None, f"entry {number}: {error}", entry.id or None)
            continue
        if guids is not None and entry.id:
            guids[article.id] = entry.id
        yield article
        bare += not article.body
        for remark in remarks:
            yield Remark(source, None, f"entry {number}: {remark}")
    for remark in feed.remarks:
        yield Remark(source, None, remark)
    if bare:
        few = "1 entry has" if bare == 1 else f"{bare} entries have"
        yield Remark(source, None, f"{few} no text but a summary; visti watch ADDRESS --full-text fetches the pages")
    if not feed.entries:
        yield Remark(source, None, "the feed has no entries")


def entry_article(entry: FeedEntry, feed: FeedDocument, remarks: list[str]) -> Article:
    """
    Return the article of an entry; what the newsroom should know is added to ``remarks``.

    Raises ``ArticleInvalid`` for an entry that is none, or inside which the feed breaks off.
    """
    if entry.cut:
        raise ArticleInvalid("body", entry.title, "the feed breaks off in this entry; fetch it anew")
    title, lead, body = (repair(text) for text in (entry.title, entry.summary, "\n\n".join(entry.body)))
    if any(part.repaired for part in (title, lead, body)):
        remarks.append("was decoded in a wrong character set before it came here, and was repaired")
    language, remark = believed_language(entry.language, f"{title.text}\n{lead.text}\n{body.text}")
    if remark:
        remarks.append(remark)
    return Article(
        id=entry.article_id or entry.id,
        story=story_of(entry.url, language, entry.alternates),
        language=language,
        title=title.text,
        lead=lead.text,
        body=body.text,
        published=entry.published,
        updated=entry.updated,
        url=entry.url or None,
        section=entry.tags[0] if entry.tags else None,
        source=feed.title or None,
        image_url=entry.image_url or None,
        image_credit=entry.image_credit or None,
        authors=entry.authors,
        tags=entry.tags,
    )


def _refuse_damaged(text: str) -> None:
    stream = io.BytesIO(text.encode("utf-8", "replace"))
    try:
        for _ in each_element(stream, ("item", "entry")):
            pass
    except XmlRefused as error:
        raise FeedUnreadable(
            f"the feed is longer than {MAX_DAMAGED_CHARACTERS:,} characters, and damaged: {error}"
        ) from error


def _parsed(text: str) -> Any:
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        return feedparser.parse(
            io.BytesIO(text.encode("utf-8", "replace")),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # whatever it raises for a feed that nobody has seen yet, other files are read
        raise FeedUnreadable(f"it cannot be taken apart ({type(error).__name__}: {error})") from error


def _entry(entry: Any, base: str, feed_language: str, *, cut: bool) -> FeedEntry:
    links = [link for link in _list(entry, "links") if isinstance(link.get("href"), str)]
    # the last of several alternates is what feedparser calls the link; the entry's own has no language
    own = (link["href"] for link in links if link.get("rel") == "alternate" and not link.get("hreflang"))
    # where a service counts clicks between a feed and its pages, it keeps the address here
    url = clean_address(_text(entry, "feedburner_origlink") or next(own, "") or _text(entry, "link"), base)
    identifier = _text(entry, "id")
    signed = take_signatures(_body(entry))
    body = signed.paragraphs
    summary = _line(_text(entry, "summary"))
    photo = next((found for value, _ in _contents(entry) if any(found := photo_in(value))), ("", ""))
    published, updated = _moment(entry, "published"), _moment(entry, "updated")
    alternates = [(str(link["hreflang"]), link["href"]) for link in links if link.get("hreflang")]
    return FeedEntry(
        id=_clean_guid(identifier) if _is_id(identifier) else "",
        url=url,
        title=_line(_text(entry, "title")),
        summary="" if body and " ".join(" ".join(body).split()).startswith(_BROKEN_OFF.sub("", summary)) else summary,
        body=tuple(body),
        published=published or updated,
        updated=updated if published and updated and updated > published else None,
        language=_language(entry) or feed_language,
        authors=tuple(dict.fromkeys([*_names(entry), *signed.authors])),
        tags=tuple(term for each in _list(entry, "tags")[:MAX_LIST_ITEMS] if (term := _text(each, "term").strip())),
        image_url=clean_address(_image(entry, links) or photo[0], base),
        image_credit=next((_text(each, "content") for each in _list(entry, "media_credit")), "")
        or photo[1]
        or signed.image_credit,
        alternates=alternates_by_language(alternates, base),
        cut=cut,
    )


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
    yield from ((_text(content, "value"), str(content.get("type"))) for content in _list(entry, "content"))
    for name in entry:
        if name.endswith(_FULL_TEXTS) and (value := _text(entry, name)):
            yield value, "text/html" if has_markup(value) else "text/plain"


def _paragraphs(markup: str) -> str:
    """Return the paragraphs of a piece of HTML; of what is too deep to be read none, as if the feed had no text."""
    try:
        return without_furniture(html_paragraphs(markup))
    except MarkupRefused:
        return ""


def _line(markup: str) -> str:
    return " ".join(_paragraphs(markup).split())


def _moment(entry: Any, name: str) -> datetime | None:
    return parse_page_date(_text(entry, name))


def _language(entry: Any) -> str:
    details = (*_list(entry, "content"), dict.get(entry, "title_detail") or {})
    return next((str(each["language"]) for each in details if each.get("language")), "")


def _names(entry: Any) -> Iterator[str]:
    written = _text(entry, "author")
    if "@" in written:  # "desk@example.org (Ann Lee)", of which feedparser takes long domains apart wrongly
        name = re.sub(r"\S*@\S*", "", written).strip(" ()<>")
        yield from [name] if name else []
        return
    for author in _list(entry, "authors")[:MAX_LIST_ITEMS]:
        if name := _text(author, "name").strip():
            yield name


def _image(entry: Any, links: list[Any]) -> str:
    for medium in _list(entry, "media_content"):
        if medium.get("medium") == "image" or str(medium.get("type", "")).startswith("image/"):
            return _text(medium, "url")
    thumbnails = _list(entry, "media_thumbnail")
    enclosed = (link["href"] for link in links if str(link.get("type", "")).startswith("image/"))
    return _text(thumbnails[0], "url") if thumbnails else next(enclosed, "")


def _list(entry: Any, name: str) -> list[Any]:
    """Return a list of an entry as it is: feedparser's own look-up puts other fields in place of absent ones."""
    value = dict.get(entry, name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(entry: Any, name: str) -> str:
    value = dict.get(entry, name)
    return value if isinstance(value, str) else ""
