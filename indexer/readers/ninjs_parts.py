"""
The parts of a ninjs item that each generation shapes differently: headlines, texts, pictures, lists of named things.
"""

from collections.abc import Iterator
from typing import Any

from indexer.readers.html_text import html_paragraphs, plain_paragraphs, single_line
from indexer.readers.nitf_text import nitf_paragraphs
from indexer.readers.records import web_link

_LEAD_ROLES = ("summary", "lead", "abstract", "teaser", "preamble", "intro")
#: Descriptions that say nothing of the story: of the picture in it, and whose that is.
_NO_LEAD_ROLES = ("caption", "creditline", "credit", "alt")
_FEATURED = frozenset(("featured", "featuremedia", "mainpic", "main"))
_RENDITIONS = ("main", "viewimage", "web", "preview", "baseimage", "original")
#: Pictures of about the width at which a page shows them: wider ones are for print.
_PAGE_WIDTHS = range(400, 2049)
_CREDITS = ("creditline", "by", "byline", "source", "copyrightholder", "copyrightnotice")


class Item(dict[str, Any]):
    """A JSON object by its names in lower case: ``versionCreated`` of ninjs 3 is ``versioncreated`` of 1 and 2."""

    def __init__(self, value: dict[str, Any]) -> None:
        super().__init__({name.lower(): each for name, each in value.items()})


def items_of(value: Any) -> list[Item]:
    """
    Return the objects in a list of them; of ninjs 1, in an object of them, whose names become their ``name``.

    A text where an object should be is its ``name`` and ``value``: some write ``"headlines": "Bridge opens"``.

    >>> items_of({"mainpic": {"type": "picture"}}) == items_of([{"name": "mainpic", "type": "picture"}])
    True
    """
    if isinstance(value, str):
        value = [value]
    if isinstance(value, dict):
        return [Item({"name": name, **each}) for name, each in value.items() if isinstance(each, dict)]
    items = [{"name": each, "value": each} if isinstance(each, str) else each for each in _listed(value)]
    return [Item(each) for each in items if isinstance(each, dict)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def first_text(item: Item, *names: str) -> str:
    """
    Return the first value of these names that is a text with something in it, else an empty text.

    Raises ``ValueError`` when a value is of another kind.
    """
    for name in names:
        value = item.get(name)
        if isinstance(value, dict | list | bool | float):
            raise ValueError(f"field {name!r}: must be text; got {str(value)[:60]}")
        if value not in (None, "") and str(value).strip():
            return str(value).strip()
    return ""


def names_of(item: Item, *lists: str) -> list[str]:
    """Return the names of the things in some lists of an item."""
    things = [each for name in lists for each in items_of(item.get(name))]
    return [name for each in things if (name := single_line(first_text(each, "name")))]


def title_of(item: Item) -> str:
    """Return the main headline, else the first, else the title."""
    headlines = sorted(items_of(item.get("headlines")), key=lambda each: each.get("role") != "main")
    found = next(filter(None, (first_text(each, "value") for each in headlines)), "")
    return single_line(found or first_text(item, "headline", "title"))


def lead_of(item: Item) -> str:
    """Return the summary: by its role, else the first description that is none of a picture."""
    descriptions = [each for each in items_of(item.get("descriptions")) if each.get("role") not in _NO_LEAD_ROLES]
    descriptions.sort(key=lambda each: each.get("role") not in _LEAD_ROLES)
    for each in descriptions:
        if value := first_text(each, "value"):
            return _as_paragraphs(value, _kind(each))
    for name in ("description_html", "description_xhtml", "description_text"):
        if value := first_text(item, name):
            return _as_paragraphs(value, "plain" if name.endswith("text") else "html")
    return ""


def body_of(item: Item, *, verbatim: bool) -> str:
    """
    Return the text as paragraphs: of HTML, of plain text or of NITF, in this order, since HTML knows its paragraphs.

    ``verbatim`` is for plain text whose paragraphs are known to be parted by a blank line.
    """
    bodies = dict(_reversed_bodies(item))
    for kind in ("html", "plain", "nitf"):
        if value := bodies.get(kind):
            text = value if verbatim and kind == "plain" else _as_paragraphs(value, kind)
            if text:
                return text
    return ""


def image_of(item: Item) -> tuple[str | None, str]:
    """Return the address and credit of the picture of an article: the featured one, else the first."""
    pictures = [each for each in items_of(item.get("associations")) if each.get("type") in ("picture", "graphic")]
    pictures.sort(key=lambda each: not {str(each.get("rel")), str(each.get("name"))} & _FEATURED)
    for picture in pictures:
        if address := _rendition(picture):
            return address, _credit(picture)
    return None, ""


def _reversed_bodies(item: Item) -> Iterator[tuple[str, str]]:
    """Yield kinds and texts, the first of each kind last, so that a table keeps it."""
    for body in reversed(items_of(item.get("bodies"))):
        if value := first_text(body, "value"):
            yield _kind(body), value
    for name in reversed([name for name in item if name.startswith("body_")]):
        if value := first_text(item, name):
            yield _kind_named(name.removeprefix("body_")), value


def _kind(text: Item) -> str:
    return _kind_named(first_text(text, "contenttype") or first_text(text, "role"))


def _kind_named(name: str) -> str:
    """
    >>> _kind_named("text/html"), _kind_named("text/vnd.IPTC.NITF"), _kind_named("main"), _kind_named("application/xml")
    ('html', 'nitf', 'plain', 'other')
    """
    name = name.lower()
    if "html" in name:
        return "html"
    if "nitf" in name:
        return "nitf"
    return "other" if name.startswith(("application", "image", "video", "audio")) else "plain"


def _as_paragraphs(text: str, kind: str) -> str:
    if kind == "html":
        return html_paragraphs(text)
    return nitf_paragraphs(text) if kind == "nitf" else plain_paragraphs(text)


def _rendition(picture: Item) -> str | None:
    """Return the address of the rendition that suits a page best."""
    renditions = [each for each in items_of(picture.get("renditions")) if web_link(each.get("href"))]
    renditions = [each for each in renditions if str(_mime(each)).startswith("image/")] or renditions
    best = min(renditions, key=_distance_from_page, default=None)
    return web_link(best.get("href")) if best else web_link(picture.get("href"))


def _mime(rendition: Item) -> Any:
    return rendition.get("contenttype") or rendition.get("mimetype")


def _distance_from_page(rendition: Item) -> tuple[bool, int, int]:
    width, name = rendition.get("width"), str(rendition.get("name")).lower()
    width = width if isinstance(width, int) else 0
    rank = _RENDITIONS.index(name) if name in _RENDITIONS else len(_RENDITIONS)
    return width not in _PAGE_WIDTHS, -width if width in _PAGE_WIDTHS else 0, rank


def _credit(picture: Item) -> str:
    for description in items_of(picture.get("descriptions")):
        if description.get("role") in ("creditline", "credit"):
            return single_line(first_text(description, "value"))
    return single_line(first_text(picture, *_CREDITS))
