"""
What must not come in, or not come back: articles that were killed before they came, and articles that were deleted.

A kill of an article that the archive has cancels it; nothing else needs to be remembered. One of an article that has
not come yet (another source brings it, or the same one later) is written down in ``withdrawn-articles.jsonl`` beside
the index, and holds for every version that is not known to be newer, as it would if the article had been there. So is
the id of an article that somebody deleted: what its source brings again by itself stays away, whatever its version.
A program that sends it expressly is obeyed (``search.receive``), as is who lets it return (``visti delete
--may-return``).

The file grows by a JSON object a line, on the disk before the commit that goes with it; the last line for an id counts.
A line that a crash has cut off is passed over.
"""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from search.archive.dictionaries import replace_file
from search.article import Article, Status
from search.columnar.appending import append_lines
from search.columnar.beside import WITHDRAWN, Stamp, stamp_of
from search.errors import CommitFailed

#: Of kills the newest are kept: an agency withdraws some dozens a day, so these are those of years. What people have
#: deleted is kept without a limit.
MAX_KILLED = 20_000
# The file is written anew when more of its lines than this, and than are in force, no longer count.
_MAX_IDLE_LINES = 5_000
_LIFTED = "lifted"


class Reason(StrEnum):
    """Why an article must not come in."""

    KILLED = "killed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """
    The id of an article that must not come in.

    ``when`` is aware: up to which version a kill holds (None: for all), or the moment of a deletion.
    """

    id: str
    reason: Reason
    when: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON, as a line of the file has it."""
        return {"id": self.id, "reason": str(self.reason), "when": self.when.isoformat() if self.when else None}

    def as_record(self) -> dict[str, Any]:
        """Return it in the exchange format: an object that is canceled and has no text."""
        record: dict[str, Any] = {"id": self.id, "status": str(Status.CANCELED)}
        if self.when:
            record["deleted" if self.reason is Reason.DELETED else "updated"] = self.when.isoformat()
        return record


def moment_of(article: Article) -> datetime | None:
    """Return when this version was written, as far as it says so."""
    return article.updated or article.published


def killed(article: Article, when: datetime | None) -> Article:
    """
    Return an article as a kill of ``when`` leaves it: canceled, with its text, its version that of the kill.

    A version that is known to be newer stays as it is, and so does one that is canceled already.
    """
    moment = moment_of(article)
    is_newer = when is not None and moment is not None and moment > when
    if article.status is Status.CANCELED or is_newer:
        return article
    when = when or datetime.now(UTC)
    return replace(article, status=Status.CANCELED, updated=max(when, article.updated or when))


class Withdrawals:
    """
    What must not come into the index in a folder, and what a run adds to that.

    Who changes it holds the lock of the index, and calls ``write`` before the commit that goes with the changes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        file = path / WITHDRAWN.name
        self._known = _read(file, stamp_of(file))
        self._changes: dict[str, Tombstone | None] = {}

    def get(self, article_id: str) -> Tombstone | None:
        """Return why an article must not come in, or None if it may."""
        return self._changes[article_id] if article_id in self._changes else self._known.tombstones.get(article_id)

    def arriving(self, article: Article) -> Article | None:
        """Return what becomes of an article that a source brings: itself, canceled, or None if it stays away."""
        tombstone = self.get(article.id)
        if tombstone and tombstone.reason is Reason.DELETED:
            return None
        return self._as_killed(article, tombstone)

    def sent(self, article: Article) -> Article:
        """Return what becomes of an article that a program sends expressly: that it was deleted is forgotten."""
        tombstone = self.get(article.id)
        if tombstone and tombstone.reason is Reason.DELETED:
            self.lift(article.id)
            return article
        return self._as_killed(article, tombstone)

    def kill(self, article_id: str, when: datetime | None) -> bool:
        """
        Remember a kill of an article that is not there; return whether that is new.

        Of several the one that holds for most versions counts, and what was deleted stays so.
        """
        known = self.get(article_id)
        if known and (known.reason is Reason.DELETED or known.when is None or (when and when <= known.when)):
            return False
        self._changes[article_id] = Tombstone(article_id, Reason.KILLED, when)
        return True

    def delete(self, article_id: str, when: datetime) -> None:
        """Remember that an article was deleted."""
        self._changes[article_id] = Tombstone(article_id, Reason.DELETED, when)

    def lift(self, article_id: str) -> bool:
        """Let an article come in again; return whether it was not to."""
        is_known = self.get(article_id) is not None
        if is_known:
            self._changes[article_id] = None
        return is_known

    def deleted_last(self) -> list[str]:
        """Return what was deleted last, at once: a crash may have kept it in the index."""
        all_known = list(self._known.tombstones.values())
        last = all_known[-1] if all_known else None
        if last is None or last.reason is not Reason.DELETED:
            return []
        return [each.id for each in all_known if each.reason is Reason.DELETED and each.when == last.when]

    def write(self) -> int:
        """
        Write down durably what has changed, and return how long the file was before.

        Raises ``CommitFailed`` with the file as it was.
        """
        file = self._path / WITHDRAWN.name
        try:
            if not self._changes:
                return file.stat().st_size if file.exists() else 0
            if self._known.idle > max(_MAX_IDLE_LINES, len(self._known.tombstones)):
                self._write_anew()
            size = append_lines(file, b"".join(map(_line, self._changes.items())))
            self._known, self._changes = _read(file, stamp_of(file)), {}
        except OSError as error:
            raise CommitFailed(self._path, f"{WITHDRAWN.name} cannot be written: {error.strerror or error}") from error
        return size

    @contextmanager
    def written(self) -> Iterator[None]:
        """Write down what has changed, around a commit: if that fails, the file is as it was."""
        is_changed = bool(self._changes)
        size = self.write()
        try:
            yield
        except BaseException:
            if is_changed:
                with contextlib.suppress(OSError), (self._path / WITHDRAWN.name).open("ab+") as file:
                    file.truncate(size)
                    os.fsync(file.fileno())
            raise

    def _as_killed(self, article: Article, tombstone: Tombstone | None) -> Article:
        canceled = killed(article, tombstone.when) if tombstone else article
        if canceled is not article:
            self.lift(article.id)  # from now on the article itself says so
        return canceled

    def _write_anew(self) -> None:
        replace_file(self._path, WITHDRAWN.name, b"".join(map(_line, self._known.tombstones.items())))


def tombstones(path: Path | str) -> list[Tombstone]:
    """Return what must not come into the index in a folder, in the order in which it was written down."""
    file = Path(path) / WITHDRAWN.name
    return list(_read(file, stamp_of(file)).tombstones.values())


@dataclass(frozen=True, slots=True)
class _Known:
    """What a file says; of its lines ``idle`` no longer count."""

    tombstones: Mapping[str, Tombstone]
    idle: int


@lru_cache(maxsize=4)  # a site asks with each article that is sent; tens of thousands of lines take some 50 ms
def _read(file: Path, stamp: Stamp | None) -> _Known:
    found: dict[str, Tombstone] = {}
    count = 0
    for identifier, tombstone in _entries(file):
        count += 1
        found.pop(identifier, None)  # the order is that of the last lines
        if tombstone:
            found[identifier] = tombstone
    killed = [each.id for each in found.values() if each.reason is Reason.KILLED]
    for identifier in killed[: max(len(killed) - MAX_KILLED, 0)]:
        del found[identifier]
    return _Known(found, count - len(found))


def _entries(file: Path) -> Iterator[tuple[str, Tombstone | None]]:
    try:
        lines = file.read_bytes().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return
    for line in lines:
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
            record = json.loads(line)
            identifier, when = str(record["id"]), record["when"]
            if record["reason"] == _LIFTED:
                yield identifier, None
            else:
                yield (
                    identifier,
                    Tombstone(identifier, Reason(record["reason"]), datetime.fromisoformat(when) if when else None),
                )


def _line(entry: tuple[str, Tombstone | None]) -> bytes:
    identifier, tombstone = entry
    record = tombstone.as_dict() if tombstone else {"id": identifier, "reason": _LIFTED, "when": None}
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"
