"""
What could not be taken, kept for another try: ``quarantine.jsonl`` beside the index.

One JSON object a line: ``source``, ``line``, ``reason``, ``format``, ``id``, ``when`` and the record itself, as
``text`` or, where it is no UTF-8, as ``base64``. A record that is not there (it was too long, or the reader does not
keep it) is read from its source again. At most ``SYNC_EVERY`` lines wait to be put on the disk; the same record with
the same reason is kept once. Whoever repairs a record by hand edits ``text``.
"""

import base64
import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexer.errors import IndexerError, RecordError
from indexer.readers.reading import Reading
from indexer.readers.sources import read_sources, read_stream
from indexer.write import Item
from search.columnar.arrays import sync_folder
from search.columnar.beside import QUARANTINE
from search.errors import CommitFailed

QUARANTINE_NAME = QUARANTINE.name
# The longest record that a reader takes is 16 MiB. A thousand of those that are kept take a gigabyte at most.
MAX_RECORD_BYTES = 1 << 20
# A full disk must not come of a wrong export: what is refused further on is still counted in the report.
MAX_RECORDS = 100_000
SYNC_EVERY = 500
# A line of the file: the record as base64 or with every letter escaped, and the rest.
_MAX_LINE_BYTES = 8 * MAX_RECORD_BYTES


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that could not be taken, as the file has it; ``record`` is None where only its place is known."""

    source: str
    line: int | None
    reason: str
    format: str | None
    id: str | None
    when: str
    record: bytes | None

    @property
    def key(self) -> bytes:
        """Return what is the same for one record that is refused for one reason."""
        content = self.record if self.record is not None else f"{self.line}".encode()
        basis = b"\0".join((self.source.encode("utf-8", "surrogateescape"), self.reason.encode(), content))
        return hashlib.blake2b(basis, digest_size=16).digest()

    def encoded(self) -> bytes:
        """Return the line of the file."""
        value: dict[str, Any] = {
            name: getattr(self, name) for name in ("source", "line", "reason", "format", "id", "when")
        }
        if self.record is not None:
            try:
                value["text"] = self.record.decode()
            except UnicodeDecodeError:
                value["base64"] = base64.b64encode(self.record).decode()
        return json.dumps(value, ensure_ascii=not _is_text(value)).encode() + b"\n"


def refused_of(error: RecordError) -> Refused:
    """Return what the quarantine keeps of an error."""
    record = error.record if error.record is not None and len(error.record) <= MAX_RECORD_BYTES else None
    when = datetime.now(UTC).isoformat(timespec="seconds")
    return Refused(error.source, error.line, error.reason, error.format, error.id, when, record)


class Quarantine:
    """The file of what was refused. The caller holds the lock of the index while it is written to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.added = 0
        self.full = False
        self._known: set[bytes] | None = None
        self._waiting: list[bytes] = []

    def passing(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield all items; those that are records refused are kept in the file, if they can be taken from it again."""
        try:
            for item in items:
                if isinstance(item, RecordError) and _can_be_retried(item):
                    self.add(refused_of(item))
                yield item
        finally:
            self.flush()

    def add(self, refused: Refused) -> None:
        """Keep a record, if it is not there already. Raises ``CommitFailed``."""
        if self._known is None:
            self._known = {each.key for each in self.read()}
        if refused.key in self._known:
            return
        if len(self._known) >= MAX_RECORDS:
            self.full = True
            return
        self._known.add(refused.key)
        self._waiting.append(refused.encoded())
        self.added += 1
        if len(self._waiting) >= SYNC_EVERY:
            self.flush()

    def flush(self) -> None:
        """Write what waits, durably. Raises ``CommitFailed``."""
        lines, self._waiting = self._waiting, []
        if not lines:
            return
        try:
            is_new = not self.path.exists()
            with self.path.open("ab+") as file:
                if not _ends_whole(self.path):
                    file.write(b"\n")  # what a crash has cut off stays a line of its own, which reading passes over
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
            if is_new:
                sync_folder(self.path.parent)
        except OSError as error:
            raise self._failure(error) from error

    def read(self) -> Iterator[Refused]:
        """Yield the records in the file; a line that is none is passed over here, and stays in the file."""
        for line in self._lines():
            if (refused := _decoded(line)) is not None:
                yield refused

    def count(self) -> int:
        """Return how many records are in the file."""
        return sum(1 for _ in self.read())

    def unreadable(self) -> int:
        """Return how many lines in the file are no records."""
        return sum(_decoded(line) is None for line in self._lines())

    def keep(self, refused: Iterable[Refused]) -> None:
        """Leave only these in the file, and the lines that nobody can read. Raises ``CommitFailed``."""
        temporary = self.path.with_name(f"{self.path.name}.new")
        try:
            with temporary.open("wb") as file:
                file.writelines(line + b"\n" for line in self._lines() if _decoded(line) is None)
                file.writelines(each.encoded() for each in refused)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
            sync_folder(self.path.parent)
        except OSError as error:
            raise self._failure(error) from error

    def _lines(self) -> Iterator[bytes]:
        try:
            with self.path.open("rb") as file:
                while line := file.readline(_MAX_LINE_BYTES):
                    if content := line.rstrip(b"\n"):
                        yield content
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> CommitFailed:
        return CommitFailed(self.path.parent, f"{self.path} cannot be used: {error.strerror or error}")


class Retry:
    """
    Reads again what is in quarantine; afterwards ``settle`` leaves in the file what still cannot be taken.

    Records are read from the file, those that are not in it from their source, each source once.
    """

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine
        self._remaining: dict[bytes, Refused] = {}
        self._tried: set[bytes] = set()

    @property
    def tried(self) -> int:
        """How many records were taken again."""
        return len(self._tried)

    def __iter__(self) -> Iterator[Reading]:
        sources: dict[str, list[Refused]] = {}
        for refused in self._quarantine.read():
            self._tried.add(refused.key)
            if refused.record is None:
                sources.setdefault(refused.source.partition("!")[0], []).append(refused)
            else:
                yield from self._again(refused, refused.record)
        for source, all_refused in sources.items():
            yield from self._from_source(source, all_refused)

    def settle(self) -> int:
        """
        Write what remains; return how many records left the file.

        The caller holds the lock of the index: what another run has added meanwhile stays. Raises ``CommitFailed``.
        """
        if self.tried:
            since_then = {each.key: each for each in self._quarantine.read() if each.key not in self._tried}
            self._quarantine.keep((since_then | self._remaining).values())
        return self.tried - len(self._remaining)

    def _again(self, refused: Refused, record: bytes) -> Iterator[Reading]:
        for reading in read_stream(io.BytesIO(record), refused.source):
            if isinstance(reading, IndexerError):
                still = replace(refused, reason=reading.reason)
                self._remaining[still.key] = still
                yield RecordError(refused.source, refused.line, still.reason, refused.id)
            else:
                yield reading

    def _from_source(self, source: str, all_refused: list[Refused]) -> Iterator[Reading]:
        if not Path(source).exists():  # a feed, or a file that is gone: the lines stay, as its place is all we have
            for refused in all_refused:
                self._remaining[refused.key] = refused
                reason = f"the source is not there to be read again ({refused.reason})"
                yield RecordError(refused.source, refused.line, reason, refused.id)
            return
        for reading in read_sources([source]):
            if isinstance(reading, RecordError):
                still = refused_of(reading)
                self._remaining[still.key] = still
            yield reading


def _can_be_retried(error: RecordError) -> bool:
    """Tell an entry of a feed: its place changes with every poll, and it comes again as long as the feed has it."""
    return error.record is not None or "://" not in error.source


def _decoded(line: bytes) -> Refused | None:
    try:
        value = json.loads(line)
        content = value["text"].encode() if "text" in value else None
        if "base64" in value:
            content = base64.b64decode(value["base64"], validate=True)
        line_number = value.get("line")
        return Refused(
            str(value["source"]),
            line_number if isinstance(line_number, int) else None,
            str(value.get("reason", "")),
            value.get("format"),
            value.get("id"),
            str(value.get("when", "")),
            content,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _is_text(value: dict[str, Any]) -> bool:
    """Tell names that are no valid text, as a file system may have them: they are written escaped."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return True
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
