"""
Which reader reads what.

The content decides first, then the name: a file that begins with ``{`` is JSON Lines whatever it is called. A new
format is a module with a reader and a line in ``FORMATS``.
"""

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from indexer.errors import SourceUnavailable
from indexer.readers.containers import OFFICE_DOCUMENT
from indexer.readers.csv_table import csv_reader, read_csv, recognises_csv
from indexer.readers.feed import read_feed, recognises_feed
from indexer.readers.html import read_html, recognises_html
from indexer.readers.jsonlines import read_json_lines
from indexer.readers.newsml_g2 import read_newsml, recognises_newsml
from indexer.readers.ninjs import read_ninjs, recognises_ninjs
from indexer.readers.nitf import read_nitf, recognises_nitf
from indexer.readers.page_dump import read_page_dump
from indexer.readers.reading import Reader
from indexer.readers.sitemap import read_sitemap, recognises_sitemap
from indexer.readers.streams import wide_encoding
from indexer.readers.wxr import read_wxr, recognises_wxr


@dataclass(frozen=True, slots=True)
class Format:
    """
    A format that articles come in.

    ``recognises`` is given the first ``HEAD_BYTES`` of a stream, unpacked and without a byte order mark, and tells
    whether they can be nothing else. ``suffixes`` decide when no format recognises the content.
    """

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Reader


def _begins_an_object(head: bytes) -> bool:
    return head.lstrip()[:1] == b"{"


def _never(head: bytes) -> bool:
    return False


#: The first that recognises the content reads it.
FORMATS = (
    Format("ninjs", (".ninjs", ".json"), recognises_ninjs, read_ninjs),
    Format("NewsML-G2", (".newsml", ".xml"), recognises_newsml, read_newsml),
    Format("WordPress exports", (".wxr",), recognises_wxr, read_wxr),
    Format("NITF", (".nitf",), recognises_nitf, read_nitf),
    Format("JSON Lines", (".jsonl", ".ndjson"), _begins_an_object, read_json_lines),
    Format("HTML pages", (".html", ".htm", ".xhtml"), recognises_html, read_html),
    Format("RSS and Atom feeds", (".rss", ".atom"), recognises_feed, read_feed),
    Format("sitemaps", (), recognises_sitemap, read_sitemap),
    Format("tables", (".csv", ".tsv"), recognises_csv, read_csv),
    Format("a page dump", (".txt",), _never, read_page_dump),
)
_COMPRESSION_SUFFIXES = (".gz", ".zst")
#: What is looked for in folders; a file that is named itself is read under any name.
FOLDER_SUFFIXES = tuple(
    suffix + packed for each in FORMATS for suffix in each.suffixes for packed in ("", *_COMPRESSION_SUFFIXES)
)


#: What is met among articles and is none, by its first bytes.
_FOREIGN = {
    b"%PDF-": "it is a PDF file; save its text as .txt (pdftotext FILE) and give that",
    b"\x89PNG": "it is a picture, which has no text that is read",
    b"\xff\xd8\xff": "it is a picture, which has no text that is read",
    b"GIF8": "it is a picture, which has no text that is read",
    b"SQLite format 3\0": "it is a database; export its table: sqlite3 -header -csv FILE 'SELECT …' > articles.csv",
    b"\xd0\xcf\x11\xe0": OFFICE_DOCUMENT,
    b"{\\rtf": OFFICE_DOCUMENT,
    b"7z\xbc\xaf": "it is packed as 7z, which is not read; unpack it and give the files",
    b"Rar!": "it is packed as RAR, which is not read; unpack it and give the files",
    b"BZh": "it is packed with bzip2, which is not read; unpack it: bunzip2 -k FILE",
    b"\xfd7zXZ": "it is packed with xz, which is not read; unpack it: unxz -k FILE",
}


def choose_reader(head: bytes, source: str) -> Reader:
    """
    Return the reader of a stream that begins with ``head``, already unpacked, and in UTF-8 unless it is markup.

    Raises ``SourceUnavailable`` when no reader knows such content.
    """
    if foreign := next((advice for magic, advice in _FOREIGN.items() if head.startswith(magic)), None):
        raise SourceUnavailable(source, foreign)
    wide = wide_encoding(head)  # of markup alone: its readers tell the encoding themselves, from what it declares
    content = head.decode(wide, "replace").encode("utf-8", "replace") if wide else head
    content = content.removeprefix(codecs.BOM_UTF8)
    chosen = next((each for each in FORMATS if each.recognises(content)), None)
    if chosen is None and content.lstrip()[:1] == b"[":
        return read_json_lines  # which says what is wrong with a list
    chosen = chosen or _format_by_name(source)
    if chosen is None and source == "-":
        return read_json_lines
    if chosen is None:
        names = ", ".join(f"{each.name} ({' '.join(each.suffixes)})" for each in FORMATS if each.suffixes)
        raise SourceUnavailable(source, f"its content is of no format that is read: {names}")
    return chosen.read


def choosing_with(columns: Mapping[str, str]) -> Callable[[bytes, str], Reader]:
    """Return ``choose_reader`` for tables whose columns have other names, on standard input, too."""
    table = csv_reader(columns)

    def choose(head: bytes, source: str) -> Reader:
        is_table = source == "-" and not head.removeprefix(codecs.BOM_UTF8).lstrip().startswith((b"{", b"[", b"<"))
        chosen = read_csv if is_table else choose_reader(head, source)
        return table if chosen is read_csv else chosen

    return choose


def _format_by_name(source: str) -> Format | None:
    suffixes = [suffix.lower() for suffix in PurePath(source).suffixes]
    if suffixes and suffixes[-1] in _COMPRESSION_SUFFIXES:
        suffixes.pop()
    return next((each for each in FORMATS if suffixes and suffixes[-1] in each.suffixes), None)
