"""
Results as lines, for spreadsheets and pipes: JSON Lines and CSV, written while they are sent.

All lines of an answer come from one search, so they are of one state of the archive.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from itertools import chain
from typing import Any

from search import Hit, hit_as_dict

NDJSON_TYPE = "application/x-ndjson"
CSV_TYPE = "text/csv"
CSV_COLUMNS = ("id", "story", "language", "title", "url", "published", "section", "score", "snippet", "versions")
#: Tells Excel that the file is UTF-8.
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
#: A cell that begins so is calculated by spreadsheets. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def ndjson_lines(hits: Iterable[Hit]) -> Iterator[str]:
    """Yield each hit as the JSON object that the API gives for it, on a line of its own."""
    for hit in hits:
        yield json.dumps(hit_as_dict(hit), ensure_ascii=False, separators=(",", ":")) + "\n"


def csv_lines(hits: Iterable[Hit], *, mark: bool = False) -> Iterator[str]:
    """Yield a row of names and then a row for each hit; see ``csv_rows``."""
    return csv_rows(chain((CSV_COLUMNS,), map(_row, hits)), mark=mark)


def csv_rows(rows: Iterable[Iterable[Any]], *, mark: bool = False) -> Iterator[str]:
    """Yield rows of CSV (RFC 4180) in which no spreadsheet calculates; ``mark`` puts a byte order mark first."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    if mark:
        buffer.write(BYTE_ORDER_MARK)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        yield _taken(buffer)


def _row(hit: Hit) -> Iterator[Any]:
    values = hit_as_dict(hit) | {
        "snippet": hit.snippet.text,
        "versions": " ".join(dict.fromkeys(version.language for version in hit.versions)),
    }
    return (values[name] for name in CSV_COLUMNS)


def _cell(value: Any) -> Any:
    """
    Return a value that no spreadsheet calculates: an apostrophe before it makes it a text.

    >>> _cell("=1+1"), _cell("Kyiv - Lviv"), _cell(1.5)
    ("'=1+1", 'Kyiv - Lviv', 1.5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _taken(buffer: StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
