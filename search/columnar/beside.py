"""
What lies beside an index in its folder: one list, which backups, statistics, verification and copies go by.

The engine reads none of these files. It has to know their names all the same: a writer must not take them for
somebody else's, a backup must have them, a restored index must not keep those of another moment. A file that is not in
this list is in no backup, and ``visti stats`` calls it ``other``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

#: The file's number, its size in bytes, when it was changed (nanoseconds): other after each replacing.
Stamp: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Beside:
    """
    A file beside an index.

    ``kind`` is what ``visti stats`` calls it. Backups have what is ``backed_up``; a rebuilt copy of an index
    (``visti reindex --into``) gets what is ``copied``. Of what is in ``lines`` each is a JSON object.
    """

    name: str
    kind: str
    backed_up: bool = True
    copied: bool = True
    lines: bool = False


DECISIONS = Beside("editors-decisions.jsonl", "decisions", lines=True)
HEADLINES = Beside("headlines-changed.jsonl", "headlines", lines=True)
#: What was learned is of an analysis, and a copy is made because that has changed.
LEARNED = Beside("learned-pairs.tsv", "dictionaries", copied=False)
OWN = Beside("own-dictionary.tsv", "dictionaries")
QUARANTINE = Beside("quarantine.jsonl", "quarantine", lines=True)
#: Kills of articles that have not come, and what was deleted.
WITHDRAWN = Beside("withdrawn-articles.jsonl", "withdrawals", lines=True)
#: What ``visti watch`` has taken belongs to the articles of its moment: a restored index without it would be given
#: everything once more, and one with that of a later moment would never get what it lacks. The watcher of a copy is
#: started anew, and what it takes again is unchanged.
WATCHED = Beside(".watched.jsonl", "progress", copied=False)
POLLED = Beside(".polled.jsonl", "progress", copied=False)
#: By which addresses and guids the articles of feeds have been known.
NAMES = Beside(".names.json", "progress", copied=False)
#: Says of a folder that it is a copy, and of which index: it is true of this folder alone.
COPY_MARK = Beside(".copy-of.json", "progress", backed_up=False, copied=False)

BESIDE = (DECISIONS, HEADLINES, LEARNED, OWN, QUARANTINE, WITHDRAWN, WATCHED, POLLED, NAMES, COPY_MARK)
#: How the name of a file ends that takes the place of another when it is whole.
NEW_SUFFIX = ".new"
_OF_NAME = {each.name: each for each in BESIDE}


def beside_of(name: str) -> Beside | None:
    """
    Return what a file is, or None if it does not lie beside an index; one on its way into place counts.

    >>> beside_of("own-dictionary.tsv.new") is OWN, beside_of("notes.txt")
    (True, None)
    """
    return _OF_NAME.get(name.removesuffix(NEW_SUFFIX))


def stamp_of(file: Path) -> Stamp | None:
    """Return by what it is known that a file was changed or replaced; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def forget_progress(path: Path) -> None:
    """Have ``visti watch`` take everything again: the index at ``path`` has lost articles. Raises ``OSError``."""
    for each in (WATCHED, POLLED):
        (path / each.name).unlink(missing_ok=True)


def is_backed_up(name: str) -> bool:
    """Return whether a backup has the file with a name."""
    return name in _OF_NAME and _OF_NAME[name].backed_up
