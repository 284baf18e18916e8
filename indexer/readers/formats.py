"""
Which reader reads what.

The content decides first, then the name: a file that begins with ``{`` is JSON Lines whatever it is called. A new
format is a module with a reader and a line here.
"""

import codecs
from pathlib import PurePath

from indexer.errors import SourceUnavailable
from indexer.readers.jsonlines import read_json_lines
from indexer.readers.page_dump import read_page_dump
from indexer.readers.reading import Reader

READERS: dict[str, Reader] = {
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".txt": read_page_dump,
}
_COMPRESSION_SUFFIXES = (".gz", ".zst")
#: What is looked for in folders; a file that is named itself is read under any name.
FOLDER_SUFFIXES = (".jsonl", ".ndjson", ".jsonl.gz", ".jsonl.zst", ".txt")

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
    by_name = _reader_by_name(source)
    first = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    if first == b"{" or (first == b"[" and by_name is None):
        return read_json_lines
    if by_name is None:
        raise SourceUnavailable(
            source, "neither JSON Lines, one object per line, nor a page dump; those are called .jsonl and .txt"
        )
    return by_name


def _reader_by_name(source: str) -> Reader | None:
    if source == "-":
        return read_json_lines
    suffixes = [suffix.lower() for suffix in PurePath(source).suffixes]
    if suffixes and suffixes[-1] in _COMPRESSION_SUFFIXES:
        suffixes.pop()
    return READERS.get(suffixes[-1]) if suffixes else None
