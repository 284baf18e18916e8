"""The formats in which a newsroom takes articles out: for spreadsheets, programs, reference managers and reading."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from web.i18n import N_
from web.newsroom.export_formats.clippings import MOST_ARTICLES, write_clippings
from web.newsroom.export_formats.export import Export, Item
from web.newsroom.export_formats.ninjs import write_ninjs
from web.newsroom.export_formats.plain_text import write_text
from web.newsroom.export_formats.references import references
from web.newsroom.export_formats.tables import write_csv, write_json_lines

__all__ = ["FORMATS", "Export", "Format", "Item"]


class Format(NamedTuple):
    """
    A format: its name for people, the ending and the media type of its files, and what writes it.

    ``most`` is how many articles it takes, if not any number; writing more raises ``ValueError``.
    """

    name: str
    ending: str
    media_type: str
    write: Callable[[Export], Iterator[str] | Iterator[bytes]]
    most: int | None = None


FORMATS: Mapping[str, Format] = {
    "pdf": Format(N_("Clippings report (PDF)"), "pdf", "application/pdf", write_clippings, MOST_ARTICLES),
    "text": Format(N_("Plain text"), "txt", "text/plain; charset=utf-8", write_text),
    "csv": Format(N_("Table (CSV)"), "csv", "text/csv; charset=utf-8", write_csv),
    "jsonl": Format(N_("JSON Lines, whole articles"), "jsonl", "application/x-ndjson", write_json_lines),
    "ninjs": Format(N_("ninjs 3.1 (JSON for news systems)"), "json", "application/json", write_ninjs),
    "ris": Format("RIS", "ris", "application/x-research-info-systems", references("ris")),
    "bibtex": Format("BibTeX", "bib", "application/x-bibtex", references("bibtex")),
}
