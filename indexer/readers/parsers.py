"""
The parsers of markup from strangers: lxml's are made here and nowhere else in ``indexer``.

No parser here puts an entity in, loads a DTD, or opens a file or an address, and each keeps libxml2's own limits (depth
256, a text of ten million bytes). What else is bounded is the matter of those who use them: ``xml_safely`` for XML,
``html_text`` and ``page_text`` for HTML.
"""

from typing import Any

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

#: libxml2 stops at this depth by itself; pages of news sites stay far below.
MAX_HTML_DEPTH = 256


class MarkupRefused(ValueError):
    """A piece of HTML is beyond the limits of the parser; the message says which."""


def xml_pull_parser() -> Any:
    """Return a new parser of XML that is fed piece by piece and tells of the starts and ends of elements."""
    return etree.XMLPullParser(
        events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False
    )


def parse_html(markup: str) -> HtmlElement | None:
    """
    Return the tree of a page or of a piece of HTML, without comments; nothing for what has no markup and no text.

    Raises ``MarkupRefused``.

    >>> parse_html("<p>Порт <b>Одеси").text_content()
    'Порт Одеси'
    >>> parse_html("<!-- nothing -->")
    """
    # A parser of its own for each text: it keeps the complaints about what it has read. As bytes: a declaration inside
    # the text is of the file that it was once in
    parser = HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        tree = etree.fromstring(markup.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except etree.XMLSyntaxError:  # nothing but comments
        return None
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise MarkupRefused(f"its HTML is nested more than {MAX_HTML_DEPTH} deep, or a text in it is too long")
    return tree
