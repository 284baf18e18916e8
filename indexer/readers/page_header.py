"""
What a page shows around its text, where neither metadata nor microdata say it: the date, the byline, the section, tags
and the photo's credit.

Sites with a content system of their own often have nothing in the head, but they name the elements of a page by what
is in them. Between the headline and the text such an element is the article's; further off it may be another's.
"""

import re
from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from indexer.readers.bylines import authors_of_byline
from indexer.readers.page_dates import parse_page_date
from indexer.readers.page_head import address_of_image, credit_beside, credit_in
from indexer.readers.page_metadata import PageMetadata
from indexer.readers.signatures import MAX_CAPTION_CHARACTERS, is_name, photo_credit, signed_authors

_LEAD_CLASS = re.compile(
    r"(?:^|[\s_-])(?:lead|lede|standfirst|intro|anons|announce|subtitle|sub-?headline|summary|dek|excerpt)(?:$|[\s_-])",
    re.I,
)
# One sentence to three; less is a label, more is the text.
_LEAD_CHARACTERS = range(40, 800)
_DATE_CLASS = re.compile(r"(?:^|[\s_-])(?:date|datetime|time|published|posted|submitted|created)(?:$|[\s_-])", re.I)
_AUTHOR_CLASS = re.compile(r"(?:^|[\s_-])(?:authors?|byline|avtor)(?:$|[\s_-])", re.I)
_TAGS_CLASS = re.compile(r"(?:^|[\s_-])(?:tags|tag-list|taglist)(?:$|[\s_-])", re.I)
# What lists the tags of the whole site.
_NO_TAGS_CLASS = re.compile(r"cloud|popular|widget|menu|nav", re.I)
_CRUMBS_CLASS = re.compile(r"bread-?crumb", re.I)
# "Опубліковано: 12 листопада 2023, 14:05 | Оновлено …" is a line; more is a paragraph.
_MAX_LINE_CHARACTERS = 80
# Without a class the date must be nearly all of its line.
_MAX_DATE_LINE = 50
# An element that is a line has a link or two inside; to ask larger ones for their text would take quadratic time.
_MAX_LINE_ELEMENTS = 3
_MAX_TAG_CHARACTERS = 60
# Headers have ten to thirty elements; a headline without a text behind it must not cost a walk over the whole page.
_MAX_HEADER_ELEMENTS = 150
# A first paragraph is told again by its beginning.
_SAME_BEGINNING = 30


def shown_metadata(tree: HtmlElement, container: HtmlElement, paragraphs: list[str], title: str) -> PageMetadata:
    """Return what a page shows of its article around the text; ``container`` is the element that holds the text."""
    below = _below_headline(tree, paragraphs)
    header = [*_above_headline(tree), *below] if below else []
    image, image_credit = _photo(header, container)
    lines = [_line(each) for each in below if len(each) == 0]
    dates = [
        *(_line_of(each, _DATE_CLASS) for each in header),
        *(each for each in lines if len(each) <= _MAX_DATE_LINE),
    ]
    authors = [_authors(_line_of(each, _AUTHOR_CLASS)) for each in header] + [signed_authors(each) for each in lines]
    return PageMetadata(
        lead=next(filter(None, (_lead(each) for each in below)), ""),
        published=next((line for line in dates if line and parse_page_date(line)), ""),
        authors=next(filter(None, authors), ()),
        section=_section(tree, title),
        tags=tuple(dict.fromkeys(_tags(tree))),
        image=image,
        image_credit=image_credit,
    )


def _above_headline(tree: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements before the first ``h1`` in its own element."""
    for sibling in next(tree.iter("h1")).itersiblings(preceding=True):
        yield from islice(sibling.iter("*"), _MAX_HEADER_ELEMENTS)


def _below_headline(tree: HtmlElement, paragraphs: list[str]) -> list[HtmlElement]:
    """Return the elements after the only ``h1`` up to the text; none where the text is not found soon."""
    headlines = list(tree.iter("h1"))
    if len(headlines) != 1 or not paragraphs:
        return []
    between: list[HtmlElement] = []
    beginning = " ".join(paragraphs[0].split())[:_SAME_BEGINNING]
    for element in headlines[0].xpath("following::*[position() <= $limit]", limit=_MAX_HEADER_ELEMENTS):
        if _line(element).startswith(beginning):
            return between
        between.append(element)
    return []


def _line(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _line_of(element: HtmlElement, named: re.Pattern[str]) -> str:
    """Return the text of an element whose class is a name, if it is a line."""
    line = _line(element) if named.search(element.get("class") or "") else ""
    return line if len(line) <= _MAX_LINE_CHARACTERS else ""


def _lead(element: HtmlElement) -> str:
    """Return the text of an element whose class calls it a lead, if it is nothing but that."""
    if not _LEAD_CLASS.search(element.get("class") or "") or len(element) > _MAX_LINE_ELEMENTS:
        return ""
    line = _line(element)
    return line if len(line) in _LEAD_CHARACTERS else ""


def _authors(line: str) -> tuple[str, ...]:
    names = signed_authors(line) or authors_of_byline(line)
    return names if names and all(is_name(name, 2) for name in names) else ()


def _section(tree: HtmlElement, title: str) -> str:
    """Return the category that a link is marked with, else the last link of the trail below the front page."""
    for link in tree.xpath(".//a[contains(@rel, 'category')]"):
        return _line(link)[:_MAX_TAG_CHARACTERS]
    for trail in tree.xpath(".//ol[@class]|.//ul[@class]|.//div[@class]|.//nav[@class]|.//p[@class]"):
        if _CRUMBS_CLASS.search(trail.get("class")):
            names = [name for link in trail.iter("a") if (name := _line(link)) and name != title]
            return names[-1] if len(names) > 1 and len(names[-1]) <= _MAX_TAG_CHARACTERS else ""
    return ""


def _tags(tree: HtmlElement) -> Iterator[str]:
    """Yield the names of links that are marked as tags, else of those in an element that is called so."""
    links = tree.xpath(".//a[contains(concat(' ', @rel, ' '), ' tag ') and not(contains(@rel, 'category'))]")
    if not links:
        named = tree.xpath(".//*[self::div or self::ul or self::p or self::span][@class][not(ancestor::aside)]")
        links = next((list(each.iter("a")) for each in named if _is_tag_list(each.get("class"))), [])
    for link in links:
        if 0 < len(name := _line(link).lstrip("#").strip(" ,;")) <= _MAX_TAG_CHARACTERS:
            yield name


def _is_tag_list(name: str) -> bool:
    return bool(_TAGS_CLASS.search(name)) and not _NO_TAGS_CLASS.search(name)


def _photo(header: list[HtmlElement], container: HtmlElement) -> tuple[str, str]:
    """Return the first photo that is signed and by whom: beside it, or on a line of its own, without the address."""
    for image in (*(each for each in header if each.tag == "img"), *islice(container.iter("img"), 1)):
        around = image.getparent()
        if around is None or around is container or len(caption := _line(around)) > MAX_CAPTION_CHARACTERS:
            continue
        if credit := credit_in(caption) or credit_beside(
            list(islice(around.iter(etree.Element), _MAX_HEADER_ELEMENTS))
        ):
            return address_of_image(image), credit
    elements = container.iter("div", "span", "p", "em", "i", "small", "font")
    lines = (_line(each) for each in elements if len(each) <= _MAX_LINE_ELEMENTS)
    return "", next(filter(None, (photo_credit(line) for line in lines if len(line) <= _MAX_LINE_CHARACTERS)), "")
