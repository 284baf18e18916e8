"""
Tables of articles as CSV or TSV: what spreadsheets and databases export.

The first row names the columns. Columns called like the fields of an article are read as they are, and so are those
with usual names in three languages («Заголовок», "date") where no other column is the field. For others a mapping says
which is which: ``csv_reader(parse_columns("title=Назва,body=Абзаци"))`` is the reader of a file with those. Delimiter
and encoding are told by the beginning of the file.
"""

import codecs
import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from indexer.errors import RecordError
from indexer.readers.charsets import decode_text
from indexer.readers.html_text import has_markup, html_paragraphs, plain_paragraphs, single_line
from indexer.readers.lines import MAX_LINE_BYTES, Line, read_lines
from indexer.readers.page_dates import parse_page_date
from indexer.readers.reading import Reader, Reading, Remark
from indexer.readers.records import article_or_error, legible_id
from indexer.readers.table_columns import FIELD_OF_NAME, fields_of, plain_name
from search.article import ARTICLE_FIELDS

_DELIMITERS = ",;\t|"
_SAMPLE_BYTES = 1 << 16
_TEXTS = ("lead", "body")
_LISTS = ("authors", "tags")
_DATES = ("published", "updated", "embargoed_until")
# The longest lawful text of an article, twice, for its markup; csv's own limit is 131,072 characters.
_MAX_CELL_CHARACTERS = 4_000_000
# A row that is no text of an article any more: a quotation mark was opened and never closed.
_MAX_ROW_LINES = 20_000
# One row in so many may be damaged in a table of ASCII; more of them are in another encoding.
_MAX_DAMAGED_ROWS = 10
_NOT_UTF8 = re.compile(r"[\udc80-\udcff]")


# What content systems call the states of a text; of drafts and what waits nobody knows that it may be seen.
_STATUSES = {
    **dict.fromkeys(("published", "publish", "опубліковано", "опубліковане", "опубликовано"), "usable"),
    **dict.fromkeys(("draft", "pending", "private", "unpublished", "чернетка", "черновик"), "withheld"),
    **dict.fromkeys(("deleted", "trash", "cancelled", "видалено", "удалено"), "canceled"),
}
# What Excel writes, and obeys, above the names of the columns.
_SEPARATOR_LINE = re.compile(rb"(?:\xef\xbb\xbf)?\"?sep=(.)\"?\s*", re.IGNORECASE)
_LANGUAGES = {"укр": "uk", "українська": "uk", "украинский": "uk", "рос": "ru", "рус": "ru", "російська": "ru"} | {
    "русский": "ru",
    "ukrainian": "uk",
    "russian": "ru",
    "english": "en",
    "анг": "en",
    "англ": "en",
    "англійська": "en",
    "английский": "en",
}


def csv_reader(columns: Mapping[str, str] | None = None) -> Reader:
    """Return a reader of tables in which some fields have columns of other names (``parse_columns``)."""

    def read(stream: BinaryIO, source: str) -> Iterator[Reading]:
        return _read_table(stream, source, dict(columns or {}))

    return read


#: The reader of tables whose columns are called like the fields of an article.
read_csv = csv_reader()


def recognises_csv(head: bytes) -> bool:
    """
    Tell a table by a first row that names two fields of an article, one of them its title or body.

    >>> recognises_csv("id;title;Текст\\n1;А;Б".encode()), recognises_csv("Title, body and soul".encode())
    (True, False)
    """
    head = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if separator := _SEPARATOR_LINE.match(head):
        head = head[separator.end() :]
    first = head.partition(b"\n")[0].decode("utf-8", "replace")
    names = {name.strip().strip('"').lower() for name in first.split(_delimiter(first, ()))}
    return len(names & set(ARTICLE_FIELDS)) >= 2 and bool(names & {"title", "body"})


def _read_table(stream: BinaryIO, source: str, columns: dict[str, str]) -> Iterator[Reading]:
    csv.field_size_limit(_MAX_CELL_CHARACTERS)
    lines = _Lines(stream, source)
    try:
        header = lines.first_row(columns.values())
        fields = fields_of(header, columns)
    except ValueError as error:
        yield RecordError(source, lines.number or None, str(error))
        return
    if not header:
        yield Remark(source, None, "the file has no records")
        return
    for name in [name for name, field in zip(header, fields, strict=True) if field is None and name]:
        message = f"the column {name[:80]!r} is no field of an article and was passed over"
        yield Remark(source, lines.number, message, f"column {name[:80]}")
    if lines.remark:
        yield Remark(source, None, lines.remark)
    for row, line in lines.rows():
        if isinstance(row, RecordError):
            yield row
        elif any(cell.strip() for cell in row):
            yield _read_row(row, fields, source, line)


def _read_row(row: Sequence[str], fields: Sequence[str | None], source: str, line: int) -> Reading:
    while len(row) > len(fields) and not row[-1].strip():  # delimiters at the end of the line
        row = row[:-1]
    record: dict[str, Any] = {field: cell.strip() for field, cell in zip(fields, row, strict=False) if field}
    identifier = legible_id(record.get("id"))
    if len(row) != len(fields):
        reason = f"the row has {len(row)} cells, the first row {len(fields)}; a delimiter or a quotation mark is amiss"
        return RecordError(source, line, reason, identifier)
    if any(_NOT_UTF8.search(cell) for cell in row):
        reason = "the row is not in the encoding of the rows before it; save the file as UTF-8"
        return RecordError(source, line, reason, identifier)
    try:
        return article_or_error({name: _value(name, cell) for name, cell in record.items() if cell}, source, line)
    except ValueError as error:
        return RecordError(source, line, str(error), identifier)


def _value(field: str, cell: str) -> Any:
    if field in _TEXTS:
        return html_paragraphs(cell) if has_markup(cell) else plain_paragraphs(cell)
    if field in _LISTS:
        separator = next((mark for mark in ";|" if mark in cell), ",")
        return [name for each in cell.split(separator) if (name := each.strip())]
    if field in _DATES:
        return _moment(field, cell)
    if field == "language":
        return _LANGUAGES.get(cell.casefold().strip(" ."), cell)
    if field == "status":
        return _STATUSES.get(cell.casefold(), cell.lower())
    return single_line(cell) if field == "title" else cell


def _moment(field: str, cell: str) -> datetime:
    if moment := parse_page_date(cell):
        return moment
    raise ValueError(f"field {field!r}: {cell[:80]!r} is no date that is known; write 2024-07-10 14:00")


def _delimiter(first: str, names: Sequence[str]) -> str:
    """Return the delimiter of a first row: the one that parts off most of the names that are known, else of all."""
    known = {*map(plain_name, names), *FIELD_OF_NAME}

    def score(mark: str) -> tuple[int, int]:
        cells = [plain_name(cell.strip().strip('"')) for cell in first.split(mark)]
        return sum(cell in known for cell in cells), len(cells)

    return max(_DELIMITERS, key=score)


def _is_utf8_with_damage(lines: Sequence[bytes]) -> bool:
    """Tell UTF-8, even with a few damaged rows, each of which is an error of its own."""
    damaged = sum(not _is_utf8(line) for line in lines)
    proofs = sum(not line.isascii() and _is_utf8(line) for line in lines)
    return damaged <= max(proofs, len(lines) // _MAX_DAMAGED_ROWS)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class _Lines:
    """The lines of a table as text, with their numbers; ``number`` is that of the last."""

    def __init__(self, stream: BinaryIO, source: str) -> None:
        self._lines = read_lines(stream, source)
        self._source = source
        self._kept: list[Line | RecordError] = []
        self._encoding = "utf-8"
        self._delimiter = ","
        self._row_began = 1
        self._failure: RecordError | None = None
        self.number = 0
        self.remark: str | None = None

    def first_row(self, names: Any) -> list[str]:
        """Return the names of the columns; ``ValueError`` says why there are none."""
        self._encoding = self._told_encoding()
        self._kept = [each for each in self._kept if not self._is_separator(each)]
        beginning = next((each for each in self._kept if isinstance(each, Line) and each.content.strip()), None)
        if beginning is None:
            return []
        self._delimiter = _delimiter(self._decoded(beginning.content).strip("\ufeff\r\n"), list(names))
        self._rows = csv.reader(self._texts(), delimiter=self._delimiter)
        for row, _ in self.rows():
            if isinstance(row, RecordError):
                raise ValueError(row.reason)
            if any(cell.strip() for cell in row):
                while not row[-1].strip():
                    row.pop()
                return [cell.strip().strip("\ufeff") for cell in row]
        return []

    def _is_separator(self, line: Line | RecordError) -> bool:
        """Tell the line that is only for Excel; the delimiter is told by the names of the columns anyway."""
        return isinstance(line, Line) and line.number == 1 and bool(_SEPARATOR_LINE.fullmatch(line.content))

    def rows(self) -> Iterator[tuple[list[str] | RecordError, int]]:
        """Yield rows and errors, each with the line on which it begins."""
        while True:
            self._row_began = self.number + 1
            try:
                row = next(self._rows)
            except StopIteration:
                if self._failure:
                    yield self._failure, self.number
                return
            except csv.Error as error:
                reason = f"the row cannot be read ({error}); is a quotation mark opened and not closed?"
                yield RecordError(self._source, self._row_began, reason), self._row_began
                continue
            yield row, self._row_began

    def _texts(self) -> Iterator[str]:
        for line in self._all_lines():
            if isinstance(line, RecordError):
                self._failure = line
                return
            self.number = line.number
            if line.number - self._row_began > _MAX_ROW_LINES:
                raise csv.Error(f"it goes on for more than {_MAX_ROW_LINES:,} lines")
            yield self._decoded(line.content).replace("\0", "")

    def _all_lines(self) -> Iterator[Line | RecordError]:
        yield from self._kept
        self._kept = []
        yield from self._lines

    def _decoded(self, content: bytes) -> str:
        return content.decode(self._encoding, "surrogateescape")

    def _told_encoding(self) -> str:
        """Look at the first lines; ``ValueError`` says what is wrong with them."""
        size = 0
        for line in self._lines:
            self._kept.append(line)
            size += len(line.content) if isinstance(line, Line) else MAX_LINE_BYTES
            if size > _SAMPLE_BYTES:
                break
        contents = [line.content.replace(b"\0", b"") for line in self._kept if isinstance(line, Line)]
        sample = b"".join(contents)
        if _is_utf8_with_damage(contents):
            return "utf-8-sig" if sample.startswith(codecs.BOM_UTF8) else "utf-8"
        decoded = decode_text(sample)
        if decoded.charset.startswith("utf-16"):
            raise ValueError("the table is in UTF-16; save it as UTF-8")
        self.remark = decoded.remark
        return decoded.charset
