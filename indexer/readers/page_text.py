"""
The paragraphs of an article out of its page, without menus, teasers, captions and scripts.

trafilatura finds them; this module is the only one that calls it. It is given as little of the page as is certain to
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

from indexer.readers.html_text import NEVER_TEXT
from indexer.readers.page_preparation import BLANK_LINE, PageUnreadable, is_column, length_of, prepare
from indexer.readers.parsers import parse_html

# Some steps over a page look at all the text below each of its elements; an article with everything around it has two
# or three thousand, a live report of a whole day ten.
MAX_ELEMENTS = 60_000
# "Air raid alert in Kyiv." is a whole story, but less than this in the likeliest place means that it is another place.
_MIN_CHARACTERS = 40
_LEAD_CLASS = re.compile(r"(?:^|[\s_-])(?:lead|lede|standfirst|intro|anons|announce)(?:$|\s)", re.IGNORECASE)


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


def article_element(tree: HtmlElement, title: str = "") -> HtmlElement:
    """
    Return the smallest element that is certain to hold the text of the article: at worst the whole page.

    The one marked as ``articleBody``; else the only ``article`` around the headline, or the one of several whose
    headline is ``title``; else the only one at all, if it has the most text; else the only ``main``; else the one long
    column of a layout made of tables; else what holds both the headline and the most text that stands together.
    """
    bodies = tree.xpath(".//*[contains(@itemprop, 'articleBody')]")
    if len(bodies) == 1:
        return bodies[0]
    articles = tree.xpath(".//article[not(ancestor::article)]")
    with_headline = [each for each in articles if next(each.iter("h1"), None) is not None]
    titled = [each for each in with_headline if " ".join(next(each.iter("h1")).text_content().split()) == title]
    fullest = _fullest(tree)
    alone = articles if len(articles) == 1 and not _is_beside(articles[0], fullest) else []
    for found in (with_headline, titled, alone, tree.xpath(".//main|.//*[@role='main']")):
        if len(found) == 1:
            return found[0]
    columns = [each for each in tree.iter("td") if is_column(each) and next(each.iter("table"), None) is None]
    return columns[0] if len(columns) == 1 else _around_headline_and_text(tree, fullest)


def _is_beside(article: HtmlElement, fullest: HtmlElement | None) -> bool:
    """Tell whether the most text stands outside of an article, and is longer: then that is a teaser."""
    if fullest is None or article is fullest or article in fullest.iterancestors():
        return False
    return sum(map(length_of, fullest.iterchildren("p"))) > length_of(article)


def _fullest(tree: HtmlElement) -> HtmlElement | None:
    """Return the element with the most text in its own paragraphs, if the page has any."""
    lengths: dict[HtmlElement, int] = {}
    for paragraph in tree.iter("p"):
        if (parent := paragraph.getparent()) is not None:
            lengths[parent] = lengths.get(parent, 0) + len(paragraph.text_content())
    return max(lengths, key=lengths.__getitem__, default=None)


def _around_headline_and_text(tree: HtmlElement, fullest: HtmlElement | None) -> HtmlElement:
    """Return the smallest element that holds the only ``h1`` and the element with the most text in paragraphs."""
    headlines = list(tree.iter("h1"))
    if len(headlines) != 1 or fullest is None:
        return tree
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
    prepare(element)
    body.append(element)
    try:
        document = _extraction()(page)
    except Exception as error:  # whatever it raises for a page that nobody has seen yet, the other pages are read
        raise PageUnreadable(f"its text cannot be told from the rest ({type(error).__name__}: {error})") from error
    if document is None or document.body is None:
        return []
    return [text for element in document.body for text in _texts(element)]


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
    yield from filter(None, (part.strip() for part in text.split(BLANK_LINE)))
    for tail in (element.tail or "").split(BLANK_LINE):
        yield from filter(None, [" ".join(tail.split())])


def _line(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())
