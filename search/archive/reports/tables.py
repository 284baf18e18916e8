"""
Reports as rows for a spreadsheet or a terminal, a row of names first; and as plain values for JSON.

Moments are Kyiv's, since people read them.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from io import StringIO
from typing import Any, TypeAlias

from search.archive.reports.anniversaries import OnThisDay
from search.archive.reports.differences import Differences, Disagreements, Mention, NumberDifference
from search.archive.reports.gaps import LAG_HOURS, Gaps, Lag
from search.archive.reports.headlines import HeadlineChanges
from search.archive.reports.names_table import NameForm, NameRow, NamesTable
from search.archive.reports.over_time import OverTime
from search.settings import KYIV

Row: TypeAlias = Sequence[object]

#: Tells Excel that the file is UTF-8.
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
# A cell that begins so is calculated by spreadsheets. https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_rows(rows: Iterable[Iterable[Any]], *, mark: bool = False) -> Iterator[str]:
    """Yield rows of CSV (RFC 4180) in which no spreadsheet calculates; ``mark`` puts a byte order mark first."""
    buffer = StringIO(newline="")
    writer = csv.writer(buffer)
    if mark:
        buffer.write(BYTE_ORDER_MARK)
    for row in rows:
        writer.writerow([csv_cell(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def csv_cell(value: Any) -> Any:
    """
    Return a value that no spreadsheet calculates: an apostrophe before it makes it a text.

    >>> csv_cell("=1+1"), csv_cell("Kyiv - Lviv"), csv_cell(1.5)
    ("'=1+1", 'Kyiv - Lviv', 1.5)
    """
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def report_as_dict(report: Any) -> Any:
    """Return a report as values that JSON has: objects, lists, texts and numbers; moments in ISO 8601."""
    if is_dataclass(report):
        return {field.name: report_as_dict(getattr(report, field.name)) for field in fields(report)}
    if isinstance(report, tuple) and hasattr(report, "_asdict"):
        return {name: report_as_dict(value) for name, value in report._asdict().items()}
    if isinstance(report, Mapping):
        return {key: report_as_dict(value) for key, value in report.items()}
    if isinstance(report, (tuple, list)):
        return [report_as_dict(value) for value in report]
    return report.isoformat() if isinstance(report, (date, datetime)) else report


def gap_story_rows(gaps: Gaps) -> Iterator[Row]:
    """Yield the list of the stories that lack a version."""
    yield ("story", "id", "language", "title", "url", "published", "section", "has", "lacking")
    for each in gaps.items:
        one = each.first
        published = moment_text(one.published)
        has, lacking = " ".join(each.has), " ".join(each.lacking)
        yield (each.story, one.id, one.language, one.title, one.url or "", published, each.section or "", has, lacking)


def gap_count_rows(gaps: Gaps) -> Iterator[Row]:
    """Yield how many stories lack a version, by month and section."""
    yield ("month", "section", "stories", "incomplete", *(f"without {language}" for language in gaps.languages))
    for cell in gaps.cells:
        lacking = (cell.lacking[language] for language in gaps.languages)
        yield (cell.month or "", cell.section or "", cell.stories, cell.incomplete, *lacking)


def lag_rows(lags: Iterable[Lag]) -> Iterator[Row]:
    """Yield how many hours versions come after the first of their story."""
    bars = (*(f"under {hours} h" for hours in LAG_HOURS), f"{LAG_HOURS[-1]} h or more")
    yield ("language", "section", "month", "versions", "median hours", "90 % within hours", *bars)
    for lag in lags:
        times = (round(lag.median, 1), round(lag.p90, 1))
        yield (lag.language, lag.section or "", lag.month or "", lag.versions, *times, *lag.histogram)


def over_time_rows(found: OverTime) -> Iterator[Row]:
    """Yield the stories, versions and share of each query, a row for each period."""
    names = (
        heading
        for line in found.lines
        for heading in (f"{line.query}: stories", f"{line.query}: versions", f"{line.query}: % of stories")
    )
    yield (found.step, "all stories", "all versions", *names)
    for number, period in enumerate(found.periods):
        points = (line.points[number] for line in found.lines)
        values = (value for point in points for value in (point.stories, point.versions, round(100 * point.share, 2)))
        yield (period.name, period.stories, period.versions, *values)


def on_this_day_rows(found: OnThisDay) -> Iterator[Row]:
    """Yield the stories of a day."""
    yield ("day", "story", "id", "title", "url", "languages", "words")
    for year in found.years:
        for each in year.items:
            one = each.versions[0]
            yield (year.day, each.story, one.id, one.title, one.url or "", " ".join(each.languages), each.words)


def names_rows(table: NamesTable) -> Iterator[Row]:
    """Yield a row for each name: totals, forms, and a column of versions for each year and language."""
    columns = [(year, language) for year in table.years for language in table.languages]
    headings = (f"{'without a date' if year is None else year} {language}" for year, language in columns)
    yield ("line", "name", "stories", "versions", "occurrences", "forms", *headings)
    for row in table.rows:
        found = {(cell.year, cell.language): cell.articles for cell in row.cells}
        counts = (found.get(column, 0) for column in columns)
        yield (row.line, row.name, row.stories, row.articles, row.occurrences, forms_text(row), *counts)


def forms_text(row: NameRow) -> str:
    """Return the forms of a name with how often each occurs."""
    others = (NameForm("…", row.other_occurrences, 0),) if row.other_occurrences else ()
    return "; ".join(f"{each.form} {each.occurrences}" for each in (*row.forms, *others))


def difference_rows(found: Differences) -> Iterator[Row]:
    """Yield what the versions of a story say differently."""
    yield ("what", "one", "one says", "its sentence", "other", "other says", "its sentence")
    for pair in found.pairs:
        first, second = pair.first.version.language, pair.second.version.language
        for number in pair.numbers:
            yield (number.kind, first, *_mention(number.first), second, *_mention(number.second))
        for name in pair.names:
            yield ("name", name.has.language, *_mention(name.has), name.lacking, *_mention(name.lacks))
        for paragraph in pair.paragraphs:
            number_of = f"paragraph {paragraph.number}"
            yield ("paragraph", paragraph.language, number_of, paragraph.text, paragraph.lacking, "", "")


def disagreement_rows(found: Disagreements) -> Iterator[Row]:
    """Yield the numbers in which the versions of stories contradict each other."""
    yield (
        "story",
        "published",
        "title",
        "kind",
        "one",
        "one says",
        "its sentence",
        "other",
        "other says",
        "its sentence",
    )
    for each in found.items:
        one = each.versions[0]
        for number in each.numbers:
            yield (each.story, moment_text(one.published), one.title, number.kind, *_both(number))


def headline_rows(found: HeadlineChanges) -> Iterator[Row]:
    """Yield the headlines that were changed."""
    yield ("changed", "id", "language", "section", "published", "old headline", "new headline")
    for each in found.items:
        change = each.change
        published = moment_text(each.published)
        yield (
            *(moment_text(change.changed), change.id, each.language, each.section or "", published),
            *(change.old, change.new),
        )


def moment_text(moment: datetime | None) -> str:
    """Return a moment as Kyiv's clocks show it."""
    return moment.astimezone(KYIV).strftime("%Y-%m-%d %H:%M") if moment else ""


def _both(number: NumberDifference) -> Iterator[object]:
    for mention in (number.first, number.second):
        yield mention.language if mention else ""
        yield from _mention(mention)


def _mention(mention: Mention | None) -> tuple[str, str]:
    return (mention.shown, mention.text) if mention else ("", "")
