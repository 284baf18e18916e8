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
from hashlib import sha256
from typing import Any, BinaryIO

import feedparser

from indexer.errors import RecordError
from indexer.readers.charsets import decode_page
from indexer.readers.declared_language import believed_language
from indexer.readers.feed_entry import FeedEntry, feed_entry, line_of, text_at
from indexer.readers.mojibake import repair
from indexer.readers.page_addresses import (
    article_id,
    clean_address,
    is_front_page,
    story_of,
)
from indexer.readers.reading import Reading, Remark
from indexer.readers.xml_safely import XmlRefused, each_element, without_declaration
from search.article import Article
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


class FeedUnreadable(ValueError):
    """The bytes are no feed; the message says why."""


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
    text, remarks = _text_of_feed(data, charset)
    cut = not _END.search(text[-2000:])
    pieces, left_out = _pieces(text)
    parsed = [_parsed(piece) for piece in pieces]
    head, raw = parsed[0], [entry for piece in parsed for entry in piece.entries]
    if not head.get("version") and not raw:
        raise FeedUnreadable("it is no feed: there is no RSS or Atom in it")
    base = clean_address(address) or clean_address(text_at(head.feed, "link"))
    language = text_at(head.feed, "language")
    last = len(raw) - 1 if cut and not left_out else None
    found = [feed_entry(each, base, language, cut=number == last) for number, each in enumerate(raw)]
    damage = next((each.get("bozo_exception") for each in parsed if each.bozo), None)
    if damage and not cut:
        remarks.append(f"the feed is not well-formed ({damage}); what could be told apart was read")
    if left_out:
        remarks.append(f"the feed has more than {MAX_ENTRIES:,} entries; the first {len(raw):,} were read")
    return FeedDocument(line_of(text_at(head.feed, "title")), base, language, _named(found), tuple(remarks))


def _text_of_feed(data: bytes, charset: str | None) -> tuple[str, list[str]]:
    """Return a feed as text and the remarks on that; raises ``FeedUnreadable`` for what must not be taken apart."""
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
    return text, [decoded.remark] if decoded.remark else []


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

    ``charset`` is what the server declared, and ``guids`` is given the guid of each article that has one, by the
    article's id.
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
    for written in entry.unread_dates:
        remarks.append(f"the date {written[:80]!r} was not understood and was left out")
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
