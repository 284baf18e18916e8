"""
A file of named arrays: the one kind of file that holds data in an index.

Layout: ``VISTIARR``, the length and the CRC-32 of the header (little-endian u32 each), the header (JSON: name -> dtype,
count, offset from the end of the header's padding), then the arrays, each aligned to 64 bytes. Arrays are
one-dimensional and little-endian; unsigned ones are stored as narrowly as their values allow. Reading maps the file and
checks the header; the arrays are not loaded until they are touched. There is no pickle in it.
"""

import json
import mmap
import os
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from search.errors import IndexUnreadable

Array = npt.NDArray[Any]

_MAGIC = b"VISTIARR"
_ALIGNMENT = 64  # one cache line, so that no array shares one with its neighbour
_BEGINNING = struct.Struct("<8sII")  # magic, length and CRC-32 of the header
# Only these can stand in a header: a damaged file must not make NumPy interpret anything else.
_UNSIGNED = ("|u1", "<u2", "<u4", "<u8")
_DTYPES = frozenset((*_UNSIGNED, "<i8", "<f4"))
_CHECKSUM_CHUNK = 1 << 20
# What reading a header that is none can raise: it may be any JSON, or none.
_NO_HEADER = (ValueError, TypeError, AttributeError, OverflowError, RecursionError, struct.error)


class ArraysDamaged(Exception):
    """The file is not a whole file of arrays; the message says what is wrong with it."""


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> tuple[int, int]:
    """
    Write arrays to a new file, make it durable (fsync), and return its size in bytes and its CRC-32.

    Unsigned arrays may come back narrower than they were: their values are the same, their type is not.

    Raises ``OSError`` (a full disk), leaving no file behind; ``FileExistsError`` leaves the one that is there.
    """
    try:
        with path.open("xb") as file:
            size, checksum = 0, 0
            for piece in _pieces(arrays):
                file.write(piece)
                checksum = zlib.crc32(piece, checksum)
                size += len(piece)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return size, checksum


def read_arrays(path: Path, size: int) -> dict[str, Array]:
    """
    Map a file of arrays of ``size`` bytes and return them by name, read-only.

    Raises ``ArraysDamaged`` when the file is missing, cannot be read, has another size or no sound header,
    ``IndexUnreadable`` when this user may not read it.
    """
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno()).st_size
            if found != size:
                raise ArraysDamaged(f"{path.name} has {found:,} bytes instead of {size:,}")
            return _mapped_arrays(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError as error:
        raise ArraysDamaged(f"{path.name} is missing") from error
    except PermissionError as error:
        raise IndexUnreadable(path.parent, path.name) from error
    except OSError as error:
        raise ArraysDamaged(f"{path.name} cannot be read ({error.strerror})") from error
    except _NO_HEADER as error:
        raise ArraysDamaged(f"{path.name} has no sound header ({error})") from error


def concatenated(arrays: Sequence[Array], dtype: type) -> Array:
    """Return arrays as one; of none an empty one of ``dtype``."""
    return np.concatenate(arrays) if arrays else np.empty(0, dtype=dtype)


def checksum_of(path: Path) -> int:
    """Return the CRC-32 of a file."""
    with path.open("rb") as file:
        return checksum_of_rest(file)


def checksum_of_rest(file: BinaryIO) -> int:
    """Return the CRC-32 of what can still be read of an open file."""
    checksum = 0
    while chunk := file.read(_CHECKSUM_CHUNK):
        checksum = zlib.crc32(chunk, checksum)
    return checksum


def checksum_on_disk(path: Path) -> int:
    """Return the CRC-32 of a file as the disk gives it, where the system can be told to forget what it has of it."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return checksum_of(path)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable: a file is not safely there before its folder is."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _pieces(arrays: Mapping[str, Array]) -> Iterator[bytes | memoryview]:
    dtypes = {name: _stored_dtype(name, array) for name, array in arrays.items()}
    header: dict[str, list[object]] = {}
    offset = 0
    for name, array in arrays.items():
        header[name] = [dtypes[name].str, array.size, offset]
        offset += _padded(array.size * dtypes[name].itemsize)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-(_BEGINNING.size + len(text)) % _ALIGNMENT)
    yield _BEGINNING.pack(_MAGIC, len(text), zlib.crc32(text))
    yield text
    for name, array in arrays.items():
        stored = np.ascontiguousarray(array, dtype=dtypes[name])  # one narrowed copy at a time
        if stored.size:  # an empty array has no buffer that could be cast
            yield stored.data.cast("B")
        yield bytes(_padded(stored.nbytes) - stored.nbytes)


def _stored_dtype(name: str, array: Array) -> np.dtype[Any]:
    """Return the type an array is stored in: of unsigned ones the narrowest that holds its values."""
    if array.dtype.str not in _DTYPES or array.ndim != 1:
        raise ValueError(f"array {name!r} of {array.dtype} and {array.ndim} dimensions cannot be stored")
    if array.dtype.kind != "u":
        return array.dtype
    largest = int(array.max()) if array.size else 0
    return np.dtype(next(dtype for dtype in _UNSIGNED if largest <= np.iinfo(dtype).max))


def _padded(size: int) -> int:
    return size + -size % _ALIGNMENT


def _mapped_arrays(mapped: mmap.mmap) -> dict[str, Array]:
    magic, length, checksum = _BEGINNING.unpack(mapped[: _BEGINNING.size])
    if magic != _MAGIC:
        raise ValueError("it does not begin as one")
    base = _BEGINNING.size + length
    header = mapped[_BEGINNING.size : base]
    if zlib.crc32(header) != checksum:
        raise ValueError("its checksum is wrong")
    arrays = {}
    for name, (dtype, count, offset) in json.loads(header).items():
        if dtype not in _DTYPES or count < 0 or offset < 0:
            raise ValueError(f"impossible array {name!r}")
        arrays[name] = np.frombuffer(mapped, dtype=dtype, count=count, offset=base + offset)
    return arrays
