"""
Byte streams: looking ahead, and taking compression off.

Compression is told by the first bytes, whatever the file is called. Everything streams: a file that unpacks to
terabytes costs time, never memory. What the bytes mean is left to the readers.
"""

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

import zstandard

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD_BYTES = 4096

# zstd repeats one byte up to 128 KiB long out of 4 bytes of input, so this much gives at most 16 MiB at a time;
# measured on real articles, feeding it so thinly costs a tenth more time than feeding 4 KiB.
_ZSTD_INPUT_BYTES = 512
_CHUNK_BYTES = 1 << 17
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE_MAGIC = b"\x2a\x4d\x18"  # RFC 8878, 3.1.2: the second to fourth byte; the first is 0x50 to 0x5f


# Of what has no mark: a text that begins as JSON and markup do.
_WIDE_STARTS = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    **{sign + b"\0": "utf-16-le" for sign in (b"{", b"[", b"<")},
    **{b"\0" + sign: "utf-16-be" for sign in (b"{", b"[", b"<")},
}


class StreamDamaged(Exception):
    """Compressed data are cut or garbled; readers turn it into an error that names the line."""


class LimitExceeded(StreamDamaged):
    """Data unpack to more than is taken; the message says what to do."""


class Peeked(NamedTuple):
    """The first bytes of a stream, and the stream with those bytes still in it."""

    head: bytes
    stream: BinaryIO


def open_stream(stream: BinaryIO) -> Peeked:
    """
    Return a stream unpacked if it is gzip or zstd, else as it is, with its first ``HEAD_BYTES`` (or all, if fewer).

    Reading the result raises ``StreamDamaged`` where the compressed data are cut or garbled, after all that could be
    unpacked. Closing the result leaves ``stream`` open.
    """
    head, packed = _peek(iter(lambda: stream.read(_CHUNK_BYTES), b""))
    if head.startswith(_GZIP_MAGIC):
        return _peek(gunzipped(packed))
    if head.startswith(_ZSTD_MAGIC) or (head[1:4] == _ZSTD_SKIPPABLE_MAGIC and head[0] >> 4 == 5):
        return _peek(unzstandarded(packed))
    return Peeked(head, packed)


def wide_encoding(head: bytes) -> str | None:
    """
    Return the encoding of a text in UTF-16 that begins with ``head``; None of anything else.

    >>> wide_encoding("title,body".encode("utf-16")), wide_encoding('{"id"'.encode("utf-16-be")), wide_encoding(b"{")
    ('utf-16', 'utf-16-be', None)
    """
    return _WIDE_STARTS.get(head[:2])


def in_utf8(stream: BinaryIO, encoding: str) -> Peeked:
    """Return a text in another encoding in UTF-8, with its beginning; damaged letters become U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")

    def pieces() -> Iterator[bytes]:
        for chunk in chunks_of(stream):
            yield decoder.decode(chunk).encode("utf-8", "replace")
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")

    return _peek(piece for piece in pieces() if piece)


def failure_reason(error: StreamDamaged | OSError) -> str:
    """Return what to tell about a stream that broke off, advice included."""
    if isinstance(error, LimitExceeded):
        return str(error)
    if isinstance(error, StreamDamaged):
        return f"{error}; fetch the file anew and run the same command again"
    return f"reading broke off ({error.strerror or error}); run the same command again when the disk answers"


def stream_of(chunks: Iterator[bytes]) -> BinaryIO:
    """Return chunks of bytes as a stream; what the iterator raises, reading raises."""
    return cast(BinaryIO, io.BufferedReader(_ChunkStream(chunks), _CHUNK_BYTES))


def chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what a stream has, as it comes: what came before a damage is not lost with it."""
    while chunk := read_some(stream, _CHUNK_BYTES):
        yield chunk


def read_some(stream: BinaryIO, size: int) -> bytes:
    """Read at most so many bytes, without waiting for more where the stream can do so; none at the end."""
    read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
    return read(size)


class _ChunkStream(io.RawIOBase):
    """Chunks of bytes as a stream."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._chunk = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        while not self._chunk:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._chunk = memoryview(chunk)
        target = memoryview(buffer)
        size = min(len(target), len(self._chunk))
        target[:size] = self._chunk[:size]
        self._chunk = self._chunk[size:]
        return size


def _peek(chunks: Iterator[bytes]) -> Peeked:
    taken: list[bytes] = []
    failure: StreamDamaged | OSError | None = None
    try:
        while sum(map(len, taken)) < HEAD_BYTES and (chunk := next(chunks, None)) is not None:
            taken.append(chunk)
    except (StreamDamaged, OSError) as error:
        failure = error  # raised again where it belongs: behind the bytes that came before it
    head = b"".join(taken)[:HEAD_BYTES]
    stream = stream_of(_rejoined(taken, failure, chunks))
    return Peeked(head, stream)


def _rejoined(taken: list[bytes], failure: StreamDamaged | OSError | None, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from taken
    taken.clear()
    if failure is not None:
        raise failure
    yield from chunks


def gunzipped(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what gzip data unpack to; ``StreamDamaged`` where they are damaged, after all that came before."""
    with gzip.GzipFile(fileobj=stream) as file:
        try:
            while chunk := file.read1(_CHUNK_BYTES):
                yield chunk
        except EOFError as error:
            raise StreamDamaged("the gzip data end too early") from error
        except (zlib.error, gzip.BadGzipFile) as error:
            raise StreamDamaged(f"the gzip data are damaged ({error})") from error


def unzstandarded(stream: BinaryIO) -> Iterator[bytes]:
    """Yield what zstd data unpack to; ``StreamDamaged`` where they are damaged, after all that came before."""
    # The library's own stream reader takes a cut file for a complete one; frame by frame, the cut shows.
    decompressor = zstandard.ZstdDecompressor()
    frame, begun = decompressor.decompressobj(), False
    while data := stream.read(_ZSTD_INPUT_BYTES):
        while data:
            try:
                chunk = frame.decompress(data)
            except zstandard.ZstdError as error:
                raise StreamDamaged(f"the zstd data are damaged ({error})") from error
            data, begun = frame.unused_data, not frame.eof
            if frame.eof:
                frame = decompressor.decompressobj()
            yield chunk
    if begun:
        raise StreamDamaged("the zstd data end too early")
