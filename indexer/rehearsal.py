"""An index that is only looked at: what a run without writing asks in place of the writer."""

from pathlib import Path

from indexer.known_ids import KnownIds
from search.archive.documents import LAYOUT, digest_of_stored
from search.columnar.commit import require_analysis
from search.columnar.snapshot import Snapshot, open_snapshot
from search.errors import IndexMissing, IndexOutdated
from search.language import analysis_version


class Rehearsal:
    """
    Answers what is in an index, as if what was noted had been written to it. There need not be an index.

    Raises ``IndexOutdated`` and ``IndexDamaged``, as the writer would.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dictionary = b""
        self._noted = KnownIds()
        self._snapshot: Snapshot | None = None
        try:
            self._snapshot = open_snapshot(path)
        except IndexMissing:
            return
        require_analysis(path, self._snapshot.commit, analysis_version())
        if self._snapshot.commit.layout != LAYOUT:
            raise IndexOutdated(path, "the fields", self._snapshot.commit.layout, LAYOUT)

    def note(self, identifier: str, digest: int) -> None:
        """Remember what would have been written."""
        self._noted.put(identifier, digest)

    def digest_of(self, identifier: str) -> int | None:
        """Return the digest of an article as it would be now, or None if there would be none."""
        if (noted := self._noted.get(identifier)) is not None:
            return noted
        stored = self.stored_of(identifier)
        return None if stored is None else digest_of_stored(stored)

    def stored_of(self, identifier: str) -> bytes | None:
        """Return what the index has for an article, or None."""
        document = self._snapshot.document_of(identifier) if self._snapshot else None
        return None if document is None or self._snapshot is None else self._snapshot.stored(document)

    def commit(self) -> None:
        """Write nothing."""
