"""
JSON Lines, the exchange format: one object per line, the fields of ``search.Article`` by name.

Lenient where nothing is ambiguous (a byte order mark, blank lines, raw control characters inside texts, a repeated
name, whose last value counts), strict in all else: a line is an article or an error that names its place. What
``visti export`` writes can have one field more, ``link``: why an article that came without a story is in its story.
"""

import codecs
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, NoReturn

from indexer.errors import RecordError
from indexer.readers.lines import Line, read_lines
from indexer.readers.reading import Reading, Remark
from search.archive.checking import identified_language
from search.archive.links import LinkedArticle, link_of_record
from search.article import MAX_ID_BYTES, article_from_record, unknown_fields
from search.errors import ArticleInvalid

_EXCERPT_CHARACTERS = 80
_ONE_PER_LINE = "the records stand in one JSON list; write one object per line: jq -c '.[]' FILE > FILE.jsonl"
_SPREAD = "the object is spread over several lines; write one object per line: jq -c . FILE > FILE.jsonl"


class _NotARecord(ValueError):
    """A line is not a JSON object; the message says why."""


def read_json_lines(stream: BinaryIO, source: str) -> Iterator[Reading]:
    """Yield the articles of a JSON Lines stream, an error for each line that is none, and unknown field names."""
    begun = False
    for line in read_lines(stream, source):
        if isinstance(line, RecordError):
            begun = True
            yield line
            continue
        if not begun and (layout := _layout_error(line)):
            yield RecordError(source, line.number, layout)
            return
        if _stripped(line):
            begun = True
            yield from _read_line(line, source)
    if not begun:
        yield Remark(source, None, "the file has no records")


def parse_object(content: bytes) -> dict[str, Any]:
    """
    Return the JSON object on a line.

    Raises ``ValueError`` saying what is wrong and where in the line.

    >>> parse_object(b'{"title": "A", "title": "B"}')
    {'title': 'B'}
    """
    text = _decoded(content).removeprefix("\ufeff")
    try:
        # strict=False: exports with raw line ends and tabs inside texts are common, and nothing else can be meant
        value = json.loads(text, strict=False, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise _NotARecord(
            f"not JSON: {error.msg} at character {error.pos + 1}, near {_excerpt(text[error.pos :] or text)}"
        ) from error
    except RecursionError as error:
        raise _NotARecord("the JSON is nested too deeply") from error
    except _NotARecord:
        raise
    except ValueError as error:  # a number of more digits than Python converts
        raise _NotARecord(f"a number is too long ({error})") from error
    if isinstance(value, list):
        raise _NotARecord(_ONE_PER_LINE)
    if not isinstance(value, dict):
        raise _NotARecord(f"expected one JSON object per line, got {_excerpt(text)}")
    return value


def _read_line(line: Line, source: str) -> Iterator[Reading]:
    record: dict[str, Any] = {}
    try:
        record = parse_object(line.content)
        _check_texts(record)
        article = article_from_record(record, identified_language)
        link = link_of_record(record)
    except (_NotARecord, ArticleInvalid) as error:
        yield RecordError(source, line.number, str(error), _legible_id(record), record=line.content)
    except RecursionError:  # a value that was shallow enough to parse and too deep to be shown
        yield RecordError(source, line.number, "a value is nested too deeply", _legible_id(record), record=line.content)
    else:
        yield LinkedArticle(article, link) if link else article
        if link:
            del record["link"]
    for name in unknown_fields(record):
        shown = _excerpt(name)
        message = f"the field {shown} is not part of the format and was passed over, here and from now on"
        yield Remark(source, line.number, message, shown)


def _check_texts(record: Mapping[str, Any]) -> None:
    """Refuse what is not text before its language is looked for, so that the complaint names the right field."""
    for name in ("title", "lead", "body"):
        if not isinstance(record.get(name), str | None):
            raise ArticleInvalid(name, record[name], "must be text")


def _layout_error(line: Line) -> str | None:
    """Tell a file that is one JSON value over many lines by its first line: one complaint instead of thousands."""
    start = _stripped(line)
    if start == b"{":
        return _SPREAD
    if start.startswith(b"[") and not start.endswith(b"]"):
        return _ONE_PER_LINE
    return None


def _stripped(line: Line) -> bytes:
    return line.content.removeprefix(codecs.BOM_UTF8).strip()


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        raise _NotARecord(
            f"not UTF-8: byte {error.start + 1} of the line is 0x{byte:02x} ({error.reason}); save the file as UTF-8"
        ) from error


def _refuse_constant(name: str) -> NoReturn:
    raise _NotARecord(f"not JSON: {name} is not a value of the format; leave the field out")


def _legible_id(record: Mapping[str, Any]) -> str | None:
    value = record.get("id")
    if isinstance(value, str | int) and not isinstance(value, bool) and 0 < len(str(value)) <= MAX_ID_BYTES:
        return str(value)
    return None


def _excerpt(text: str) -> str:
    shown = repr(text[:_EXCERPT_CHARACTERS].rstrip())
    return shown if len(text) <= _EXCERPT_CHARACTERS else f"{shown}..."
