"""
The objects in a stream of JSON, one by one: a single object, an array of them, or JSON Lines.

A file of any length is read in the memory of one object. A broken object is one error; reading goes on with the next
one that begins a line as the first did.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, NoReturn

from indexer.errors import RecordError
from indexer.readers.lines import MAX_LINE_BYTES
from indexer.readers.streams import StreamDamaged, failure_reason

_CHUNK_BYTES = 1 << 17
#: The longest object, in characters; what JSON Lines allow in bytes.
MAX_OBJECT_CHARACTERS = MAX_LINE_BYTES
# An error this near to the end of what is read may only be that the rest is not there yet: the longest number, literal
# or escape is shorter.
_UNDECIDED_CHARACTERS = 64
_BETWEEN = re.compile(r"[\s,\[\]\ufeff]*")
_NOT_UTF8 = re.compile(r"[\udc80-\udcff]")
_EXCERPT_CHARACTERS = 60


class JsonObject(NamedTuple):
    """An object and the line on which it begins, from 1."""

    value: dict[str, Any]
    line: int


class _Broken(ValueError):
    """The text at the place of an object is none; the message says why."""


class _Unfinished(Exception):
    """The text ends before the object does."""


def each_json_object(stream: BinaryIO, source: str) -> Iterator[JsonObject | RecordError]:
    """Yield the objects of a stream, and an error for each stretch that is none."""
    text = _Text(stream)
    try:
        while text.skip_between():
            try:
                yield JsonObject(text.take_object(), text.begun)
            except _Broken as error:
                yield RecordError(source, text.begun, str(error))
                if not text.skip_to_next():
                    return
    except (StreamDamaged, OSError) as error:
        yield RecordError(source, text.line, f"{failure_reason(error)}. The records before this one were read")


class _Text:
    """What has been read of a stream and not been taken, and where that stands."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._json = json.JSONDecoder(strict=False, parse_constant=_refuse_constant, parse_int=_parse_int)
        self._text, self._at, self._ended = "", 0, False
        self._indent: str | None = None
        self.line = self.begun = 1

    def skip_between(self) -> bool:
        """Go to where the next object should begin; tell whether anything is there."""
        while True:
            match = _BETWEEN.match(self._text, self._at)
            assert match  # it may be empty
            self._go_to(match.end())
            if self._at < len(self._text):
                self.begun = self.line
                if self._indent is None:
                    self._indent = self._text[: self._at].rpartition("\n")[2].replace("\ufeff", "")
                return True
            if not self._read():
                return False

    def take_object(self) -> dict[str, Any]:
        """Return the object that begins here and go behind it."""
        if self._text[self._at] != "{":
            raise _Broken(f"expected a JSON object, got {_excerpt(self._text[self._at :])}")
        while True:
            try:
                value, end = self._decoded()
            except _Unfinished:
                self._read(
                    max(_CHUNK_BYTES, len(self._text) - self._at)
                )  # as much again: the whole costs twice as much
                continue
            if _NOT_UTF8.search(self._text, self._at, end):
                self._go_to(end)
                raise _Broken("the text is not UTF-8; save the file as UTF-8")
            self._go_to(end)
            return value

    def skip_to_next(self) -> bool:
        """Go to the next line that begins as that of the first object did; tell whether there is one."""
        mark = "\n" + (self._indent or "") + "{"
        while (found := self._text.find(mark, self._at)) < 0:
            self._go_to(max(self._at, len(self._text) - len(mark) + 1))
            if not self._read():
                return False
        self._go_to(found + len(mark) - 1)
        return True

    def _decoded(self) -> tuple[dict[str, Any], int]:
        room = len(self._text) - self._at
        try:
            value, end = self._json.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            near_end = error.pos > len(self._text) - _UNDECIDED_CHARACTERS or error.msg.startswith("Unterminated")
            if near_end and not self._ended and room <= MAX_OBJECT_CHARACTERS:
                raise _Unfinished from error
            raise _Broken(self._complaint(error, room)) from error
        except RecursionError as error:
            raise _Broken("the JSON is nested too deeply") from error
        if end - self._at > MAX_OBJECT_CHARACTERS:
            raise _Broken(f"the record has more than {MAX_OBJECT_CHARACTERS:,} characters; split it at its source")
        return value, end

    def _complaint(self, error: json.JSONDecodeError, room: int) -> str:
        if room > MAX_OBJECT_CHARACTERS:
            return f"the record has more than {MAX_OBJECT_CHARACTERS:,} characters; split it at its source"
        line = self.line + self._text.count("\n", self._at, error.pos)
        near = self._text[error.pos :] or self._text[self._at :]
        return f"not JSON: {error.msg} in line {line}, near {_excerpt(near)}"

    def _go_to(self, position: int) -> None:
        self.line += self._text.count("\n", self._at, position)
        self._at = position

    def _read(self, size: int = _CHUNK_BYTES) -> bool:
        """Read more; tell whether there was more."""
        content = b"" if self._ended else self._stream.read(size)
        self._ended = not content
        # What was taken goes, but for the beginning of its last line, which shows how far in the objects begin
        kept = self._text.rfind("\n", 0, self._at) if self._indent is None else self._at
        kept = max(kept, 0)
        self._text = self._text[kept:] + self._decoder.decode(content, final=self._ended)
        self._at -= kept
        return not self._ended


def _parse_int(digits: str) -> int:
    try:
        return int(digits)
    except ValueError as error:  # more digits than Python converts
        raise _Broken(f"a number is too long ({len(digits)} digits)") from error


def _refuse_constant(name: str) -> NoReturn:
    raise _Broken(f"not JSON: {name} is not a value of the format; leave the field out")


def _excerpt(text: str) -> str:
    shown = repr(text[:_EXCERPT_CHARACTERS].rstrip())
    return shown if len(text) <= _EXCERPT_CHARACTERS else f"{shown}..."
