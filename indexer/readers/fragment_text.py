"""The paragraphs of a piece of HTML that is all text of an article, such as an entry of a feed has it."""

import html
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from indexer.readers.furniture import is_furniture
from indexer.readers.page_head import first_figure

_INSIDE = frozenset(
    {"a", "abbr", "b", "bdi", "cite", "code", "del", "em", "font", "i", "ins", "mark", "q", "s", "small", "span"}
    | {"strong", "sub", "sup", "time", "u"}
)
_NEVER_TEXT = ("script", "style", "noscript", "template", "iframe", "object", "figure", "figcaption", "svg", "button")


def fragment_paragraphs(fragment: str) -> list[str]:
    """
    Return the paragraphs of a piece of HTML, without captions, scripts and links to other articles.

    >>> fragment_paragraphs("<p>Порт <b>Одеси</b></p>прийняв<br><br>пором")
    ['Порт Одеси', 'прийняв', 'пором']
    """
    if "<" not in fragment:
        text = html.unescape(fragment)
    else:
        tree = _tree(fragment)
        if tree is None:
            return []
        etree.strip_elements(tree, *_NEVER_TEXT, with_tail=False)
        text = "".join(_pieces(tree))
    parts = (" ".join(part.split()) for part in text.split("\n\n"))
    return [part for part in parts if part and not is_furniture([part])]


def fragment_text(fragment: str) -> str:
    """Return a piece of HTML, such as a title, as one line of text."""
    return " ".join(fragment_paragraphs(fragment))


def fragment_photo(fragment: str) -> tuple[str, str]:
    """
    Return the address and the credit of the first photo in a piece of HTML, else nothing for both.

    >>> fragment_photo('<figure><img src="/a.jpg"><figcaption>Порт. Фото: Іван Сич</figcaption></figure>')
    ('/a.jpg', 'Іван Сич')
    """
    tree = _tree(fragment) if "<figure" in fragment else None
    return ("", "") if tree is None else first_figure(tree)


def _tree(fragment: str) -> HtmlElement | None:
    """Return the elements of a piece of HTML, or None where nothing can be taken apart."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        return etree.fromstring(fragment.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):
        return None


def _pieces(tree: HtmlElement) -> Iterator[str]:
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag not in _INSIDE:
            yield "\n\n"
        text = element.text if event == "start" else element.tail
        yield " ".join(text.split("\n")) if text else ""
