"""
HTML as plain paragraphs, parted by a blank line.

For markup that is known to be the article: the body of a feed or an export, not a page with menus around it. Every
block (a paragraph, a heading, an item of a list, a row of a table) becomes a paragraph; two line breaks end one,
too. Scripts, forms, media, pictures and their captions are dropped. The same walk reads XHTML and NITF inside XML.
"""

import html
import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import defs

from indexer.readers.parsers import parse_html
from indexer.readers.xml_safely import Element, entity_text, local_name

# lxml knows the elements of HTML 4. Of its blocks these stand inside lines: cells, and marks of what was changed.
_INSIDE_LINES = frozenset(("td", "th", "del", "ins"))
_BLOCKS_OF_HTML_5 = frozenset(
    (
        "article",
        "aside",
        "details",
        "dialog",
        "figure",
        "footer",
        "header",
        "hgroup",
        "main",
        "nav",
        "section",
        "summary",
    )
)
_BLOCKS_OF_NITF = frozenset(("block", "bq", "fn", "hl1", "hl2", "nitf-table", "note"))
#: Elements after and before which a paragraph ends; all others, unknown ones too, stand inside lines.
_BLOCKS = (defs.block_tags - _INSIDE_LINES) | {"body"} | _BLOCKS_OF_HTML_5 | _BLOCKS_OF_NITF
#: Elements that hold no text of an article, wherever they stand: scripts, media, forms.
NEVER_TEXT = (
    defs.frame_tags
    | frozenset(("applet", "audio", "canvas", "embed", "iframe", "map", "math", "object", "svg", "video"))
    | frozenset(("button", "datalist", "input", "option", "select", "textarea"))
    | frozenset(("noscript", "script", "style", "template"))
)
_DROPPED = NEVER_TEXT | defs.head_tags | {"head", "figcaption", "media"}
#: What makes a figure a part of the text; any other is a picture, or an address that a site shows as one.
TEXT_IN_FIGURES = ("{*}table", "{*}blockquote", "{*}pre")
_CELLS = frozenset(("td", "th"))
_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|<!--|&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]{1,30});")
_BREAKS = re.compile(r"[ \t]*\n[ \t]*")
_PARAGRAPH_BREAK = re.compile(r"\n{2,}")
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_SENTENCE_ENDS = tuple(".!?…:;»”\"'’)")


def has_markup(text: str) -> bool:
    """
    Tell whether a text is HTML: whether it has a tag, a comment or a named character.

    >>> has_markup("a < b & c"), has_markup("a<br>b"), has_markup("a&nbsp;b")
    (False, True, True)
    """
    return bool(_MARKUP.search(text))


def html_paragraphs(markup: str) -> str:
    """
    Return the text of an HTML fragment or document as paragraphs; text without markup keeps its line ends.

    Raises ``MarkupRefused`` for markup that is nested too deeply to be read.

    >>> html_paragraphs("<h2>Heading</h2><p>First <b>line</b>.<br>Second.</p><script>no()</script><ul><li>Item</ul>")
    'Heading\\n\\nFirst line.\\nSecond.\\n\\nItem'
    >>> html_paragraphs("Ціна &lt; 5&nbsp;грн")
    'Ціна < 5\\xa0грн'
    """
    if not has_markup(markup):
        return joined_paragraphs(markup)
    root = parse_html(markup)
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


def without_headline(text: str, title: str) -> str:
    """
    Return a text without a first paragraph that is the headline again, as documents have it that are pages, too.

    >>> without_headline("Bridge opens\\n\\nIt is long.", "Bridge opens"), without_headline("A bridge", "A bridge")
    ('It is long.', 'A bridge')
    """
    first, blank_line, rest = text.partition("\n\n")
    return rest if blank_line and " ".join(first.split()).casefold() == title.casefold() else text


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
        if event == "start" and (name in _DROPPED or (name == "figure" and _is_picture(element))):
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


def _is_picture(figure: Element) -> bool:
    return next(figure.iter(*TEXT_IN_FIGURES), None) is None


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
