"""
Results as lines, for spreadsheets and pipes: JSON Lines and CSV, written while they are sent.

All lines of an answer come from one search, so they are of one state of the archive.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from search import BYTE_ORDER_MARK, Hit, csv_rows, hit_as_dict

__all__ = ["BYTE_ORDER_MARK", "CSV_COLUMNS", "CSV_TYPE", "NDJSON_TYPE", "csv_lines", "csv_rows", "ndjson_lines"]

NDJSON_TYPE = "application/x-ndjson"
CSV_TYPE = "text/csv"
CSV_COLUMNS = ("id", "story", "language", "title", "url", "published", "section", "score", "snippet", "versions")


def ndjson_lines(hits: Iterable[Hit]) -> Iterator[str]:
    """Yield each hit as the JSON object that the API gives for it, on a line of its own."""
    for hit in hits:
        yield json.dumps(hit_as_dict(hit), ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_lines(hits: Iterable[Hit], *, mark: bool = False) -> Iterator[str]:
    """Yield a row of names and then a row for each hit; see ``csv_rows``."""
    return csv_rows(chain((CSV_COLUMNS,), map(_row, hits)), mark=mark)


def _row(hit: Hit) -> Iterator[Any]:
    values = hit_as_dict(hit) | {
        "snippet": hit.snippet.text,
        "versions": " ".join(dict.fromkeys(version.language for version in hit.versions)),
    }
    return (values[name] for name in CSV_COLUMNS)
