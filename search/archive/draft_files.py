"""
A draft as a file: plain text in the encodings that newsrooms have, a saved page, or a Word document.

Only the words are wanted: no picture, style or address is looked at, and nothing that a file names is opened.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from html.parser import HTMLParser
from xml.etree import ElementTree

from search.article import clean_text
from search.errors import DraftUnreadable

#: The text of a Word document is packed; a few kilobytes may be unpacked to gigabytes.
MAX_UNPACKED_BYTES = 20_000_000
# What old editors write Ukrainian and Russian in.
_CYRILLIC_ENCODINGS = ("cp1251", "koi8_u", "cp866")
# Of the letters of a text in its right encoding most are small and Cyrillic; read in a wrong one, they become capitals
# or frames, which stand behind the dashes and quotation marks in Unicode.
_LEAST_SMALL_LETTERS = 0.6
_LAST_COMMON_SIGN = 0x22FF
_BLANKS = re.compile(r"\s+")
_MARKUP = re.compile(rb"\s*<(?:!doctype html|html|body)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# What a file that is no such document, or a damaged one, can raise; RuntimeError if it is encrypted.
_NO_DOCUMENT = (zipfile.BadZipFile, zlib.error, KeyError, ElementTree.ParseError, OSError, ValueError, RuntimeError)
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def draft_text(content: bytes, name: str = "") -> str:
    """
    Return the text of a draft that was saved as a file called ``name``.

    Raises ``DraftUnreadable`` for an empty or binary file, one in none of the usual encodings, and a damaged document.
    """
    if content.startswith(b"PK\x03\x04"):
        text = _text_of_word_document(content, name)
    else:
        text = _decoded(content, name)
        if name.lower().endswith((".html", ".htm")) or _MARKUP.match(content[:200]):
            text = _text_of_markup(text)
    text = clean_text(text)
    if not text.strip():
        raise DraftUnreadable(name, "empty")
    return text


def _decoded(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        if _CONTROL_BYTE.search(content):
            raise DraftUnreadable(name, "binary") from None
        return _decoded_cyrillic(content, name)
    if _CONTROL.search(text):
        raise DraftUnreadable(name, "binary")
    return text


def _decoded_cyrillic(content: bytes, name: str) -> str:
    """Return a text in the encoding in which most of its letters are small Cyrillic ones."""
    likeliest, text = max(_readings(content), default=(0.0, ""))
    if likeliest < _LEAST_SMALL_LETTERS:
        raise DraftUnreadable(name, "encoding")
    return text


def _readings(content: bytes) -> Iterator[tuple[float, str]]:
    for encoding in _CYRILLIC_ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            letters = [letter for letter in text if letter.isalnum() or ord(letter) > _LAST_COMMON_SIGN]
            small = sum("а" <= letter <= "я" or letter in "іїєґё" for letter in letters)
            yield small / max(len(letters), 1), text


def _text_of_word_document(content: bytes, name: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed, packed.open("word/document.xml") as document:
            xml = document.read(MAX_UNPACKED_BYTES + 1)
        # Word writes no entities, which can blow up a text
        if len(xml) > MAX_UNPACKED_BYTES or b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
            raise DraftUnreadable(name, "document")
        root = ElementTree.fromstring(xml)
    except _NO_DOCUMENT as error:
        raise DraftUnreadable(name, "document") from error
    return "\n\n".join("".join(_pieces(paragraph)) for paragraph in root.iter(f"{_WORD}p"))


def _pieces(paragraph: ElementTree.Element) -> Iterator[str]:
    for element in paragraph.iter():
        if element.tag == f"{_WORD}t":
            yield element.text or ""
        elif element.tag in (f"{_WORD}tab", f"{_WORD}br"):
            yield " "


class _Words(HTMLParser):
    """Collects the text of a page, a blank line between its blocks."""

    HIDDEN = frozenset({"script", "style", "head", "template", "noscript"})
    INSIDE = frozenset(
        {"a", "abbr", "b", "cite", "code", "em", "i", "mark", "q", "s", "small", "span", "strong", "sub"}
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in self.HIDDEN:
            self._hidden += 1
        elif tag not in self.INSIDE:
            self.pieces.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag not in self.INSIDE:
            self.pieces.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.pieces.append(_BLANKS.sub(" ", data))


def _text_of_markup(text: str) -> str:
    words = _Words()
    words.feed(text)
    words.close()
    return "".join(words.pieces)
