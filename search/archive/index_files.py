"""What takes room in the folder of an index, and how large its vocabulary is: figures for ``visti stats``."""

import json
from collections.abc import Iterator, Set
from pathlib import Path

import numpy as np

from search.article import LANGUAGES
from search.columnar.arrays import Array
from search.columnar.beside import NEW_SUFFIX, beside_of
from search.columnar.commit import (
    BACKUP_NAME,
    BUILDING_SUFFIX,
    COMMIT_NAME,
    DAMAGED_PREFIX,
    DELETIONS_SUFFIX,
    SEGMENT_SUFFIX,
    Commit,
)
from search.columnar.lock import LOCK_NAME
from search.columnar.rebuild import REBUILDING_PREFIX
from search.columnar.restoring import RESTORING_PREFIX
from search.columnar.segment import Segment
from search.columnar.snapshot import Snapshot
from search.language import DERIVED_PREFIXES

_COMMITS = {COMMIT_NAME, BACKUP_NAME, COMMIT_NAME + NEW_SUFFIX, BACKUP_NAME + NEW_SUFFIX}


def file_sizes(path: Path, commit: Commit) -> dict[str, int]:
    """
    Return the bytes in the folder of an index by kind of file, the kinds that are there.

    ``segments`` and ``deletions`` are those of a commit, ``earlier`` what the commit before it still keeps;
    ``building`` is being made, ``damaged`` was set aside by a repair, ``other`` is not the index's. What lies beside
    the index is in ``columnar.beside``.
    """
    named = {file.name for file in commit.files()}
    sizes: dict[str, int] = {}
    for file in path.iterdir():
        kind = kind_of(file.name, named)
        for size in _sizes(file):
            sizes[kind] = sizes.get(kind, 0) + size
    return dict(sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])))


def json_lines(file: Path) -> tuple[int, int]:
    """Return how many lines of a file are JSON objects, and how many are not; the file may not be there."""
    whole = others = 0
    try:
        with file.open("rb") as lines:
            for line in lines:
                if line.strip():
                    whole, others = (whole + 1, others) if _is_object(line) else (whole, others + 1)
    except OSError:
        pass
    return whole, others


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def vocabulary(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """
    Return how many different terms each text field has, and ``all`` of them together, by kind of term.

    The kinds are the languages of lemmas, ``name`` for the keys of names and ``bare`` for words as they are written.
    Terms of deleted documents that no merge has left behind yet count. A million terms take some tenths of a second:
    they are told apart by a hash of 64 bits.
    """
    hashes = [np.fromiter(map(hash, each.terms), np.int64, len(each.terms)) for each in snapshot.segments]
    kinds = [_kinds_of_terms(segment) for segment in snapshot.segments]
    fields: dict[str, list[Array]] = {"all": [np.ones(len(each), dtype=bool) for each in hashes]}
    for name in snapshot.commit.layout.text:
        fields[name] = [np.diff(each.text[name].edges.astype(np.int64)) > 0 for each in snapshot.segments]
    return {
        name: {
            kind: _distinct([h[k[kind] & mask] for h, k, mask in zip(hashes, kinds, masks, strict=True)])
            for kind in (*LANGUAGES, "name", "bare")
        }
        for name, masks in fields.items()
    }


def _kinds_of_terms(segment: Segment) -> dict[str, Array]:
    """Return a mask of the terms of a segment for each kind."""
    kinds = {"bare": np.ones(len(segment.terms), dtype=bool)}
    for prefix in DERIVED_PREFIXES:
        numbers = segment.terms.prefix_range(prefix.encode())
        mask = np.zeros(len(segment.terms), dtype=bool)
        mask[numbers.start : numbers.stop] = True
        kinds[prefix.removesuffix(":")] = mask
        kinds["bare"] &= ~mask
    return kinds


def _distinct(hashes: list[Array]) -> int:
    if len(hashes) == 1:
        return len(hashes[0])
    return len(np.unique(np.concatenate(hashes))) if hashes else 0


def kind_of(name: str, named: Set[str] = frozenset()) -> str:
    """Return what kind of file lies under a name in the folder of an index; ``named`` are those that a commit names."""
    if name in named:
        return "segments" if name.endswith(SEGMENT_SUFFIX) else "deletions"
    if name.endswith((SEGMENT_SUFFIX, DELETIONS_SUFFIX)):
        return "earlier"
    if name.startswith((REBUILDING_PREFIX, RESTORING_PREFIX)) or name.endswith(BUILDING_SUFFIX):
        return "building"
    if name in _COMMITS:
        return "commits"
    if name == LOCK_NAME:
        return "lock"
    found = beside_of(name)
    return found.kind if found else "damaged" if name.startswith(DAMAGED_PREFIX) else "other"


def _sizes(file: Path) -> Iterator[int]:
    """Yield the sizes of a file or of all files in a folder; what goes while it is looked at has none."""
    for each in file.rglob("*") if file.is_dir() else (file,):
        try:
            if each.is_file():
                yield each.stat().st_size
        except OSError:
            continue
