"""
Taking again what is in quarantine: ``visti index --retry``.

Records that the file has are read from it, the others from their source, each source once. What still cannot be taken
stays, and so does what nobody could ask for: a source that is gone, or that may not be read. Of the records only their
keys are held.
"""

import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby

from indexer.errors import IndexerError, RecordError, SourceUnavailable
from indexer.quarantine import Quarantine, Refused, refused_of
from indexer.readers.formats import choose_reader, choosing_with
from indexer.readers.sources import read_sources, read_stream
from indexer.selection import Selection
from indexer.write import Item


class Retry:
    """
    Yields what is in quarantine, read again; afterwards ``settle`` takes out of the file what could be taken.

    The caller holds the lock of the index for both.
    """

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine
        self._tried: set[bytes] = set()
        self._staying: dict[bytes, str] = {}  # with the reason that there is now

    @property
    def tried(self) -> int:
        """How many records were taken again."""
        return len(self._tried)

    def __iter__(self) -> Iterator[Item]:
        places = []
        for refused in self._quarantine.read():
            self._tried.add(refused.key)
            if refused.record is None:
                places.append(refused)
            else:
                yield from self._again(refused, refused.record)
        places.sort(key=_how)
        for (source, _, _), group in groupby(places, key=_how):
            yield from self._from_source(source, list(group))
        self._quarantine.flush()

    def settle(self) -> int:
        """
        Write what remains; return how many records left the file.

        What another run has added meanwhile stays. Raises ``CommitFailed``.
        """
        if self._tried:
            self._quarantine.revise(self._revised)
        return len(self._tried) - len(self._staying)

    def _revised(self, refused: Refused) -> Refused | None:
        if refused.key not in self._tried:
            return refused
        reason = self._staying.get(refused.key)
        if reason is None:
            return None
        return refused if reason == refused.reason else replace(refused, reason=reason)

    def _again(self, refused: Refused, record: bytes) -> Iterator[Item]:
        """Read a record that the file has; of several things that are wrong with a document the first is told."""
        choose = choosing_with(refused.columns) if refused.columns else choose_reader
        for reading in read_stream(io.BytesIO(record), refused.source, choose, refused.address):
            if not isinstance(reading, IndexerError):
                yield reading
            elif refused.key not in self._staying:
                self._staying[refused.key] = reading.reason
                yield RecordError(refused.source, refused.line, reading.reason, refused.id)

    def _from_source(self, source: str, places: Sequence[Refused]) -> Iterator[Item]:
        file = _file_of(source)
        if file is None:  # a feed, a pipe, or a file that is gone: the lines stay, as the place is all we have
            yield from self._unasked(places, "the source is not there to be read again")
            return
        for reading in _read_as_before(file, places[0]):
            if isinstance(reading, SourceUnavailable):
                yield from self._unasked(places, reading.reason)
            elif not isinstance(reading, RecordError):
                yield reading
            elif (still := refused_of(reading, places[0].columns, places[0].since)).record is None:
                if still.key in self._tried:
                    self._staying[still.key] = still.reason
                else:  # the source has changed
                    self._quarantine.add(still)
                yield reading

    def _unasked(self, places: Sequence[Refused], why: str) -> Iterator[RecordError]:
        for refused in places:
            self._staying[refused.key] = refused.reason
            yield RecordError(refused.source, refused.line, f"{why} ({refused.reason})", refused.id)


def _how(refused: Refused) -> tuple[str, str, str]:
    """Return by what the records of one reading are told: its file, and how that was read."""
    return _file_of(refused.source) or refused.source, repr(refused.columns), repr(refused.since)


def _file_of(source: str) -> str | None:
    """Return the file that a place is in, which may be a container (``a.zip!b.html``); None if it is not there."""
    names = accumulate(source.split("!"), lambda before, part: f"{before}!{part}")
    return next((name for name in names if os.path.isfile(name)), None)  # noqa: PTH113  # unlike Path, it never raises


def _read_as_before(file: str, place: Refused) -> Iterator[Item]:
    choose = choosing_with(place.columns) if place.columns else choose_reader
    yield from Selection(read_sources([file], choose=choose), place.since)
