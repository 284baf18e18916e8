"""
From what a format says of an article to the article, or to the complaint about it: the last step of many readers.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from indexer.errors import RecordError
from indexer.readers.mojibake import repair
from indexer.readers.reading import Reading, Withdrawal
from search.archive.checking import identified_language, says_kill
from search.article import (
    MAX_ID_BYTES,
    MAX_LINE_CHARACTERS,
    MAX_LIST_ITEMS,
    Article,
    article_from_record,
    parse_moment,
)
from search.errors import ArticleInvalid


def article_or_error(record: Mapping[str, Any], source: str, line: int | None) -> Article | RecordError:
    """
    Return the article of a record with the fields of ``search.Article``, else an error that names place and field.

    Empty texts, lists and None mean that a field is absent; lists are cut at what an article may have; an absent
    language is identified from the text. Texts that were decoded in a wrong character set before they came here are
    repaired where that is certain.
    """
    given = {name: value for name, value in record.items() if value not in (None, "", (), [])}
    for name in ("authors", "tags"):
        if name in given:
            given[name] = _short_list(given[name])
    for name in ("title", "lead", "body"):
        if isinstance(given.get(name), str):
            given[name] = repair(given[name]).text
    try:
        return article_from_record(given, identified_language)
    except ArticleInvalid as error:
        return RecordError(source, line, str(error), legible_id(given.get("id")))


def reading_of_record(record: Mapping[str, Any], source: str, line: int | None) -> Reading:
    """Return the article of a record or an error; of a canceled one without a text, the withdrawal."""
    return withdrawal_of_record(record, source, line) or article_or_error(record, source, line)


def withdrawal_of_record(record: Mapping[str, Any], source: str, line: int | None) -> Withdrawal | None:
    """Return the withdrawal that a record without a text is, or None; ``deleted`` is written by ``visti export``."""
    if says_kill(record) and legible_id(record.get("id")):
        when = _moment(record.get("deleted") or record.get("updated") or record.get("published"))
        return Withdrawal(record["id"], when, source, line, is_deletion=bool(record.get("deleted")))
    return None


def legible_id(value: object) -> str | None:
    """Return an id that can be shown and looked for, or None."""
    return value if isinstance(value, str) and 0 < len(value) <= MAX_ID_BYTES else None


def web_link(value: object) -> str | None:
    """
    Return an address of the web, or None for anything else.

    >>> web_link(" https://example.org/a "), web_link("urn:newsml:example.org:1")
    ('https://example.org/a', None)
    """
    text = value.strip() if isinstance(value, str) else ""
    is_web = text.lower().startswith(("http://", "https://")) and len(text.split()) == 1
    return text if is_web and len(text) <= MAX_LINE_CHARACTERS else None


def _moment(value: Any) -> datetime | None:
    try:
        return parse_moment(value) if value else None
    except ValueError:
        return None


def _short_list(values: Any) -> list[str]:
    """Drop what is no name and what is too many: a tag too few costs less than the article."""
    names = [value for value in values if isinstance(value, str) and len(value) <= MAX_LINE_CHARACTERS]
    return list(dict.fromkeys(names))[:MAX_LIST_ITEMS]
