"""
The subcommand ``visti coverage``: reports for the newsroom on what the archive has and lacks.

Each prints a table for people, one JSON object, or CSV for a spreadsheet; all are one call of the library.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

import search
from search.archive.reports.tables import (
    Row,
    csv_rows,
    difference_rows,
    disagreement_rows,
    forms_text,
    gap_count_rows,
    gap_story_rows,
    headline_rows,
    lag_rows,
    names_rows,
    on_this_day_rows,
    over_time_rows,
    report_as_dict,
)
from search.command import counted, index_option, json_option, newsroom_option

# A wider column of a table for people is cut: the rest is in --json and --csv.
_WIDEST = 60
_Command = TypeVar("_Command", bound=Callable[..., None])

csv_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet instead of text."
)


def filter_options(command: _Command) -> _Command:
    """Give a command the filters of the reports."""
    for option in (
        click.option("--until", help="Published on or before; the whole of the year, month or day that is named."),
        click.option("--since", help="Published on or after: 2024, 2024-05, 2024-05-17, yesterday."),
        click.option("--source", multiple=True, help="Only this source. May be repeated."),
        click.option("--section", multiple=True, help="Only this section. May be repeated."),
    ):
        command = option(command)
    return command


def page_options(command: _Command) -> _Command:
    """Give a command the part of a list that it prints."""
    for option in (
        click.option("--offset", type=click.IntRange(min=0), default=0, help="How many to pass over first."),
        click.option("--limit", type=click.IntRange(min=0), default=20, show_default=True, help="How many to list."),
    ):
        command = option(command)
    return command


@click.group("coverage")
def coverage_command() -> None:
    """Report on coverage: what it lacks, how much there was.

    Stories without a language version, versions that disagree, the same day in earlier years, searches compared over
    time, and a list of names against the archive.

    \b
    Examples:
      visti coverage gaps --lacking en --since 2024-05
      visti coverage differences sample-energy-01.uk
      visti coverage on-this-day
      visti coverage compare 'Зеленський' 'Порошенко' --step year
      visti coverage names people.csv --csv > table.csv
    """


@coverage_command.command("gaps")
@click.option("--languages", multiple=True, help="A language that every story should have. May be repeated.")
@click.option("--lacking", multiple=True, help="List only stories without this language. May be repeated.")
@filter_options
@page_options
@click.option("--csv", "csv_kind", type=click.Choice(["stories", "counts", "lags"]),
              help="Print CSV for a spreadsheet: the list, the counts by month and section, or the lags.")  # fmt: skip
@index_option
@newsroom_option
@json_option
def gaps_command(
    index_path: Path, newsroom: bool, as_json: bool, csv_kind: str | None, languages: Sequence[str], **asked: Any
) -> None:
    """Show stories that lack a language version, and how late versions come.

    A story counts by its first version: its section and its date. A canceled version is none.
    """
    found = _report(index_path, newsroom, lambda archive: archive.gaps(languages, **asked))
    lags = (*found.lags, *found.lags_by_section, *found.lags_by_month)
    rows = {"stories": gap_story_rows(found), "counts": gap_count_rows(found), "lags": lag_rows(lags)}
    if csv_kind or as_json:
        _print_data(found, rows[csv_kind or "stories"], as_json)
        return
    lacking = ", ".join(f"{number:,} lack {language}" for language, number in found.lacking.items())
    click.echo(f"{counted(found.stories, 'story', 'stories')}; {lacking}; {found.incomplete:,} lack something")
    for heading, table in (
        ("Hours after the first version", lag_rows(found.lags)),
        ("By month and section", gap_count_rows(found)),
        (f"Stories to work off ({len(found.items):,} of {found.listed:,})", gap_story_rows(found)),
    ):
        click.echo(f"\n{heading}\n{_text_table(table)}")


@coverage_command.command("differences")
@click.argument("story", required=False)
@filter_options
@page_options
@index_option
@newsroom_option
@json_option
@csv_option
def differences_command(
    story: str | None, index_path: Path, newsroom: bool, as_json: bool, as_csv: bool, **asked: Any
) -> None:
    """Show what the language versions of a story say differently.

    STORY is the id of an article or the key of a story. Without it, stories whose versions contradict each other in a
    number are listed, the newest first; of these only some are read at a time, and --offset goes on.
    """
    if story is None:
        _print_disagreements(index_path, newsroom, as_json, as_csv, asked)
        return
    found = _report(index_path, newsroom, lambda archive: archive.differences(story))
    if found is None:
        raise click.ClickException(f"there is no article and no story {story!r}. Find an id: visti search WORDS")
    if as_json or as_csv:
        _print_data(found, difference_rows(found), as_json)
        return
    for each in found.versions:
        size = f"{counted(each.words, 'word')}, {counted(each.paragraphs, 'paragraph')}"
        click.echo(f"{each.version.language}  {each.version.id}: {size}")
    rows = list(difference_rows(found))
    click.echo(_text_table(rows) if len(rows) > 1 else "Nothing is said differently that could be seen.")


def _print_disagreements(index_path: Path, newsroom: bool, as_json: bool, as_csv: bool, asked: dict[str, Any]) -> None:
    found = _report(index_path, newsroom, lambda archive: archive.disagreements(**asked))
    if as_json or as_csv:
        _print_data(found, disagreement_rows(found), as_json)
        return
    stories = counted(found.stories, "story", "stories")
    click.echo(f"Of {stories} with several versions {found.looked_at:,} were read.")
    if found.items:
        click.echo(_text_table(disagreement_rows(found)))
    if found.next_offset is not None:
        click.echo(f"Go on with --offset {found.next_offset}", err=True)


@coverage_command.command("headlines")
@click.argument("article_id", required=False, metavar="[ID]")
@filter_options
@page_options
@index_option
@newsroom_option
@json_option
@csv_option
def headlines_command(
    article_id: str | None, index_path: Path, newsroom: bool, as_json: bool, as_csv: bool, **asked: Any
) -> None:
    """Show headlines that were changed after publication, by month; or those of one article, by its id.

    What is known begins with the first indexing run that kept the history. --since and --until limit when a headline
    was changed.
    """
    if article_id is not None:
        changes = _report(index_path, newsroom, lambda archive: archive.headlines(article_id))
        rows: list[Row] = [("changed", "old headline", "new headline")]
        rows += [(each.changed.isoformat(), each.old, each.new) for each in changes]
        if as_json or as_csv:
            _print_data({"changes": changes}, rows, as_json)
        else:
            click.echo(_text_table(rows) if changes else "Its headline was not changed, as far as is known.")
        return
    found = _report(index_path, newsroom, lambda archive: archive.headline_changes(**asked))
    if as_json or as_csv:
        _print_data(found, headline_rows(found), as_json)
        return
    click.echo(f"{counted(found.changes, 'headline was', 'headlines were')} changed after publication")
    if found.changes:
        months: list[Row] = [("month", "changes", "articles"), *found.months]
        click.echo(f"\n{_text_table(months)}\n\n{_text_table(headline_rows(found))}")


@coverage_command.command("on-this-day")
@click.argument("day", required=False, metavar="[DATE]")
@click.option("--section", multiple=True, help="Only this section. May be repeated.")
@click.option("--source", multiple=True, help="Only this source. May be repeated.")
@click.option("--limit", type=click.IntRange(min=0), default=5, show_default=True, help="How many stories of a year.")
@index_option
@newsroom_option
@json_option
@csv_option
def on_this_day_command(
    day: str | None, index_path: Path, newsroom: bool, as_json: bool, as_csv: bool, **asked: Any
) -> None:
    """Show the stories of the same day in earlier years, by default of today.

    DATE is written 2024-05-17. Of each year come first the stories in most languages, of these the longest.
    """
    try:
        chosen = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise click.UsageError(f"{day!r} is not a date; write it as 2024-05-17") from error
    found = _report(index_path, newsroom, lambda archive: archive.on_this_day(chosen, **asked))
    if as_json or as_csv:
        _print_data(found, on_this_day_rows(found), as_json)
        return
    if not found.years:
        click.echo(f"Nothing was published on this day before {found.day[:4]}.")
    for year in found.years:
        click.echo(f"{year.day}: {counted(year.stories, 'story', 'stories')}")
        for each in year.items:
            size = f"{'/'.join(each.languages)}, {counted(each.words, 'word')}"
            click.echo(f"  {each.versions[0].title} ({size})  {each.versions[0].id}")


@coverage_command.command("compare")
@click.argument("queries", nargs=-1, required=True, metavar="QUERY...")
@click.option("--step", type=click.Choice([step.value for step in search.Step]), default="month", show_default=True,
              help="How long a period is.")  # fmt: skip
@click.option("--since", help="From this day, month or year on.")
@click.option("--until", help="Until this day, month or year.")
@click.option("--bridges/--no-bridges", default=True,
              help="Search in other languages and spellings too, or only the words that are typed.")  # fmt: skip
@index_option
@newsroom_option
@json_option
@csv_option
def compare_command(
    queries: Sequence[str], index_path: Path, newsroom: bool, as_json: bool, as_csv: bool, **asked: Any
) -> None:
    """Show how many stories up to five queries find in each year, month, week or day.

    The percentage is of all stories of the period. Put each query in single quotes.
    """
    found = _report(index_path, newsroom, lambda archive: archive.over_time(queries, **asked))
    for line in found.lines:
        for notice in line.notices:
            click.echo(f"Note: {line.query}: {notice.message}", err=True)
    if as_json or as_csv:
        _print_data(found, over_time_rows(found), as_json)
        return
    for line in found.lines:
        undated = f", {line.undated:,} of these without a date" if line.undated else ""
        stories = counted(line.stories, "story", "stories")
        click.echo(f"{line.query}: {stories}, {counted(line.versions, 'version')}{undated}")
    click.echo(f"\n{_text_table(over_time_rows(found))}")


@coverage_command.command("names")
@click.argument("file", type=click.File("rb"), metavar="FILE")
@index_option
@newsroom_option
@json_option
@csv_option
def names_command(file: Any, index_path: Path, newsroom: bool, as_json: bool, as_csv: bool) -> None:
    """Show how often each name of a list was written of, by year and language, in every spelling and form.

    FILE is CSV or plain text, or - for standard input: one name on a line; further columns, or parts after semicolons,
    are other spellings of the same name. Up to 2,000 names.
    """
    try:
        names = search.read_names(file.read(search.MAX_LIST_BYTES + 1))
    except ValueError as error:
        raise click.ClickException(f"{_name_of(file)}: {error}") from error
    for wrong in names.errors:
        click.echo(f"Note: {_name_of(file)}, {wrong}; the line was passed over", err=True)
    found = _report(index_path, newsroom, lambda archive: archive.names_table(names.names))
    if as_json or as_csv:
        _print_data(found, names_rows(found), as_json)
        return
    for row in found.rows:
        stories, versions = counted(row.stories, "story", "stories"), counted(row.articles, "version")
        click.echo(f"{row.name}: {stories}, {versions}, {counted(row.occurrences, 'time')}")
        if row.forms:
            click.echo(f"  {forms_text(row)}")
            cells = {(cell.year, cell.language): cell.articles for cell in row.cells}
            table: list[Row] = [("", *found.languages, "stories")]
            for year in row.years:
                counts = (cells.get((year.year, language), 0) for language in found.languages)
                table.append((str(year.year or "no date"), *counts, year.stories))
            click.echo(_text_table(table))


def _name_of(file: Any) -> str:
    name = getattr(file, "name", "<stdin>")
    return "standard input" if name == "<stdin>" else str(name)


_Report = TypeVar("_Report")


def _report(index_path: Path, newsroom: bool, make: Callable[[search.Archive], _Report]) -> _Report:
    """Return a report on an archive; wrong arguments are wrong usage."""
    audience = search.Audience.NEWSROOM if newsroom else search.Audience.READERS
    with search.open(index_path, audience=audience) as archive:
        try:
            return make(archive)
        except ValueError as error:
            raise click.UsageError(str(error)) from error


def _print_data(report: Any, rows: Iterable[Row], as_json: bool) -> None:
    """Print a report for programs, as JSON or as CSV."""
    if as_json:
        click.echo(json.dumps(report_as_dict(report), ensure_ascii=False))
    else:
        for line in csv_rows(rows):
            click.echo(line.replace("\r\n", "\n"), nl=False)


def _text_table(rows: Iterable[Row]) -> str:
    """Return rows as lines in which the columns stand under each other, numbers to the right."""
    values = list(rows)
    cells = [[_cell(value) for value in row] for row in values]
    widths = [max(len(row[number]) for row in cells) for number in range(len(cells[0]))]
    lines = []
    for row, texts in zip(values, cells, strict=True):
        padded = (
            text.rjust(width) if isinstance(value, (int, float)) else text.ljust(width)
            for value, text, width in zip(row, texts, widths, strict=True)
        )
        lines.append(f"  {'  '.join(padded)}".rstrip())
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else " ".join(str(value).split())
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
