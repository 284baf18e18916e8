"""
What a page's elements say of its article: ``meta`` and ``link``, microdata, the photo and its caption.

Open Graph and the ``article:`` vocabulary (ogp.me), Dublin Core, the names that news sitemaps and old content systems
use, and ``itemprop`` of schema.org.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from indexer.readers.bylines import names_of
from indexer.readers.page_metadata import PageMetadata, is_article_type, split_tags
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
        "parsely-pub-date", "citation_publication_date", "citation_date", "dc.date.issued", "dcterms.issued",
        "dcterms.created", "dc.date", "date", "sailthru.date",
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
_AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "byl")
# Libraries' names for authors, whom they write with the family first: "Гриценко, Олена".
_CATALOGUED_AUTHORS = ("dc.creator", "dcterms.creator", "citation_author")
_FAMILY_FIRST = re.compile(r"(?P<family>[\w.’'ʼ-]+),\s*(?P<given>[\w.’'ʼ-]+(?:\s+[\w.’'ʼ-]+)?)")
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
    catalogued = next((names[key] for key in _CATALOGUED_AUTHORS if key in names), [])
    authors = authors or [_FAMILY_FIRST.sub(r"\g<given> \g<family>", each) for each in catalogued]
    tags = next((names[key] for key in _TAGS if key in names), [])
    said = PageMetadata(
        authors=tuple(author for each in authors for author in split_names(each)),
        tags=tuple(tag for each in tags for tag in split_tags(each)),
        article=names.get("og:type", [""])[0].lower() == "article" or "article:published_time" in names,
    )
    for name, keys in _META.items():
        setattr(said, name, next((names[key][0] for key in keys if key in names), ""))
    return said


def _microdata(tree: HtmlElement) -> PageMetadata:
    items = [each for each in tree.xpath(".//*[@itemscope]") if is_article_type(each.get("itemtype") or "")]
    item = next((each for each in items if each.xpath(".//h1|.//*[contains(@itemprop, 'articleBody')]")), None)
    found: dict[str, list[HtmlElement]] = {}
    for element in tree.xpath(".//*[@itemprop]"):
        if _is_of(element, item):
            for name in element.get("itemprop", "").lower().split():
                found.setdefault(name, []).append(element)

    def first(name: str, read: Callable[[HtmlElement], str] = _said) -> str:
        return next((read(each) for each in found.get(name, ())), "")

    typed = tree.xpath(".//*[@itemtype]/@itemtype")
    return PageMetadata(
        title=first("headline"),
        description=first("description"),
        published=first("datepublished"),
        updated=first("datemodified"),
        section=first("articlesection"),
        source=first("publisher", _name_of),
        image=first("image", _address_of_image),
        image_credit=first("image", _credit_of_image),
        authors=tuple(name for each in found.get("author", ()) for name in split_names(_name_of(each))),
        tags=tuple(tag for each in found.get("keywords", ()) for tag in split_tags(_said(each))),
        article=any(is_article_type(str(each)) for each in typed) and "articlebody" in found,
    )


def _is_of(element: HtmlElement, item: HtmlElement | None) -> bool:
    """Tell whether a property is the page's or the article's, and not of a comment, a person or another article."""
    owner = next((each for each in element.iterancestors() if each.get("itemscope") is not None), None)
    kind = "" if owner is None else owner.get("itemtype") or ""
    return owner is item or not kind or kind.endswith("WebPage") or (item is None and is_article_type(kind))


def _said(element: HtmlElement) -> str:
    value = element.get("content") or element.get("datetime") or element.text_content()
    return " ".join(value.split())[:400]


def _name_of(element: HtmlElement) -> str:
    names = element.xpath(".//*[@itemprop='name']")
    return _said(names[0] if names else element)


def _address_of_image(element: HtmlElement) -> str:
    inside = element.xpath(".//*[@itemprop='url' or @itemprop='contentUrl']")
    for each in (*inside, element):
        if address := each.get("content") or each.get("src") or each.get("href"):
            return str(address)
    return ""


def _credit_of_image(element: HtmlElement) -> str:
    for name in ("creditText", "creator", "author", "copyrightHolder"):
        if credits := element.xpath(".//*[@itemprop=$name]", name=name):
            return _name_of(credits[0])[:MAX_CREDIT_CHARACTERS]
    return ""


def split_names(text: str) -> Iterator[str]:
    """
    Yield the names of authors that stand in one text; addresses are none.

    >>> list(split_names("Олена Гриценко, Іван Мельник")), list(split_names("By Ann Lee and Bob Roe"))
    (['Олена Гриценко', 'Іван Мельник'], ['Ann Lee', 'Bob Roe'])
    """
    names = names_of(text)
    for name in re.split(r"\s*[,;]\s*", text) if names == (text,) else names:
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
        address = "" if image is None else address_of_image(image)
        credit = credit_beside(elements)
        if credit or address:
            return address, credit
    return "", ""


def address_of_image(image: HtmlElement) -> str:
    """Return where a picture is; pages that load pictures late have a grey square in the place of the address."""
    written = (image.get(name) or "" for name in ("src", "data-src", "data-lazy-src", "data-original"))
    return next((address for address in written if address and not address.startswith("data:")), "")


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


def credit_beside(elements: Sequence[HtmlElement]) -> str:
    """Return whom the elements around a picture name for it: those whose class speaks of a credit, or its caption."""
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
