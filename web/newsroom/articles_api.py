"""
The part of the API that changes the archive: articles come in and are taken out, by an editor's token.

An answer of status 200 means that everything in it is safe on the disk. Sending the same again changes nothing, so a
program that got no answer sends it again. All that is wrong with what was sent is told at once.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import ServiceUnavailable

from search import (
    Article,
    CommitFailed,
    IndexLocked,
    Outcome,
    Tombstone,
    checked_article,
    checked_kill,
    receive,
    withdraw,
)
from search.article import ARTICLE_FIELDS
from web.archive import archive_handle
from web.bodies import whole_body
from web.errors import BadParameter, InvalidItem, ItemsInvalid
from web.newsroom.audit import record
from web.newsroom.database import current_database
from web.newsroom.permissions import CurrentUser, Role, Scope, current_user, requires

articles_api = Blueprint("articles_api", __name__, url_prefix="/api/v1")
logger = logging.getLogger(__name__)

#: Analysing an article of news takes some 5 ms, and a request has 30 s (request_seconds); visti index takes more.
MAX_ARTICLES = 500
#: 500 long articles of news; the longest single one (two million characters of text) fits too.
MAX_ARTICLES_BYTES = 8_000_000
#: A request may take 30 s in all; an indexing run holds the index for longer than anybody waits.
WAIT_SECONDS = 5.0
#: When to come again: other requests hold the index for tenths of a second, an indexing run until its end.
RETRY_SECONDS = 5
LINES_TYPES = ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines")
#: The audit trail names so many of the ids of one request; the rest is counted.
_NAMED_IDS = 50
REJECTED = "rejected"

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class _Item:
    """One of the things that were sent: its place, what it says its id is, and what it is or what is wrong with it."""

    index: int
    line: int | None
    id: str | None
    article: Article | Tombstone | None
    errors: tuple[InvalidItem, ...] = ()
    unknown: tuple[str, ...] = ()


@articles_api.post("/articles")
@requires(Role.EDITOR, Scope.WRITE)
def receive_articles() -> ResponseReturnValue:
    """Take articles into the archive: all of them, or with ``partial=1`` those that can be taken."""
    items, partial = _items(), _partial()
    errors = [error for item in items for error in item.errors]
    if errors and not partial:
        wrong = sum(item.article is None for item in items)
        raise ItemsInvalid(f"{wrong} of {len(items)} articles cannot be taken; nothing was taken.", errors)
    taken = [item.article for item in items if item.article is not None]
    handle = archive_handle()
    archive = handle.current()
    received = _written(lambda: receive(handle.path, taken, archive=archive, wait_seconds=WAIT_SECONDS))
    _note_received(taken, received.outcomes)
    became = zip(received.outcomes, received.stories, strict=True)
    told = [_told(item, *(next(became) if item.article else (REJECTED, None))) for item in items]
    counts = Counter(each["outcome"] for each in told)
    names = (*Outcome, REJECTED)
    return jsonify(
        generation=received.generation,
        counts={str(name): counts[str(name)] for name in names},
        not_compared=received.not_compared,
        articles=told,
    )


@articles_api.delete("/articles/<path:article_id>")
@requires(Role.EDITOR, Scope.WRITE)
def delete_article(article_id: str) -> ResponseReturnValue:
    """Take an article out of the archive."""
    generation = _written(lambda: withdraw(archive_handle().path, article_id, wait_seconds=WAIT_SECONDS))
    if generation is None:
        abort(404, "There is no such article; it may have been deleted before.")
    with current_database().session() as database:
        record(database, _me(), "article.delete", article_id, {"generation": generation})
    return jsonify(generation=generation, id=article_id, outcome="deleted")


def _written(write: Callable[[], _Result]) -> _Result:
    """Return what writing gives; answer 503 when it cannot be done now."""
    try:
        return write()
    except IndexLocked as error:
        raise ServiceUnavailable(
            "Something else is being written to the archive. Nothing was changed; send the same again.",
            retry_after=RETRY_SECONDS,
        ) from error
    except (CommitFailed, OSError) as error:
        logger.error("%s", error)
        raise ServiceUnavailable(
            "The archive could not be written to. Nothing was changed; the log of the site says why.",
            retry_after=RETRY_SECONDS,
        ) from error


def _note_received(articles: Sequence[Article | Tombstone], outcomes: Sequence[Outcome]) -> None:
    changed = [
        article.id
        for article, outcome in zip(articles, outcomes, strict=True)
        if outcome in (Outcome.ADDED, Outcome.UPDATED, Outcome.WITHDRAWN)
    ]
    if changed:
        details = {**Counter(map(str, outcomes)), "ids": changed[:_NAMED_IDS]}
        with current_database().session() as database:
            record(database, _me(), "article.receive", changed[0], details)


def _told(item: _Item, outcome: str, story: str | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "index": item.index,
        "id": item.article.id if item.article else item.id,
        "outcome": str(outcome),
    }
    if story is not None:
        told["story"] = story
    if item.errors:
        told["errors"] = [error.as_dict() for error in item.errors]
    if item.unknown:
        told["unknown_fields"] = list(item.unknown)
    return told


def _partial() -> bool:
    given = request.args.get("partial") or "0"
    if given not in ("0", "1"):
        raise BadParameter("partial", "must be 1 or 0")
    return given == "1"


def _items() -> list[_Item]:
    """Return what was sent: one object, a list of them, or one on each line."""
    request.max_content_length = MAX_ARTICLES_BYTES
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in ("identity", ""):
        abort(415, "Send articles as they are, without Content-Encoding.")
    if request.mimetype in LINES_TYPES:
        lines = [(number, line) for number, line in enumerate(whole_body().split(b"\n"), 1) if line.strip()]
        _require_count(len(lines))
        return [_line_item(index, number, line) for index, (number, line) in enumerate(lines)]
    if request.mimetype != "application/json":
        abort(415, f"Send articles as application/json or, one on each line, as {LINES_TYPES[0]}.")
    try:
        body = _parsed(whole_body())
    except ValueError as error:
        raise BadParameter("body", str(error)) from error
    records = body if isinstance(body, list) else [body]
    _require_count(len(records))
    return [_item(index, None, each) for index, each in enumerate(records)]


def _require_count(count: int) -> None:
    if not 1 <= count <= MAX_ARTICLES:
        raise BadParameter("body", f"must hold 1 to {MAX_ARTICLES} articles; got {count}")


def _line_item(index: int, number: int, line: bytes) -> _Item:
    try:
        return _item(index, number, _parsed(line))
    except ValueError as error:
        return _Item(index, number, None, None, (InvalidItem(index, number, None, None, str(error)),))


def _item(index: int, line: int | None, value: object) -> _Item:
    if not isinstance(value, dict):
        return _Item(index, line, None, None, (InvalidItem(index, line, None, None, "must be a JSON object"),))
    given = value.get("id")
    identifier = given if isinstance(given, str) else None
    checked = checked_kill(value) or checked_article(value)
    unknown = tuple(name for name in value if name not in ARTICLE_FIELDS)
    if not isinstance(checked, list):
        return _Item(index, line, identifier, checked, (), unknown)
    errors = tuple(InvalidItem(index, line, identifier, each.field, str(each)) for each in checked)
    return _Item(index, line, identifier, None, errors, unknown)


def _parsed(content: bytes) -> Any:
    """Return the JSON value of some bytes. Raises ``ValueError`` saying what is wrong."""
    try:
        return json.loads(content.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8: byte {error.start + 1} is 0x{content[error.start]:02x}") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} at line {error.lineno}, character {error.colno}") from error
    except RecursionError as error:
        raise ValueError("is JSON that is nested too deeply") from error
    except _NoValue:
        raise
    except ValueError as error:  # a number of more digits than Python converts
        raise ValueError("is JSON with a number that is too long") from error


class _NoValue(ValueError):
    """A word that JSON does not have; the message says which."""


def _refuse_constant(name: str) -> NoReturn:
    raise _NoValue(f"is not JSON: {name} is no value")


def _me() -> CurrentUser:
    me = current_user()
    assert me is not None, "the view requires a role"
    return me
