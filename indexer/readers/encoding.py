"""
The encoding of plain text that does not declare one.

UTF-8 proves itself: other encodings hardly ever happen to be valid UTF-8. Windows-1251, in which Cyrillic newsrooms
kept their texts for twenty years, proves nothing, so it is believed only when the result looks like written Cyrillic.
"""

import codecs
import re
from typing import NamedTuple

_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
_LATIN = re.compile(r"[A-Za-z]")
_CONTROLS = re.compile(rb"[\x01-\x08\x0e-\x1f]")
#: What typesetting adds to letters; windows-1252 has most of it at the same places.
_TYPOGRAPHY = frozenset("«»„“”‘’‚‹›–—…•·№§©®™°±\u00a0\u00ad")
# In written Ukrainian and Russian about one letter in thirty is a capital. KOI8 read as windows-1251 swaps the cases,
# and damaged UTF-8 gives capitals in every second place.
_MAX_CAPITALS = 0.35
# A stray control character is cleaned away with the article; of a program or a picture one byte in nine is one.
_MAX_CONTROLS = 0.02
_SAMPLE_CHARACTERS = 1 << 16


class Decoded(NamedTuple):
    """A text and the encoding that it was in."""

    text: str
    encoding: str


def decode_text(content: bytes) -> Decoded:
    """
    Return the text of a file in UTF-8, with or without a byte order mark, or in windows-1251.

    Raises ``ValueError`` with advice for anything else, binary data included.

    >>> decode_text("Київ".encode())
    Decoded(text='Київ', encoding='utf-8')
    >>> decode_text("Столиця України".encode("cp1251"))
    Decoded(text='Столиця України', encoding='windows-1251')
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise ValueError("the text is in UTF-16; save it as UTF-8")
    if _looks_binary(content[:_SAMPLE_CHARACTERS]):
        raise ValueError("this is binary data, not a text; expected a text in UTF-8")
    try:
        return Decoded(content.decode("utf-8-sig"), "utf-8")
    except UnicodeDecodeError as error:
        position = error.start + 1
    try:
        text = content.decode("cp1251")
    except UnicodeDecodeError:
        text = ""
    if not _looks_like_cyrillic(text[:_SAMPLE_CHARACTERS]):
        raise ValueError(f"the text is not UTF-8 (byte {position:,}), nor windows-1251; save it as UTF-8")
    return Decoded(text, "windows-1251")


def _looks_binary(content: bytes) -> bool:
    return b"\0" in content or len(_CONTROLS.findall(content)) > _MAX_CONTROLS * len(content)


def _looks_like_cyrillic(text: str) -> bool:
    letters = _CYRILLIC.findall(text)
    strange = sum(1 for character in text if character > "\x7f" and character not in _TYPOGRAPHY) - len(letters)
    if not text or strange > len(letters) // 50:
        return False
    if not letters:
        return True  # English, with dashes and quotation marks only
    capitals = sum(letter.isupper() for letter in letters) / len(letters)
    # A few "Cyrillic" letters in a Latin text are the accents of another encoding: café read as cafй.
    return len(letters) > len(_LATIN.findall(text)) // 4 and capitals <= _MAX_CAPITALS
