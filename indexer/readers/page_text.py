"""
The paragraphs of an article out of its page, without menus, teasers, captions and scripts.

trafilatura finds them; this module is the only one that knows it. It is given as little of the page as is certain to
hold the article, without what is never text: that saves time and keeps teasers of other articles out.
"""

import copy
import logging
import re
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import lxml.html
from lxml import etree
from lxml.html import HtmlElement

from indexer.readers.html_text import NEVER_TEXT, TEXT_IN_FIGURES
from indexer.readers.parsers import parse_html
from search.article import MAX_TEXT_CHARACTERS

# Some steps over a page look at all the text below each of its elements; an article with everything around it has two
# or three thousand, a live report of a whole day ten.
MAX_ELEMENTS = 60_000
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
# "Air raid alert in Kyiv." is a whole story, but less than this in the likeliest place means that it is another place.
_MIN_CHARACTERS = 40
_LEAD_CLASS = re.compile(r"(?:^|[\s_-])(?:lead|lede|standfirst|intro|anons|announce)(?:$|\s)", re.IGNORECASE)
#: Stands for a blank line on the way through trafilatura, which makes one line break of many; no text of news has it.
_BLANK_LINE = "\N{REVERSED PILCROW SIGN}"
# A table of figures has short cells; a cell of a page's layout has an article in it.
_MAX_CELL_CHARACTERS = 300


class PageUnreadable(ValueError):
    """A page cannot be taken apart; the message says why."""


def parse_page(text: str) -> HtmlElement:
    """
    Return the tree of a page.

    Raises ``PageUnreadable`` for what is no markup or has too many elements, ``MarkupRefused`` if it is too deep.
    """
    tree = parse_html(text)
    if tree is None:
        raise PageUnreadable("it has no markup; save the page anew, from a browser")
    elements = sum(1 for _ in tree.iter())
    if elements > MAX_ELEMENTS:
        raise PageUnreadable(f"it has {elements:,} elements; at most {MAX_ELEMENTS:,} are read")
    return tree


def strip_scripts(tree: HtmlElement) -> None:
    """Take out of a tree what is never text; what follows each piece stays."""
    etree.strip_elements(tree, *NEVER_TEXT, with_tail=False)


def article_element(tree: HtmlElement) -> HtmlElement:
    """
    Return the smallest element that is certain to hold the text of the article: at worst the whole page.

    The one marked as ``articleBody``; else the only ``article`` around the headline, or the only one at all; else the
    only ``main``; else the one long column of a layout made of tables; else what holds both the headline and the most
    text that stands together.
    """
    bodies = tree.xpath(".//*[contains(@itemprop, 'articleBody')]")
    if len(bodies) == 1:
        return bodies[0]
    articles = tree.xpath(".//article[not(ancestor::article)]")
    with_headline = [each for each in articles if next(each.iter("h1"), None) is not None]
    for found in (with_headline, articles, tree.xpath(".//main|.//*[@role='main']")):
        if len(found) == 1:
            return found[0]
    columns = [each for each in tree.iter("td") if _is_column(each) and next(each.iter("table"), None) is None]
    return columns[0] if len(columns) == 1 else _around_headline_and_text(tree)


def _around_headline_and_text(tree: HtmlElement) -> HtmlElement:
    """Return the smallest element that holds the only ``h1`` and the element with the most text in paragraphs."""
    headlines = list(tree.iter("h1"))
    lengths: dict[HtmlElement, int] = {}
    for paragraph in tree.iter("p"):
        parent = paragraph.getparent()
        lengths[parent] = lengths.get(parent, 0) + len(paragraph.text_content())
    if len(headlines) != 1 or not lengths:
        return tree
    fullest = max(lengths, key=lengths.__getitem__)
    around = {fullest, *fullest.iterancestors()}
    return next((each for each in headlines[0].iterancestors() if each in around), tree)


def lead_text(container: HtmlElement) -> str:
    """Return what an article's element marks as its lead by a class; nothing if nothing is marked so."""
    for element in container.xpath(".//p[@class]|.//div[@class]|.//h2[@class]"):
        if _LEAD_CLASS.search(element.get("class")):
            return _line(element)
    return ""


def extract_paragraphs(tree: HtmlElement, container: HtmlElement) -> list[str]:
    """
    Return the paragraphs, subheads, quotations and lists of an article's element, in order.

    The whole page is looked at when there is next to nothing in the element. Raises ``PageUnreadable``.
    """
    found = _paragraphs(container)
    if sum(map(len, found)) < _MIN_CHARACTERS and container is not tree:
        found = max(found, _paragraphs(tree), key=lambda texts: sum(map(len, texts)))
    return found


def _paragraphs(container: HtmlElement) -> list[str]:
    page = lxml.html.Element("html")
    body = etree.SubElement(page, "body")
    element = copy.deepcopy(container if container.tag != "html" else container.find("body"))
    if element is None:
        return []
    element.tail = None
    etree.strip_elements(element, *_AROUND, *_COMPONENTS, with_tail=False)
    if element.tag in ("body", "td"):
        element.tag = "div"
    _open_inner_articles(element)
    _open_figures(element)
    _open_lines(element)
    _refuse_too_much(element)
    _open_layout_tables(element)
    _mark_blank_lines(element)
    _mark_bare_text(element)
    body.append(element)
    try:
        document = _extraction()(page)
    except Exception as error:  # whatever it raises for a page that nobody has seen yet, the other pages are read
        raise PageUnreadable(f"its text cannot be told from the rest ({type(error).__name__}: {error})") from error
    if document is None or document.body is None:
        return []
    return [text for element in document.body for text in _texts(element)]


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
    if captions and 2 * sum(map(_length, captions)) > _length(element):
        for caption in captions:
            caption.tag = "p"
            if (figure := next(caption.iterancestors("figure"), None)) is not None:
                figure.tag = "div"


def _length(element: HtmlElement) -> int:
    return len(" ".join(element.text_content().split()))


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
        if next(table.iterdescendants("table"), None) is not None or any(map(_is_column, cells)):
            for part in [table, *table.iter("tbody", "thead", "tfoot", "tr", "td", "th")]:
                part.tag = "div"


def _mark_blank_lines(element: HtmlElement) -> None:
    """Mark where two line breaks follow each other, which is how pages without ``p`` part their paragraphs."""
    for line_break in element.iter("br"):
        before = line_break.getprevious()
        if before is not None and before.tag == "br" and not (before.tail or "").strip():
            line_break.tail = _BLANK_LINE + (line_break.tail or "")


def _mark_bare_text(element: HtmlElement) -> None:
    """Mark where a block begins or ends beside text that is in none, which trafilatura joins without a blank."""
    for block in element.iter(*_PARAGRAPHS):
        parent, before = block.getparent(), block.getprevious()
        if parent is None or parent.tag not in _COLUMNS:
            continue
        if before is None and (parent.text or "").strip():
            parent.text += _BLANK_LINE
        elif before is not None and before.tag not in _PARAGRAPHS and (before.tail or "").strip():
            before.tail += _BLANK_LINE
        if (block.tail or "").strip():
            block.tail = _BLANK_LINE + block.tail


def _is_column(cell: HtmlElement) -> bool:
    return len(cell.text_content()) > _MAX_CELL_CHARACTERS


@cache
def _extraction() -> Any:
    """Return trafilatura's extraction in its fast setting; imported late, since it takes a tenth of a second."""
    from trafilatura import bare_extraction
    from trafilatura.settings import use_config

    # It logs every page that has no text; the reader says so itself.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    config = use_config()
    # Shorter results are thrown away for all paragraphs of the page, teasers included; short news are short.
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", str(_MIN_CHARACTERS))
    return partial(bare_extraction, fast=True, include_comments=False, include_tables=True, config=config)


def _texts(element: etree._Element) -> Iterator[str]:
    """Yield the paragraphs of an element of trafilatura's own vocabulary, which is like that of TEI."""
    if element.tag == "quote" and element.find("p") is not None:
        for inner in element:
            yield from _texts(inner)
        return
    if element.tag == "table":
        rows = (" | ".join(filter(None, (_line(cell) for cell in row.iter("cell")))) for row in element.iter("row"))
        text = "\n".join(filter(None, rows))
    elif element.tag == "list":
        text = "\n".join(filter(None, (_line(item) for item in element.iter("item"))))
    else:
        for line_break in element.iter("lb"):
            line_break.tail = "\n" + (line_break.tail or "")
        text = "\n".join(" ".join(line.split()) for line in "".join(element.itertext()).split("\n"))
    yield from filter(None, (part.strip() for part in text.split(_BLANK_LINE)))
    for tail in (element.tail or "").split(_BLANK_LINE):
        yield from filter(None, [" ".join(tail.split())])


def _line(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())
