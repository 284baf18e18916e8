"""Articles made of records of the exchange format, and what is wrong with those of which none can be made."""

from collections.abc import Mapping
from typing import Any

from search.archive.withdrawals import Reason, Tombstone, moment_of
from search.article import ARTICLE_FIELDS, Article, Status, article_from_record
from search.errors import ArticleInvalid
from search.language import identify

#: What stands in for a value that is wrong while the others of its record are looked at.
_STAND_INS: Mapping[str, Any] = {"language": "en", "title": "-"}


def checked_article(record: Mapping[str, Any]) -> Article | list[ArticleInvalid]:
    """
    Make an article of an object of the exchange format, or return all that is wrong with it, a field once.

    >>> [error.field for error in checked_article({"language": "fr", "title": "A", "published": "soon"})]
    ['language', 'published']
    """
    errors: list[ArticleInvalid] = []
    left = dict(record)
    while len(errors) <= len(ARTICLE_FIELDS):
        try:
            article = article_from_record(left, identified_language)
        except ArticleInvalid as error:
            errors.append(error)
            left[error.field] = _STAND_INS.get(error.field)
        else:
            return errors or article
    return errors


def checked_kill(record: Mapping[str, Any]) -> Tombstone | list[ArticleInvalid] | None:
    """
    Return the kill that an object of the exchange format is, or all that is wrong with it; None if it is none.

    A kill is canceled, and has an id and no text; it holds for all versions up to its own.

    >>> checked_kill({"id": "a", "status": "canceled", "updated": "2026-11-24T10:00:00Z"}).when.isoformat()
    '2026-11-24T10:00:00+00:00'
    >>> checked_kill({"id": "a", "status": "canceled", "title": "With its text it is an article"})
    """
    if not says_kill(record) or not record.get("id"):
        return None
    checked = checked_article({**record, **_STAND_INS})
    return checked if isinstance(checked, list) else Tombstone(checked.id, Reason.KILLED, moment_of(checked))


def says_kill(record: Mapping[str, Any]) -> bool:
    """
    Return whether an object of the exchange format is canceled and has no text: it speaks of an article.

    >>> says_kill({"id": "a", "status": "canceled"}), says_kill({"id": "a", "status": "canceled", "body": "Text"})
    (True, False)
    """
    return record.get("status") == Status.CANCELED and not record.get("title") and not record.get("body")


def identified_language(text: str) -> str:
    """
    Return the language of a text whose record names none.

    Raises ``ArticleInvalid`` when there is no text, or none in a script of the three languages.

    >>> identified_language("Верховна Рада ухвалила закон про освіту в першому читанні.")
    'uk'
    """
    if not text.strip():
        raise ArticleInvalid("title", "", "the record has no text; an article needs a title or a body")
    language, confidence = identify(text)
    if not confidence:
        raise ArticleInvalid("language", text, "is absent and cannot be told from the text, so add it")
    return language
