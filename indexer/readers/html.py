"""
Pages of news sites in HTML, as a crawler or "Save page" leaves them: one article to a page.

The text comes from the page's body (``page_text``), all else from what the page says of itself: JSON-LD (``json_ld``),
``meta`` elements and microdata (``page_head``), and the page as it is read. Pages that are no article, such as front
pages and lists, are refused with the reason. Nothing that a page names is opened.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from lxml.html import HtmlElement

from indexer.errors import RecordError
from indexer.readers.charsets import decode_page
from indexer.readers.declared_language import believed_language
from indexer.readers.furniture import is_furniture
from indexer.readers.json_ld import JsonLd, read_json_ld
from indexer.readers.mojibake import repair
from indexer.readers.page_addresses import (
    alternates_by_language,
    article_id,
    clean_address,
    is_front_page,
    own_address,
    story_of,
)
from indexer.readers.page_dates import parse_page_date
from indexer.readers.page_head import PageHead, first_figure, read_head, title_parts, title_without_site
from indexer.readers.page_header import shown_metadata
from indexer.readers.page_metadata import LIST_TYPES, PageMetadata, merged
from indexer.readers.page_text import article_element, extract_paragraphs, lead_text, parse_page, strip_scripts
from indexer.readers.reading import Reading, Remark
from indexer.readers.signatures import take_signatures
from search.article import MAX_LIST_ITEMS, Article

MAX_PAGE_BYTES = 20_000_000
# "Air raid alert in Kyiv." is a whole story; less is no text.
MIN_BODY_CHARACTERS = 20
# Of a page that does not call itself an article: a text of at least two paragraphs that are sentences.
_MIN_UNCLAIMED_CHARACTERS = 250
_MIN_UNCLAIMED_PARAGRAPHS = 2
_MIN_SENTENCE_CHARACTERS = 60
# On a page of an article without metadata most text is the article; on a list most of it is inside links.
_MAX_LINKED = 0.5
# Where a date stands above a text, and how long such a line is: "Опубліковано: 12 листопада 2023, 14:05".
_HEADER_PARAGRAPHS = 3
_MAX_DATE_LINE = 50
# JSON-LD may have the text that the page itself shows only after a script has run.
_MUCH_MORE = 2
_FIRST_TAG = re.compile(rb"\s*(?:<\?xml[^>]*>|<!--.*?-->|\s)*<\s*(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
# What stood for a headline before, and still does on pages without h1; such an element has one more inside at most.
_HEADLINE_ELEMENTS = ("h2", "h3", "b", "strong", "font", "td", "div", "p")
_CUT = re.compile(r"\s*(?:\.\.\.|…)$")


class _NotAnArticle(ValueError):
    """The page is no article; the message says what it seems to be."""


class _Page(NamedTuple):
    """A page taken apart: its tree, what it says of itself, and the address to which others are relative."""

    tree: HtmlElement
    head: PageHead
    json_ld: JsonLd
    metadata: PageMetadata
    address: str


class _Text(NamedTuple):
    """The text of a page, who has signed it, a date above it, and what the page shows around it."""

    title: str
    lead: str
    body: str
    day: datetime | None
    authors: tuple[str, ...]
    image_credit: str
    shown: PageMetadata


_Tell: TypeAlias = Callable[[str], None]


def recognises_html(head: bytes) -> bool:
    """
    Tell whether a stream that begins with ``head`` is a page.

    >>> recognises_html(b"<!-- saved -->\\n<!DOCTYPE html>"), recognises_html(b"<rss><channel>")
    (True, False)
    """
    return bool(_FIRST_TAG.match(head))


def read_html(
    stream: BinaryIO, source: str, *, address: str | None = None, charset: str | None = None
) -> Iterator[Reading]:
    """
    Yield the one article of a page with remarks, or the error that says why it is none.

    ``address`` is where the page was fetched from and ``charset`` what the server declared, if either is known; a
    ``source`` that is an address serves for the first. One page is held in memory.
    """
    content = stream.read(MAX_PAGE_BYTES + 1)
    if len(content) > MAX_PAGE_BYTES:
        yield RecordError(
            source, None, f"the page has more than {MAX_PAGE_BYTES:,} bytes; pages of articles are smaller"
        )
        return
    remarks: list[str] = []
    try:
        yield _article(content, clean_address(address or source), charset, remarks.append)
    except ValueError as error:  # of the charset, the markup, the page or, as ArticleInvalid, the article
        yield RecordError(source, None, str(error))
        return
    for remark in remarks:
        yield Remark(source, None, remark)


def _article(content: bytes, address: str, charset: str | None, remark: _Tell) -> Article:
    decoded = decode_page(content, charset)
    if decoded.remark:
        remark(decoded.remark)
    page = _taken_apart(decoded.text, address)
    for problem in page.json_ld.broken:
        remark(f"the page's JSON-LD is broken ({problem}); what it says elsewhere was used")
    _refuse_list(page)
    title = _title(page)
    container = article_element(page.tree, title)
    text = _text(page, container, title)
    texts: dict[str, Any] = {name: _repaired(name, getattr(text, name), remark) for name in ("title", "lead", "body")}
    language = _language(page, "\n".join(texts.values()), remark)
    return Article(
        **texts,
        id=article_id(page.address),
        story=story_of(page.address, language, alternates_by_language(page.head.alternates, page.address)),
        language=language,
        url=page.address or None,
        **_dates(page, container, text, remark),
        **_about(page, container, text),
    )


def _dates(page: _Page, container: HtmlElement, text: _Text, remark: _Tell) -> dict[str, Any]:
    """Return when an article was published and updated; what has only been updated was published by then."""
    published = _moment("published", page.metadata.published, remark) or _time_element(container) or text.day
    published = published or parse_page_date(text.shown.published)
    updated = _moment("updated", page.metadata.updated, remark)
    is_later = updated and published and updated > published
    return {"published": published or updated, "updated": updated if is_later else None}


def _about(page: _Page, container: HtmlElement, text: _Text) -> dict[str, Any]:
    """Return what else is said of an article, beginning with what the page says in its metadata."""
    said = merged(page.metadata, text.shown)
    image, credit = first_figure(container)
    authors = [name for name in said.authors if name.casefold() != said.source.casefold()] or text.authors
    return {
        "section": said.section or None,
        "source": said.source or None,
        "place": said.place or None,
        "image_url": clean_address(page.metadata.image or image or said.image, page.address) or None,
        "image_credit": page.metadata.image_credit or credit or said.image_credit or text.image_credit or None,
        "authors": tuple(repair(name).text for name in authors[:MAX_LIST_ITEMS]),
        "tags": tuple(repair(tag).text for tag in said.tags[:MAX_LIST_ITEMS]),
    }


def _taken_apart(text: str, fetched_from: str) -> _Page:
    tree = parse_page(text)
    head = read_head(tree)
    base = next((clean_address(each.get("href") or "", fetched_from) for each in tree.iter("base")), "") or fetched_from
    address = clean_address(head.canonical, base)
    scripts = [each.text_content() for each in tree.iter("script") if "ld+json" in (each.get("type") or "").lower()]
    json_ld = read_json_ld(scripts, address)
    strip_scripts(tree)
    metadata = merged(json_ld.metadata, head.metadata, head.microdata)
    written = (address, clean_address(head.metadata.address, base), clean_address(json_ld.metadata.address, base))
    address = own_address(written, fetched_from)
    return _Page(tree, head, json_ld, metadata, address)


def _refuse_list(page: _Page) -> None:
    claimed = page.metadata.article
    if page.address and is_front_page(page.address):
        raise _NotAnArticle(f"is a front page ({page.address}), not an article; give the pages of its articles")
    if not claimed and (kinds := page.json_ld.types & LIST_TYPES):
        raise _NotAnArticle(f"is a list of articles ({', '.join(sorted(kinds))}), not an article; give their own pages")


def _text(page: _Page, container: HtmlElement, title: str) -> _Text:
    paragraphs = _paragraphs(page, container, title)
    shown = shown_metadata(page.tree, container, paragraphs, title)
    signed = take_signatures(paragraphs)
    day, paragraphs = _date_line(signed.paragraphs)
    lead, paragraphs = _lead(page, container, paragraphs, shown.lead)
    return _Text(title, lead, "\n\n".join(paragraphs), day, signed.authors, signed.image_credit, shown)


def _paragraphs(page: _Page, container: HtmlElement, title: str) -> list[str]:
    """Return the paragraphs without the headline; raises ``_NotAnArticle``."""
    found = [text for text in extract_paragraphs(page.tree, container) if not is_furniture(text.split("\n"))]
    paragraphs = found
    for headline in dict.fromkeys([title, _shown_headline(page)]):  # sites give networks another one than they show
        paragraphs = _without_headline(paragraphs, headline)
    if len(page.metadata.body) > _MUCH_MORE * sum(map(len, paragraphs)):
        found = [line.strip() for line in page.metadata.body.splitlines() if line.strip()]
        paragraphs = _without_headline(found, title)
    if not paragraphs or sum(map(len, found)) < MIN_BODY_CHARACTERS:
        raise _NotAnArticle("has no text of an article; if scripts bring it in, save the page from a browser")
    if not page.metadata.article:
        _refuse_what_only_looks_like_an_article(page, paragraphs)
    return paragraphs


def _refuse_what_only_looks_like_an_article(page: _Page, paragraphs: list[str]) -> None:
    sentences = [text for text in paragraphs if len(text) >= _MIN_SENTENCE_CHARACTERS]
    length = sum(map(len, sentences))
    if len(sentences) < _MIN_UNCLAIMED_PARAGRAPHS or length < _MIN_UNCLAIMED_CHARACTERS:
        raise _NotAnArticle(
            "is not called an article by its metadata and has too little text to be taken for one; "
            "if it is one, save it as text (.txt)"
        )
    linked = " ".join(" ".join(link.text_content() for link in page.tree.iter("a")).split())
    if sum(text[:_MIN_SENTENCE_CHARACTERS] in linked for text in sentences) > _MAX_LINKED * len(sentences):
        raise _NotAnArticle(
            "is not called an article by its metadata, and most of its text is links: it seems to be a list; "
            "give the pages of its articles"
        )


def _title(page: _Page) -> str:
    headline = _shown_headline(page)
    title = title_without_site(page.metadata.title, page.metadata.source)
    if headline and (not title or (_CUT.search(title) and headline.startswith(_CUT.sub("", title)))):
        return headline
    written = " ".join(next((each.text_content() for each in page.tree.iter("title")), "").split())
    return title or _part_that_is_shown(page, written) or title_without_site(written, page.metadata.source)


def _shown_headline(page: _Page) -> str:
    """Return the text of the only ``h1``; of several nobody knows which is the headline."""
    headlines = list(page.tree.iter("h1"))
    return " ".join(headlines[0].text_content().split()) if len(headlines) == 1 else ""


def _part_that_is_shown(page: _Page, written: str) -> str:
    """Return the part of a window's title that is a line of the page itself, and not a link: the headline."""
    parts = title_parts(written)
    if len(parts) < 2 or (body := page.tree.find("body")) is None:
        return ""
    lines = {" ".join(each.text_content().split()) for each in body.iter(*_HEADLINE_ELEMENTS) if len(each) <= 1}
    linked = {" ".join(each.text_content().split()) for each in body.iter("a")}
    return max((part for part in parts if part in lines - linked), key=len, default="")


def _without_headline(paragraphs: list[str], title: str) -> list[str]:
    """Take the headline out of the text; what follows it without a blank line becomes paragraphs."""
    if paragraphs and paragraphs[0].startswith(f"{title}\n"):
        paragraphs = [*paragraphs[0].split("\n"), *paragraphs[1:]]
    return [text for text in paragraphs if text.casefold() != title.casefold()]


def _lead(page: _Page, container: HtmlElement, paragraphs: list[str], above: str) -> tuple[str, list[str]]:
    """Return the lead and what follows it: what is marked as one, or the description if the page shows it."""
    marked = lead_text(container)
    if marked and len(paragraphs) > 1 and paragraphs[0] == marked:
        return marked, paragraphs[1:]
    if _is_above(marked, paragraphs, container):
        return marked, paragraphs
    if above and not any(above in text for text in paragraphs):
        return above, paragraphs
    description = _CUT.sub("", page.metadata.description)
    if len(description) < MIN_BODY_CHARACTERS:
        return "", paragraphs
    if len(paragraphs) > 1 and paragraphs[0].startswith(description):
        return paragraphs[0], paragraphs[1:]
    if any(description in text for text in paragraphs):
        return "", paragraphs
    body = page.tree.find("body")
    shown = "" if body is None else " ".join(body.text_content().split())
    return (page.metadata.description if description in shown else ""), paragraphs


def _is_above(marked: str, paragraphs: list[str], container: HtmlElement) -> bool:
    """Tell whether a lead stands above the text and has not been taken for a part of it."""
    if len(marked) < MIN_BODY_CHARACTERS or not paragraphs or any(marked in text for text in paragraphs):
        return False
    shown = " ".join(container.text_content().split())
    first = paragraphs[0].split("\n")[0]
    return 0 <= shown.find(marked) < shown.find(first)


def _date_line(paragraphs: list[str]) -> tuple[datetime | None, list[str]]:
    """Take out a line above the text that is nothing but a date, as pages without metadata have it."""
    for position, text in enumerate(paragraphs[:_HEADER_PARAGRAPHS]):
        if len(text) <= _MAX_DATE_LINE and (day := parse_page_date(text)):
            return day, paragraphs[:position] + paragraphs[position + 1 :]
    return None, paragraphs


def _repaired(name: str, text: str, remark: _Tell) -> str:
    text, repaired, damaged = repair(text)
    if repaired:
        remark(f"the {name} was decoded in a wrong character set before it came here, and was repaired")
    if damaged:
        remark(f"the {name} has letters that look wrongly decoded and cannot be repaired for certain; look at it")
    return text


def _language(page: _Page, text: str, remark: _Tell) -> str:
    root = page.tree.get("lang") or page.tree.get("xml:lang") or ""
    believed = believed_language(page.json_ld.metadata.language or root or page.metadata.language, text)
    if believed.remark:
        remark(f"the page {believed.remark}")
    return believed.language


def _moment(name: str, written: str, remark: _Tell) -> datetime | None:
    moment = parse_page_date(written)
    if written and moment is None:
        remark(f"the date {written[:80]!r} ({name}) was not understood and was left out")
    return moment


def _time_element(container: HtmlElement) -> datetime | None:
    for element in container.iter("time"):
        if moment := parse_page_date(element.get("datetime") or element.text_content()):
            return moment
    return None
