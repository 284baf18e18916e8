"""
Articles as ninjs 3.1, the JSON of the International Press Telecommunications Council: an array of news items.

Only properties that the standard names are written. It has none for translations: the other versions of a story are
``associations`` with the relation ``version``, and the story's key is among the ``altIds``. Texts are plain.
https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from search import Article, Version
from web.newsroom.export_formats.export import Export, Item
from web.urls import web_address

STANDARD = {"name": "ninjs", "version": "3.1", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json#"}
_PLAIN = "text/plain"


def write_ninjs(export: Export) -> Iterator[str]:
    """Yield the array, an item at a time."""
    beginning = "[\n"
    for item in export.items:
        yield beginning + json.dumps(news_item(item), ensure_ascii=False)
        beginning = ",\n"
    yield ("[" if beginning == "[\n" else "\n") + "]\n"


def news_item(item: Item) -> dict[str, Any]:
    """Return an article as a ninjs object; what it does not have is left out."""
    article = item.article
    properties: dict[str, Any] = {
        "uri": item.address,
        "standard": STANDARD,
        "type": "text",
        "representationType": "full",
        "pubStatus": article.status.value,
        "language": article.language,
        "firstCreated": _moment(article.published),
        "versionCreated": _moment(article.updated or article.published),
        "embargoedUntil": _moment(article.embargoed_until),
        "headlines": _texts("main", article.title),
        "descriptions": _texts("summary", article.lead),
        "bodies": _body(article.body),
        "by": ", ".join(article.authors),
        "people": [{"name": author, "rel": "author"} for author in article.authors],
        "subjects": _subjects(article),
        "located": article.place,
        "places": [{"name": article.place}] if article.place else [],
        "infoSources": [{"name": article.source, "role": "publisher"}] if article.source else [],
        "edNote": item.note,
        "altIds": [{"role": "visti-id", "value": article.id}, {"role": "visti-story", "value": article.story}],
        "associations": [*_image(article), *(_version(version) for version in item.others if web_address(version.url))],
    }
    return {name: value for name, value in properties.items() if value}


def _texts(role: str, text: str) -> list[dict[str, Any]]:
    return [{"role": role, "contentType": _PLAIN, "value": text}] if text else []


def _body(text: str) -> list[dict[str, Any]]:
    counts = {"charCount": len(text), "wordCount": len(text.split())}
    return [{**body, **counts} for body in _texts("main", text)]


def _subjects(article: Article) -> list[dict[str, str]]:
    section = [{"name": article.section, "rel": "section"}] if article.section else []
    return [*section, *({"name": tag, "rel": "keyword"} for tag in article.tags)]


def _image(article: Article) -> list[dict[str, Any]]:
    if not (address := web_address(article.image_url)):
        return []
    image = {"name": "image", "rel": "featured", "uri": address, "type": "picture"}
    credit = {"by": article.image_credit} if article.image_credit else {}
    return [{**image, **credit, "renditions": [{"name": "original", "href": address}]}]


def _version(version: Version) -> dict[str, Any]:
    return {
        "name": version.title or version.id,
        "rel": "version",
        "uri": version.url,
        "type": "text",
        "language": version.language,
    }


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
