"""
Verification: does every file of an index hold what the commit says, and does it make sense?

Checksums find what a disk did; the invariants find what a program did.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import zstandard

from search.columnar.arrays import Array, checksum_of_rest
from search.columnar.commit import FileEntry, SegmentEntry
from search.columnar.held import HeldCommit, held_commit
from search.columnar.invert import position_marks
from search.columnar.segment import KeywordField, Segment, TextField
from search.columnar.strings import HashedStrings, Strings, hashed_string_arrays


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
    with held_commit(path) as held:
        return verify_held(held)


def verify_held(held: HeldCommit) -> Verification:
    """Read all of a commit and return what is wrong with it, whatever is written meanwhile."""
    commit = held.commit
    files = commit.files()
    problems = [problem for file in files for problem in _file_problems(held, file)]
    for entry in commit.segments:
        if not any(problem.startswith(entry.file.name) for problem in problems):
            problems += [f"{entry.file.name}: {problem}" for problem in _segment_problems(held, entry)]
    if not problems:
        problems += _repeated_ids(held)
    return Verification(
        generation=commit.generation,
        files=len(files),
        bytes=sum(file.size for file in files),
        documents=sum(entry.documents for entry in commit.segments),
        problems=tuple(problems),
    )


def _file_problems(held: HeldCommit, entry: FileEntry) -> Iterator[str]:
    file = held.files.get(entry.name)
    if file is None:
        yield f"{entry.name}: {held.amiss[entry.name]}"
        return
    try:
        size = os.fstat(file.fileno()).st_size
        if size != entry.size:
            yield f"{entry.name}: {size:,} bytes instead of {entry.size:,}"
        elif checksum_of_rest(file) != entry.checksum:
            yield f"{entry.name}: the checksum is wrong, its content was changed"
    except OSError as error:
        yield f"{entry.name}: cannot be read ({error.strerror})"


def _segment_problems(held: HeldCommit, entry: SegmentEntry) -> Iterator[str]:
    name = entry.file.name
    if name in held.amiss:
        yield held.amiss[name]
        return
    segment = held.segments[name]
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
    stored = {"the ids": len(segment.ids), "the cards": len(segment.cards), "the stored articles": len(segment.stored)}
    for what, size in {**sizes, **stored}.items():
        if size != len(segment):
            yield f"{what} do not fit the documents"
    yield from _order_problems("the terms", segment.terms)
    yield from _hash_problems("the terms", segment.terms)
    yield from _hash_problems("the ids", segment.ids)
    for name, text in segment.text.items():
        yield from _text_problems(name, text, len(segment.terms), len(segment))
    for name, keywords in {**segment.keywords, "group": segment.groups}.items():
        yield from _keyword_problems(name, keywords, len(segment))
    for _ in segment.stored:  # each has a checksum of its own, and is unpacked
        pass


def _repeated_ids(held: HeldCommit) -> Iterator[str]:
    seen: set[bytes] = set()
    for entry in held.commit.segments:
        ids, deleted = held.segments[entry.file.name].ids, held.deleted[entry.file.name].tolist()
        for identifier in (identifier for identifier, gone in zip(ids, deleted, strict=True) if not gone):
            if identifier in seen:
                yield f"{entry.file.name}: the id {identifier.decode()!r} is there more than once"
                return
            seen.add(identifier)


def _order_problems(what: str, strings: Strings) -> Iterator[str]:
    for before, string in pairwise(strings):
        if string <= before:
            yield f"{what} are out of order at {string[:40]!r}"
            return


def _hash_problems(what: str, strings: HashedStrings) -> Iterator[str]:
    expected = hashed_string_arrays("", list(strings))
    if any(not np.array_equal(array, expected[name]) for name, array in strings.hash_arrays("").items()):
        yield f"{what} cannot all be found by their hash"


def _text_problems(name: str, text: TextField, terms: int, documents: int) -> Iterator[str]:
    counts = np.diff(text.edges.astype(np.int64))
    frequencies = text.frequencies
    sound = {
        "postings": len(text.edges) == terms + 1
        and bool((counts >= 0).all())
        and int(text.edges[-1]) == len(text.documents) == len(frequencies),
        "frequencies": bool((frequencies > 0).all()),
        "positions": int(frequencies.sum()) == len(text.positions)
        and np.array_equal(position_marks(frequencies), text.position_marks),
        "paragraphs": _paragraphs_are_sound(text),
    }
    for what, is_sound in sound.items():
        if not is_sound:
            yield f"the {what} of {name} do not fit together"
    if not all(sound.values()):
        return
    if len(text.documents) and int(text.documents.max()) >= documents:
        yield f"the postings of {name} name a document that does not exist"
    if not _ascends(text.documents, np.cumsum(counts)[:-1], strictly=True):
        yield f"the postings of {name} are out of order"
    if not _ascends(text.positions, np.cumsum(frequencies, dtype=np.int64)[:-1], strictly=False):
        yield f"the positions of {name} are out of order"


def _paragraphs_are_sound(text: TextField) -> bool:
    counts = np.diff(text.paragraph_ends.astype(np.int64), prepend=0)
    if len(counts) != len(text.lengths) or (counts < 0).any() or counts.sum() != len(text.paragraphs):
        return False
    positions_before = np.concatenate(([0], np.cumsum(text.paragraphs, dtype=np.int64)))
    return np.array_equal(np.diff(positions_before[text.paragraph_ends], prepend=0), text.lengths)


def _ascends(values: Array, starts: Array, *, strictly: bool) -> bool:
    """Return whether values ascend between the places where a new list of them starts."""
    ascends = values[1:] > values[:-1] if strictly else values[1:] >= values[:-1]
    inside = starts[(starts > 0) & (starts < len(values))]
    ascends[inside - 1] = True
    return bool(ascends.all())


def _keyword_problems(name: str, column: KeywordField, documents: int) -> Iterator[str]:
    yield from _order_problems(f"the values of {name}", column.values)
    if len(column.starts) != documents + 1 or int(column.starts[-1]) != len(column.ordinals):
        yield f"the values of {name} do not fit the documents"
    elif len(column.ordinals) and int(column.ordinals.max()) >= len(column.values):
        yield f"{name} names a value that does not exist"
