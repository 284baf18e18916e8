"""
The article: one language version of one story, and the rules that it keeps.

Everything that enters or leaves the archive is an ``Article``. Its fields are the names of the JSON Lines exchange
format, so ``article_from_record`` and ``article_to_record`` are inverse to each other.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from enum import StrEnum
from functools import cache
from typing import Any

from search.errors import ArticleInvalid, UnsupportedLanguage
from search.settings import KYIV

LANGUAGES = ("uk", "ru", "en")
# The country's code in place of the language's, and ISO 639-2.
_OTHER_CODES = {"ua": "uk", "ukr": "uk", "rus": "ru", "eng": "en"}

MAX_ID_BYTES = 512
# A long novel has about a million characters; anything longer than two is a file that went wrong.
MAX_TEXT_CHARACTERS = 2_000_000
# Titles, names and addresses: longer ones are pasted text in the wrong field.
MAX_LINE_CHARACTERS = 4_000
MAX_LIST_ITEMS = 200
# The limit of the Stream-Safe Text Format (Unicode Standard Annex 15): no real text has more on one letter.
MAX_MARKS = 30

# C0 and C1 controls except tab and line feed, lone surrogates, noncharacters: they cannot be shown or encoded.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85]")
# What nearly every text of news is made of: Latin and Cyrillic letters, digits, punctuation, currency signs. None of it
# is unprintable, a line end to change or a combining mark; seeing that takes a fifth of the time of looking for them.
_ORDINARY = re.compile(
    r"[\t\n\x20-\x7e\xa0-\u02ff\u0370-\u0373\u0400-\u0482\u048a-\u052f"
    r"\u2010-\u2027\u202f-\u205e\u20a0-\u20bf\u2100-\u2bff]*+"
)


class Status(StrEnum):
    """Publication status, with the three values of IPTC ninjs ``pubStatus``."""

    USABLE = "usable"
    WITHHELD = "withheld"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """
    One language version of one story.

    Construction cleans and checks: line ends become ``\\n``, unprintable characters go, ``ua`` becomes ``uk``, dates
    without a zone are read as Kyiv time and all are kept in UTC, a missing ``id`` is the URL, else a hash of language,
    title and date, and a missing ``story`` is the ``id``.

    Raises ``ArticleInvalid`` naming the field, the value and the rule.
    """

    id: str = ""
    story: str = ""
    language: str
    title: str = ""
    lead: str = ""
    body: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    url: str | None = None
    section: str | None = None
    source: str | None = None
    place: str | None = None
    image_url: str | None = None
    image_credit: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    status: Status = Status.USABLE
    embargoed_until: datetime | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__  # the dataclass is frozen; these are the cleaned values of the same fields
        put(self, "language", _article_language(self.language))
        put(self, "title", " ".join(_text("title", self.title, MAX_LINE_CHARACTERS).split()))
        put(self, "lead", _text("lead", self.lead, MAX_TEXT_CHARACTERS))
        put(self, "body", _text("body", self.body, MAX_TEXT_CHARACTERS))
        if not self.title and not self.body:
            raise ArticleInvalid("title", self.title, "an article needs a title or a body")
        for name in ("url", "section", "source", "place", "image_url", "image_credit"):
            put(self, name, _line(name, getattr(self, name)))
        for name in ("authors", "tags"):
            put(self, name, _lines(name, getattr(self, name)))
        for name in ("published", "updated", "embargoed_until"):
            put(self, name, _moment(name, getattr(self, name)))
        put(self, "status", _status(self.status))
        put(self, "id", _identifier("id", self.id) or self._derived_id())
        put(self, "story", _identifier("story", self.story) or self.id)

    def _derived_id(self) -> str:
        if self.url and len(self.url.encode()) <= MAX_ID_BYTES:
            return self.url
        published = self.published.isoformat() if self.published else ""
        basis = "\x1f".join((self.language, self.title or self.body, published))
        return "sha256:" + hashlib.sha256(basis.encode()).hexdigest()[:32]


ARTICLE_FIELDS: tuple[str, ...] = tuple(field.name for field in fields(Article))

# How ``article_from_stored`` fills an article: by the slots themselves, in a sixth of the time of ``setattr`` on every
# field by its name. The values of ``Status`` are made from their texts by a look into a table.
_new = object.__new__
_SLOT_SETTERS: dict[str, Callable[[Article, Any], None]] = {
    name: vars(Article)[name].__set__ for name in ARTICLE_FIELDS
}
_SLOTS = tuple((field.name, _SLOT_SETTERS[field.name], field.default) for field in fields(Article))
_MOMENT_SLOTS = tuple((name, _SLOT_SETTERS[name]) for name in ("published", "updated", "embargoed_until"))
_LIST_SLOTS = tuple((name, _SLOT_SETTERS[name]) for name in ("authors", "tags"))
_STATUSES = {str(status): status for status in Status}


def article_from_record(record: Mapping[str, Any], identify: Callable[[str], str] | None = None) -> Article:
    """
    Make an article of one JSON object of the exchange format.

    ``None`` and absent mean the same. Names that the format does not have are passed over (``unknown_fields`` lists
    them). ``identify`` gives the language of a text and is asked when the record has none.

    Raises ``ArticleInvalid``.

    >>> article_from_record({"language": "ua", "title": "Новини", "published": "2024-05-01"}).published.isoformat()
    '2024-04-30T21:00:00+00:00'
    """
    known = {name: record[name] for name in ARTICLE_FIELDS if record.get(name) is not None}
    for name in ("id", "story"):  # systems that number their articles write the number as a number
        if isinstance(known.get(name), int) and not isinstance(known[name], bool):
            known[name] = str(known[name])
    if not known.get("language"):
        if identify is None:
            raise ArticleInvalid("language", None, "the record has no language")
        known["language"] = identify(_all_text(known))
    return Article(**known)


def article_from_stored(record: Mapping[str, Any]) -> Article:
    """
    Make an article of what ``article_to_record`` gave for one.

    Nothing is cleaned or checked again: that was done when the article was made, and costs a millisecond for each.
    """
    article: Article = _new(Article)
    get = record.get
    for name, put, default in _SLOTS:
        put(article, get(name, default))
    for name, put in _MOMENT_SLOTS:
        if value := get(name):
            put(article, datetime.fromisoformat(value))
    for name, put in _LIST_SLOTS:
        if value := get(name):
            put(article, tuple(value))
    _SLOT_SETTERS["status"](article, _STATUSES[get("status", "usable")])
    return article


def article_to_record(article: Article) -> dict[str, Any]:
    """Return the JSON object of an article: only the fields that it has, dates in ISO 8601 with their zone (UTC)."""
    record: dict[str, Any] = {}
    for name in ARTICLE_FIELDS:
        value = getattr(article, name)
        if value in (None, "", ()):
            continue
        if isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = list(value)
        record[name] = str(value) if isinstance(value, Status) else value
    return record


def unknown_fields(record: Mapping[str, Any]) -> list[str]:
    """Return the names in a record that the exchange format does not have."""
    return [name for name in record if name not in ARTICLE_FIELDS]


def parse_language(language: str) -> str:
    """
    Return the archive's code of a language; ``ua``, regional codes such as ``uk-UA`` and the three letters of
    ISO 639-2 are understood.

    Raises ``UnsupportedLanguage``.

    >>> parse_language("ua"), parse_language("en-GB"), parse_language("rus")
    ('uk', 'en', 'ru')
    """
    code = language.strip().lower().replace("_", "-").partition("-")[0] if isinstance(language, str) else ""
    code = _OTHER_CODES.get(code, code)
    if code not in LANGUAGES:
        raise UnsupportedLanguage(language)
    return code


def parse_moment(value: str | date) -> datetime:
    """
    Return the moment that an ISO 8601 text, a date or a datetime names, in UTC.

    What has no zone is Kyiv time; a date alone is its midnight. Raises ``ValueError``.

    >>> parse_moment("2024-07-01 12:00").isoformat()
    '2024-07-01T09:00:00+00:00'
    """
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    elif not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value.tzinfo is None:
        value = value.replace(tzinfo=KYIV)
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{value} is outside the calendar") from error


def clean_text(text: str) -> str:
    """
    Return a text without what cannot be shown: unprintable characters go, line ends become ``\\n``, NFC.

    >>> clean_text("a\\r\\nb\\x00c")
    'a\\nbc'
    """
    if not _ORDINARY.fullmatch(text):
        text = _without_mark_runs(_UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text)))
        # Composing takes some marks apart, which makes more of them: cut again, so that a clean text stays as it is
        return _without_mark_runs(unicodedata.normalize("NFC", text)).strip()
    return unicodedata.normalize("NFC", text).strip()


def _without_mark_runs(text: str) -> str:
    """Cut runs of combining marks to ``MAX_MARKS``: composing them takes quadratic time (80,000 took 5 s)."""
    marks = _combining_marks().intersection(text)
    if not marks:
        return text
    return re.sub(f"[{re.escape(''.join(marks))}]{{{MAX_MARKS + 1},}}", lambda run: run.group()[:MAX_MARKS], text)


@cache
def _combining_marks() -> frozenset[str]:
    return frozenset(chr(code) for code in range(0x300, 0x20000) if unicodedata.combining(chr(code)))


def _all_text(record: Mapping[str, Any]) -> str:
    texts = [record.get(name) for name in ("title", "lead", "body")]
    return "\n".join(text for text in texts if isinstance(text, str))


def _article_language(value: object) -> str:
    try:
        return parse_language(value)  # type: ignore[arg-type]  # anything may come in a record; it is checked there
    except UnsupportedLanguage as error:
        raise ArticleInvalid("language", value, "the languages are uk (or ua), ru and en") from error


def _text(name: str, value: object, limit: int) -> str:
    if not isinstance(value, str):
        raise ArticleInvalid(name, value, "must be text")
    if len(value) > limit:
        raise ArticleInvalid(name, value, f"longer than {limit:,} characters")
    text = clean_text(value)
    if len(text) > limit:  # some letters are two when they are composed
        raise ArticleInvalid(name, value, f"longer than {limit:,} characters when it is normalised (NFC)")
    return text


def _line(name: str, value: object) -> str | None:
    if value is None:
        return None
    return " ".join(_text(name, value, MAX_LINE_CHARACTERS).split()) or None


def _lines(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        raise ArticleInvalid(name, value, "must be a list of texts, not one text")
    if not isinstance(value, Iterable):
        raise ArticleInvalid(name, value, "must be a list of texts")
    lines = [_line(name, item) for item in value]
    if len(lines) > MAX_LIST_ITEMS:
        raise ArticleInvalid(name, value, f"more than {MAX_LIST_ITEMS} items")
    return tuple(dict.fromkeys(line for line in lines if line))


def _moment(name: str, value: object) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, (str, date)):
        raise ArticleInvalid(name, value, "must be a date in ISO 8601, such as 2024-05-01 or 2024-05-01T12:00:00+03:00")
    try:
        return parse_moment(value)
    except ValueError as error:
        raise ArticleInvalid(name, value, f"is not a date in ISO 8601 ({error})") from error


def _status(value: object) -> Status:
    try:
        return Status(value)  # type: ignore[arg-type]  # the lookup is the check
    except ValueError as error:
        raise ArticleInvalid("status", value, f"must be one of {', '.join(Status)}") from error


def _identifier(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise ArticleInvalid(name, value, "must be text")
    if value != value.strip() or _UNPRINTABLE.search(value) or any(mark in value for mark in "\t\n\u2028\u2029"):
        raise ArticleInvalid(name, value, "must have no control characters and no blanks around it")
    if len(value.encode()) > MAX_ID_BYTES:
        raise ArticleInvalid(name, value, f"longer than {MAX_ID_BYTES} bytes")
    return value
