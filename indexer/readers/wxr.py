"""
WXR, what WordPress exports: posts of any number, read one by one.

Names as https://github.com/WordPress/wordpress-develop/blob/trunk/src/wp-admin/includes/export.php writes them. The
languages and translations of posts are where Polylang keeps them (categories) and where WPML writes them (meta).
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from indexer.errors import RecordError
from indexer.readers.furniture import without_furniture
from indexer.readers.html_text import single_line
from indexer.readers.page_addresses import article_id
from indexer.readers.page_head import credit_in
from indexer.readers.reading import Reading, Remark, Withdrawal
from indexer.readers.records import legible_id, reading_of_record, web_link
from indexer.readers.signatures import take_signatures
from indexer.readers.wordpress_text import photo_of, wordpress_paragraphs
from indexer.readers.xml_safely import Element, XmlRefused, each_element, local_name, text_of
from search.article import Article, parse_language
from search.errors import UnsupportedLanguage

_NAMESPACE = b"http://wordpress.org/export/"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
#: What readers of the site see is usable; of all else nobody knows that it may be seen.
_STATUSES = {"publish": "usable", "future": "usable", "trash": "canceled"}
#: The category of posts that have none.
_NO_SECTIONS = ("uncategorized", "bez-rubriki", "bez-rubryky", "bez-kategoriyi", "без-рубрики")
_PLAIN_LINK = re.compile(r"[?&](?:p|page_id)=\d+")
_NO_SECTION_NAMES = ("uncategorized", "без категорії", "без рубрики", "без категории")
_NO_DATE = "0000-00-00 00:00:00"
_LANGUAGE_KEYS = ("_wpml_import_language_code", "_wpml_language", "wpml_language")
_TRANSLATION_KEYS = ("_wpml_import_translation_group", "_wpml_trid", "wpml_trid")
# Whose terms are given to posts; a type of a site's own that has them is news under another name.
# What WordPress itself and the plugin Co-Authors Plus export beside posts.
_OWN_TYPES = re.compile(r"attachment|page|nav_menu_item|revision|guest-author|oembed_cache|custom\w+|wp_\w+")
_POSTS_TAXONOMIES = ("category", "post_tag")
_PICTURE_KEY = "_thumbnail_id"
# Between a post and its picture are the pictures and revisions of a few others.
_MAX_WAITING = 200
# A picture's address is some hundred bytes: 30 MB for the largest site.
_MAX_PICTURES = 200_000


def recognises_wxr(head: bytes) -> bool:
    """Tell an export of WordPress by the namespace that its root element declares."""
    return _NAMESPACE in head and head.lstrip()[:1] == b"<"


def read_wxr(stream: BinaryIO, source: str) -> Iterator[Reading]:
    """Yield the posts of an export, and a remark for each other kind of thing that it has."""
    site = _Site(source)
    try:
        for element in each_element(stream, ("author", "title", "item")):
            name = local_name(element)
            if name == "item":
                yield from site.read_item(element)
            elif name == "author":
                site.note_author(element)
            elif not site.title:
                site.title = text_of(element)
        yield from site.read_waiting()
    except XmlRefused as error:
        yield from site.read_waiting()
        yield RecordError(source, error.line, f"{error.reason}. The posts before this line were read")


class _Site:
    """What an export says before and between its posts: its name, its authors, its pictures."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.title = ""
        self._authors: dict[str, str] = {}
        self._pictures: dict[str, tuple[str, str]] = {}
        self._waiting: deque[tuple[Article, str]] = deque()

    def note_author(self, element: Element) -> None:
        """Keep the name under which an author's posts are shown."""
        self._authors[_text(element, "author_login")] = _text(element, "author_display_name")

    def read_item(self, item: Element) -> Iterator[Reading]:
        """Yield the article of a post, or the remark that an item is none."""
        kind = _text(item, "post_type")
        if kind == "attachment":
            yield from self._note_picture(item)
        if kind == "guest-author":  # of the plugin Co-Authors Plus
            self._authors[_text(item, "post_name")] = single_line(_text(item, "title"))
        if kind != "post" and not any(_terms(item, domain) for domain in _POSTS_TAXONOMIES):
            message = f'an item of the type "{kind[:60]}" was passed over, here and from now on; only posts are read'
            advice = (
                "" if _OWN_TYPES.fullmatch(kind) else '. If these are articles, write "post" for their wp:post_type'
            )
            yield Remark(self._source, item.sourceline, message + advice, f"WordPress {kind}")
        elif _text(item, "status") == "auto-draft":  # the editor was opened and nothing was written
            return
        else:
            yield from self._awaiting_picture(self._reading_of_post(item), _meta_of(item).get(_PICTURE_KEY, ""))
            if _PLAIN_LINK.search(guid := _text(item, "guid")) and guid != _identifier(item):
                # what it was called while it was a draft or planned
                yield Withdrawal(guid, None, self._source, item.sourceline, is_former_id=True)
            if _text(item, "status") == "trash":
                message = "a post in the trash has lost its address; if the archive has it: visti delete ADDRESS"
                yield Remark(self._source, item.sourceline, message, "WordPress trash")

    def _note_picture(self, item: Element) -> Iterator[Reading]:
        """Keep a picture's address and credit, and yield the posts that waited for it."""
        identifier, address = _text(item, "post_id"), web_link(_text(item, "attachment_url"))
        if not address or len(self._pictures) >= _MAX_PICTURES:
            return
        self._pictures[identifier] = picture = (address, credit_in(single_line(_excerpt(item))))
        yield from (_with_picture(article, picture) for article, wanted in self._waiting if wanted == identifier)
        self._waiting = deque(each for each in self._waiting if each[1] != identifier)

    def _awaiting_picture(self, reading: Reading, wanted: str) -> Iterator[Reading]:
        """
        Yield a post with its featured picture, or keep it until that comes.

        Exports are in the order of ids, and a picture is mostly uploaded while its post is written.
        """
        if not isinstance(reading, Article) or not wanted:
            yield reading
        elif picture := self._pictures.get(wanted):
            yield _with_picture(reading, picture)
        else:
            self._waiting.append((reading, wanted))
            if len(self._waiting) > _MAX_WAITING:
                yield self._waiting.popleft()[0]

    def read_waiting(self) -> Iterator[Reading]:
        """Yield the posts whose pictures have not come."""
        while self._waiting:
            yield self._waiting.popleft()[0]

    def _reading_of_post(self, item: Element) -> Reading:
        try:
            return reading_of_record(self._record_of(item), self._source, item.sourceline)
        except ValueError as error:
            return RecordError(self._source, item.sourceline, str(error), legible_id(_identifier(item)))

    def _record_of(self, item: Element) -> dict[str, Any]:
        meta = _meta_of(item)
        content = _raw(item, _CONTENT)
        published, updated = _moment(item, "post_date"), _moment(item, "post_modified")
        sections = [name for slug, name in _terms(item, "category") if not _is_no_section(slug, name)]
        signed = take_signatures(without_furniture(wordpress_paragraphs(content)).split("\n\n"))
        photo_url, photo_credit = photo_of(content)
        return {
            "id": _identifier(item),
            "story": next((slug for slug, _ in _terms(item, "post_translations")), "")
            or _first(meta, _TRANSLATION_KEYS),
            "language": _language(item, meta),
            "title": single_line(_text(item, "title")),
            "lead": wordpress_paragraphs(_excerpt(item)),
            "body": "\n\n".join(signed.paragraphs),
            "published": published,
            "updated": updated if updated != published else None,
            "url": web_link(_text(item, "link")),
            "section": sections[0] if sections else None,
            "tags": [*sections[1:], *(name for _, name in _terms(item, "post_tag"))],
            "source": self.title,
            "authors": list(dict.fromkeys([*self._authors_of(item), *signed.authors])),
            "image_url": web_link(photo_url),
            "image_credit": photo_credit or signed.image_credit,
            "status": _status(item, published),
            "embargoed_until": published if _text(item, "status") == "future" else None,
        }

    def _authors_of(self, item: Element) -> Iterator[str]:
        """Yield the names of those whom Co-Authors Plus names, else of the one to whom the post belongs."""
        creator = _text(item, "creator")
        for slug, name in _terms(item, "author") or [("", creator)]:
            yield self._authors.get(slug) or self._authors.get(name) or name


def _with_picture(article: Article, picture: tuple[str, str]) -> Article:
    address, credit = picture
    return replace(article, image_url=address, image_credit=credit or article.image_credit)


def _identifier(item: Element) -> str:
    """
    Return the address of a post, which its page and the site's feed give, too; else the guid.

    The guid (``?p=12``) never changes, but a page does not have it. Drafts, planned posts and those in the trash have
    no other address; the export says so by naming it as their link.
    """
    link = _text(item, "link")
    return article_id(link) if link and not _PLAIN_LINK.search(link) else _text(item, "guid") or link


def _is_no_section(slug: str, name: str) -> bool:
    return slug in _NO_SECTIONS or name.casefold() in _NO_SECTION_NAMES


def _status(item: Element, published: str) -> str:
    """Return the status; what is behind a password, or planned for an unknown time, nobody may see."""
    status = _text(item, "status")
    if _text(item, "post_password") or (status == "future" and not published):
        return "withheld"
    return _STATUSES.get(status, "withheld")


def _language(item: Element, meta: dict[str, str]) -> str | None:
    """Return the language that Polylang or WPML gave a post; a word that names none is left to the text."""
    given = next((slug for slug, _ in _terms(item, "language")), "") or _first(meta, _LANGUAGE_KEYS)
    try:
        return parse_language(given.removeprefix("pll_")) if given else None
    except UnsupportedLanguage:
        # Two or three letters are a language, and it is not one of ours; anything else a name that somebody chose
        return given if re.fullmatch(r"[a-z]{2,3}([-_]\w+)?", given) else None


def _moment(item: Element, name: str) -> str:
    """Return a date: in UTC where WordPress wrote it, else the site's own, which is Kyiv's."""
    utc, local = _text(item, f"{name}_gmt"), _text(item, name)
    if utc and utc != _NO_DATE:
        return f"{utc}+00:00"
    return "" if local == _NO_DATE else local


def _terms(item: Element, domain: str) -> list[tuple[str, str]]:
    """Return slugs and names of the categories of a kind."""
    found = [each for each in item if local_name(each) == "category" and each.get("domain") == domain]
    return [(each.get("nicename") or "", single_line(text_of(each))) for each in found]


def _meta_of(item: Element) -> dict[str, str]:
    fields = [each for each in item if local_name(each) == "postmeta"]
    return {_text(each, "meta_key"): _text(each, "meta_value") for each in fields}


def _excerpt(item: Element) -> str:
    return next((each.text or "" for each in item if local_name(each) == "encoded" and each.tag != _CONTENT), "")


def _first(meta: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((meta[key] for key in keys if meta.get(key)), "")


def _raw(item: Element, tag: str) -> str:
    return item.findtext(tag) or ""


def _text(element: Element, name: str) -> str:
    return next((text_of(each) for each in element if local_name(each) == name), "")
