"""
Lists of names as people have them: a column of a spreadsheet, saved as CSV or pasted.

One person on a line; further columns, or parts between semicolons, are other spellings of the same person. Tabs,
semicolons or commas part the columns; UTF-8 with or without a byte order mark, UTF-16 with one, else windows-1251. What
cannot be a name is an error with its line, and the rest is taken.
"""

import csv
import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from typing import NamedTuple

#: More names than this are several lists: each name costs some milliseconds.
MAX_NAMES = 2_000
MAX_SPELLINGS = 20
MAX_NAME_CHARACTERS = 120
MAX_LIST_BYTES = 2_000_000

# What stands above a column of names.
_HEADINGS = frozenset(
    (
        *("name", "names", "person", "persons", "surname", "full name", "spelling", "spellings"),
        *("ім'я", "ім’я", "імена", "піб", "прізвище", "особа", "назва", "имя", "имена", "фио", "фамилия", "название"),
    )
)


class NameEntry(NamedTuple):
    """One person or thing of a list: the number of its line, from 1, and its spellings, the first of which names it."""

    line: int
    spellings: tuple[str, ...]


class NameLineError(NamedTuple):
    """A line of a list that was not taken, and why."""

    line: int
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


class NameList(NamedTuple):
    """What was read of a list."""

    names: tuple[NameEntry, ...]
    errors: tuple[NameLineError, ...]


def read_names(content: bytes | str) -> NameList:
    """
    Return the names of a list. Raises ``ValueError`` for one that is too long or holds no names, saying what to do.

    >>> read_names("Зеленський;Zelensky\\n\\nПорошенко").names
    (NameEntry(line=1, spellings=('Зеленський', 'Zelensky')), NameEntry(line=3, spellings=('Порошенко',)))
    """
    if len(content) > MAX_LIST_BYTES:
        raise ValueError(f"the list is longer than {MAX_LIST_BYTES:,} bytes; part it into several files")
    text = content.lstrip("\ufeff") if isinstance(content, str) else _decoded(content)
    names: list[NameEntry] = []
    errors: list[NameLineError] = []
    for line, cells in _rows(text, errors):
        if not names and not errors and _is_heading(cells):
            continue
        try:
            names.append(entry_of(line, cells))
        except ValueError as error:
            errors.append(NameLineError(line, str(error)))
    if len(names) > MAX_NAMES:
        raise ValueError(
            f"the list has {len(names):,} names, at most {MAX_NAMES:,} are taken; part it into several files"
        )
    if not names:
        reason = f": {errors[0]}" if errors else ""
        raise ValueError(f"there are no names in the list{reason}. Put one name on each line")
    return NameList(tuple(names), tuple(errors))


def _decoded(content: bytes) -> str:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def _rows(text: str, errors: list[NameLineError]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, each with the number of the line it begins on."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text), skipinitialspace=True)
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            errors.append(NameLineError(line, f"the quotation marks are not those of a CSV file ({error})"))
            return
        first, line = line, reader.line_num + 1
        if any(cell.strip() for cell in row):
            yield first, row


def _delimiter(text: str) -> str:
    """Return what parts the columns: a tab or a semicolon if there is any, else a comma."""
    return next((mark for mark in "\t;" if mark in text), ",")


def _is_heading(cells: Sequence[str]) -> bool:
    return next(cell.strip().casefold() for cell in cells if cell.strip()) in _HEADINGS


def entry_of(line: int, cells: Sequence[str]) -> NameEntry:
    """Return the entry of a row of cells. Raises ``ValueError`` saying why they are no name."""
    spellings = [_spelling(part) for cell in cells for part in cell.split(";")]
    kept = tuple(dict.fromkeys(filter(None, spellings)))
    if not kept:
        raise ValueError("there is no name")
    if len(kept) > MAX_SPELLINGS:
        raise ValueError(f"{len(kept)} spellings, at most {MAX_SPELLINGS} are taken")
    return NameEntry(line, kept)


def _spelling(cell: str) -> str:
    name = " ".join(cell.split()).strip('"«»“”„ ')
    if "," in name:  # "Zelensky, Volodymyr"
        name = " ".join(part.strip() for part in reversed(name.split(",", 1))).strip()
    if not name:
        return ""
    shown = f"{name[:40]}…" if len(name) > 40 else name
    if "\n" in cell.strip():
        raise ValueError(f"{shown!r} goes over several lines; is a quotation mark missing?")
    if len(name) > MAX_NAME_CHARACTERS:
        raise ValueError(f"{shown!r} is longer than {MAX_NAME_CHARACTERS} characters; this is no name")
    if not any(map(str.isalpha, name)):
        raise ValueError(f"{shown!r} has no letters; this is no name")
    return name
