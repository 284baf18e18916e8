"""
The text of an NITF document: headline, byline, lead and paragraphs, wherever the document is embedded.
"""

from io import BytesIO
from typing import NamedTuple

from indexer.readers.html_text import element_paragraphs
from indexer.readers.xml_safely import Element, XmlRefused, local_name, read_xml_root, text_of, without_declaration


class NitfText(NamedTuple):
    """What an NITF document says; what it does not have is an empty text."""

    title: str
    byline: str
    lead: str
    body: str
    place: str


def nitf_text(root: Element) -> NitfText:
    """Return the texts of an ``nitf`` element, of any version and namespace."""
    head, content = child(child(root, "body"), "body.head"), child(child(root, "body"), "body.content")
    headline = child(head, "hedline")
    main, deck = text_of(child(headline, "hl1")), text_of(child(headline, "hl2"))
    title = main or text_of(headline) or text_of(child(child(root, "head"), "title"))
    return NitfText(
        title=title,
        byline=_byline(child(head, "byline")),
        # the line below a headline, which is its own where there is no first line
        lead="\n\n".join(filter(None, (deck if main else "", paragraphs_of(child(head, "abstract"))))),
        body=paragraphs_of(content),
        place=text_of(child(child(head, "dateline"), "location")),
    )


def nitf_paragraphs(markup: str) -> str:
    """
    Return the paragraphs of an NITF document in a text; ``ValueError`` says why it cannot be read.
    """
    try:
        root = read_xml_root(BytesIO(without_declaration(markup).encode("utf-8", "replace")))
    except XmlRefused as error:
        raise ValueError(f"its NITF text cannot be read: {error}") from error
    return nitf_text(root).body


def child(element: Element | None, name: str) -> Element | None:
    """Return the first child with a local name; of nothing, nothing."""
    if element is None:
        return None
    return next((each for each in element if local_name(each) == name), None)


def paragraphs_of(element: Element | None) -> str:
    """Return the paragraphs of an element; of nothing, nothing."""
    return "" if element is None else element_paragraphs(element)


def _byline(byline: Element | None) -> str:
    """Return the names in a byline: marked as such, else all of it without the posts."""
    if byline is None:
        return ""
    people = [text_of(each) for each in byline if local_name(each) == "person"]
    if people:
        return "; ".join(people)
    posts = [text_of(each) for each in byline if local_name(each) == "byttl"]
    text = text_of(byline)
    for post in posts:
        text = text.replace(post, "") if text != post else text
    return text.strip(" ,")
