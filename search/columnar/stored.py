"""
What documents are to give back, compressed one by one with a dictionary that the segment carries.

Articles of one archive say much alike (the names of fields, of the source, of the sections, turns of phrase). A
dictionary of that makes each of them alone smaller than it is in a block of sixteen, and a search unpacks ten articles
rather than ten blocks: 0.04 ms instead of 0.62. The dictionary is trained on the first documents that come in some
number, and handed on: segments with the same one are merged without unpacking anything.

Arrays: ``stored`` and ``stored.ends``, a table of Zstandard frames (each with its checksum), ``stored.dictionary``.
"""

import threading
from collections.abc import Iterator, Sequence

import numpy as np
import zstandard

from search.columnar.arrays import Array
from search.columnar.strings import Strings, kept_string_arrays, string_arrays

# 765 articles of news take 1,943 bytes each with it at level 3, and 2,025 in blocks of sixteen at level 6, which takes
# three times as long; twice the dictionary would save 60 more, and every small segment has one.
DICTIONARY_BYTES = 64 << 10
# Training on more makes it hardly better, and takes 0.05 s for each thousand.
_SAMPLES = 1_000
# A dictionary is useful from a sixteenth of what it is trained on; of a few documents none is made.
_SHARE_OF_SAMPLES = 16
_FEWEST_SAMPLES = 16
_LEVEL = 3
# The size of segments and the width of matches in training: not searched for, which takes four times as long.
_TRAINING = {"k": 400, "d": 8}
# Nothing that is stored is near it: an article has at most 2 million characters in each of two fields.
_MAX_BYTES = 64 << 20


class StoredDocuments:
    """The stored documents of a segment."""

    def __init__(self, arrays: dict[str, Array]) -> None:
        self.frames = Strings(arrays, "stored")
        self.dictionary = arrays["stored.dictionary"].tobytes()
        self._of_thread = threading.local()

    def __len__(self) -> int:
        return len(self.frames)

    def __getitem__(self, document: int) -> bytes:
        """Return what was stored for a document. Raises ``zstandard.ZstdError`` if it was changed."""
        frame = self.frames[document]
        # The size in a frame's own header is believed by the decompressor, whatever ``max_output_size`` says.
        if zstandard.frame_content_size(frame) > _MAX_BYTES:
            raise zstandard.ZstdError("a stored document has an impossible size")
        return self._decompressor().decompress(frame, max_output_size=_MAX_BYTES)

    def __iter__(self) -> Iterator[bytes]:
        return map(self.__getitem__, range(len(self)))

    def _decompressor(self) -> zstandard.ZstdDecompressor:
        """Return the thread's own: it is not safe to share, and reading the dictionary takes longer than an article."""
        try:
            found: zstandard.ZstdDecompressor = self._of_thread.decompressor
        except AttributeError:
            found = zstandard.ZstdDecompressor(dict_data=_zstandard_dictionary(self.dictionary))
            self._of_thread.decompressor = found
        return found


def stored_arrays(documents: Sequence[bytes], dictionary: bytes = b"") -> dict[str, Array]:
    """Return the arrays of documents compressed with a dictionary, or with one of their own where that is none."""
    dictionary = dictionary or trained_dictionary(documents[:_SAMPLES])
    compressor = zstandard.ZstdCompressor(_LEVEL, dict_data=_zstandard_dictionary(dictionary), write_checksum=True)
    return {
        **string_arrays("stored", [compressor.compress(document) for document in documents]),
        "stored.dictionary": np.frombuffer(dictionary, dtype="|u1"),
    }


def merged_stored_arrays(sources: Sequence[StoredDocuments], kept: Sequence[Array]) -> dict[str, Array]:
    """Return the arrays of the documents of several segments that a mask of each keeps."""
    dictionary = max((source.dictionary for source in sources), key=len)
    documents = sum(int(mask.sum()) for mask in kept)
    if len(dictionary) < DICTIONARY_BYTES and documents >= _SAMPLES:
        return stored_arrays(_unpacked(sources, kept))  # it was trained on too little: now there is enough
    if all(source.dictionary == dictionary for source in sources):
        return {
            **kept_string_arrays("stored", [source.frames for source in sources], kept),
            "stored.dictionary": np.frombuffer(dictionary, dtype="|u1"),
        }
    return stored_arrays(_unpacked(sources, kept), dictionary)


def trained_dictionary(samples: Sequence[bytes]) -> bytes:
    """Return a dictionary trained on documents; an empty one if they are too few or too much alike."""
    size = min(DICTIONARY_BYTES, sum(map(len, samples)) // _SHARE_OF_SAMPLES)
    if len(samples) < _FEWEST_SAMPLES:
        return b""
    try:
        return zstandard.train_dictionary(size, list(samples), **_TRAINING).as_bytes()
    except zstandard.ZstdError:
        return b""


def _unpacked(sources: Sequence[StoredDocuments], kept: Sequence[Array]) -> list[bytes]:
    return [
        source[number] for source, mask in zip(sources, kept, strict=True) for number in np.flatnonzero(mask).tolist()
    ]


def _zstandard_dictionary(dictionary: bytes) -> zstandard.ZstdCompressionDict | None:
    return zstandard.ZstdCompressionDict(dictionary) if dictionary else None
