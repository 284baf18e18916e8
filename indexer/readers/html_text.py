"""
HTML as plain paragraphs, parted by a blank line.

For markup that is known to be the article: the body of a feed or an export, not a page with menus around it. Every
block (a paragraph, a heading, an item of a list, a row of a table) becomes a paragraph; two line breaks end one,
too. Scripts, forms, media and the captions of pictures are dropped. The same walk reads XHTML and NITF inside XML.
"""

import html
import re
from collections.abc import Iterator

from lxml import etree

from indexer.readers.xml_safely import Element, entity_text, local_name

#: Elements after and before which a paragraph ends; all others stand inside lines.
_BLOCKS = frozenset(
    (
        "address",
        "article",
        "aside",
        "block",
        "blockquote",
        "body",
        "bq",
        "center",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "fn",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hl1",
        "hl2",
        "hr",
        "li",
        "main",
        "nav",
        "nitf-table",
        "note",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
    )
)
_DROPPED = frozenset(
    (
        "applet",
        "audio",
        "button",
        "canvas",
        "datalist",
        "embed",
        "figcaption",
        "frame",
        "frameset",
        "head",
        "iframe",
        "input",
        "map",
        "math",
        "media",
        "noframes",
        "noscript",
        "object",
        "option",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
        "video",
    )
)
_CELLS = frozenset(("td", "th"))
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]{1,30});")
_BREAKS = re.compile(r"[ \t]*\n[ \t]*")
_PARAGRAPH_BREAK = re.compile(r"\n{2,}")
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_SENTENCE_ENDS = tuple(".!?…:;»”\"'’)")


def html_paragraphs(markup: str) -> str:
    """
    Return the text of an HTML fragment or document as paragraphs; text without markup comes back as it is.

    Raises ``ValueError`` for markup that is nested too deeply to be read.

    >>> html_paragraphs("<h2>Heading</h2><p>First <b>line</b>.<br>Second.</p><script>no()</script><ul><li>Item</ul>")
    'Heading\\n\\nFirst line.\\nSecond.\\n\\nItem'
    >>> html_paragraphs("Ціна &lt; 5&nbsp;грн")
    'Ціна < 5\\xa0грн'
    """
    if not _MARKUP.search(markup):
        return markup.strip()
    # As bytes: a declaration inside the text is of the file that it was once in
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(markup.replace("\x00", "").encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:  # nothing but comments
        return ""
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise ValueError("its HTML is nested too deeply, or a text in it is too long")
    return "" if root is None else element_paragraphs(root)


def element_paragraphs(root: Element) -> str:
    """
    Return the text in an element of HTML, XHTML or NITF, whatever its namespace, as paragraphs.

    >>> element_paragraphs(etree.fromstring("<body.content><p>One\\n  line</p><p>Two</p></body.content>"))
    'One line\\n\\nTwo'
    """
    return joined_paragraphs("".join(_pieces(root)))


def joined_paragraphs(text: str) -> str:
    """
    Return a text with blanks around its line ends removed and exactly one blank line between paragraphs.

    >>> joined_paragraphs(" One \\n line\\n\\n \\n\\nTwo ")
    'One\\nline\\n\\nTwo'
    """
    paragraphs = _PARAGRAPH_BREAK.split(_BREAKS.sub("\n", text))
    return "\n\n".join(stripped for paragraph in paragraphs if (stripped := paragraph.strip()))


def plain_paragraphs(text: str) -> str:
    """
    Return plain text with a blank line between paragraphs where it has one line to a paragraph and none between.

    Lines that mostly do not end as sentences do are one wrapped text, and stay.

    >>> plain_paragraphs("A first paragraph.\\nA second one.\\nA third.")
    'A first paragraph.\\n\\nA second one.\\n\\nA third.'
    >>> plain_paragraphs("A text wrapped\\nby its editor\\nat twenty letters.")
    'A text wrapped\\nby its editor\\nat twenty letters.'
    """
    text = _BREAKS.sub("\n", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    lines = [line for line in text.split("\n") if line]
    ended = sum(line.endswith(_SENTENCE_ENDS) for line in lines)
    if "\n\n" in text or 2 * ended <= len(lines):
        return joined_paragraphs(text)
    return "\n\n".join(lines)


def single_line(text: str) -> str:
    """
    Return a headline or name as one line of plain text, its markup removed if it has any.

    >>> single_line("<p>Мости &amp; <i>тунелі</i></p>")
    'Мости & тунелі'
    """
    if "<" not in text:
        text = html.unescape(text)
    return " ".join(html_paragraphs(text).split())


def _pieces(root: Element) -> Iterator[str]:
    """Yield the text piece by piece, with line feeds where lines and paragraphs end."""
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    preformatted = 0
    for event, element in walk:
        name = local_name(element).lower()
        if event == "start" and name in _DROPPED:
            walk.skip_subtree()
        elif event == "start":
            preformatted += name == "pre"
            yield _before(name)
            yield entity_text(element) if element.tag is etree.Entity else _run(element.text, preformatted)
        else:
            preformatted -= event == "end" and name == "pre" and preformatted > 0
            yield _after(name)
            if element is not root:
                yield _run(element.tail, preformatted)


def _before(name: str) -> str:
    return "\n\n" if name in _BLOCKS else ""


def _after(name: str) -> str:
    if name == "br":
        return "\n"
    return "\n\n" if name in _BLOCKS else " " if name in _CELLS else ""


def _run(text: str | None, preformatted: int) -> str:
    """Return a run of text with its blanks and line ends made single blanks, as a browser shows it."""
    if not text:
        return ""
    return text if preformatted else _BLANKS.sub(" ", text)
