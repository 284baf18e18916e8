"""
Verification: does every file of an index hold what the commit says, and does it make sense?

Checksums find what a disk did; the invariants find what a program did.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zstandard

from search.columnar.arrays import ArraysDamaged, checksum_of
from search.columnar.commit import Commit, FileEntry, SegmentEntry, read_commit
from search.columnar.segment import KeywordField, Segment, Strings, TextField
from search.columnar.snapshot import read_deletions


@dataclass(frozen=True, slots=True)
class Verification:
    """
    What a verification looked at and the problems that it found; no problems means a sound index.

    ``documents`` counts what is stored, deleted documents that no merge has left behind yet included.
    """

    generation: int
    files: int
    bytes: int
    documents: int
    problems: tuple[str, ...]


def verify_index(path: Path) -> Verification:
    """
    Read all of the index in a folder and return what is wrong with it.

    Raises ``IndexMissing``, ``IndexOutdated``, or ``IndexDamaged`` when even the commit cannot be read.
    """
    commit = read_commit(path)
    files = commit.files()
    problems = [problem for file in files for problem in _file_problems(path, file)]
    for entry in commit.segments:
        if not any(problem.startswith(entry.file.name) for problem in problems):
            problems += [f"{entry.file.name}: {problem}" for problem in _segment_problems(path, commit, entry)]
    if not problems:
        problems += _repeated_ids(path, commit)
    return Verification(
        generation=commit.generation,
        files=len(files),
        bytes=sum(file.size for file in files),
        documents=sum(entry.documents for entry in commit.segments),
        problems=tuple(problems),
    )


def _file_problems(path: Path, file: FileEntry) -> Iterator[str]:
    try:
        size = (path / file.name).stat().st_size
        if size != file.size:
            yield f"{file.name}: {size:,} bytes instead of {file.size:,}"
        elif checksum_of(path / file.name) != file.checksum:
            yield f"{file.name}: the checksum is wrong, its content was changed"
    except OSError as error:
        yield f"{file.name}: cannot be read ({error.strerror})"


def _segment_problems(path: Path, commit: Commit, entry: SegmentEntry) -> Iterator[str]:
    try:
        segment = Segment(path / entry.file.name, entry.file.size, commit.layout)
        read_deletions(path, entry)
    except ArraysDamaged as error:
        yield str(error)
        return
    if len(segment) != entry.documents:
        yield f"{len(segment):,} documents instead of {entry.documents:,}"
    try:
        yield from _content_problems(segment)
    except (IndexError, ValueError, zstandard.ZstdError) as error:
        yield f"its arrays do not fit together ({error})"


def _content_problems(segment: Segment) -> Iterator[str]:
    columns = {f"the lengths of {name}": text.lengths for name, text in segment.text.items()}
    columns |= {f"the moments {name!r}": moments for name, moments in segment.moments.items()}
    sizes = {what: len(column) for what, column in columns.items()}
    for what, size in {**sizes, "the ids": len(segment.id_documents), "the cards": len(segment.cards)}.items():
        if size != len(segment):
            yield f"{what} do not fit the documents"
    yield from _strings_problems("the ids", segment.ids, repeatable=True)
    for name, text in segment.text.items():
        yield from _text_problems(name, text, len(segment))
    for name, keywords in {**segment.keywords, "group": segment.groups}.items():
        yield from _keyword_problems(name, keywords, len(segment))
    if sum(1 for _ in segment.all_stored()) != len(segment):
        yield "not every article is stored"


def _repeated_ids(path: Path, commit: Commit) -> Iterator[str]:
    seen: set[bytes] = set()
    for entry in commit.segments:
        ids = Segment(path / entry.file.name, entry.file.size, commit.layout).all_ids()
        deleted = read_deletions(path, entry).tolist()
        for identifier in (identifier for identifier, gone in zip(ids, deleted, strict=True) if not gone):
            if identifier in seen:
                yield f"{entry.file.name}: the id {identifier.decode()!r} is there more than once"
                return
            seen.add(identifier)


def _strings_problems(what: str, strings: Strings, *, repeatable: bool = False) -> Iterator[str]:
    before = None
    for string in strings:
        if before is not None and (string < before or (string == before and not repeatable)):
            yield f"{what} are out of order at {string[:40]!r}"
            return
        before = string


def _text_problems(name: str, text: TextField, documents: int) -> Iterator[str]:
    yield from _strings_problems(f"the terms of {name}", text.terms)
    numbers, _ = text.postings(range(len(text.terms)))
    if len(numbers) and int(numbers.max()) >= documents:
        yield f"the postings of {name} name a document that does not exist"
    ranks, places, positions = text.occurrences_in_order(range(len(text.terms)))
    if not len(ranks) == len(places) == len(positions):
        yield f"{name} has {len(positions):,} positions for {len(places):,} occurrences"
    elif len(ranks) and not _is_ascending(ranks, places, positions):
        yield f"the positions of {name} are out of order"


def _is_ascending(*columns: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]") -> bool:
    order = np.lexsort(tuple(reversed(columns)))
    return bool((order == np.arange(len(order))).all())


def _keyword_problems(name: str, column: KeywordField, documents: int) -> Iterator[str]:
    yield from _strings_problems(f"the values of {name}", column.values)
    if len(column.starts) != documents + 1 or int(column.starts[-1]) != len(column.ordinals):
        yield f"the values of {name} do not fit the documents"
    elif len(column.ordinals) and int(column.ordinals.max()) >= len(column.values):
        yield f"{name} names a value that does not exist"
