"""
The newsroom's own dictionary: words that mean the same, added from a table, kept beside the index.

A table has a row for each meaning and a column for each language, parted by tabs: uk, ru, en, or whatever a first row
of language codes says. A cell may be empty, or hold several words parted by commas. ``#`` begins a comment. What cannot
be taken becomes an error with file and line; the rest goes in.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from indexer.errors import IndexerError, RecordError, SourceUnavailable
from indexer.readers.charsets import decode_text
from search.archive.dictionaries import (
    OWN_NAME,
    DictionaryDamaged,
    Entry,
    encode_own,
    own_terms,
    read_own_entries,
    replace_file,
)
from search.article import LANGUAGES, parse_language
from search.columnar.commit import REBUILDABLE_FORMATS, read_commit
from search.columnar.lock import WAIT_SECONDS, locked
from search.errors import CommitFailed, IndexUnavailable, UnsupportedLanguage
from search.language import fold

# Every program that opens the index analyses them: 20,000 rows of three words take about half a second.
MAX_ENTRIES = 20_000
# A glossary of a newsroom has some kilobytes; what is larger than this is something else.
MAX_TABLE_BYTES = 16 << 20


@dataclass(slots=True)
class DictionaryChange:
    """What became of the own dictionary: rows added or removed, rows in it now, and what could not be taken."""

    added: int = 0
    removed: int = 0
    rows: int = 0
    errors: list[IndexerError] = field(default_factory=list)


def add_words(path: Path | str, table: bytes, source: str, *, wait_seconds: float = WAIT_SECONDS) -> DictionaryChange:
    """
    Add the rows of a table to the own dictionary of the index in a folder; ``source`` is what errors call the table.

    Rows that are there already are passed over. Raises ``IndexMissing``, ``IndexDamaged``, ``IndexLocked``,
    ``IndexUnavailable`` for a dictionary that is damaged, ``CommitFailed``.
    """
    change = DictionaryChange()
    entries = []
    for item in read_table(table, source):
        if isinstance(item, IndexerError):
            change.errors.append(item)
        else:
            entries.append(item)

    def added(before: list[Entry]) -> list[Entry]:
        news = list(dict.fromkeys(entry for entry in entries if entry not in set(before)))
        room = max(MAX_ENTRIES - len(before), 0)
        if len(news) > room:
            change.errors.append(SourceUnavailable(source, f"{len(news) - room:,} rows: more than {MAX_ENTRIES:,}"))
        change.added = len(news[:room])
        return [*before, *news[:room]]

    change.rows = len(_changed(Path(path), added, wait_seconds))
    return change


def remove_words(path: Path | str, words: Iterable[str], *, wait_seconds: float = WAIT_SECONDS) -> DictionaryChange:
    """Remove the rows that have any of some words from the own dictionary; raises as ``add_words``."""
    folded = {fold(word.strip()) for word in words}
    change = DictionaryChange()

    def kept(before: list[Entry]) -> list[Entry]:
        left = [entry for entry in before if folded.isdisjoint(fold(word) for cell in entry.words for word in cell)]
        change.removed = len(before) - len(left)
        return left

    change.rows = len(_changed(Path(path), kept, wait_seconds))
    return change


def remove_all_words(path: Path | str, *, wait_seconds: float = WAIT_SECONDS) -> None:
    """Empty the own dictionary, also a damaged one; raises as ``add_words``."""
    _write(Path(path), [], wait_seconds)


def listed_words(path: Path | str) -> list[Entry]:
    """Return the rows of the own dictionary; raises as ``add_words``."""
    read_commit(Path(path), REBUILDABLE_FORMATS)
    return _entries(Path(path))


def _changed(path: Path, change: Callable[[list[Entry]], list[Entry]], wait_seconds: float) -> list[Entry]:
    read_commit(path, REBUILDABLE_FORMATS)
    with locked(path, wait_seconds):
        before = _entries(path)
        after = change(before)
        if after != before:
            _replace(path, after)
    return after


def _write(path: Path, entries: list[Entry], wait_seconds: float) -> None:
    read_commit(path, REBUILDABLE_FORMATS)
    with locked(path, wait_seconds):
        _replace(path, entries)


def _replace(path: Path, entries: list[Entry]) -> None:
    try:
        replace_file(path, OWN_NAME, encode_own(entries))
    except OSError as error:
        raise CommitFailed(path, error.strerror or str(error)) from error


def _entries(path: Path) -> list[Entry]:
    try:
        return read_own_entries(path)
    except DictionaryDamaged as error:
        raise IndexUnavailable(
            path,
            f"The own dictionary ({OWN_NAME}) in {path} is damaged: {error}. Empty it: visti dictionary remove --all "
            f"--index {path}; then add your file again: visti dictionary add FILE --index {path}",
        ) from error


def read_table(table: bytes, source: str) -> Iterator[Entry | IndexerError]:
    """
    Yield the rows of a table, and errors for what cannot be taken.

    >>> list(read_table("# слова\\nполк\\tполк\\tregiment\\nтанк\\t\\ttank\\n".encode(), "words.tsv"))
    [Entry(words=(('полк',), ('полк',), ('regiment',))), Entry(words=(('танк',), (), ('tank',)))]
    """
    try:
        if len(table) > MAX_TABLE_BYTES:
            raise ValueError(f"it is larger than {MAX_TABLE_BYTES >> 20} MB, so it is no table of words")
        text = decode_text(table).text
    except ValueError as error:
        yield SourceUnavailable(source, str(error))
        return
    columns: Sequence[str] | None = None
    for line, row in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in row.partition("#")[0].split("\t")]
        if not any(cells):
            continue
        if columns is None:
            columns = _columns(cells)
            if columns is not None:
                continue
            columns = LANGUAGES
        yield from _row(cells, columns, source, line)


def _columns(cells: Sequence[str]) -> Sequence[str] | None:
    """Return the languages of a first row of language codes, or None if it is not one."""
    try:
        columns = [parse_language(cell) for cell in cells]
    except UnsupportedLanguage:
        return None
    return columns if len(columns) > 1 and len(set(columns)) == len(columns) else None


def _row(cells: Sequence[str], columns: Sequence[str], source: str, line: int) -> Iterator[Entry | IndexerError]:
    if len(cells) > len(columns):
        yield RecordError(source, line, f"{len(cells)} columns instead of {', '.join(columns)}")
        return
    words: dict[str, tuple[str, ...]] = {}
    for cell, language in zip(cells, columns, strict=False):
        found = [word for word in map(str.strip, cell.split(",")) if word]
        for word in found:
            if not own_terms(word, language):
                yield RecordError(source, line, f"{word!r} is not one word of {language}; only single words go in")
        words[language] = tuple(dict.fromkeys(word for word in found if own_terms(word, language)))
    if sum(map(bool, words.values())) < 2:
        yield RecordError(source, line, "a row needs words in two languages at least, parted by a tab")
        return
    yield Entry(tuple(words.get(language, ()) for language in LANGUAGES))
