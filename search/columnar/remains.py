"""
What a segment file holds of stored documents, whatever its format and its state.

This reads the arrays by their names in the file and not through ``segment``, which knows the newest format only; so an
index of an older format can be rebuilt, and one that was damaged salvaged: each stored frame has its own checksum.
Formats: 1 has blocks of 16 documents (``stored.blocks``, ``stored.blocks.ends``, and ``stored.ends``: where each
document ends in its unpacked block); 2 has a frame for each (``stored``, ``stored.ends``, ``stored.dictionary``).
"""

import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import zstandard

from search.columnar.arrays import Array, ArraysDamaged

_BEGINNING = struct.Struct("<8sII")  # as in ``arrays``: magic, length and CRC-32 of the header
_FRAME_MAGIC = b"\x28\xb5\x2f\xfd"  # RFC 8878, 3.1.1
_FRAME_HEADER_BYTES = 18  # the longest, RFC 8878, 3.1.1.1
_BLOCK_OF_FORMAT_1 = 16
# Nothing that is stored is near it: a block of format 1 is 16 articles of at most 2 million characters in two fields.
_MAX_FRAME_BYTES = 512 << 20
_CHUNK = 1 << 20
_FED_AT_ONCE = 1 << 16


class _Place(NamedTuple):
    """Where an array stands in a file: its type, its length, the byte where it begins."""

    dtype: str
    length: int
    start: int


class Remains:
    """A segment file, of which anything may be missing or wrong. What cannot be read from the disk reads as zeros."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._content = _readable_content(path)
        self._places = _places(self._content)

    def array(self, name: str) -> Array | None:
        """Return an array, or None unless the header is sound and the file long enough; its values are not checked."""
        place = self._places.get(name)
        if place is None:
            return None
        try:
            return np.frombuffer(self._content, dtype=place.dtype, count=place.length, offset=place.start)
        except (ValueError, TypeError):
            return None

    def string(self, name: str, number: int) -> bytes:
        """Return a string of a table, empty where there is none; it is not checked."""
        data, ends = self.array(name), self.array(f"{name}.ends")
        if data is None or ends is None or number >= len(ends):
            return b""
        start, end = int(ends[number - 1]) if number else 0, int(ends[number])
        return data[start:end].tobytes()

    def dictionary(self) -> bytes:
        """Return the dictionary of the stored documents, empty if there is none."""
        found = self.array("stored.dictionary")
        return b"" if found is None else found.tobytes()

    def stored(self) -> Iterator[bytes]:
        """Return an iterator over the stored documents of a sound file, by number. Raises ``ArraysDamaged``."""
        try:
            if "stored.blocks" in self._places:
                yield from self._stored_in_blocks()
            else:
                decompressor = _decompressor(self.dictionary())
                for frame in self._table("stored"):
                    yield _unpacked(decompressor, frame)
        except (KeyError, ValueError, IndexError, zstandard.ZstdError) as error:
            raise ArraysDamaged(f"{self.path.name}: its stored documents cannot be read ({error})") from error

    def whole_frames(self, dictionaries: Iterable[bytes] = ()) -> Iterator[bytes]:
        """
        Yield the content of every stored frame that passes its checksum, in the order of the file.

        ``dictionaries`` are tried where the file's own is damaged: segments of one index mostly share one.
        """
        own = self.dictionary()
        decompressors = [_decompressor(each) for each in dict.fromkeys((own, b"", *dictionaries))]
        place = self._content.find(_FRAME_MAGIC, self._first_stored_byte())
        while place >= 0:
            end = place + 1
            for decompressor in decompressors:
                if found := _frame_at(self._content, place, decompressor):
                    yield found.content
                    end = found.end
                    break
            place = self._content.find(_FRAME_MAGIC, end)

    def _first_stored_byte(self) -> int:
        places = [self._places[name].start for name in ("stored", "stored.blocks") if name in self._places]
        return places[0] if places else 0

    def _stored_in_blocks(self) -> Iterator[bytes]:
        ends = self._whole("stored.ends").tolist()
        decompressor = _decompressor(b"")
        for number, block in enumerate(self._table("stored.blocks")):
            unpacked = _unpacked(decompressor, block)
            first = number * _BLOCK_OF_FORMAT_1
            for start, end in pairwise([0, *ends[first : first + _BLOCK_OF_FORMAT_1]]):
                yield unpacked[start:end]

    def _table(self, name: str) -> Iterator[bytes]:
        data, ends = self._whole(name), self._whole(f"{name}.ends")
        for start, end in pairwise([0, *ends.tolist()]):
            yield data[start:end].tobytes()

    def _whole(self, name: str) -> Array:
        array = self.array(name)
        if array is None:
            raise KeyError(name)
        return array


class _Frame(NamedTuple):
    content: bytes
    end: int


def _frame_at(content: bytes, start: int, decompressor: zstandard.ZstdDecompressor) -> _Frame | None:
    """Return the frame that begins at a byte, or None unless it is whole and its checksum right."""
    try:
        header = zstandard.get_frame_parameters(content[start : start + _FRAME_HEADER_BYTES])
        if not header.has_checksum or header.content_size > _MAX_FRAME_BYTES:
            return None
        unpacking, pieces = decompressor.decompressobj(), []
        for at in range(start, len(content), _FED_AT_ONCE):
            pieces.append(unpacking.decompress(content[at : at + _FED_AT_ONCE]))
            if unpacking.eof:
                end = min(at + _FED_AT_ONCE, len(content)) - len(unpacking.unused_data)
                return _Frame(b"".join(pieces), end)
    except (zstandard.ZstdError, MemoryError):
        pass
    return None


def _unpacked(decompressor: zstandard.ZstdDecompressor, frame: bytes) -> bytes:
    if zstandard.frame_content_size(frame) > _MAX_FRAME_BYTES:
        raise zstandard.ZstdError("a frame has an impossible size")
    return decompressor.decompress(frame, max_output_size=_MAX_FRAME_BYTES)


def _decompressor(dictionary: bytes) -> zstandard.ZstdDecompressor:
    try:
        return zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(dictionary) if dictionary else None)
    except zstandard.ZstdError:  # what should be a dictionary is none
        return zstandard.ZstdDecompressor()


def _readable_content(path: Path) -> bytes:
    """Return what the disk still gives of a file; nothing of one that is not there."""
    content = bytearray()
    try:
        size = path.stat().st_size
        with path.open("rb", buffering=0) as file:
            while len(content) < size:
                wanted = min(_CHUNK, size - len(content))
                try:
                    file.seek(len(content))
                    piece = file.read(wanted)
                except OSError:  # a bad sector: what lies behind it may be well
                    piece = bytes(wanted)
                if not piece:
                    break
                content += piece
    except OSError:
        pass
    return bytes(content)


def _places(content: bytes) -> dict[str, _Place]:
    """Return where the arrays are, of none if the header is not sound."""
    try:
        _, length, checksum = _BEGINNING.unpack_from(content)
        base = _BEGINNING.size + length
        header = content[_BEGINNING.size : base]
        if len(header) != length or zlib.crc32(header) != checksum:
            return {}
        found: dict[str, Sequence[Any]] = json.loads(header)
        return {name: _Place(dtype, count, base + offset) for name, (dtype, count, offset) in found.items()}
    except (struct.error, ValueError, TypeError, AttributeError, RecursionError):
        return {}
