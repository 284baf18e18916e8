"""
The URL's parameters as a typed request, and back.

Decides what each parameter may hold and what becomes of a value that it may not: it is dropped or clamped, and
reported. A page shows the report to its reader, the API refuses the request. Knows mappings, not requests of Flask.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import accumulate
from typing import Any, NamedTuple

from search import LANGUAGES, Group, Narrowing, Sort, UnsupportedLanguage
from search.article import clean_text, parse_language, parse_moment
from web.i18n import N_

#: Twice the longest paragraph that a person pastes; what is longer is a text, and /api/v1/related reads texts.
MAX_QUERY_CHARACTERS = 1_000
#: More values than a person picks; keeps one request from asking for the whole list of tags.
MAX_FACET_VALUES = 50
#: In UTF-8, of all chosen values together. Every link of a page carries all of them, some 250 times: without a limit, a
#: URL of 60 KB made a page of 15 MB.
MAX_CHOSEN_BYTES = 2_000
#: Readings that are switched off one by one; who wants fewer still switches off all bridges.
MAX_SWITCHED_OFF = 20
#: A kind, a colon and a word as the index has it, of at most 100 characters.
MAX_SWITCH_CHARACTERS = 120
#: Past the last page of any archive, and its offset still fits the engine's 64-bit counters.
MAX_PAGE = 1_000_000_000
#: Longer than the values of any facet that a person reads.
MAX_FIND_CHARACTERS = 100
PAGE_SIZE = 10
MAX_LIMIT = 100
#: Of lines (JSON Lines, CSV): a search of the archive is exported in pieces of this size.
MAX_EXPORT = 1_000
#: Years outside cannot be moved between time zones by the datetime type.
EARLIEST_YEAR, LATEST_YEAR = 1000, 9998

FACETS = ("language", "section", "source", "author", "tag")

_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")
_YES = frozenset(("1", "true", "yes", "on"))
_NO = frozenset(("0", "false", "no", "off"))


class ParameterProblem(NamedTuple):
    """A value that a parameter may not have; ``code`` is stable, ``message`` the English sentence."""

    name: str
    value: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """What a reader asked for; every field is within its limits."""

    query: str = ""
    language: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    author: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    sort: Sort = Sort.RELEVANCE
    group: Group = Group.STORY
    page: int = 1
    bridges: bool = True
    without: tuple[str, ...] = ()
    #: Whether near-duplicates are folded; None leaves it to what is asked: pages fold them, the API does not.
    fold: bool | None = None

    def chosen(self, facet: str) -> tuple[str, ...]:
        """Return the chosen values of a facet."""
        values: tuple[str, ...] = getattr(self, facet)
        return values

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for: no query, no filter, no order."""
        return replace(self, page=1) == SearchRequest()

    @property
    def order(self) -> Sort:
        """The order that applies: without words there is no relevance, and the newest come first."""
        return Sort.NEWEST if self.sort is Sort.RELEVANCE and not self.query else self.sort

    @property
    def narrowing(self) -> Narrowing:
        """What decides, beside the query, which articles are found: arguments for the library."""
        return {
            "language": self.language,
            "section": self.section,
            "source": self.source,
            "author": self.author,
            "tag": self.tag,
            "since": self.since,
            "until": self.until,
            "bridges": self.bridges,
            "without": self.without,
        }

    def toggled(self, facet: str, value: str) -> "SearchRequest":
        """Return the request with one value of a facet chosen or let go, on its first page."""
        chosen = self.chosen(facet)
        values = tuple(v for v in chosen if v != value) if value in chosen else (*chosen, value)
        return replace(self, page=1, **{facet: values})  # type: ignore[arg-type]  # a facet's field holds texts

    def unfiltered(self) -> "SearchRequest":
        """Return the request with its query, order and the readings that are switched off only."""
        return SearchRequest(query=self.query, sort=self.sort, group=self.group, without=self.without, fold=self.fold)

    def switched_off(self, *names: str) -> "SearchRequest | None":
        """Return the request without some readings of its query, on its first page; None if a URL cannot name them."""
        without = tuple(dict.fromkeys((*self.without, *names)))
        if len(without) > MAX_SWITCHED_OFF or any(len(name) > MAX_SWITCH_CHARACTERS for name in names):
            return None
        return replace(self, page=1, without=without)

    def switched_on(self, *names: str) -> "SearchRequest":
        """Return the request with some readings of its query in use again, on its first page."""
        return replace(self, page=1, without=tuple(name for name in self.without if name not in names))


def read_search_request(parameters: Mapping[str, Sequence[str]]) -> tuple[SearchRequest, tuple[ParameterProblem, ...]]:
    """
    Read the parameters of a search; unknown names are passed over, and every value that does not fit is reported.

    >>> request, problems = read_search_request({"q": ["мир"], "language": ["ua", "xx"], "since": ["soon"]})
    >>> request.query, request.language, request.since, [problem.name for problem in problems]
    ('мир', ('uk',), None, ['language', 'since'])
    """
    reader = _Reader(parameters)
    request = SearchRequest(
        query=reader.text("q", MAX_QUERY_CHARACTERS),
        language=reader.values("language", parse_language),
        section=reader.values("section"),
        source=reader.values("source"),
        author=reader.values("author"),
        tag=reader.values("tag"),
        since=reader.day("since", parse_since),
        until=reader.day("until", parse_until),
        sort=Sort(reader.choice("sort", Sort, Sort.RELEVANCE)),
        group=Group(reader.choice("group", Group, Group.STORY)),
        page=reader.count("page", 1, MAX_PAGE),
        bridges=reader.switch("bridges"),
        without=reader.names("without", MAX_SWITCHED_OFF, MAX_SWITCH_CHARACTERS),
        fold=reader.switch("fold") if reader.first("fold") else None,
    )
    if request.since and request.until and parse_moment(request.since) > parse_moment(request.until):
        reader.report("until", str(request.until), "reversed", "until is before since; nothing can be between them")
    return request, tuple(reader.problems)


def read_find(parameters: Mapping[str, Sequence[str]]) -> str:
    """Read the text that values of a facet are looked for by."""
    return _Reader(parameters).text("find", MAX_FIND_CHARACTERS)


def read_speaker(parameters: Mapping[str, Sequence[str]]) -> str:
    """Return the words of the name of whoever is quoted."""
    return clean_text(next(iter(parameters.get("speaker", ())), ""))[:MAX_QUERY_CHARACTERS].strip()


def read_limit(
    parameters: Mapping[str, Sequence[str]], default: int = PAGE_SIZE, most: int = MAX_LIMIT
) -> tuple[int, tuple[ParameterProblem, ...]]:
    """Read the number of results wanted, from 1 to ``most``."""
    reader = _Reader(parameters)
    return reader.count("limit", default, most), tuple(reader.problems)


def query_pairs(request: SearchRequest) -> list[tuple[str, str]]:
    """
    Return the parameters of a request, in a fixed order and without defaults: one state has one URL.

    >>> query_pairs(SearchRequest(query="мир", language=("uk", "en"), page=2))
    [('q', 'мир'), ('language', 'uk'), ('language', 'en'), ('page', '2')]
    """
    return [pair for field in WRITTEN_FIELDS for pair in parameter_pairs(field, getattr(request, field))]


def parameter_pairs(field: str, value: object) -> Sequence[tuple[str, str]]:
    """Return the parameters that a field of a request is written as: none for its default, one for each value."""
    name, default = _WRITTEN[field]
    if value == default:
        return ()
    if isinstance(value, tuple):
        return [(name, _as_text(item)) for item in value]
    return ((name, _as_text(value)),)


def parse_since(text: str) -> date:
    """
    Return the day or moment at which a period begins; a year or a month begins with its first day.

    Raises ``ValueError``.

    >>> parse_since("2024-05")
    datetime.date(2024, 5, 1)
    """
    return _parse_day(text, lambda year, month: date(year, month or 1, 1))


def parse_until(text: str) -> date:
    """
    Return the day or moment at which a period ends; a year or a month ends with its last day.

    Raises ``ValueError``.

    >>> parse_until("2024-02"), parse_until("2024")
    (datetime.date(2024, 2, 29), datetime.date(2024, 12, 31))
    """

    def last_day(year: int, month: int | None) -> date:
        return date(year, month or 12, monthrange(year, month or 12)[1])

    return _parse_day(text, last_day)


def _parse_day(text: str, complete: Callable[[int, int | None], date]) -> date:
    partial = _PARTIAL_DATE.fullmatch(text)
    if partial:
        month = int(partial[2]) if partial[2] else None
        if month is not None and not 1 <= month <= 12:
            raise ValueError(f"{text} has no such month")
        day: date = complete(_within_calendar(int(partial[1])), month)
    elif "T" in text or ":" in text:
        day = parse_moment(text)
    else:
        day = date.fromisoformat(text)
    _within_calendar(day.year)
    return day


def _within_calendar(year: int) -> int:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(f"{year} is not a year from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return year


def _as_text(value: object) -> str:
    if type(value) is str:  # nearly always
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


class _Reader:
    """Takes values out of the parameters and remembers what was wrong with them."""

    def __init__(self, parameters: Mapping[str, Sequence[str]]) -> None:
        self.parameters = parameters
        self.problems: list[ParameterProblem] = []
        self._room = MAX_CHOSEN_BYTES

    def report(self, name: str, value: str, code: str, message: str) -> None:
        self.problems.append(ParameterProblem(name, value[:80], code, message))

    def all(self, name: str) -> list[str]:
        return [text for value in self.parameters.get(name, ()) if (text := clean_text(value))]

    def first(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    def text(self, name: str, limit: int) -> str:
        text = " ".join(self.first(name).split())
        if len(text) > limit:
            self.report(name, text, "too_long", f"{name} is longer than {limit} characters")
        return text[:limit].rstrip()

    def values(self, name: str, parse: Callable[[str], str] = str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for value in self.all(name):
            try:
                found[parse(value)] = None
            except UnsupportedLanguage as error:
                self.report(name, value, "language", str(error))
        return self.fitting(name, self.first_of(name, found, MAX_FACET_VALUES))

    def fitting(self, name: str, values: Sequence[str]) -> tuple[str, ...]:
        """Return the first values, as many as there is room for; a part of a value would be another one."""
        room = [self._room - end for end in accumulate(len(value.encode()) for value in values)]
        fitting = sum(left >= 0 for left in room)
        if fitting < len(values):
            self.report(name, "", "too_many", f"all chosen values together are longer than {MAX_CHOSEN_BYTES:,} bytes")
        self._room = room[fitting - 1] if fitting else self._room
        return tuple(values[:fitting])

    def names(self, name: str, most: int, longest: int) -> tuple[str, ...]:
        found = dict.fromkeys(self.all(name))
        for value in [value for value in found if len(value) > longest]:
            self.report(name, value, "long_value", f"a value of {name} is longer than {longest} characters")
            del found[value]  # its beginning would name something else
        return self.first_of(name, found, most)

    def first_of(self, name: str, values: Mapping[str, None], most: int) -> tuple[str, ...]:
        if len(values) > most:
            self.report(name, "", "too_many", f"{name} has more than {most} values")
        return tuple(values)[:most]

    def day(self, name: str, parse: Callable[[str], date]) -> date | None:
        value = self.first(name)
        try:
            return parse(value) if value else None
        except ValueError:
            self.report(name, value, "date", f"{name} must be a date such as 2024-05-31; got {value[:80]!r}")
            return None

    def choice(self, name: str, choices: type[StrEnum], default: StrEnum) -> str:
        value = self.first(name) or default
        if value not in list(choices):
            self.report(name, value, "choice", f"{name} must be one of {', '.join(choices)}; got {value[:80]!r}")
            return default
        return value

    def switch(self, name: str) -> bool:
        value = self.first(name).lower()
        if value and value not in _YES | _NO:
            self.report(name, value, "choice", f"{name} must be 1 or 0; got {value[:80]!r}")
        return value not in _NO

    def count(self, name: str, default: int, most: int) -> int:
        value = self.first(name)
        if not value:
            return default
        # ASCII digits only: int() would also take "1_0" and "٣"; ten of them already pass every limit here
        number = int(value[:11]) if re.fullmatch(r"[0-9]+", value) else 0
        if not 1 <= number <= most:
            self.report(name, value, "count", f"{name} must be a whole number from 1 to {most}; got {value[:80]!r}")
        return min(number, most) or default


class ParameterInfo(NamedTuple):
    """A parameter as /openapi.json describes it; ``schema`` is that of one value, of at most ``most``."""

    name: str
    description: str
    schema: Mapping[str, Any]
    most: int = 1


#: Where the URL's name of a field is not the field's own.
PARAMETER_NAMES = {"query": "q"}

# Of each field the name of its parameter, and the value that is not written.
_WRITTEN = {field.name: (PARAMETER_NAMES.get(field.name, field.name), field.default) for field in fields(SearchRequest)}
#: In the order of an address.
WRITTEN_FIELDS = tuple(_WRITTEN)

_TEXT: Mapping[str, Any] = {"type": "string"}
_QUERY: Mapping[str, Any] = {"type": "string", "maxLength": MAX_QUERY_CHARACTERS}
_DATE: Mapping[str, Any] = {"type": "string", "examples": ["2024-05-31", "2024-05", "2024-05-31T18:00:00+03:00"]}
LIMIT_PARAMETER = ParameterInfo(
    "limit",
    N_("How many results to return."),
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": PAGE_SIZE},
)
SEARCH_PARAMETERS = (
    ParameterInfo("q", N_("The query. Any text is a query; notices tell what was not understood."), _QUERY),
    ParameterInfo(
        "language",
        N_("Only these languages (ua is accepted for uk)."),
        {"type": "string", "enum": list(LANGUAGES)},
        MAX_FACET_VALUES,
    ),
    ParameterInfo("section", N_("Only these sections."), _TEXT, MAX_FACET_VALUES),
    ParameterInfo("source", N_("Only these sources."), _TEXT, MAX_FACET_VALUES),
    ParameterInfo("author", N_("Only these authors."), _TEXT, MAX_FACET_VALUES),
    ParameterInfo("tag", N_("Only these tags."), _TEXT, MAX_FACET_VALUES),
    ParameterInfo("since", N_("From this date or moment on, in Kyiv time where it names no zone."), _DATE),
    ParameterInfo("until", N_("Up to and including this date, or up to this moment."), _DATE),
    ParameterInfo("sort", N_("The order."), {"type": "string", "enum": list(Sort), "default": Sort.RELEVANCE.value}),
    ParameterInfo(
        "group",
        N_("story: one hit for all language versions of a story; none: every version is its own hit."),
        {"type": "string", "enum": list(Group), "default": Group.STORY.value},
    ),
    ParameterInfo(
        "page", N_("The page, from 1."), {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1}
    ),
    ParameterInfo(
        "bridges",
        N_("0 searches without names across scripts, transliteration and dictionaries."),
        {"type": "string", "enum": ["0", "1"], "default": "1"},
    ),
    ParameterInfo(
        "without",
        N_(
            "Switch off some of how the query is read: a kind (name, alias, glossary, learned, own, typing; across, "
            "dates, layout), or one reading by its id in the interpretation."
        ),
        {"type": "string", "maxLength": MAX_SWITCH_CHARACTERS, "examples": ["glossary", "glossary:порт"]},
        MAX_SWITCHED_OFF,
    ),
    ParameterInfo(
        "fold",
        "1 puts results of the page with nearly the same text under the first of them, as `also`; no count changes.",
        {"type": "string", "enum": ["0", "1"], "default": "0"},
    ),
)
