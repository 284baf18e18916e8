"""
Which reader reads what.

The content decides first, then the name: a file that begins with ``{`` is JSON Lines whatever it is called. A new
format is a module with a reader and a line in ``FORMATS``.
"""

import codecs
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from indexer.errors import SourceUnavailable
from indexer.readers.html import read_html, recognises_html
from indexer.readers.jsonlines import read_json_lines
from indexer.readers.ninjs import read_ninjs, recognises_ninjs
from indexer.readers.page_dump import read_page_dump
from indexer.readers.reading import Reader


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
    Format("JSON Lines", (".jsonl", ".ndjson"), _begins_an_object, read_json_lines),
    Format("HTML pages", (".html", ".htm", ".xhtml"), recognises_html, read_html),
    Format("a page dump", (".txt",), _never, read_page_dump),
)
_COMPRESSION_SUFFIXES = (".gz", ".zst")
#: What is looked for in folders; a file that is named itself is read under any name.
FOLDER_SUFFIXES = tuple(
    suffix + packed for each in FORMATS for suffix in each.suffixes for packed in ("", *_COMPRESSION_SUFFIXES)
)

_WIDE_ENCODINGS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"{\x00", b"\x00{", b"[\x00", b"\x00[")


def choose_reader(head: bytes, source: str) -> Reader:
    """
    Return the reader of a stream that begins with ``head``, already unpacked.

    Raises ``SourceUnavailable`` when no reader knows such content.
    """
    if head.startswith(_WIDE_ENCODINGS):
        raise SourceUnavailable(
            source, f"the file is in UTF-16; save it as UTF-8, for instance: iconv -f UTF-16 -t UTF-8 {source}"
        )
    content = head.removeprefix(codecs.BOM_UTF8)
    chosen = next((each for each in FORMATS if each.recognises(content)), None)
    if chosen is None and content.lstrip()[:1] == b"[":
        return read_json_lines  # which says what is wrong with a list
    chosen = chosen or _format_by_name(source)
    if chosen is None and source == "-":
        return read_json_lines
    if chosen is None:
        names = ", ".join(f"{each.name} ({' '.join(each.suffixes)})" for each in FORMATS)
        raise SourceUnavailable(source, f"its content is of no format that is read: {names}")
    return chosen.read


def _format_by_name(source: str) -> Format | None:
    suffixes = [suffix.lower() for suffix in PurePath(source).suffixes]
    if suffixes and suffixes[-1] in _COMPRESSION_SUFFIXES:
        suffixes.pop()
    return next((each for each in FORMATS if suffixes and suffixes[-1] in each.suffixes), None)
