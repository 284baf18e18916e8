"""
ninjs, the JSON of the International Press Telecommunications Council: versions 1 to 3, and Superdesk's dialect.

The generations differ in letters and shapes only: ``headline`` became ``headlines``, ``embargoed`` ``embargoedUntil``,
objects became lists with roles. So all names are read in lower case, and each value where any generation keeps it. Only
texts are articles; pictures, videos and events are passed over with a remark.
https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json and superdesk/publish/formatters/ninjs_formatter.py
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, TypeAlias
from urllib.parse import quote

from indexer.errors import RecordError
from indexer.readers.bylines import authors_of_byline
from indexer.readers.html_text import single_line, without_headline
from indexer.readers.json_values import each_json_object
from indexer.readers.ninjs_parts import Item, body_of, first_text, image_of, items_of, lead_of, names_of, title_of
from indexer.readers.reading import Reading, Remark
from indexer.readers.records import legible_id, reading_of_record, web_link

_Record: TypeAlias = dict[str, Any]

#: Texts, and what has one among other things; ``None`` is an item that does not say what it is.
_TEXT_TYPES = frozenset(("text", "composite", None))
#: The roles of ``altIds`` that this project's own export writes.
_OWN_ID, _OWN_STORY = "visti-id", "visti-story"
_STORY_ROLES = frozenset((_OWN_STORY, "translation_id", "translationid", "story", "storyid"))
_VERSION_RELATIONS = frozenset(("version", "translation", "translationof", "translation_of"))
# The top of the IPTC's tree of subjects: eight digits of which only the first two say something.
_TOP_SUBJECT = re.compile(r"(?:^|[:/])\d{2}000000$")

#: Names that stand in ninjs and not in the project's own JSON Lines.
_MARKS = frozenset(
    (
        "body_html",
        "body_text",
        "body_xhtml",
        "bodies",
        "headlines",
        "pubstatus",
        "versioncreated",
        "firstcreated",
        "associations",
        "description_html",
        "description_text",
        "descriptions",
        "representationtype",
        "altids",
        "standard",
        "$standard",
        "copyrightholder",
        "copyrightnotice",
        "infosources",
    )
)
# Possessive: a string that is not closed is given up at once.
_TOKEN = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(\s*:)?|[{}\[\]]', re.DOTALL)


def recognises_ninjs(head: bytes) -> bool:
    """
    Tell ninjs by the names in the first object of a JSON file, which may be cut anywhere.

    >>> recognises_ninjs(b'[{"uri": "urn:a:1", "type": "text", "headl'), recognises_ninjs(b'{"id": "1", "title": "A"}')
    (True, False)
    """
    names = _first_names(head.decode("utf-8", "replace").removeprefix("\ufeff"))
    return bool(names & _MARKS) or bool(names & {"uri", "guid"} and names & {"type", "headline", "eventdetails"})


def read_ninjs(stream: BinaryIO, source: str) -> Iterator[Reading]:
    """Yield the articles of one item, an array of items or JSON Lines of items, and an error for each that is none."""
    begun = False
    for found in each_json_object(stream, source):
        begun = True
        yield found if isinstance(found, RecordError) else _read_item(found.value, source, found.line)
    if not begun:
        yield Remark(source, None, "the file has no news items")


def _read_item(value: _Record, source: str, line: int) -> Reading:
    try:
        return _reading_of(Item(value), source, line)
    except RecursionError:
        return RecordError(source, line, "a value is nested too deeply", legible_id(value.get("uri")))
    except ValueError as error:
        return RecordError(source, line, str(error), legible_id(value.get("uri")))


def _reading_of(item: Item, source: str, line: int) -> Reading:
    kind = first_text(item, "type") or None
    if kind not in _TEXT_TYPES or (kind is None and "eventdetails" in item):
        what = f'a news item of the type "{kind[:60]}"' if kind else "the description of an event"
        message = f"{what} was passed over, here and from now on; only texts are read"
        return Remark(source, line, message, f"ninjs type {kind}")
    return reading_of_record(_record_of(item), source, line)


def _record_of(item: Item) -> _Record:
    ids = _alternative_ids(item)
    is_own = _OWN_ID in ids
    identifier = ids.get(_OWN_ID) or first_text(item, "uri", "guid")
    published = first_text(item, "firstpublished", "firstcreated", "contentcreated")
    updated = first_text(item, "versioncreated")
    image_url, image_credit = image_of(item)
    title, body = title_of(item), body_of(item, verbatim=is_own)
    return {
        "id": identifier,
        "story": ids.get(_OWN_STORY) or _story(item, ids, identifier),
        "language": first_text(item, "language"),
        "title": title,
        "lead": lead_of(item),
        "body": body if is_own else without_headline(body, title),
        # A first version has no date but that of its making
        "published": published or updated,
        "updated": updated if published and updated != published else None,
        "url": _url(item, identifier, is_own),
        "section": _section(item),
        "source": _source(item),
        "place": single_line(first_text(item, "located")) or next(iter(names_of(item, "places", "place")), ""),
        "image_url": image_url,
        "image_credit": image_credit,
        "authors": _authors(item),
        "tags": _tags(item),
        "status": _status(first_text(item, "pubstatus")),
        "embargoed_until": first_text(item, "embargoeduntil", "embargoed"),
    }


def _alternative_ids(item: Item) -> dict[str, str]:
    """Return the other ids of an item by their role; ninjs 1 has an object of them, later ones a list."""
    value = item.get("altids")
    if isinstance(value, dict):
        pairs = [(role, identifier) for role, identifier in value.items()]
    else:
        pairs = [(each.get("role"), each.get("value")) for each in items_of(value)]
    return {role.lower(): text for role, text in pairs if isinstance(role, str) and isinstance(text, str) and text}


def _story(item: Item, ids: dict[str, str], identifier: str) -> str:
    """
    Return what the language versions of a story share: an id of their translation, else the first of all their ids.

    Versions that name each other thus agree without knowing of any other.
    """
    for holder in (item, *(Item(each) for name in ("extra", "extended") if isinstance(each := item.get(name), dict))):
        if shared := first_text(holder, "translation_id", "translated_from"):
            return shared
    if shared := next((value for role, value in ids.items() if role in _STORY_ROLES), ""):
        return shared
    versions = [first_text(each, "uri", "guid") for each in items_of(item.get("associations")) if _is_version(each)]
    translations = item.get("translations")
    versions += [each for each in translations if isinstance(each, str)] if isinstance(translations, list) else []
    return min([identifier, *filter(None, versions)]) if any(versions) else ""


def _is_version(association: Item) -> bool:
    is_text = association.get("type") in ("text", "composite", None)
    return is_text and str(association.get("rel")).lower() in _VERSION_RELATIONS


def _url(item: Item, identifier: str, is_own: bool) -> str | None:
    """Return where an article is read; the page on the exporting archive itself is no such place."""
    url = web_link(first_text(item, "uri"))
    if url and is_own and url.endswith("/article/" + quote(identifier, safe="!$&'()*+,/:;=@")):
        return None
    return url


def _section(item: Item) -> str:
    """Return the section: named as such, else Superdesk's service, else the top of the tree of subjects."""
    for subject in _subjects(item):
        if subject.get("rel") == "section":
            return single_line(first_text(subject, "name"))
    if services := names_of(item, "service"):
        return services[0]
    for subject in _subjects(item):
        codes = (first_text(subject, name) for name in ("code", "qcode", "literal", "uri"))
        if any(_TOP_SUBJECT.search(code) for code in codes):
            return single_line(first_text(subject, "name"))
    return ""


def _tags(item: Item) -> list[str]:
    section = _section(item)
    names = [single_line(first_text(subject, "name")) for subject in _subjects(item) if subject.get("rel") != "section"]
    keywords = item.get("keywords")
    names += [single_line(each) for each in keywords if isinstance(each, str)] if isinstance(keywords, list) else []
    has_keywords = any(subject.get("rel") == "keyword" for subject in _subjects(item))
    return [name for name in names if name and (has_keywords or name != section)]


def _subjects(item: Item) -> list[Item]:
    return [*items_of(item.get("subjects")), *items_of(item.get("subject"))]


def _source(item: Item) -> str:
    sources = items_of(item.get("infosources")) or items_of(item.get("infosource"))
    named = [first_text(each, "name") for each in sorted(sources, key=lambda each: each.get("role") != "publisher")]
    return single_line(next(filter(None, named), "") or first_text(item, "source", "copyrightholder"))


def _authors(item: Item) -> list[str]:
    people = [*items_of(item.get("people")), *items_of(item.get("person"))]
    named = [first_text(each, "name") for each in people if each.get("rel") == "author"]
    named = named or [first_text(each, "name") for each in items_of(item.get("authors"))]
    bylines = [single_line(first_text(each, "value")) for each in items_of(item.get("bylines"))]
    bylines = list(filter(None, bylines)) or [single_line(first_text(item, "by", "byline"))]
    return [single_line(name) for name in named if name] or [name for by in bylines for name in authors_of_byline(by)]


def _status(status: str) -> str:
    """Return a status as the archive writes it; one that is unknown stays, and is refused."""
    status = status.strip().lower().removeprefix("stat:")
    return "canceled" if status in ("cancelled", "killed") else status or "usable"


def _first_names(text: str) -> set[str]:
    """Return the names of the first object in a text, in lower case, without those of objects inside it."""
    names: set[str] = set()
    depth = 0
    inside = 1  # below the first object, which may stand in a list
    for token in _TOKEN.finditer(text):
        mark = token.group()
        if mark in "{[":
            depth += 1
            inside = depth if mark == "{" and not names and not depth > 2 else inside
        elif mark in "}]":
            depth -= 1
            if names and depth < inside:
                break
        elif token[2] and depth == inside:
            names.add(token[1].lower())
    return names
