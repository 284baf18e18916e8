"""Figures about an archive, as text for people."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from search.archive.statistics import Statistics
from search.settings import KYIV

# Sources and sections can be thousands; a person looks at the large ones, a program takes --json.
_MAX_VALUES = 12
#: The fields whose words are counted in the text; the others (authors, tags, places ...) are in --json.
_FIELDS = ("all", "title", "lead", "body")


def statistics_text(
    statistics: Statistics,
    sizes: Mapping[str, int],
    vocabulary: Mapping[str, Mapping[str, int]],
    waiting: Mapping[str, int],
    dictionaries: Mapping[str, Any],
) -> str:
    """Return the figures that ``visti stats`` prints, a line for each."""
    stories = f"{statistics.stories:,} {'story' if statistics.stories == 1 else 'stories'}"
    lines = {
        "articles": f"{statistics.articles:,} in {stories}",
        "languages": _listed(statistics.languages),
        "sections": _listed(statistics.sections),
        "sources": _listed(statistics.sources),
        "statuses": _listed(statistics.statuses),
        "published": f"{_day(statistics.first)} to {_day(statistics.last)}" if statistics.first else "none with a date",
        "years": _listed(_years(statistics.months), most=100),
        "months": _listed(dict(sorted(statistics.months.items(), reverse=True))),
        "files": _listed({kind: size for kind, size in sizes.items() if size}, unit=" bytes"),
        "segments": f"{statistics.segments:,}, {statistics.deleted:,} deleted articles in them not yet merged away",
        **{f"words {name}": _listed(vocabulary[name], most=100) for name in _FIELDS},
        "commit": f"{statistics.generation:,}, written {_moment(statistics.committed)}",
        "format": str(statistics.format),
        "analysis": statistics.analysis,
        "kept out": f"{waiting['killed']:,} killed before they came, {waiting['deleted_for_good']:,} deleted; "
        f"{waiting['quarantined']:,} in quarantine",
    }
    if learned := dictionaries["learned"]:
        lines["learned"] = f"translations {learned['rows']:,}, from commit {learned['commit']:,}"
    if own := dictionaries["own"]:
        lines["own dictionary"] = f"rows {own['rows']:,}"
    width = max(map(len, lines)) + 2
    return "\n".join(f"{name:<{width}}{text}" for name, text in lines.items())


def _listed(counts: Mapping[str, int], most: int = _MAX_VALUES, unit: str = "") -> str:
    shown = [f"{value} {count:,}{unit}" for value, count in counts.items()]
    more = len(shown) - most
    return ", ".join([*shown[:most], *([f"and {more:,} more"] if more > 0 else [])]) or "none"


def _years(months: Mapping[str, int]) -> dict[str, int]:
    years: Counter[str] = Counter()
    for month, count in months.items():
        years[month.partition("-")[0]] += count
    return dict(sorted(years.items()))


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(KYIV):%Y-%m-%d}" if moment else ""


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(KYIV):%Y-%m-%d %H:%M:%S} (Kyiv)" if moment else "-"
