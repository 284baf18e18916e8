"""
Articles as a table for spreadsheets, and as the JSON Lines that ``visti index`` takes.

The table has no body: cells of 32,767 characters are the most that Excel keeps, and the sheet would be unreadable. The
lines have everything, so that an export can be indexed again.
"""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from search import article_to_record
from search.settings import KYIV
from web.exports import csv_rows
from web.newsroom.export_formats.export import Export, Item

COLUMNS = (
    *("id", "story", "language", "title", "lead", "published", "updated", "section", "source", "authors", "tags"),
    *("place", "image_credit", "status", "embargoed_until", "words", "address", "note"),
)
_MOMENTS = ("published", "updated", "embargoed_until")


def write_csv(export: Export) -> Iterator[str]:
    """Yield a row of names and a row for each article; moments are of Kyiv. Begins with a byte order mark."""
    return csv_rows(chain((COLUMNS,), map(_row, export.items)), mark=True)


def write_json_lines(export: Export) -> Iterator[str]:
    """Yield each article as a record of the exchange format, on a line of its own."""
    for item in export.items:
        yield json.dumps(article_to_record(item.article), ensure_ascii=False, separators=(",", ":")) + "\n"


def _row(item: Item) -> Iterator[Any]:
    article = item.article
    values: dict[str, Any] = article_to_record(article) | {
        "authors": ", ".join(article.authors),
        "tags": ", ".join(article.tags),
        "words": len(article.body.split()),
        "address": item.address,
        "note": item.note,
    }
    for name in _MOMENTS:
        moment = getattr(article, name)
        values[name] = f"{moment.astimezone(KYIV):%Y-%m-%d %H:%M}" if moment else ""
    return (values.get(name, "") for name in COLUMNS)
