"""
NewsML-G2, the newer XML of the International Press Telecommunications Council: items alone or in a message.

Text items are articles; what describes packages, concepts, events and pictures is passed over with a remark.
https://iptc.org/std/NewsML-G2/ for the names.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from indexer.errors import RecordError
from indexer.readers.bylines import authors_of_byline
from indexer.readers.html_text import element_paragraphs, html_paragraphs, plain_paragraphs, without_headline
from indexer.readers.nitf import nitf_image
from indexer.readers.nitf_text import NitfText, child, nitf_text
from indexer.readers.reading import Reading, Remark
from indexer.readers.records import legible_id, reading_of_record, web_link
from indexer.readers.xml_safely import Element, XmlRefused, each_element, local_name, root_name, text_of

_ITEMS = frozenset(("newsItem", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem"))
_ROOTS = _ITEMS | {"newsMessage", "NewsML"}
_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_TEXT_CLASSES = ("text", "composite", "")
#: What a signal says when an article must go.
_KILLS = frozenset(("kill", "cancel", "canceled", "retract", "withdraw"))
# The top of the IPTC's tree of subjects: eight digits of which only the first two say something.
_TOP_SUBJECT = re.compile(r"\d{2}000000")
_MARKUP = frozenset(("html", "body", "article", "section", "div", "p"))
_NO_TEXT = NitfText("", "", "", "", "")


def recognises_newsml(head: bytes) -> bool:
    """Tell NewsML by its root element; version 1 too, to say that it is not read."""
    return root_name(head) in _ROOTS


def read_newsml(stream: BinaryIO, source: str) -> Iterator[Reading]:
    """Yield the articles of an item or a message, and an error or a remark for each item that is none."""
    begun = False
    try:
        for item in each_element(stream, _ITEMS | {"NewsEnvelope"}):
            begun = True
            yield _reading_of(item, source)
            if address := _text_elsewhere(item):
                message = (
                    f"the text of {item.get('guid')!r} is not in the item but at {address!r}, which is not fetched"
                )
                yield Remark(source, item.sourceline, message)
    except XmlRefused as error:
        yield RecordError(source, error.line, error.reason)
    else:
        if not begun:
            yield Remark(source, None, "the file has no news items")


def _reading_of(item: Element, source: str) -> Reading:
    kind = local_name(item)
    if kind == "NewsEnvelope":
        return RecordError(source, item.sourceline, "this is NewsML 1; ask the agency for NewsML-G2, NITF or ninjs")
    if kind == "newsItem":
        kind = _code(child(child(item, "itemMeta"), "itemClass"))
        if kind in _TEXT_CLASSES:
            return _reading_of_text(item, source)
    message = f'an item "{kind[:60]}" was passed over, here and from now on; only texts are read'
    return Remark(source, item.sourceline, message, f"NewsML-G2 {kind}")


def _text_elsewhere(item: Element) -> str:
    """Return where the text of a text item is, if only its address came with it."""
    content = child(item, "contentSet")
    parts = [] if content is None else list(content)
    is_text = _code(child(child(item, "itemMeta"), "itemClass")) in _TEXT_CLASSES
    if not is_text or any(local_name(each).startswith("inline") for each in parts):
        return ""
    return next((_attribute(each, "href") for each in parts if local_name(each) == "remoteContent"), "")


def _reading_of_text(item: Element, source: str) -> Reading:
    try:
        return reading_of_record(_record_of(item), source, item.sourceline)
    except ValueError as error:
        return RecordError(source, item.sourceline, str(error), legible_id(item.get("guid")))


def _record_of(item: Element) -> dict[str, Any]:
    manage, content = child(item, "itemMeta"), child(item, "contentMeta")
    nitf, body = _text_of_content(child(item, "contentSet"))
    title = _headline(content) or nitf.title
    published = _text(manage, "firstCreated") or _text(content, "contentCreated")
    updated = _text(manage, "versionCreated")
    language = _attribute(child(content, "language"), "tag") or item.get(_XML_LANGUAGE) or ""
    image_url, image_credit = nitf_image(item)
    subjects = _children(content, "subject")
    section = next((_name(each, language) for each in subjects if _TOP_SUBJECT.fullmatch(_code(each))), "")
    return {
        "id": item.get("guid"),
        "story": _story(manage),
        "language": language,
        "title": title,
        "lead": _lead(content) or nitf.lead,
        "body": without_headline(body, title),
        "published": published or updated,
        "updated": updated if published and updated != published else None,
        "url": web_link(item.get("guid")),
        "section": section,
        "tags": [name for each in subjects if (name := _name(each, language)) and name != section]
        + [text_of(each) for each in _children(content, "keyword")],
        "source": _source(item, language),
        "authors": _authors(content, nitf, language),
        "place": _place(content, language) or nitf.place,
        "image_url": image_url,
        "image_credit": image_credit,
        "status": _status(manage),
        "embargoed_until": _text(manage, "embargoed"),
    }


def _text_of_content(content: Element | None) -> tuple[NitfText, str]:
    """Return what an NITF document inside says, and the body: of NITF, XHTML, or of data as text or HTML."""
    for part in () if content is None else content:
        kind = _attribute(part, "contenttype")
        is_inline = local_name(part) in ("inlineXML", "inlineXHTML")  # the second some agencies write by mistake
        if is_inline and (root := next((each for each in part if local_name(each)), None)) is not None:
            if local_name(root) == "nitf":
                text = nitf_text(root)
                return text, text.body
            # Anything else is data: SportsML, events, finance
            return _NO_TEXT, element_paragraphs(root) if local_name(root) in _MARKUP or "html" in kind else ""
        if local_name(part) == "inlineData" and (text_inside := "".join(part.itertext())).strip():
            return _NO_TEXT, html_paragraphs(text_inside) if "html" in kind else plain_paragraphs(text_inside)
    return _NO_TEXT, ""


def _status(manage: Element | None) -> str:
    """Return the status; an embargo without an end is a text that nobody may see yet (NewsML-G2 guidelines, 4.6)."""
    signals = {_code(each).lower() for each in _children(manage, "signal")}
    status = "canceled" if signals & _KILLS else _code(child(manage, "pubStatus")).lower() or "usable"
    is_embargoed_for_ever = child(manage, "embargoed") is not None and not _text(manage, "embargoed")
    return "withheld" if status == "usable" and is_embargoed_for_ever else status


def _story(manage: Element | None) -> str:
    """Return the id of what this is a translation of: all translations and the original share it."""
    for link in _children(manage, "link"):
        if "transl" in (link.get("rel") or "").lower():
            return link.get("residref") or link.get("href") or ""
    return ""


def _headline(content: Element | None) -> str:
    """Return the headline that is called the main one, else the first."""
    headlines = _children(content, "headline")
    headlines.sort(key=lambda each: "main" not in (each.get("role") or "").lower())
    return text_of(headlines[0]) if headlines else ""


def _lead(content: Element | None) -> str:
    described = [each for each in _children(content, "description") if "caption" not in (each.get("role") or "")]
    described.sort(key=lambda each: "summary" not in (each.get("role") or ""))
    return element_paragraphs(described[0]) if described else ""


def _source(item: Element, language: str) -> str:
    provider = child(child(item, "itemMeta"), "provider")
    holder = child(child(item, "rightsInfo"), "copyrightHolder")
    informer = child(child(item, "contentMeta"), "infoSource")
    named = (_name(each, language) for each in (provider, holder, informer))
    return next(filter(None, named), "") or _attribute(provider, "literal") or _code(provider)


def _authors(content: Element | None, nitf: NitfText, language: str) -> list[str]:
    byline = "; ".join(filter(None, map(text_of, _children(content, "by")))) or nitf.byline
    creators = [_name(each, language) for each in _children(content, "creator")]
    return list(authors_of_byline(byline)) or creators


def _place(content: Element | None, language: str) -> str:
    located = child(content, "located")
    places = [] if located is None else [located, *_children(located, "broader")]
    return next(filter(None, (_name(each, language) for each in places)), "")


def _name(element: Element | None, language: str) -> str:
    """Return the name of a concept in a language, else its first."""
    names = _children(element, "name")
    names.sort(key=lambda each: (each.get(_XML_LANGUAGE) or "")[:2] != language[:2])
    return text_of(names[0]) if names else ""


def _children(element: Element | None, name: str) -> list[Element]:
    return [] if element is None else [each for each in element if local_name(each) == name]


def _text(element: Element | None, name: str) -> str:
    return text_of(child(element, name))


def _attribute(element: Element | None, name: str) -> str:
    return "" if element is None else (element.get(name) or "").strip()


def _code(element: Element | None) -> str:
    """Return a code without its scheme: ``usable`` of ``stat:usable`` and of ``http://cv.iptc.org/…/usable``."""
    return re.split(r"[:/]", _attribute(element, "qcode") or _attribute(element, "uri"))[-1]
