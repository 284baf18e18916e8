"""
Verification of all that lies in the folder of an index: the engine's files, what the articles in them say, the rest.

The engine sees to checksums and to its arrays (``columnar.verify``). Here each stored article is compared with what is
searched for it, and the files beside the index are read: decisions, headlines, dictionaries, the quarantine, the backup
of the commit. What harms nobody for now is a note.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import zstandard

from search.archive.decisions import Rules, decision_notices, decisions
from search.archive.dictionaries import dictionaries_summary, dictionary_notices
from search.archive.documents import card_to_version, digest_of_stored, document_to_article
from search.archive.index_files import file_sizes, json_lines
from search.archive.reports.headlines import HEADLINES_NAME, damaged_changes
from search.article import Article
from search.columnar.beside import POLLED, QUARANTINE, WATCHED, WITHDRAWN
from search.columnar.commit import BACKUP_NAME, Commit, read_backup
from search.columnar.document import NO_MOMENT, microseconds
from search.columnar.held import HeldCommit, held_commit
from search.columnar.segment import Segment
from search.columnar.verify import Verification, verify_held

# Of each kind of contradiction so many are named: a faulty program makes the same one in every article.
_MAX_NAMED = 5


@dataclass(frozen=True, slots=True)
class ArchiveVerification:
    """
    What a verification found.

    ``index`` is the engine's; ``contradictions`` are articles that are not searched as what they are, ``beside`` what
    is wrong with the files beside the index. ``notes`` are things worth knowing that harm nobody for now, ``counted``
    how many decisions, headlines, rows of dictionaries and records in quarantine were read.
    """

    index: Verification
    contradictions: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    counted: dict[str, int] = field(default_factory=dict)

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong."""
        return self.index.problems + self.contradictions + self.beside

    def as_dict(self) -> dict[str, Any]:
        """Return what was found, for JSON."""
        names = ("generation", "files", "bytes", "documents")
        figures = {name: getattr(self.index, name) for name in names}
        return {**figures, "beside": self.counted, "problems": list(self.problems), "notes": list(self.notes)}


def verify_archive(path: Path) -> ArchiveVerification:
    """
    Read all that lies in the folder of an index and return what is wrong with it, while somebody may be writing.

    Raises ``IndexMissing``, ``IndexOutdated``, or ``IndexDamaged`` when even the commit cannot be read, and
    ``IndexUnavailable`` when the decisions cannot.
    """
    with held_commit(path) as held:
        index = verify_held(held)
        rules = Rules(made := decisions(path))
        contradictions: list[str] = []
        undecided: list[str] = []
        try:
            if not index.problems:
                for article, found in _contradictions(held):
                    contradictions += found
                    if article and rules.applied(article) is not article:
                        undecided.append(article.id)
        except (OSError, ValueError, IndexError) as error:
            contradictions.append(f"its articles cannot be read ({error})")
    headlines, torn = damaged_changes(path)
    dictionaries = dictionaries_summary(path)
    counted = {"decisions": len(made), "headlines": headlines}
    counted |= {name: found["rows"] if found else 0 for name, found in dictionaries.items()}
    counted["quarantine"], unreadable = json_lines(path / QUARANTINE.name)
    counted["withdrawals"], unreadable_withdrawals = json_lines(path / WITHDRAWN.name)
    notes = [
        *dictionary_notices(path),
        *_headline_notes(torn),
        *_quarantine_notes(unreadable),
        *_withdrawal_notes(unreadable_withdrawals),
        *_progress_notes(path),
        *_undecided_notes(undecided),
        *_file_notes(path, held.commit),
    ]
    return ArchiveVerification(
        index, tuple(_first_of_each(contradictions)), tuple(decision_notices(path)), tuple(notes), counted
    )


def _contradictions(held: HeldCommit) -> Iterator[tuple[Article | None, list[str]]]:
    """Yield every living article, None if it cannot be read, and where it differs from what is searched for it."""
    for name, segment in held.segments.items():
        deleted = held.deleted[name].tolist()
        columns = {name: _values(column) for name, column in {**segment.keywords, "group": segment.groups}.items()}
        moments = {name: column.tolist() for name, column in segment.moments.items()}
        for number, gone in enumerate(deleted):
            if not gone:
                found = {name: values[number] for name, values in columns.items()}
                found |= {name: column[number] for name, column in moments.items()}
                yield _contradictions_of(segment, number, found)


def _contradictions_of(segment: Segment, number: int, found: dict[str, Any]) -> tuple[Article | None, list[str]]:
    identifier = segment.ids[number].decode()
    where = f"{segment.path.name}: the article {identifier!r}"
    try:
        stored = segment.stored[number]
        article, card = document_to_article(stored), card_to_version(segment.cards[number])
    except (zstandard.ZstdError, ValueError, KeyError, TypeError, AttributeError) as error:
        return None, [f"{where} cannot be read ({error})"]
    expected: dict[str, Any] = {
        "group": [article.story],
        "language": [article.language],
        "section": [article.section] if article.section else [],
        "source": [article.source] if article.source else [],
        "status": [str(article.status)],
        "author": sorted(article.authors),
        "tag": sorted(article.tags),
        "published": microseconds(article.published) if article.published else NO_MOMENT,
        "embargo": microseconds(article.embargoed_until) if article.embargoed_until else NO_MOMENT,
    }
    wrong = [name for name, value in found.items() if name in expected and expected[name] != value]
    if article.id != identifier:
        wrong.append("id")
    if digest_of_stored(stored) != int(segment.digests[number]):
        wrong.append("digest")
    if (card.id, card.title, card.language) != (article.id, article.title, article.language):
        wrong.append("card")
    return article, [f"{where} is searched with another {name} than it has" for name in wrong]


def _values(column: Any) -> list[list[str]]:
    """Return the values of each document of a keyword field, sorted."""
    names = [value.decode() for value in column.values]
    ordinals, starts = column.ordinals.tolist(), column.starts.tolist()
    return [sorted(names[ordinal] for ordinal in ordinals[start:end]) for start, end in pairwise(starts)]


def _first_of_each(contradictions: list[str]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for each in contradictions:
        kind = each.rpartition("' ")[2]
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= _MAX_NAMED:
            yield each
    for kind, number in seen.items():
        if number > _MAX_NAMED:
            yield f"{number - _MAX_NAMED:,} more articles: {kind}"


def _headline_notes(torn: int) -> list[str]:
    return (
        [f"{torn:,} lines of the history of headlines ({HEADLINES_NAME}) are damaged and passed over"] if torn else []
    )


def _quarantine_notes(unreadable: int) -> list[str]:
    if not unreadable:
        return []
    return [
        f"{unreadable:,} lines of {QUARANTINE.name} are no JSON objects and are passed over by visti index --retry: "
        f"mend or delete them"
    ]


def _withdrawal_notes(unreadable: int) -> list[str]:
    if not unreadable:
        return []
    return [
        f"{unreadable:,} lines of {WITHDRAWN.name} are damaged and passed over: what was deleted or killed by them may "
        f"come in again. Bring the file back from a backup"
    ]


def _progress_notes(path: Path) -> list[str]:
    """Say what nobody reads that ``visti watch`` has written down."""
    notes = []
    for name in (WATCHED.name, POLLED.name):
        try:
            lines = (path / name).read_bytes().splitlines() if (path / name).exists() else []
        except OSError as error:
            notes.append(f"{name} cannot be read ({error.strerror or error}): visti watch takes everything once more")
            continue
        if damaged := sum(bool(line.strip()) and not _is_pair(line) for line in lines):
            notes.append(f"{damaged:,} lines of {name} are damaged: visti watch takes what they speak of once more")
    return notes


def _is_pair(line: bytes) -> bool:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, list) and len(value) == 2


def _undecided_notes(ids: list[str]) -> list[str]:
    if not ids:
        return []
    return [
        f"{len(ids):,} articles are not as the editors have decided ({', '.join(ids[:_MAX_NAMED])}): the next visti "
        f"index ends what was interrupted; others follow when they come in again"
    ]


def _file_notes(path: Path, commit: Commit) -> list[str]:
    notes = []
    if not read_backup(path):
        notes.append(f"the backup of the commit ({BACKUP_NAME}) cannot be read; the next commit writes it anew")
    sizes = file_sizes(path, commit)
    if size := sizes.get("damaged"):
        notes.append(f"{size:,} bytes were set aside by visti repair (damaged-...): delete them if nothing is missed")
    if size := sizes.get("building"):
        notes.append(f"{size:,} bytes are being built; if nobody is at work, visti reindex or visti index clears them")
    return notes
