"""
Headlines that were changed after publication: a history beside the index, written as articles come in again.

``headlines-changed.jsonl`` has a line of JSON for every change; it is only ever appended to, synced once a commit,
before the commit: after a crash a change may stand there twice, which reading passes over, and none is lost. A line
that was torn is passed over too. Rebuilding or merging the index leaves the file alone; it belongs to the backup.
"""

import contextlib
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from search.archive.reports.periods import Step, period_name, period_of
from search.archive.request import SearchRequest
from search.archive.view import View
from search.archive.visibility import Audience
from search.article import Article, Status
from search.columnar.appending import append_lines
from search.columnar.beside import HEADLINES
from search.errors import CommitFailed
from search.settings import KYIV

HEADLINES_NAME = HEADLINES.name
# What a line that is none of ours can raise.
_NO_CHANGE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class HeadlineChange(NamedTuple):
    """
    A headline that was changed: of which article, from what, to what, when (aware, UTC).

    The moment is the new version's own ``updated``, else when it was indexed. ``public`` says that readers could see
    the old headline then.
    """

    id: str
    old: str
    new: str
    changed: datetime
    public: bool


class HeadlineMonth(NamedTuple):
    """How many headlines were changed in a month, and of how many articles."""

    month: str
    changes: int
    articles: int


class ChangedHeadline(NamedTuple):
    """A change with what the list of changes shows of its article."""

    change: HeadlineChange
    language: str
    section: str | None
    published: datetime | None


@dataclass(frozen=True, slots=True)
class HeadlineChanges:
    """Headlines changed after publication: by month (of Kyiv), the newest first, and a part of the list of all."""

    changes: int
    months: tuple[HeadlineMonth, ...]
    items: tuple[ChangedHeadline, ...]
    limit: int
    offset: int


def change_of(before: Article, after: Article, now: datetime) -> HeadlineChange | None:
    """Return the change of a headline between two states of an article, None if it is the same."""
    if before.title == after.title:
        return None
    public = (
        before.status is Status.USABLE
        and (before.embargoed_until is None or before.embargoed_until <= now)
        and (before.published is None or before.published <= now)
    )
    return HeadlineChange(after.id, before.title, after.title, after.updated or now, public)


def append_changes(path: Path, changes: Sequence[HeadlineChange]) -> None:
    """
    Append changes to the history in the folder of an index, durably. The caller holds the lock of the index.

    Raises ``CommitFailed`` (a full disk) with the file as it was.
    """
    if not changes:
        return
    try:
        append_lines(path / HEADLINES_NAME, b"".join(_line(change) for change in changes))
    except OSError as error:
        raise CommitFailed(path, f"the history of headlines cannot be written: {error.strerror or error}") from error


@dataclass
class HeadlineHistory:
    """The history of one index, read as far as it was written whenever it is asked for."""

    path: Path
    _read: int = 0
    _inode: int = 0
    _by_id: dict[str, list[HeadlineChange]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def by_id(self) -> Mapping[str, Sequence[HeadlineChange]]:
        """Return the changes of each article, the oldest first; nothing if there is no history."""
        try:
            with self._lock, (self.path / HEADLINES_NAME).open("rb") as file:
                found = os.fstat(file.fileno())
                if found.st_ino != self._inode or found.st_size < self._read:  # another file, brought back perhaps
                    self._read, self._inode, self._by_id = 0, found.st_ino, {}
                if found.st_size > self._read:
                    file.seek(self._read)
                    self._take(file.read())
        except OSError:
            return {}
        return self._by_id

    def _take(self, content: bytes) -> None:
        whole = content[: content.rfind(b"\n") + 1]  # a line without its end is still being written
        self._read += len(whole)
        for line in whole.splitlines():
            with contextlib.suppress(*_NO_CHANGE):
                change = _change(json.loads(line))
                known = self._by_id.setdefault(change.id, [])
                if not known or (known[-1].old, known[-1].new) != (change.old, change.new):
                    known.append(change)


def damaged_changes(path: Path) -> tuple[int, int]:
    """Return how many changes the history in the folder of an index has, and how many of its lines are none."""
    try:
        lines = (path / HEADLINES_NAME).read_bytes().splitlines()
    except OSError:
        return 0, 0
    whole = 0
    for line in lines:
        with contextlib.suppress(*_NO_CHANGE):
            _change(json.loads(line))
            whole += 1
    return whole, len(lines) - whole


def headlines_of(
    view: View, history: HeadlineHistory, audience: Audience, article_id: str
) -> tuple[HeadlineChange, ...]:
    """Return the changes of an article's headline that an audience may see, the oldest first."""
    if view.article(article_id) is None:
        return ()
    changes = history.by_id().get(article_id, ())
    return tuple(change for change in changes if change.public or audience is Audience.NEWSROOM)


def headline_changes(view: View, history: HeadlineHistory, request: SearchRequest) -> HeadlineChanges:
    """
    Return the headlines changed after publication of the articles inside the request's filters.

    Its dates are those of the change. Every change of the history is looked at.
    """
    found = [
        (change, document)
        for article_id, changes in history.by_id().items()
        if any(_is_inside(change, request) for change in changes)
        and (document := _document(view, article_id, request)) is not None
        for change in changes
        if _is_inside(change, request)
    ]
    found.sort(key=lambda pair: (pair[0].changed, pair[0].id), reverse=True)
    chosen = found[request.offset : request.offset + request.limit]
    items = tuple(_shown(view, change, document) for change, document in chosen)
    return HeadlineChanges(len(found), _months([change for change, _ in found]), items, request.limit, request.offset)


def _document(view: View, article_id: str, request: SearchRequest) -> int | None:
    """Return the document of an article that may be seen and is inside a request's filters."""
    document = view.snapshot.document_of(article_id)
    if document is None or not view.visible[document]:
        return None
    for name, values in request.filters.items():
        column = view.snapshot.keywords(name)
        if not set(column.numbers(values)).intersection(column.of_document(document)):
            return None
    return document


def _is_inside(change: HeadlineChange, request: SearchRequest) -> bool:
    return (
        change.public
        and (request.since is None or change.changed >= request.since)
        and (request.until is None or change.changed < request.until)
    )


def _months(changes: Iterable[HeadlineChange]) -> tuple[HeadlineMonth, ...]:
    by_month: dict[str, list[str]] = {}
    for change in changes:
        month = period_name(period_of(change.changed.astimezone(KYIV).date(), Step.MONTH), Step.MONTH)
        by_month.setdefault(month, []).append(change.id)
    return tuple(HeadlineMonth(month, len(ids), len(set(ids))) for month, ids in sorted(by_month.items(), reverse=True))


def _shown(view: View, change: HeadlineChange, document: int) -> ChangedHeadline:
    article = view.article_at(document)
    return ChangedHeadline(change, article.language, article.section, article.published)


def _line(change: HeadlineChange) -> bytes:
    record = {**change._asdict(), "changed": change.changed.isoformat()}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _change(record: dict[str, Any]) -> HeadlineChange:
    changed = datetime.fromisoformat(record["changed"])
    if changed.tzinfo is None:
        raise ValueError("a moment without a zone")
    texts = (record["id"], record["old"], record["new"])
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a headline that is no text")
    return HeadlineChange(*texts, changed, record["public"] is True)
