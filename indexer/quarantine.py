"""
What could not be taken, kept for another try: ``quarantine.jsonl`` beside the index.

One JSON object a line: ``source``, ``line``, ``reason``, ``format``, ``id``, ``when`` and the record itself, as
``text`` or, where it is no UTF-8, as ``base64``. A record that is not there (it was too long, or the reader does not
keep it) is read from its source again (``retrying``), as it was read: ``columns`` and ``since`` are those of the run.
``address`` is that of a page in a WARC file. The same record of a source is kept once. Whoever repairs a record by
hand edits ``text``.
"""

import base64
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from indexer.errors import RecordError
from indexer.write import Item
from search.article import parse_moment
from search.columnar.appending import append_lines
from search.columnar.arrays import sync_folder
from search.columnar.beside import NEW_SUFFIX, QUARANTINE
from search.errors import CommitFailed

QUARANTINE_NAME = QUARANTINE.name
# The longest record that a reader takes is 16 MiB. A thousand of those that are kept take a gigabyte at most.
MAX_RECORD_BYTES = 1 << 20
# A full disk must not come of a wrong export: what is refused further on is still counted in the report.
MAX_RECORDS = 100_000
# So many lines, or so many bytes of them, wait to be put on the disk.
SYNC_EVERY = 500
SYNC_BYTES = 16 << 20
_ALWAYS = ("source", "line", "reason", "format", "id", "when")
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
    address: str | None = None
    columns: Mapping[str, str] | None = None
    since: datetime | None = None

    @property
    def key(self) -> bytes:
        """Return what is the same for one record, whatever it is refused for; of a place alone the reason is a part."""
        what = f"{self.line}\0{self.reason}".encode() if self.record is None else b"=" + self.record
        basis = self.source.encode("utf-8", "surrogateescape") + b"\0" + what
        return hashlib.blake2b(basis, digest_size=16).digest()

    def encoded(self) -> bytes:
        """Return the line of the file."""
        value: dict[str, Any] = {name: getattr(self, name) for name in _ALWAYS}
        value |= {name: found for name in ("address", "columns") if (found := getattr(self, name))}
        if self.since:
            value["since"] = self.since.isoformat()
        if self.record is not None:
            try:
                value["text"] = self.record.decode()
            except UnicodeDecodeError:
                value["base64"] = base64.b64encode(self.record).decode()
        return json.dumps(value, ensure_ascii=not _is_text(value)).encode() + b"\n"


def refused_of(error: RecordError, columns: Mapping[str, str] | None = None, since: datetime | None = None) -> Refused:
    """Return what the quarantine keeps of an error; ``columns`` and ``since`` are those of the run."""
    record = error.record if error.record is not None and len(error.record) <= MAX_RECORD_BYTES else None
    when = datetime.now(UTC).isoformat(timespec="seconds")
    return Refused(
        error.source, error.line, error.reason, error.format, error.id, when, record, error.address, columns, since
    )


class Quarantine:
    """The file of what was refused. The caller holds the lock of the index while it is written to."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.added = 0
        self.full = False
        self._known: set[bytes] | None = None
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0

    def passing(
        self, items: Iterable[Item], columns: Mapping[str, str] | None = None, since: datetime | None = None
    ) -> Iterator[Item]:
        """Yield all items; records refused are kept in the file with how the run read them, if that can be redone."""
        document: bytes | None = None
        try:
            for item in items:
                if isinstance(item, RecordError) and _can_be_retried(item):
                    # A feed with a thousand errors is one document, and is kept once.
                    if item.record is None or item.record is not document:
                        self.add(refused_of(item, columns, since))
                    document = item.record
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
        self._waiting_bytes += len(self._waiting[-1])
        self.added += 1
        if len(self._waiting) >= SYNC_EVERY or self._waiting_bytes >= SYNC_BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what waits, durably. Raises ``CommitFailed``."""
        lines, self._waiting, self._waiting_bytes = self._waiting, [], 0
        if not lines:
            return
        try:
            append_lines(self.path, b"".join(lines))
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

    def revise(self, revised: Callable[[Refused], Refused | None]) -> None:
        """
        Put in place of each record what becomes of it, or nothing; lines that nobody can read stay.

        Raises ``CommitFailed``, with the file as it was.
        """
        temporary = self.path.with_name(self.path.name + NEW_SUFFIX)
        try:
            with temporary.open("wb") as file:
                for line in self._lines():
                    before = _decoded(line)
                    after = revised(before) if before else None
                    if after is before:  # as it stands, or no record
                        file.write(line + b"\n")
                    elif after:
                        file.write(after.encoded())
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
            sync_folder(self.path.parent)
        except OSError as error:
            temporary.unlink(missing_ok=True)
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
        columns = value.get("columns")
        return Refused(
            str(value["source"]),
            line_number if isinstance(line_number, int) else None,
            str(value.get("reason", "")),
            value.get("format"),
            value.get("id"),
            str(value.get("when", "")),
            content,
            None if value.get("address") is None else str(value["address"]),
            {str(field): str(name) for field, name in columns.items()} if columns else None,
            parse_moment(value["since"]) if value.get("since") else None,
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
