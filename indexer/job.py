"""What one run of ``visti index`` reads, how far it is, and what it has to say at the end beside the report."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from indexer.quarantine import QUARANTINE_NAME, Quarantine
from indexer.readers.formats import choose_reader, choosing_with
from indexer.readers.sources import Intake
from indexer.retrying import Retry
from indexer.selection import Selection
from indexer.write import Item
from search.columnar.commit import read_commit
from search.columnar.lock import locked

#: What ``--quarantine`` takes for none.
NO_QUARANTINE = "none"


@dataclass(slots=True)
class Job:
    """The items of a run, and what is known of where they come from."""

    items: Iterable[Item]
    quarantine: Quarantine | None
    intake: Intake | None = None
    selection: Selection | None = None
    retry: Retry | None = None
    released: int = 0
    started: float = field(default_factory=time.monotonic)
    _bytes_in_all: int | None = None
    _has_asked: bool = False

    @property
    def earlier(self) -> int:
        """How many articles --since has passed over."""
        return self.selection.earlier if self.selection else 0

    def share_read(self) -> float | None:
        """Return which part of the sources was read, from 0 to 1, by bytes or by the limit; None where nobody knows."""
        if self.intake and not self._has_asked:  # only now: looking up the sizes of 100,000 files takes seconds
            self._has_asked, self._bytes_in_all = True, self.intake.bytes_in_all()
        by_bytes = self.intake.bytes_read / self._bytes_in_all if self.intake and self._bytes_in_all else 0.0
        limit = self.selection.limit if self.selection else None
        by_limit = self.selection.taken / limit if self.selection and limit else 0.0
        return min(max(by_bytes, by_limit), 1.0) or None

    def settle(self, index_path: Path, wait_seconds: float) -> None:
        """Take out of quarantine what could be taken now, when it is safe in the index."""
        if self.retry:
            with locked(index_path, wait_seconds):
                self.released = self.retry.settle()

    def notes(self) -> list[str]:
        """Return what the newsroom should know of what was left out."""
        notes = []
        if self.earlier:
            notes.append(f"{self.earlier:,} from before --since, or without a date, were passed over")
        if self.retry:
            tried = f"{self.released:,} of {self.retry.tried:,} left the quarantine"
            notes.append(tried if self.retry.tried else "nothing is in quarantine")
        if self.retry and self.quarantine and (damaged := self.quarantine.unreadable()):
            notes.append(f"{damaged:,} lines of {self.quarantine.path} are no records and stay; mend or delete them")
        if self.quarantine and self.quarantine.added:
            notes.append(
                f"{self.quarantine.added:,} of what was left out went to {self.quarantine.path}; when the cause is "
                f"mended: visti index --retry"
            )
        if self.quarantine and self.quarantine.full:
            notes.append(f"{self.quarantine.path} is full; not all that was left out is in it")
        return notes

    def as_dict(self) -> dict[str, Any]:
        """Return what a report in JSON has beside the counts of the articles."""
        return {
            "seconds": round(time.monotonic() - self.started, 3),
            "bytes": self.intake.bytes_read if self.intake else None,
            "earlier": self.earlier,
            "quarantine": str(self.quarantine.path) if self.quarantine else None,
            "quarantined": self.quarantine.added if self.quarantine else 0,
            "released": self.released,
        }


def intake_of(
    sources: Iterable[str], quarantine: Quarantine | None, since: datetime | None, limit: int | None,
    columns: Mapping[str, str] | None = None,
) -> Job:  # fmt: skip
    """Return the job of reading files, folders and standard input; ``columns`` are those of tables."""
    intake = Intake(list(sources), choose=choosing_with(columns) if columns else choose_reader)
    selection = Selection(intake, since, limit)
    items = quarantine.passing(selection, columns, since) if quarantine else selection
    return Job(items, quarantine, intake, selection)


def retried(quarantine: Quarantine | None, index_path: Path) -> Job:
    """Return the job of taking again what is in quarantine. Raises ``IndexMissing``."""
    assert quarantine is not None  # the command has asked
    read_commit(index_path)  # the writer would make a new index in a folder whose name was mistyped
    retry = Retry(quarantine)
    return Job(retry, quarantine, retry=retry)


def quarantine_of(index_path: Path, name: str | None, dry_run: bool) -> Quarantine | None:
    """Return the file of the quarantine: the one that was named, else that of the index; None for none."""
    if dry_run or name == NO_QUARANTINE:
        return None
    return Quarantine(Path(name) if name else index_path / QUARANTINE_NAME)
