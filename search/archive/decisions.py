"""
What editors have decided: which articles are one story, and what status an article has.

``editors-decisions.jsonl`` lies beside the index and only ever grows: one JSON object a line, each with its own
checksum, on the disk before the index follows it. It outlives re-indexing, rebuilding and repairs, and whatever brings
articles in asks ``Rules`` first, so that a feed that comes again does not undo an editor. A line that is damaged is
passed over and ``decision_notices`` says so; a last line that a crash cut off was never promised to anybody, and goes.
"""

import json
import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from search.article import Article, Status
from search.columnar.arrays import sync_folder
from search.columnar.beside import DECISIONS
from search.errors import CommitFailed, IndexUnavailable

DECISIONS_NAME = DECISIONS.name
# What a line that is none of ours can raise.
_NO_DECISION = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class Act(StrEnum):
    """What an editor did."""

    STATUS = "status"
    JOIN = "join"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Decision:
    """
    One decision: who made it and when (UTC), what was done, and to which articles the editor did it.

    ``status`` is the one that was set. ``stories`` gives, after a join or a split, the story of every article that it
    concerns, by id, and ``stories_before`` what that was until then; ``statuses_before`` likewise.
    """

    who: str
    when: datetime
    act: Act
    ids: tuple[str, ...]
    status: Status | None = None
    stories: Mapping[str, str] = field(default_factory=dict)
    stories_before: Mapping[str, str] = field(default_factory=dict)
    statuses_before: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the decision for JSON, as a line of the file has it."""
        record: dict[str, Any] = {
            "when": self.when.isoformat(),
            "who": self.who,
            "act": str(self.act),
            "ids": list(self.ids),
        }
        if self.status:
            record["status"] = str(self.status)
        for name in ("stories", "stories_before", "statuses_before"):
            if value := getattr(self, name):
                record[name] = dict(value)
        return record


class Rules:
    """
    What all decisions together say of an article that comes in: the later one wins.

    >>> from datetime import UTC, datetime
    >>> decision = Decision("Olha", datetime(2026, 1, 2, tzinfo=UTC), Act.STATUS, ("a",), Status.WITHHELD)
    >>> str(Rules([decision]).applied(Article(id="a", language="en", title="News")).status)
    'withheld'
    """

    def __init__(self, made: Iterable[Decision] = ()) -> None:
        self.statuses: dict[str, Status] = {}
        self.stories: dict[str, str] = {}
        self._joined: dict[str, str] = {}  # a key that a join has dissolved, and the one that it went into
        self._before: dict[str, str] = {}
        self.last: Decision | None = None
        for decision in made:
            self.add(decision)

    def applied(self, article: Article) -> Article:
        """Return an article as the editors want it: mostly the article itself."""
        story, status = self.story_of(article), self.statuses.get(article.id, article.status)
        if story == article.story and status is article.status:
            return article
        return replace(article, story=story, status=status)

    def story_of(self, article: Article) -> str:
        """Return the story that an article belongs to: its own, unless an editor has decided."""
        return self.stories.get(article.id) or self._joined.get(article.story, article.story)

    def before_joining(self, article_id: str) -> str | None:
        """Return the story that an article had before it was joined with another, or None."""
        return self._before.get(article_id)

    def add(self, decision: Decision) -> None:
        """Follow one more decision."""
        self.last = decision
        if decision.status:
            self.statuses.update(dict.fromkeys(decision.ids, decision.status))
        self.stories.update(decision.stories)
        for key in decision.stories.values():
            self._joined.pop(key, None)  # it is a story again
        if decision.act is Act.JOIN:
            into = next(iter(decision.stories.values()), "")
            dissolved = set(decision.stories_before.values()) - {into}
            for key, led in self._joined.items():
                if led in dissolved:
                    self._joined[key] = into
            self._joined.update(dict.fromkeys(dissolved, into))
            self._before |= {each: key for each, key in decision.stories_before.items() if key != into}


def decisions(path: Path | str) -> list[Decision]:
    """
    Return the decisions of the editors of the index in a folder, the oldest first; damaged ones are left out.

    Raises ``IndexUnavailable`` when the file is there and cannot be read.
    """
    return [found for line in _lines(Path(path)) if (found := _decision(line))]


def read_rules(path: Path) -> Rules:
    """Return what the decisions beside an index say; nothing where there are none. Raises as ``decisions``."""
    return Rules(decisions(path))


def decision_notices(path: Path) -> list[str]:
    """Return which lines of the file of decisions cannot be read, and what helps."""
    damaged = [number for number, line in enumerate(_lines(path), 1) if _decision(line) is None]
    if not damaged:
        return []
    lines = ", ".join(map(str, damaged[:10]))
    return [
        f"of the editors' decisions ({DECISIONS_NAME}) the lines {lines} are damaged and are not followed. "
        f"Bring the file back from a backup, or decide again: visti story join ID ID --index {path}"
    ]


def append_decision(path: Path, decision: Decision) -> int:
    """
    Write a decision behind the others, durably, and return how long the file was before.

    The caller holds the lock of the index. Raises ``CommitFailed`` with the file as it was.
    """
    file_path = path / DECISIONS_NAME
    try:
        is_new = not file_path.exists()
        with file_path.open("ab+") as file:
            size = _whole_lines(file_path)
            file.truncate(size)  # what a crash has cut off
            try:
                file.write(_line(decision))
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)
                raise
        if is_new:
            sync_folder(path)
    except OSError as error:
        raise CommitFailed(path, f"{DECISIONS_NAME} cannot be written: {error.strerror or error}") from error
    return size


def take_back_decision(path: Path, size: int) -> None:
    """Cut the file to the length that it had before a decision that the index could not follow. Raises ``OSError``."""
    with (path / DECISIONS_NAME).open("ab+") as file:
        file.truncate(size)
        os.fsync(file.fileno())


def _line(decision: Decision) -> bytes:
    record = decision.as_dict()
    record["check"] = _check(record)
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def _check(record: Mapping[str, Any]) -> int:
    return zlib.crc32(json.dumps(record, sort_keys=True).encode())


def _lines(path: Path) -> list[bytes]:
    """Return the lines that were written to their end."""
    try:
        content = (path / DECISIONS_NAME).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise IndexUnavailable(
            path, f"{path / DECISIONS_NAME} cannot be read ({error.strerror}), and without it editors would be undone"
        ) from error
    return content.split(b"\n")[:-1]


def _whole_lines(file: Path) -> int:
    return file.read_bytes().rfind(b"\n") + 1


def _decision(line: bytes) -> Decision | None:
    try:
        record = json.loads(line)
        if record.pop("check") != _check(record):
            return None
        status = record.get("status")
        return Decision(
            record["who"],
            datetime.fromisoformat(record["when"]),
            Act(record["act"]),
            tuple(record["ids"]),
            Status(status) if status else None,
            *(record.get(name, {}) for name in ("stories", "stories_before", "statuses_before")),
        )
    except _NO_DECISION:
        return None
