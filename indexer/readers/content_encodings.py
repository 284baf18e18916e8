"""
What an HTTP answer was packed in on its way, taken off again: gzip, deflate, br and zstd (RFC 9110, 8.4.1).

Crawlers that keep answers as they came have them in WARC files. Some of these unpack the body and leave the header, so
what does not begin as it says is taken as it is. Output comes in bounded pieces, however much a body unpacks to.
"""

import zlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

import brotli

from indexer.readers.streams import StreamDamaged, chunks_of, gunzipped, stream_of, unzstandarded

_PIECE_BYTES = 1 << 17


def unencoded(stream: BinaryIO, encodings: str) -> BinaryIO:
    """
    Return the body of an answer without its encodings, a list as in ``Content-Encoding``, the one put on first first.

    Reading the result raises ``StreamDamaged`` where the body is damaged or its encoding is unknown.

    >>> import io
    >>> unencoded(io.BytesIO(zlib.compress(b"<html>")), "deflate").read(), unencoded(io.BytesIO(b"<p>"), "br").read()
    (b'<html>', b'<p>')
    """
    for name in reversed([each.strip().lower() for each in encodings.split(",")]):
        if name not in ("", "identity"):
            stream = stream_of(_unless_unpacked(stream, _DECODERS.get(name.removeprefix("x-")), name))
    return stream


def _unless_unpacked(
    stream: BinaryIO, decoder: Callable[[BinaryIO], Iterator[bytes]] | None, name: str
) -> Iterator[bytes]:
    """Yield what a decoder makes of a stream; the stream itself where the decoder refuses its very beginning."""
    if decoder is None:
        raise StreamDamaged(f"its content encoding {name[:40]!r} is not read")
    chunks = chunks_of(stream)
    first = next(chunks, b"")
    pieces = decoder(stream_of(_joined(first, chunks)))
    try:
        begun = next(pieces, b"")
    except StreamDamaged:
        yield from _joined(first, chunks)
        return
    yield from _joined(begun, pieces)


def _joined(first: bytes, others: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from others


def _inflated(stream: BinaryIO) -> Iterator[bytes]:
    """Undo ``deflate``, which some servers send without the header that it should have."""
    data = next(chunks := chunks_of(stream), b"")
    has_header = len(data) > 1 and data[0] & 15 == 8 and int.from_bytes(data[:2]) % 31 == 0  # RFC 1950, 2.2
    decoder = zlib.decompressobj() if has_header else zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        while data:
            yield decoder.decompress(data, _PIECE_BYTES)
            data = decoder.unconsumed_tail or next(chunks, b"")
    except zlib.error as error:
        raise StreamDamaged(f"its deflate data are damaged ({error})") from error
    if not decoder.eof:
        raise StreamDamaged("its deflate data end too early")


def _without_brotli(stream: BinaryIO) -> Iterator[bytes]:
    decoder = brotli.Decompressor()
    try:
        for chunk in chunks_of(stream):
            yield decoder.process(chunk, output_buffer_limit=_PIECE_BYTES)
            while not decoder.can_accept_more_data():
                yield decoder.process(b"", output_buffer_limit=_PIECE_BYTES)
        while not decoder.is_finished() and (rest := decoder.process(b"", output_buffer_limit=_PIECE_BYTES)):
            yield rest
    except brotli.error as error:
        raise StreamDamaged(f"its br data are damaged ({error})") from error
    if not decoder.is_finished():
        raise StreamDamaged("its br data end too early")


_DECODERS: dict[str, Callable[[BinaryIO], Iterator[bytes]]] = {
    "gzip": gunzipped,
    "deflate": _inflated,
    "br": _without_brotli,
    "zstd": unzstandarded,
}
