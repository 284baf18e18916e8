"""
What a page's elements say of its article: ``meta`` and ``link``, microdata, the photo and its caption.

Open Graph and the ``article:`` vocabulary (ogp.me), Dublin Core, the names that news sitemaps and old content systems
use, and ``itemprop`` of schema.org.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from indexer.readers.page_metadata import PageMetadata, is_article_type
from indexer.readers.parsers import MarkupRefused, parse_html

#: Where a site's name stands behind a headline in ``title``: "Headline | Site", "Headline — Site".
_SITE_SEPARATOR = re.compile(r"\s+(?:[|–—•·»«/\\>-]|::)\s+")
_CREDIT = re.compile(
    r"\b(?:photo(?:s| by| credit)?|image(?: credit)?|фото(?:граф[іи]я)?|знімок|ілюстрац[іи]я|джерело|источник)"
    r"\s*:\s*(?P<name>[^.;]{2,100})",
    re.IGNORECASE,
)
_CREDIT_SIGN = re.compile(r"©\s*(?P<name>[^.;|]{2,100})")
_IN_BRACKETS = re.compile(r"\(([^()]{2,100})\)\W*$")
_CREDIT_CLASS = re.compile(r"credit|copyright|photo-?author|image-?author|photo-?source", re.IGNORECASE)
_LABEL = re.compile(r"^(?:фото|photo)\s*[–—-]?\s*", re.IGNORECASE)
MAX_CREDIT_CHARACTERS = 120
# The photo is among the first figures of an article, and a figure has a dozen elements. Figures inside figures, each
# looked at to its end, took five seconds for a page.
_MAX_FIGURES, _MAX_FIGURE_ELEMENTS, _MAX_CREDITS = 50, 100, 5
_META = {
    "title": ("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title"),
    "description": ("og:description", "description", "twitter:description", "dc.description"),
    "published": (
        "article:published_time", "article:published", "og:published_time", "datepublished", "pubdate", "publishdate",
        "parsely-pub-date", "dc.date.issued", "dcterms.issued", "dcterms.created", "dc.date", "date", "sailthru.date",
    ),
    "updated": (
        "article:modified_time", "og:updated_time", "datemodified", "lastmod", "dcterms.modified", "dc.date.modified",
    ),
    "language": ("dc.language", "dcterms.language", "content-language", "og:locale"),
    "address": ("og:url", "twitter:url", "dc.identifier"),
    "section": ("article:section", "parsely-section", "section", "category"),
    "source": ("og:site_name", "dc.publisher", "dcterms.publisher", "application-name"),
    "image": ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"),
}  # fmt: skip
_AUTHORS = ("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author", "byl")
_TAGS = ("article:tag", "news_keywords", "parsely-tags", "keywords", "dc.subject")


class PageHead(NamedTuple):
    """The sayings of the head, those of microdata, the canonical address as written, and links to other languages."""

    metadata: PageMetadata
    microdata: PageMetadata
    canonical: str
    alternates: tuple[tuple[str, str], ...]


def read_head(tree: HtmlElement) -> PageHead:
    """Read the ``meta``, ``link`` and microdata elements of a page."""
    names: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = " ".join((element.get("content") or "").split())
        for name in ("property", "name", "itemprop", "http-equiv"):
            if content and (key := (element.get(name) or "").strip().lower()):
                names.setdefault(key, []).append(content)
    canonical, alternates = "", []
    for link in tree.iter("link"):
        relations, address = (link.get("rel") or "").lower().split(), link.get("href") or ""
        if "canonical" in relations:
            canonical = canonical or address
        elif "alternate" in relations and link.get("hreflang"):
            alternates.append((link.get("hreflang", ""), address))
    return PageHead(_metadata(names), _microdata(tree), canonical, tuple(alternates))


def _metadata(names: dict[str, list[str]]) -> PageMetadata:
    authors = next((names[key] for key in _AUTHORS if key in names and not _is_address(names[key][0])), [])
    tags = next((names[key] for key in _TAGS if key in names), [])
    said = PageMetadata(
        authors=tuple(author for each in authors for author in split_names(each)),
        tags=tuple(tag.strip() for each in tags for tag in each.split(",") if tag.strip()),
        article=names.get("og:type", [""])[0].lower() == "article" or "article:published_time" in names,
    )
    for name, keys in _META.items():
        setattr(said, name, next((names[key][0] for key in keys if key in names), ""))
    return said


def _microdata(tree: HtmlElement) -> PageMetadata:
    found: dict[str, list[HtmlElement]] = {}
    for element in tree.xpath(".//*[@itemprop]"):
        for name in element.get("itemprop", "").lower().split():
            found.setdefault(name, []).append(element)
    typed = tree.xpath(".//*[@itemtype]/@itemtype")
    return PageMetadata(
        title=next((_said(each) for each in found.get("headline", ())), ""),
        published=next((_said(each) for each in found.get("datepublished", ())), ""),
        updated=next((_said(each) for each in found.get("datemodified", ())), ""),
        section=next((_said(each) for each in found.get("articlesection", ())), ""),
        authors=tuple(name for each in found.get("author", ()) for name in split_names(_author_name(each))),
        article=any(is_article_type(str(each)) for each in typed) and "articlebody" in found,
    )


def _said(element: HtmlElement) -> str:
    value = element.get("content") or element.get("datetime") or element.text_content()
    return " ".join(value.split())[:400]


def _author_name(element: HtmlElement) -> str:
    names = element.xpath(".//*[@itemprop='name']")
    return _said(names[0] if names else element)


def split_names(text: str) -> Iterator[str]:
    """
    Yield the names of authors that stand in one text; addresses are none.

    >>> list(split_names("Олена Гриценко, Іван Мельник"))
    ['Олена Гриценко', 'Іван Мельник']
    """
    for name in re.split(r"\s*[,;]\s*", text):
        if 1 < len(name) <= 80 and not _is_address(name) and "@" not in name:
            yield name


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://", "//", "www."))


def title_parts(title: str) -> list[str]:
    """
    Return the parts of a window's title: headline, section and site, in the order of the site.

    >>> title_parts("Вісник :: Метро знову їздить")
    ['Вісник', 'Метро знову їздить']
    """
    return _SITE_SEPARATOR.split(title)


def title_without_site(title: str, site: str) -> str:
    """
    Return a headline without the site's name behind it.

    >>> title_without_site("Метро знову їздить | Приклад", "Приклад")
    'Метро знову їздить'
    """
    parts = title_parts(title)
    if site and len(parts) > 1 and parts[-1].casefold() == site.casefold():
        return title[: title.rindex(parts[-1])].rstrip(" |–—•·»/-")
    return title


def first_figure(container: HtmlElement) -> tuple[str, str]:
    """Return the address and the credit of the first photo of an article that has either, else nothing for both."""
    for figure in islice(container.iter("figure"), _MAX_FIGURES):
        elements = list(islice(figure.iter(etree.Element), _MAX_FIGURE_ELEMENTS))
        image = next((each for each in elements if each.tag == "img"), None)
        address = "" if image is None else image.get("src") or image.get("data-src") or ""
        credit = _credit_in_figure(elements)
        if credit or (address and not address.startswith("data:")):
            return ("" if address.startswith("data:") else address), credit
    return "", ""


def photo_in(markup: str) -> tuple[str, str]:
    """
    Return the address and the credit of the first photo in a piece of HTML, else nothing for both.

    >>> photo_in('<figure><img src="/a.jpg"><figcaption>Порт. Фото: Іван Сич</figcaption></figure>')
    ('/a.jpg', 'Іван Сич')
    """
    try:
        tree = parse_html(markup) if "<figure" in markup else None
    except MarkupRefused:
        return "", ""
    return ("", "") if tree is None else first_figure(tree)


def _credit_in_figure(elements: Sequence[HtmlElement]) -> str:
    named = (each for each in elements if _CREDIT_CLASS.search(each.get("class") or ""))
    for element in islice(named, _MAX_CREDITS):
        text = " ".join(element.text_content().split())
        if 0 < len(text) <= MAX_CREDIT_CHARACTERS:
            return credit_in(text) or text
    caption = next((each for each in elements if each.tag == "figcaption"), None)
    return "" if caption is None else credit_in(" ".join(caption.text_content().split()))


def credit_in(caption: str) -> str:
    """
    Return whom a caption names for the photo; nothing if it names nobody.

    >>> credit_in("Міст через Дніпро. Фото: Марія Коваль"), credit_in("A bridge (Getty Images)"), credit_in("A bridge")
    ('Марія Коваль', 'Getty Images', '')
    """
    found = _CREDIT.search(caption) or _CREDIT_SIGN.search(caption)
    if found:
        return found["name"].strip(" ()")
    bracketed = _IN_BRACKETS.search(caption)
    name = _LABEL.sub("", bracketed[1]).strip() if bracketed else ""
    return name if name[:1].isupper() else ""  # not "(in the middle)"
