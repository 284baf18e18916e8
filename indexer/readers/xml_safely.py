"""
XML from strangers.

No entity is ever put in, no DTD loaded, no file or address opened, whatever a document asks for: one that declares
entities is refused. Depth, size and the number of elements are bounded. ``read_xml_root`` reads a small document whole,
``each_element`` a document of any length, record by record, in the memory of one record.
"""

import re
from collections.abc import Collection, Iterator
from html import unescape
from typing import Any, BinaryIO, TypeAlias

from lxml import etree

from indexer.readers.parsers import xml_pull_parser
from indexer.readers.streams import StreamDamaged, failure_reason

#: An element of lxml, which has no types of its own.
Element: TypeAlias = Any

# The longest lawful article (search.article) written as character references in two bodies, and room for metadata.
MAX_RECORD_BYTES = 32 << 20
# A long article in NewsML-G2 has some thousand elements; a page of results of a CMS in one item some ten thousand.
MAX_RECORD_ELEMENTS = 200_000
# libxml2 stops at 256, too; it says so less clearly, and its limit has changed between versions.
MAX_DEPTH = 200
_CHUNK_BYTES = 1 << 16
# A declaration, a document type and a comment with somebody's rights have a thousand bytes.
_MAX_PROLOGUE_BYTES = 1 << 16
# No XML 1.0 document may hold these, and exports of databases do; in UTF-16 such bytes are parts of letters.
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_WIDE_STARTS = (b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")
_TOO_BIG = re.compile(r"Resource limit|too big|too long|Huge|size limit|Excessive depth", re.IGNORECASE)
_PLACE = re.compile(r", line \d+, column \d+\s*$")
_TOO_DEEP = f"elements are nested more than {MAX_DEPTH} deep; no news is"
_PROLOGUE = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*", re.DOTALL)
_START_TAG = re.compile(r"<([A-Za-z_][\w.:-]*)")
_DECLARATION = re.compile(r"^[\ufeff\s]*<\?xml[^>]*\?>|^\ufeff")
_PREDEFINED = {"lt", "gt", "amp", "quot", "apos"}


class XmlRefused(ValueError):
    """
    A document, or the rest of one, cannot be read: ``line`` (from 1, or None) and ``reason``, with advice.
    """

    def __init__(self, line: int | None, reason: str) -> None:
        self.line = line
        self.reason = reason
        super().__init__(reason if line is None else f"line {line}: {reason}")


def read_xml_root(stream: BinaryIO, limit_bytes: int = MAX_RECORD_BYTES) -> Element:
    """
    Return the root element of a document of at most ``limit_bytes``.

    Raises ``XmlRefused``.
    """
    walk = _Walk(limit_bytes)
    for chunk in _chunks(stream):
        for _ in walk.events(chunk):
            pass
    return walk.close()


def each_element(stream: BinaryIO, tags: Collection[str], limit_bytes: int = MAX_RECORD_BYTES) -> Iterator[Element]:
    """
    Yield the outermost elements with a local name in ``tags`` as they end; each is freed after the next is asked for.

    ``limit_bytes`` bounds one such element, and what lies between two. The parents of a yielded element can be asked
    for their attributes, not for children read earlier. Raises ``XmlRefused``, after all elements before the damage.
    """
    walk, wanted = _Walk(limit_bytes), frozenset(tags)
    inside = 0  # how deep below a wanted element
    for chunk in _chunks(stream):
        # Freed when no event of the chunk waits any more: no node may go while lxml still has it in its queue.
        done = []
        for event, element in walk.events(chunk):
            if event == "start":
                inside += bool(inside or local_name(element) in wanted)
                continue
            inside -= bool(inside)
            if inside:
                continue
            if local_name(element) in wanted:
                yield element
            done.append(element)
            walk.begin_record()
        for element in done:
            _free(element)
    walk.close()


def without_declaration(text: str) -> str:
    """
    Return a document that was decoded without the declaration of the encoding that it was in, and its mark.

    >>> without_declaration('\ufeff <?xml version="1.0" encoding="windows-1251"?> <rss/>')
    '<rss/>'
    """
    return _DECLARATION.sub("", text, 1).strip()


def root_name(head: bytes) -> str:
    """
    Return the local name of the root element of a document that begins with ``head``; of anything else an empty text.

    >>> root_name(b'<?xml version="1.0"?><!-- a --><!DOCTYPE nitf SYSTEM "nitf.dtd">\\n<nitf>')
    'nitf'
    """
    text = head.decode("latin-1").removeprefix("\xef\xbb\xbf")
    start = _PROLOGUE.match(text)
    root = _START_TAG.match(text, start.end() if start else 0)
    return root[1].rpartition(":")[2] if root else ""


def local_name(element: Element) -> str:
    """
    Return the name of an element without its namespace; that of a comment or an instruction is empty.

    >>> local_name(etree.fromstring('<a:item xmlns:a="urn:a"/>'))
    'item'
    """
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def text_of(element: Element | None) -> str:
    """
    Return all text in an element with single blanks, comments left out; no element has no text.

    >>> text_of(etree.fromstring("<p> One <b>two</b><!-- no -->\\n three</p>"))
    'One two three'
    """
    return "" if element is None else " ".join("".join(pieces_of_text(element)).split())


def pieces_of_text(element: Element) -> Iterator[str]:
    """Yield the text in an element piece by piece, as it stands there; named characters of HTML become letters."""
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start" and node.tag is not etree.Entity:
            yield node.text or ""
        elif event == "start":
            yield entity_text(node)
        if event != "start" and node is not element:
            yield node.tail or ""


def entity_text(entity: Element) -> str:
    """Return the letter of a named character of HTML, such as ``&nbsp;``; of any other entity nothing."""
    text: str = entity.text or ""
    letter = unescape(text)
    return letter if letter != text else ""


class _Walk:
    """A parser that is fed chunk by chunk and keeps to the limits."""

    def __init__(self, limit_bytes: int) -> None:
        self._parser = xml_pull_parser()
        self._limit = limit_bytes
        self._bytes = self._elements = self._depth = 0
        self._begun = self._wide = False
        self._root: Element = None

    def events(self, chunk: bytes) -> Iterator[tuple[str, Element]]:
        """Yield what starts and ends in the next chunk."""
        if not self._begun:
            self._wide = chunk.startswith(_WIDE_STARTS)
        content = chunk if self._wide else chunk.translate(None, _CONTROLS)
        start = 0
        # Byte by byte until the root has been looked at: what stands behind it may ask for entities, and of markup in
        # these lxml would hold events whose elements libxml2 has freed. No bytes tell where the root ends: there are
        # encodings in which ">" is another byte. The first four tell the parser the encoding.
        while self._root is None and start < len(content):
            end = start + (1 if self._begun else 4)
            self._begun = True
            yield from self._events_of(content[start:end])
            start = end
        yield from self._events_of(content[start:])
        self._bytes += len(chunk)
        if self._root is None and self._bytes >= _MAX_PROLOGUE_BYTES:
            raise XmlRefused(None, f"no element begins within the first {_MAX_PROLOGUE_BYTES:,} bytes; this is no news")
        if self._bytes > self._limit + _CHUNK_BYTES:
            raise XmlRefused(None, f"one document has more than {self._limit:,} bytes; split it at its source")

    def begin_record(self) -> None:
        """Start counting anew: what came before is freed."""
        self._bytes = self._elements = 0

    def close(self) -> Element:
        """Return the root, when all has been fed."""
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            raise self._refusal(error) from error
        return self._root

    def _events_of(self, content: bytes) -> Iterator[tuple[str, Element]]:
        """Yield what starts and ends in a piece; what came before its damage is told of first."""
        failure = None
        try:
            self._parser.feed(content)
        except etree.XMLSyntaxError as error:
            failure = self._refusal(error)
        for event, element in self._parser.read_events():
            self._count(event, element)
            yield event, element
        if failure:
            raise failure

    def _count(self, event: str, element: Element) -> None:
        if self._root is None:
            self._root = element
            self._refuse_entities()
        if event == "end":
            self._depth -= 1
            return
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH:
            raise XmlRefused(element.sourceline, _TOO_DEEP)
        if self._elements > MAX_RECORD_ELEMENTS:
            raise XmlRefused(element.sourceline, f"one document has more than {MAX_RECORD_ELEMENTS:,} elements")

    def _refuse_entities(self) -> None:
        dtd = self._root.getroottree().docinfo.internalDTD
        for entity in dtd.iterentities() if dtd is not None else ():
            if entity.name in _PREDEFINED:
                continue
            kind = "an entity from outside" if entity.content is None else "entities of its own"
            raise XmlRefused(
                None, f"the document declares {kind} ({entity.name!r}), which is not read; write the text itself"
            )

    def _refusal(self, error: Any) -> XmlRefused:
        """Return why the parser gave up: its first complaint that ends everything; the last one follows from it."""
        fatal = [entry for entry in self._parser.feed_error_log if entry.level >= etree.ErrorLevels.FATAL]
        message, line = (fatal[0].message, fatal[0].line) if fatal else (error.msg or "", error.lineno or None)
        message = _PLACE.sub("", message.strip()).rstrip(".")
        if "depth" in message.lower():
            return XmlRefused(line, _TOO_DEEP)
        if "amplification" in message or "external entity" in message or "reference loop" in message:
            return XmlRefused(line, "the document declares entities, which are not read; write the text itself")
        if _TOO_BIG.search(message):
            return XmlRefused(line, f"a text or name in it is too long ({message})")
        if "encoding" in message.lower():
            return XmlRefused(line, f"its encoding is not the one that it declares ({message}); save it as UTF-8")
        return XmlRefused(line, f"not well-formed XML: {message}; have it written anew at its source")


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            yield chunk
    except (StreamDamaged, OSError) as error:
        raise XmlRefused(None, f"{failure_reason(error)}. What came before was read") from error


def _free(element: Element) -> None:
    """Drop what an element holds, and all before it; the element itself may still be getting its tail."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    if parent is not None:
        while (before := element.getprevious()) is not None:
            parent.remove(before)
