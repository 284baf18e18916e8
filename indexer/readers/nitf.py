"""
NITF, the older XML of the International Press Telecommunications Council: one document, one article.

https://www.iptc.org/std/NITF/3.6/ for the names; agencies and Superdesk fill them as ``nitf_record`` reads them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from indexer.errors import RecordError
from indexer.readers.bylines import authors_of_byline
from indexer.readers.nitf_text import child, nitf_text
from indexer.readers.page_dates import parse_page_date
from indexer.readers.reading import Reading
from indexer.readers.records import reading_of_record, web_link
from indexer.readers.xml_safely import Element, XmlRefused, local_name, read_xml_root, root_name, text_of

_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def recognises_nitf(head: bytes) -> bool:
    """Tell NITF by its root element."""
    return root_name(head) == "nitf"


def read_nitf(stream: BinaryIO, source: str) -> Iterator[Reading]:
    """Yield the article of an NITF document, or the error that it is."""
    try:
        root = read_xml_root(stream)
        yield reading_of_record(nitf_record(root), source, root.sourceline)
    except XmlRefused as error:
        yield RecordError(source, error.line, error.reason)


def nitf_record(root: Element) -> dict[str, Any]:
    """Return what an ``nitf`` element says as a record with the fields of ``search.Article``."""
    head = child(root, "head")
    about = child(head, "docdata")
    text = nitf_text(root)
    issued, released = _norm(about, "date.issue"), _norm(about, "date.release")
    status = _attribute(about, "management-status") or "usable"
    is_embargoed = status == "embargoed"
    image_url, image_credit = nitf_image(root)
    return {
        "id": _attribute(child(about, "doc-id"), "id-string"),
        "language": root.get(_XML_LANGUAGE),
        "title": text.title,
        "lead": text.lead,
        "body": text.body,
        "published": issued or released,
        "updated": _revised(head, issued or released),
        "url": web_link(_attribute(child(head, "pubdata"), "ex-ref")),
        "section": _subjects(head, "type")[:1] and _subjects(head, "type")[0],
        "tags": [*_subjects(head, "matter"), *_subjects(head, "detail"), *_keywords(about)],
        "source": _attribute(child(about, "doc.copyright"), "holder") or _attribute(child(head, "pubdata"), "name"),
        "authors": authors_of_byline(text.byline),
        "place": text.place or _attribute(child(about, "evloc"), "city"),
        "image_url": image_url,
        "image_credit": image_credit,
        # Embargoed until nobody says when: nobody may see it
        "status": "usable" if is_embargoed and released else "withheld" if is_embargoed else status,
        "embargoed_until": released if released and (is_embargoed or released != issued) else None,
    }


def nitf_image(root: Element) -> tuple[str | None, str]:
    """Return the address and credit of the first picture that is on the web."""
    for media in root.iter("{*}media"):
        if _attribute(media, "media-type") in ("image", ""):
            for reference in media.iter("{*}media-reference"):
                if address := web_link(reference.get("source")):
                    return address, text_of(child(media, "media-producer"))
    return None, ""


def _children(element: Element | None, name: str) -> list[Element]:
    return [] if element is None else [each for each in element if local_name(each) == name]


def _attribute(element: Element | None, name: str) -> str:
    return "" if element is None else (element.get(name) or "").strip()


def _norm(element: Element | None, name: str) -> str:
    """Return a date in its normal form: ISO 8601, with or without its marks."""
    return _attribute(child(element, name), "norm")


def _revised(head: Element | None, published: str) -> datetime | None:
    """Return when the document was last worked on, if that was after it was issued."""
    norms = (_attribute(each, "norm") for each in _children(head, "revision-history"))
    last = max(filter(None, map(parse_page_date, norms)), default=None)
    issued = parse_page_date(published)
    return last if last and issued and last > issued else None


def _subjects(head: Element | None, what: str) -> list[str]:
    subjects = child(head, "tobject")
    names = [each.get(f"tobject.subject.{what}") for each in (() if subjects is None else subjects)]
    return [" ".join(name.split()) for name in names if name and name.strip()]


def _keywords(about: Element | None) -> list[str]:
    keys = child(about, "key-list")
    return [each.get("key") or "" for each in (() if keys is None else keys) if local_name(each) == "keyword"]
