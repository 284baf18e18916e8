"""
An article's element made ready for trafilatura: what is certain to be no text goes, what it would misread is marked.
"""

import re

from lxml import etree
from lxml.html import HtmlElement

from indexer.readers.html_text import TEXT_IN_FIGURES
from search.article import MAX_TEXT_CHARACTERS

# What the text is looked for in is walked again and again, and takes up to 0.1 ms an element.
MAX_TEXT_ELEMENTS = 20_000
# Links beside each other take quadratic time: 2,000 half a second, 20,000 a minute. A page with all menus has some
# hundreds, and no article as many.
MAX_LINKS = 2_000
# Elements inside lines, which part no paragraphs: of 20,000 beside each other trafilatura takes seconds.
_INSIDE_LINES = ("span", "font", "b", "i", "u", "em", "strong", "small", "big", "mark", "s", "tt")
_AROUND = ("nav", "aside", "footer", "form")
# Components of light pages (AMP) that show something else: advertisements, other sites' posts, menus, questions.
_COMPONENTS = tuple(f"amp-{name}" for name in ("ad", "consent", "embed", "sidebar", "user-notification")) + tuple(
    f"amp-{name}" for name in ("facebook", "instagram", "social-share", "tiktok", "twitter", "youtube")
)
# Blocks that are paragraphs, and what they stand in: a list in an item of a list is a part of its line.
_PARAGRAPHS = ("p", "div", "ul", "ol", "blockquote", "h2", "h3", "h4", "h5", "h6")
_COLUMNS = ("div", "section", "main")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# What content systems call the text's own element: trafilatura takes the first so called for all of the text.
_TEXT_CLASS = re.compile(r"(?:article|post|entry|story)[\s_-]*(?:text|content|body)", re.IGNORECASE)
_CALL_CLASS = re.compile(
    r"(?:^|[\s_-])(?:subscribe|subscription|newsletter|donate|donation)(?:$|[\s_-])", re.IGNORECASE
)
# A form with its words has some hundred characters, a story that is so called more.
_MAX_CALL_CHARACTERS = 600
#: Stands for a blank line on the way through trafilatura, which makes one line break of many; no text of news has it.
BLANK_LINE = "\N{REVERSED PILCROW SIGN}"
# A table of figures has short cells; a cell of a page's layout has an article in it.
_MAX_CELL_CHARACTERS = 300


class PageUnreadable(ValueError):
    """A page cannot be taken apart; the message says why."""


def prepare(element: HtmlElement) -> None:
    """Change an article's element, which is nobody else's. Raises ``PageUnreadable`` for what would take long."""
    element.tail = None
    etree.strip_elements(element, *_AROUND, *_COMPONENTS, with_tail=False)
    if element.tag in ("body", "td"):
        element.tag = "div"
    _open_lines(element)
    _refuse_too_much(element)
    _open_inner_articles(element)
    _open_figures(element)
    _drop_calls(element)
    _join_parts(element)
    _open_layout_tables(element)
    _mark_blank_lines(element)
    _mark_bare_text(element)


def _open_inner_articles(element: HtmlElement) -> None:
    """
    Take the teasers out, articles whose heading leads to their own page, and make plain blocks of other inner articles.

    These are parts of this one, as the updates of a live report; trafilatura would take the first of them for all.
    """
    for article in list(element.iterdescendants("article")):
        if any(map(_leads_elsewhere, article.iter(*_HEADINGS))):
            article.drop_tree()
        else:
            article.tag = "div"


def _leads_elsewhere(heading: HtmlElement) -> bool:
    links = [*heading.iter("a"), *heading.iterancestors("a")]
    return any("#" not in (link.get("href") or "#") for link in links)


def _open_figures(element: HtmlElement) -> None:
    """
    Make plain blocks of figures that hold text, as quotations and tables, and paragraphs of a photo report's captions.

    A report of photos is what has more text in its captions than elsewhere.
    """
    for figure in list(element.iter("figure")):
        if next(figure.iter(*TEXT_IN_FIGURES), None) is not None and "embed" not in (figure.get("class") or ""):
            etree.strip_elements(figure, "figcaption", with_tail=False)
            figure.tag = "div"
    captions = list(element.iter("figcaption"))
    if captions and 2 * sum(map(length_of, captions)) > length_of(element):
        for caption in captions:
            caption.tag = "p"
            if (figure := next(caption.iterancestors("figure"), None)) is not None:
                figure.tag = "div"


def length_of(element: HtmlElement) -> int:
    """Return how many characters the text in an element has, as a browser shows it."""
    return len(" ".join(element.text_content().split()))


def _drop_calls(element: HtmlElement) -> None:
    """Take out what asks the reader to subscribe or to give, by its class; what is longer is not that alone."""
    for part in element.xpath(".//div[@class]|.//section[@class]"):
        if _CALL_CLASS.search(part.get("class")) and length_of(part) <= _MAX_CALL_CHARACTERS:
            part.drop_tree()


def _join_parts(element: HtmlElement) -> None:
    """Put parts of a text that a page has beside each other, with other things between them, into the first of them."""
    for parent in list(element.iter("div", "section", "article", "main")):
        parts: dict[tuple[str, str, str], HtmlElement] = {}
        for child in list(parent.iterchildren("div", "section")):
            key = (str(child.tag), child.get("class") or "", child.get("itemprop") or "")
            if not any(map(_TEXT_CLASS.search, key[1:])):
                continue
            if (first := parts.setdefault(key, child)) is not child:
                child.attrib.clear()
                first.append(child)


def _open_lines(element: HtmlElement) -> None:
    """Take the elements inside lines away, whose text stays."""
    etree.strip_tags(element, *_INSIDE_LINES)
    for each in element.iter():  # what is set is one piece; what was beside each other stays in as many as it was
        each.text, each.tail = each.text, each.tail


def _refuse_too_much(element: HtmlElement) -> None:
    """Raise ``PageUnreadable`` for what no article has and would take long."""
    if (elements := sum(1 for _ in element.iter())) > MAX_TEXT_ELEMENTS:
        raise PageUnreadable(f"its text has {elements:,} elements; at most {MAX_TEXT_ELEMENTS:,} are read")
    if (links := sum(1 for _ in element.iter("a"))) > MAX_LINKS:
        raise PageUnreadable(f"its text has {links:,} links; an article has fewer than {MAX_LINKS:,}: it seems a list")
    if sum(map(len, element.itertext())) > MAX_TEXT_CHARACTERS:
        raise PageUnreadable(f"its text has more than {MAX_TEXT_CHARACTERS:,} characters; no article has as many")


def _open_layout_tables(element: HtmlElement) -> None:
    """Make plain blocks of the tables that hold whole columns of a page, as was done until about 2010."""
    for table in list(element.iter("table")):
        cells = list(table.iter("td", "th"))
        if next(table.iterdescendants("table"), None) is not None or any(map(is_column, cells)):
            for part in [table, *table.iter("tbody", "thead", "tfoot", "tr", "td", "th")]:
                part.tag = "div"


def _mark_blank_lines(element: HtmlElement) -> None:
    """Mark where two line breaks follow each other, which is how pages without ``p`` part their paragraphs."""
    for line_break in element.iter("br"):
        before = line_break.getprevious()
        if before is not None and before.tag == "br" and not (before.tail or "").strip():
            line_break.tail = BLANK_LINE + (line_break.tail or "")


def _mark_bare_text(element: HtmlElement) -> None:
    """Mark where a block begins or ends beside text that is in none, which trafilatura joins without a blank."""
    for block in element.iter(*_PARAGRAPHS):
        parent, before = block.getparent(), block.getprevious()
        if parent is None or parent.tag not in _COLUMNS:
            continue
        if before is None and (parent.text or "").strip():
            parent.text += BLANK_LINE
        elif before is not None and before.tag not in _PARAGRAPHS and (before.tail or "").strip():
            before.tail += BLANK_LINE
        if (block.tail or "").strip():
            block.tail = BLANK_LINE + block.tail


def is_column(cell: HtmlElement) -> bool:
    """Tell a cell that is a column of a page's layout."""
    return len(cell.text_content()) > _MAX_CELL_CHARACTERS
