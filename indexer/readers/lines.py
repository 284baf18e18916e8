"""
Lines of bounded length.

Memory is bounded by ``MAX_LINE_BYTES``, however long the lines of a file are; a longer line is passed over and
reported. Lines end with ``\\n`` alone: the other line ends of Unicode may stand inside JSON texts.
"""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from indexer.errors import RecordError
from indexer.readers.streams import StreamDamaged, failure_reason

# The longest lawful record: 2,000,000 characters written as \uXXXX are 12 MB; the rest is room for other fields.
MAX_LINE_BYTES = 16 << 20
_SKIP_BYTES = 1 << 20


class Line(NamedTuple):
    """A line with its number, from 1; ``content`` still has its line end."""

    number: int
    content: bytes


def read_lines(stream: BinaryIO, source: str, limit: int = MAX_LINE_BYTES) -> Iterator[Line | RecordError]:
    """
    Yield the lines of a stream, and an error in place of each that is longer than ``limit`` bytes.

    A stream that breaks off ends with one error that names the line it broke off in.
    """
    number = 0
    while True:
        number += 1
        try:
            content = stream.readline(limit + 1)
            if not content:
                return
            if len(content) <= limit or content.endswith(b"\n"):
                yield Line(number, content)
            else:
                start, size = content[:64], len(content)
                del content  # not kept while the rest passes by
                yield RecordError(source, number, _too_long(start, size + _skip_line(stream), limit))
        except (StreamDamaged, OSError) as error:
            yield RecordError(source, number, f"{failure_reason(error)}. The lines before this one were read")
            return


def _skip_line(stream: BinaryIO) -> int:
    skipped = 0
    while piece := stream.readline(_SKIP_BYTES):
        skipped += len(piece)
        if piece.endswith(b"\n"):
            break
    return skipped


def _too_long(start: bytes, size: int, limit: int) -> str:
    reason = f"the line has {size:,} bytes, more than the {limit:,} that a record may have; it was passed over"
    if start.lstrip().startswith(b"["):
        return f"{reason}. If it is a list of records, write one object per line: jq -c '.[]'"
    return f"{reason}. Shorten the record at its source, or split it, and index it again"
