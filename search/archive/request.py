"""
What a caller may ask for: the arguments of a search, checked once and made uniform.

Wrong arguments raise here, with the values that are possible; a wrong *query* never raises, it is not read here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeAlias, TypedDict, TypeVar

from search.archive.results import Position
from search.article import parse_language, parse_moment
from search.query.dates import parse_dates
from search.settings import KYIV

FACETS = ("language", "section", "source", "author", "tag", "month")
#: Counted only if asked for: an archive of thirty years has ten thousand days.
MORE_FACETS = ("day",)

Values: TypeAlias = str | Iterable[str] | None
_Mode = TypeVar("_Mode", bound=StrEnum)
DateLike: TypeAlias = str | date | None


class Sort(StrEnum):
    """The order of results."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


class Group(StrEnum):
    """What one result is: a story with its language versions, or a version."""

    STORY = "story"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """
    How a query may be read: whether by bridges at all, and what of its reading is switched off.

    ``without`` has kinds (``"glossary"``, ``"dates"``) and single readings (``"glossary:війна"``).
    """

    bridges: bool = True
    without: frozenset[str] = frozenset()


class Narrowing(TypedDict, total=False):
    """The arguments of a search that say, beside its query, which articles are found."""

    language: Values
    section: Values
    source: Values
    author: Values
    tag: Values
    since: DateLike
    until: DateLike
    bridges: bool
    without: Values


class Finding(Narrowing, total=False):
    """The arguments of a search that decide what is found and in which order; ``Archive.search`` explains them."""

    sort: str
    group: str
    prefer: str | None


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """A search, checked. ``filters`` maps a keyword field to the values that may stand in it."""

    query: str
    filters: Mapping[str, frozenset[str]]
    since: datetime | None
    until: datetime | None
    sort: Sort
    group: Group
    facets: tuple[str, ...]
    limit: int
    offset: int
    prefer: str | None
    reading: ReadingOptions
    fold_duplicates: bool = False
    after: Position | None = None

    @property
    def has_dates(self) -> bool:
        """Whether the request limits the date."""
        return self.since is not None or self.until is not None


def make_request(
    query: str,
    filters: Mapping[str, Values],
    *,
    since: DateLike,
    until: DateLike,
    sort: str,
    group: str,
    facets: Sequence[str],
    limit: int,
    offset: int,
    prefer: str | None,
    bridges: bool,
    without: Values,
    today: date,
    fold_duplicates: bool = False,
    after: Position | None = None,
) -> SearchRequest:
    """Return the request. Raises ``ValueError`` saying which argument is wrong and what it may be."""
    if limit < 0 or offset < 0:
        raise ValueError(f"limit and offset must not be negative; got {limit} and {offset}")
    if after and offset:
        raise ValueError(f"after says where to begin, and so does offset; got both, offset {offset}")
    if isinstance(facets, str):
        raise ValueError(f"facets must be a list of names, such as ({facets!r},)")
    for name in facets:
        if name not in (*FACETS, *MORE_FACETS):
            raise ValueError(f"there is no facet {name!r}; the facets are {', '.join((*FACETS, *MORE_FACETS))}")
    return SearchRequest(
        query,
        {name: chosen for name, values in filters.items() if (chosen := _values(name, values))},
        moment_limit("since", since, today),
        moment_limit("until", until, today),
        _one_of(Sort, "sort", sort),
        _one_of(Group, "group", group),
        tuple(facets),
        limit,
        offset,
        parse_language(prefer) if prefer else None,
        reading_options(bridges=bridges, without=without),
        fold_duplicates,
        after,
    )


def reading_options(*, bridges: bool, without: Values) -> ReadingOptions:
    """Return how a query may be read. A name that switches off nothing does no harm: words of queries are in names."""
    return ReadingOptions(bridges, _values("without", without))


def moment_limit(name: str, value: DateLike, today: date) -> datetime | None:
    """
    Return the limit that ``since`` or ``until`` names, in UTC; the one of ``until`` is exclusive.

    A date is a whole day of Kyiv, and ``until`` includes it. A text may be all that the query language takes after
    ``since:`` (``2024``, ``2024-05``, ``17.05.2024``, ``yesterday``) or a moment in ISO 8601. Raises ``ValueError``.

    >>> moment_limit("until", "2024-05", date(2026, 1, 1)).isoformat()
    '2024-05-31T21:00:00+00:00'
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        limits = parse_dates(name, value.strip(), today)
        if limits is not None:
            return limits.until if name == "until" else limits.since
    elif not isinstance(value, datetime):
        next_day = value + timedelta(days=1) if name == "until" else value
        return parse_moment(datetime.combine(next_day, time(), KYIV))
    try:
        return parse_moment(value)
    except ValueError as error:
        raise ValueError(f"{name} is not a date: {value!r}; write it as 2024-05-17, 2024-05 or 2024") from error


def _values(name: str, values: Values) -> frozenset[str]:
    if values is None:
        return frozenset()
    chosen = [values] if isinstance(values, str) else list(values)
    return frozenset(parse_language(value) if name == "language" else value for value in chosen if value)


def _one_of(kind: type[_Mode], name: str, value: str) -> _Mode:
    try:
        return kind(value)
    except ValueError as error:
        raise ValueError(f"{name} must be one of {', '.join(kind)}; got {value!r}") from error
