"""
Containers: zip, tar and WARC files, whose members are read as if each were a file of its own.

Nothing is extracted to the disk, so the name of a member is only something to show: ``archive.zip!folder/name.html``.
A member that is damaged or encrypted is reported alone. What a container may unpack to is limited (``Budget``).
"""

import contextlib
import io
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, BinaryIO, NamedTuple, TypeAlias, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed

from indexer.errors import RecordError
from indexer.readers.content_encodings import unencoded
from indexer.readers.page_addresses import article_id
from indexer.readers.reading import Reading, Remark
from indexer.readers.streams import LimitExceeded, StreamDamaged, chunks_of, failure_reason, read_some, stream_of
from search.article import Article
from search.columnar.backup_store import is_backup_name

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord
    from warcio.statusandheaders import StatusAndHeaders

# A zip in a tar in a zip is somebody's backup of backups; deeper is made to do harm.
MAX_DEPTH = 3
# Thirty years of a newsroom in one file; more belongs into several.
MAX_MEMBERS = 1_000_000
MAX_UNPACKED_BYTES = 256 << 30
# Pages of one site zip to a twentieth; deflate itself reaches a thousandth, of zeros. A small file may repeat itself.
MAX_RATIO = 200
RATIO_COUNTS_FROM_BYTES = 16 << 20
# A zip can be read only from a place where one can go back; this much of the disk is taken for one that comes as a
# stream.
MAX_SPOOLED_BYTES = 8 << 30
_SPOOLED_IN_MEMORY_BYTES = 8 << 20
# Names and attributes of one member of a tar: real ones take some hundred bytes.
_MAX_TAR_HEADER_BYTES = 4 << 20
_CHUNK_BYTES = 1 << 17

CONTAINER_SUFFIXES = (
    *(".zip", ".tgz", ".tzst"),
    *(suffix + packed for suffix in (".tar", ".warc") for packed in ("", ".gz", ".zst")),
)

_ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06")
_WARC_MAGIC = b"WARC/"


@dataclass(slots=True)
class Budget:
    """What is left of what the outermost container may hold, its containers included; ``passed_over`` counts members
    of no format that is read."""

    members: int = MAX_MEMBERS
    bytes: int = MAX_UNPACKED_BYTES
    passed_over: int = 0
    first_passed_over: str = ""

    def spend(self, size: int) -> None:
        """Take bytes off. Raises ``LimitExceeded``."""
        self.bytes -= size
        if self.bytes < 0:
            raise LimitExceeded(f"the container unpacks to more than {MAX_UNPACKED_BYTES:,} bytes; split it")

    def enter(self) -> None:
        """Take one member off. Raises ``LimitExceeded``."""
        self.members -= 1
        if self.members < 0:
            raise LimitExceeded(f"the container has more than {MAX_MEMBERS:,} members; split it")


class Member(NamedTuple):
    """One member: its name, what it holds, how long it is packed (None if nobody knows), its address on the web."""

    name: str
    stream: BinaryIO
    packed_bytes: int | None = None
    url: str | None = None


#: Reads a member: given by ``sources``, which knows how a stream becomes readings.
ReadMember: TypeAlias = Callable[[Member, Budget], Iterator[Reading]]
ReadContainer: TypeAlias = Callable[[BinaryIO, str, Budget, ReadMember], Iterator[Reading]]


def container_reader(head: bytes) -> ReadContainer | None:
    """Return what reads a container that begins so, or None if it is none."""
    if head.startswith(_ZIP_MAGICS):
        return read_zip
    if head.startswith(_WARC_MAGIC):
        return read_warc
    return read_tar if head[257:262] == b"ustar" else None


# What only a zip file has that is a document: of Word, Excel and PowerPoint, of LibreOffice, an e-book.
_OFFICE_MEMBERS = frozenset(("[Content_Types].xml", "META-INF/manifest.xml", "META-INF/container.xml"))
OFFICE_DOCUMENT = "it is a document of an office program; save tables as .csv and texts as .html or .txt"


def metered(stream: BinaryIO, budget: Budget, packed_bytes: int | None = None) -> BinaryIO:
    """Return a stream that takes what is read off a budget and breaks off with ``LimitExceeded`` where it must."""

    def chunks() -> Iterator[bytes]:
        size = 0
        for chunk in chunks_of(stream):
            size += len(chunk)
            budget.spend(len(chunk))
            if packed_bytes is not None and size > max(RATIO_COUNTS_FROM_BYTES, MAX_RATIO * packed_bytes):
                raise LimitExceeded(
                    f"it unpacks to more than {MAX_RATIO} times its size; unpack it by hand if it is sound"
                )
            yield chunk

    return stream_of(chunks())


def read_zip(stream: BinaryIO, source: str, budget: Budget, read: ReadMember) -> Iterator[Reading]:
    """Yield what the members of a zip file give."""
    with contextlib.closing(_seekable(stream)) as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError) as error:
            yield RecordError(source, None, f"the zip file is damaged ({error}); fetch the file anew")
            return
        with archive:
            if _OFFICE_MEMBERS & {info.filename for info in archive.infolist()}:
                yield RecordError(source, None, OFFICE_DOCUMENT)
                return
            for info in archive.infolist():
                if info.is_dir() or _is_hidden(info.filename):
                    continue
                budget.enter()
                name = _member_name(source, info.filename)
                if info.flag_bits & 1:
                    yield RecordError(name, None, "it is encrypted; unpack it with its password and index it again")
                else:
                    member = Member(name, stream_of(_zip_chunks(archive, info)), info.compress_size)
                    yield from read(member, budget)


def read_tar(stream: BinaryIO, source: str, budget: Budget, read: ReadMember) -> Iterator[Reading]:
    """Yield what the files in a tar give, in their order; links and devices are passed over."""
    headers = _HeaderLimit(stream)
    try:
        with tarfile.open(fileobj=cast(IO[bytes], headers), mode="r|") as archive:
            for info in archive:
                archive.members = []  # type: ignore[attr-defined]  # else every header stays in memory
                if is_backup_name(info.name):  # the first member of one, as of a folder of backups
                    yield Remark(source, None, "a backup of Visti is passed over; for its articles: visti restore")
                    return
                if info.isreg() and not _is_hidden(info.name):
                    budget.enter()
                    file = archive.extractfile(info)
                    assert file is not None  # it is one of those that have content
                    headers.in_header = False
                    contents = stream_of(_chunks_of(cast(BinaryIO, file)))
                    yield from read(Member(_member_name(source, info.name), contents), budget)
                    _pass_by(contents, budget)
                headers.begin()
        for _ in chunks_of(stream):  # to the end of what is packed: there it shows whether the file is whole
            pass
    except (tarfile.TarError, EOFError, ValueError) as error:
        yield RecordError(
            source, None, f"the tar file is damaged ({error}); fetch the file anew. What came before was read"
        )


def read_warc(stream: BinaryIO, source: str, budget: Budget, read: ReadMember) -> Iterator[Reading]:
    """
    Yield what the pages in a WARC file give: the answers with the HTTP status 200, and resources kept without one.

    The address that was asked for is the page's, if it names none itself; the character set of the answer's header
    counts before the page's own, as in browsers.
    """
    begun = False
    try:
        for record in ArchiveIterator(_Available(stream)):
            begun = begun or record.rec_type is not None  # of rubbish the library makes a record without a type
            budget.enter()
            if record.rec_type in ("response", "resource"):
                yield from _read_answer(record, source, budget, read)
    except (ArchiveLoadFailed, EOFError, ValueError, zlib.error) as error:
        yield RecordError(source, None, f"the WARC file is damaged ({error}); what came before was read")
        return
    if not begun:
        yield RecordError(source, None, "the WARC file has no record that can be read; fetch the file anew")


def _read_answer(record: "ArcWarcRecord", source: str, budget: Budget, read: ReadMember) -> Iterator[Reading]:
    answer = record.http_headers
    url = (record.rec_headers.get_header("WARC-Target-URI") or "").strip("<>")  # as some versions of wget write it
    if not url.startswith(("http:", "https:")) or (answer is not None and answer.get_statuscode() != "200"):
        return
    content = _with_charset(answer or record.rec_headers, _body(record))
    yield from _at_address(read(Member(f"{source}!{url}", content, url=url), budget), url)


def _body(record: "ArcWarcRecord") -> BinaryIO:
    """Return the body of an answer without its chunks and encodings; of a resource what it is."""
    answer, stream = record.http_headers, record.raw_stream
    if answer is None:
        return stream_of(_chunks_of(stream))
    if (answer.get_header("Transfer-Encoding") or "").lower() == "chunked":
        stream = ChunkedDataReader(stream)
    return unencoded(stream_of(_chunks_of(stream)), answer.get_header("Content-Encoding") or "")


def _with_charset(headers: "StatusAndHeaders", stream: BinaryIO) -> BinaryIO:
    """Return a page whose header names a character set in UTF-8, with a byte order mark: nothing in it counts more."""
    content_type = (headers.get_header("Content-Type") or "").lower()
    kind, _, parameters = content_type.partition(";")
    charset = parameters.partition("charset=")[2].split(";")[0].strip(" \"'")
    if kind.strip() not in ("text/html", "application/xhtml+xml") or charset in ("", "utf-8", "utf8"):
        return stream
    try:
        "".encode(charset)
        text = io.TextIOWrapper(stream, charset, errors="replace", newline="")
    except (LookupError, ValueError):  # a character set that nobody knows: the page may tell
        return stream
    return stream_of(piece.encode("utf-8", "replace") for piece in _pieces(text))


def _pieces(text: io.TextIOWrapper) -> Iterator[str]:
    yield "\ufeff"
    while piece := text.read(_CHUNK_BYTES):
        yield piece


def _at_address(readings: Iterator[Reading], url: str) -> Iterator[Reading]:
    """Give the only article that was at an address the address; of several, as in a feed, it is nobody's own."""
    only, articles = None, 0
    for reading in readings:
        articles += isinstance(reading, Article)
        if isinstance(reading, Article) and articles == 1:
            only = reading
            continue
        if only is not None and articles > 1:
            yield only
            only = None
        yield reading
    if only is not None:
        yield _addressed(only, url)


def _addressed(article: Article, url: str) -> Article:
    if article.url:
        return article
    has_own_id = not article.id.startswith("sha256:")
    own_story = "" if article.story == article.id else article.story
    return replace(article, url=url) if has_own_id else replace(article, url=url, id=article_id(url), story=own_story)


def _zip_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with archive.open(info) as file:
            yield from _chunks_of(cast(BinaryIO, file))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, ValueError) as error:
        raise StreamDamaged(f"the member of the zip file is damaged ({error})") from error


def _chunks_of(stream: BinaryIO) -> Iterator[bytes]:
    try:
        yield from chunks_of(stream)
    except (EOFError, zlib.error, tarfile.TarError) as error:
        raise StreamDamaged(f"the member is damaged ({error})") from error


def _pass_by(stream: BinaryIO, budget: Budget) -> None:
    """Read what a reader has left of a member, so that only headers are between two members."""
    for chunk in chunks_of(stream):
        budget.spend(len(chunk))


def _seekable(stream: BinaryIO) -> IO[bytes]:
    """Return a stream in which one can go back; raises ``LimitExceeded`` where it takes too much of the disk."""
    if stream.seekable():
        return io.BufferedReader(cast(io.RawIOBase, _Borrowed(stream)))
    file = cast(IO[bytes], tempfile.SpooledTemporaryFile(_SPOOLED_IN_MEMORY_BYTES))  # noqa: SIM115  # the caller closes
    try:
        for chunk in chunks_of(stream):
            file.write(chunk)
            if file.tell() > MAX_SPOOLED_BYTES:
                raise LimitExceeded(
                    f"a zip file that comes as a stream may have {MAX_SPOOLED_BYTES:,} bytes; save it and name the file"
                )
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


class _Borrowed(io.RawIOBase):
    """Somebody else's stream, which is not closed with this."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self._stream.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


class _Available:
    """A stream that gives what it has: what came before a damage is not lost with it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        return read_some(self._stream, size)


class _HeaderLimit:
    """The bytes of a tar, limited between two members: a header that never ends would be collected in memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.in_header, self._header_bytes = True, 0

    def begin(self) -> None:
        """The next header begins about here."""
        self.in_header, self._header_bytes = True, 0

    def read(self, size: int) -> bytes:
        chunk = read_some(self._stream, size)
        if self.in_header:
            self._header_bytes += len(chunk)
            if self._header_bytes > _MAX_TAR_HEADER_BYTES:
                raise LimitExceeded("the header of a member of the tar file does not end")
        return chunk


def note_passed_over(source: str, budget: Budget) -> Iterator[Remark]:
    """Say how many members were of no format that is read."""
    if budget.passed_over:
        few = "1 member is" if budget.passed_over == 1 else f"{budget.passed_over:,} members are"
        yield Remark(source, None, f"{few} of no format that is read and passed over ({budget.first_passed_over})")


def broken_off(source: str, error: StreamDamaged | OSError) -> RecordError:
    """Return what to tell about a container that cannot be read on."""
    return RecordError(source, None, f"{failure_reason(error)}. What came before was read")


def _member_name(source: str, name: str) -> str:
    return f"{source}!{name}"


def _is_hidden(name: str) -> bool:
    """Tell what archivers and systems leave behind, as in folders."""
    return any(part.startswith(".") and part not in (".", "..") for part in name.split("/")) or name.startswith(
        "__MACOSX/"
    )
