"""
The files of one commit, held open: they can be read to the end, although a writer takes them out of the folder.

A commit keeps the files of the one before it, and no more. Reading all of a large index takes longer than a writer
needs for two commits.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from search.columnar.arrays import Array, ArraysDamaged
from search.columnar.commit import Commit, SegmentEntry, read_commit
from search.columnar.segment import Segment
from search.columnar.snapshot import read_deletions
from search.errors import IndexDamaged, IndexUnreadable

# Opening takes a millisecond or two: a handful of tries is enough even beside a writer that does nothing but commit.
_TRIES = 1_000


@dataclass(frozen=True, slots=True)
class HeldCommit:
    """
    A commit with its ``files``, open, its ``segments``, mapped, and masks of their ``deleted`` documents, by name.

    ``amiss`` says of a file, or of a segment and its deletions, why it is not among them.
    """

    commit: Commit
    files: dict[str, BinaryIO] = field(default_factory=dict)
    segments: dict[str, Segment] = field(default_factory=dict)
    deleted: dict[str, Array] = field(default_factory=dict)
    amiss: dict[str, str] = field(default_factory=dict)


@contextmanager
def held_commit(path: Path) -> Iterator[HeldCommit]:
    """
    Give the last commit of the index in a folder, until the end of the block; what is damaged is said in it.

    Raises ``IndexMissing``, ``IndexOutdated``, ``IndexUnreadable``, or ``IndexDamaged`` when the commit cannot be read.
    """
    for _ in range(_TRIES):
        with ExitStack() as opening:
            held = HeldCommit(read_commit(path))
            for entry in held.commit.segments:
                _open(path, entry, held, opening)
            if read_commit(path) == held.commit:  # else files may be gone
                yield held
                return
    raise IndexDamaged(path, "a new commit came whenever it was looked at")


def _open(path: Path, entry: SegmentEntry, held: HeldCommit, opening: ExitStack) -> None:
    for file in filter(None, (entry.file, entry.deletions)):
        try:
            held.files[file.name] = opening.enter_context((path / file.name).open("rb"))
        except PermissionError as error:
            raise IndexUnreadable(path, file.name) from error
        except OSError as error:
            held.amiss[file.name] = f"cannot be read ({error.strerror})"
    name = entry.file.name
    try:
        held.segments[name] = Segment(path / name, entry.file.size, held.commit.layout)
        held.deleted[name] = read_deletions(path, entry)
    except ArraysDamaged as error:
        held.amiss.setdefault(name, str(error))
