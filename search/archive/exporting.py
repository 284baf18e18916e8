"""
The archive, or a part of it, as JSON Lines from which an index can be made again.

A line is what the index stores of an article, byte for byte, so nothing can get lost or change on the way; ``link``
stands in it where the story was given by content, and not by the source. The lines come in the order of the index,
which an index made of them has too: exporting that one gives the same bytes. All are of one commit, whatever is
written meanwhile, and are read one by one.
"""

import gzip
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
import zstandard

from search.archive.documents import document_to_article, stored_article
from search.archive.request import DateLike, Values, moment_limit
from search.archive.visibility import Audience, visible_mask
from search.archive.withdrawals import Tombstone, tombstones
from search.article import Status, parse_language
from search.columnar.arrays import Array, sync_folder
from search.columnar.document import microseconds
from search.columnar.snapshot import Snapshot, open_snapshot
from search.errors import ExportFailed
from search.settings import KYIV

# Articles of news shrink to a quarter; higher levels take three times as long for a few percent.
_GZIP_LEVEL = 6
_ZSTANDARD_LEVEL = 9


class ExportedLines:
    """
    The lines of an export: ``len`` tells how many articles, iterating reads them, each with its line break.

    ``withdrawals`` follow them, those of articles that the index does not have.
    ``missing`` are those of the ids that were asked for that the index does not have. Reading raises ``IndexDamaged``.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        documents: Array,
        missing: tuple[str, ...],
        *,
        with_links: bool,
        withdrawals: Iterable[Tombstone] = (),
    ) -> None:
        self.missing = missing
        self._withdrawals = withdrawals
        self._snapshot, self._documents, self._with_links = snapshot, documents, with_links

    def __len__(self) -> int:
        return len(self._documents)

    def __iter__(self) -> Iterator[bytes]:
        for document in self._documents:
            stored = self._snapshot.stored(int(document))
            yield (stored if self._with_links else _without_link(stored)) + b"\n"
        for each in self._withdrawals:
            if self._snapshot.document_of(each.id) is None:
                yield json.dumps(each.as_record(), ensure_ascii=False).encode() + b"\n"


def export_lines(
    path: Path | str,
    *,
    language: Values = None,
    section: Values = None,
    status: Values = None,
    since: DateLike = None,
    until: DateLike = None,
    ids: Iterable[str] | None = None,
    audience: str = Audience.NEWSROOM,
    withdrawals: bool = False,
    now: datetime | None = None,
) -> ExportedLines:
    """
    Return the articles of the index in a folder as lines of JSON, by default all of them, whoever may see them.

    The filters are those of ``Archive.search``; ``status`` takes values of ``Status``, with ``ids`` there are only the
    articles that are named. With ``audience="readers"`` there is only what readers may see ``now`` (aware; the present
    moment), without links, which may name others. With ``withdrawals`` what must not come in follows the articles, if
    it is for the newsroom: kills of what has not come, and what was deleted (``search.archive.withdrawals``). An index
    of another analysis is exported too.

    Raises ``ValueError`` for a filter that cannot be, ``IndexMissing``, ``IndexDamaged``, and ``IndexOutdated`` for
    another format.
    """
    moment = now or datetime.now(UTC)
    today = moment.astimezone(KYIV).date()
    limits = [
        None if limit is None else microseconds(limit)
        for limit in (moment_limit("since", since, today), moment_limit("until", until, today))
    ]
    filters = {
        "language": {parse_language(each) for each in _several(language)},
        "section": set(_several(section)),
        "status": {str(Status(each)) for each in _several(status)},
    }
    snapshot = open_snapshot(Path(path))
    mask = visible_mask(snapshot, Audience(audience), moment).copy()
    for name, values in filters.items():
        if values:
            column = snapshot.keywords(name)
            mask &= column.having(column.numbers(values))
    if limits != [None, None]:
        mask &= snapshot.within("published", limits[0], None if limits[1] is None else limits[1] - 1)
    missing: tuple[str, ...] = ()
    if ids is not None:
        mask, missing = _named(snapshot, mask, ids)
    return ExportedLines(
        snapshot,
        np.flatnonzero(mask),
        missing,
        with_links=audience == Audience.NEWSROOM,
        withdrawals=tombstones(path) if withdrawals and audience == Audience.NEWSROOM else (),
    )


def write_export(lines: Iterable[bytes], path: Path | str) -> int:
    """
    Write the lines of an export to a file and return its size in bytes; ``.gz`` and ``.zst`` are compressed.

    The file is there, whole and durable, or what was there before. The same lines give the same bytes.

    Raises ``ExportFailed`` (a full disk), and what reading the lines raises.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with temporary.open("xb") as file:
            with _compressed(file, path.suffix) as write:
                for line in lines:
                    write(line)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        temporary.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise ExportFailed(path, error.strerror or str(error)) from error
    finally:
        temporary.unlink(missing_ok=True)
    return size


def _without_link(stored: bytes) -> bytes:
    return stored_article(document_to_article(stored)) if b'"link":' in stored else stored


def _named(snapshot: Snapshot, mask: Array, ids: Iterable[str]) -> tuple[Array, tuple[str, ...]]:
    """Return the part of a mask that has some ids, and the ids that are not in it."""
    found, missing = np.zeros_like(mask), []
    for identifier in dict.fromkeys(ids):
        document = snapshot.document_of(identifier)
        if document is None or not mask[document]:
            missing.append(identifier)
        else:
            found[document] = True
    return found, tuple(missing)


def _several(values: Values) -> list[str]:
    return [] if values is None else [values] if isinstance(values, str) else list(values)


@contextmanager
def _compressed(file: BinaryIO, suffix: str) -> Iterator[Callable[[bytes], object]]:
    """Give what writes to a file through the compression that its suffix names."""
    if suffix == ".gz":
        with gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0) as packed:
            yield packed.write
    elif suffix == ".zst":
        compressor = zstandard.ZstdCompressor(_ZSTANDARD_LEVEL, write_checksum=True)
        with compressor.stream_writer(file, closefd=False) as packed_by_frame:
            yield packed_by_frame.write
    else:
        yield file.write
