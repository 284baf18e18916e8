"""
The subcommands of ``visti`` that write an index: ``index``, ``delete``, ``reindex`` and ``repair``; and what lies
beside it: ``learn`` and ``dictionary``.
"""

import json
import os
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

import search
from indexer.dictionary import DictionaryChange, add_words, listed_words, remove_all_words, remove_words
from indexer.job import NO_QUARANTINE, Job, intake_of, quarantine_of, retried
from indexer.learn import Learning, Lesson, learn_translations
from indexer.readers.csv_table import parse_columns
from indexer.rebuild import rebuild_damaged, reindex, reindex_into
from indexer.report import Report
from indexer.write import check_articles, delete_articles, index_articles
from search.article import LANGUAGES, parse_moment
from search.columnar.lock import WAIT_SECONDS
from search.command import counted, index_option, json_option, print_dictionary_notices

# Reasons printed one by one; all of them (up to the report's own limit) are in --json.
MAX_PRINTED = 20
# Often enough on a terminal to be alive, seldom enough elsewhere not to fill a log.
SECONDS_BETWEEN_PROGRESS = 1.0
SECONDS_BETWEEN_LOG_LINES = 10.0


class Moment(click.ParamType[datetime]):
    """A date or a moment in ISO 8601, of Kyiv if it names no zone."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment; fail as click wants it for anything else."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_moment(str(value))
        except ValueError as error:
            self.fail(f"{value!r} is no date; write 2024-05-17 or 2024-05-17T12:00 ({error})", param, ctx)


class Columns(click.ParamType[dict[str, str]]):
    """Which columns of a table are which fields."""

    name = "columns"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, str]:
        """Return the column of each field; fail as click wants it for anything else."""
        if isinstance(value, dict):
            return value
        try:
            return parse_columns(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


wait_option = click.option(
    "--wait",
    type=click.FloatRange(min=0),
    default=WAIT_SECONDS,
    show_default=True,
    help="Seconds to wait for another writer.",
)


jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: os.cpu_count() or 1,
    show_default="one for each core",
    help="Processes that share the analysis of a large number of articles.",
)


@click.command("index")
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@index_option
@wait_option
@jobs_option
@click.option("--link/--no-link", default=True, show_default=True,
              help="Put articles that come without a story into the one that they belong to.")  # fmt: skip
@click.option("--since", type=Moment(), metavar="DATE",
              help="Only articles published or updated from then: 2024-05-17, 2024-05-17T12:00.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first so many articles.")
@click.option("--dry-run", is_flag=True, help="Read, check and report; write nothing.")
@click.option("--columns", type=Columns(), metavar="FIELD=COLUMN,...",
              help="In tables: the column of each field of an article that is not called like it.")  # fmt: skip
@click.option("--retry", is_flag=True, help="Take what is in quarantine again.")
@click.option("--quarantine", "quarantine_name", metavar="FILE|none",
              help="Where records go that cannot be taken.  [default: quarantine.jsonl in the index]")  # fmt: skip
@json_option
def index_command(
    sources: Sequence[str], index_path: Path, wait: float, jobs: int, link: bool, since: datetime | None,
    limit: int | None, dry_run: bool, columns: dict[str, str] | None, retry: bool, quarantine_name: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Put articles into the index.

    SOURCE is a file, a folder, or - for standard input. docs/ingest.md lists the formats; they may be packed (.gz,
    .zst), in zip and tar files and in WARC files. The folder of the index is made if need be. An article replaces the
    one with its id, unless it is older than that by its date of updating; what has not changed is passed over. Records
    that cannot be taken are reported with their place and kept in quarantine, the rest goes in; --retry takes them
    again. A new article that comes without a story is compared with those of its days: where it is a version of one,
    or the same text, it is put into its story (visti story show ID says by what). What comes is committed, and can be
    found, every 5,000 articles and every 30 seconds. Exit status 1 only if nothing at all could be taken.

    \b
    Examples:
      visti index articles.jsonl pages/ archive-2019.zip
      visti index --dry-run new-export/
      zcat export.jsonl.gz | visti index - --index /srv/visti
      visti index table.csv --columns title=Заголовок,body=Текст
      visti index --retry --index /srv/visti
    """
    if retry == bool(sources):
        raise click.UsageError("name SOURCEs, or --retry for what is in quarantine")
    if retry and (dry_run or since or limit or columns):
        raise click.UsageError(
            "--retry takes all that is in quarantine as it is; leave out --dry-run, --since, --limit and --columns"
        )
    if retry and quarantine_name == NO_QUARANTINE:
        raise click.UsageError("--retry needs the file of the quarantine")
    quarantine = quarantine_of(index_path, quarantine_name, dry_run)
    job = retried(quarantine) if retry else intake_of(sources, quarantine, since, limit, columns)
    progress = _Progress(job)
    try:
        if dry_run:
            report = check_articles(job.items, index_path, progress=progress.show)
        else:
            report = index_articles(
                job.items, index_path, link=link, wait_seconds=wait, jobs=jobs, progress=progress.show
            )
            job.settle(index_path, wait)
    except KeyboardInterrupt as error:
        committed = (
            f"What was committed until now is in the index at {index_path}, which is sound; "
            "run the same command again to go on"
        )
        raise click.ClickException(f"Stopped. {'Nothing was written' if dry_run else committed}") from error
    finally:
        progress.end()
    _print_notes(report)
    for line in job.notes():
        click.echo(f"Note: {line}", err=True)
    if as_json:
        click.echo(json.dumps(report.as_dict() | job.as_dict() | {"dry_run": dry_run}, ensure_ascii=False))
    else:
        click.echo(("Nothing was written; a run would give: " if dry_run else "") + _report_text(report, index_path))
    if report.rejected and not (report.articles or report.withdrawn):
        raise click.ClickException("nothing could be taken from these sources; the reasons are above")


@click.command("delete")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@index_option
@wait_option
@json_option
def delete_command(ids: Sequence[str], index_path: Path, wait: float, as_json: bool) -> None:
    """Delete articles from the index by id.

    Exit status 1 if none of them was there.

    \b
    Example:
      visti delete sample-energy-01.uk sample-energy-01.ru
    """
    deleted = delete_articles(ids, index_path, wait_seconds=wait)
    missing = [identifier for identifier in ids if identifier not in deleted]
    for identifier in missing:
        click.echo(f"Not in the index: {identifier}", err=True)
    if as_json:
        click.echo(json.dumps({"removed": len(deleted), "deleted": deleted, "missing": missing}, ensure_ascii=False))
    else:
        click.echo(f"{counted(len(deleted), 'article')} removed from {index_path}.")
    if not deleted:
        raise click.ClickException(
            f"none of these ids is in the index at {index_path}. Find the right ones: visti search WORDS --newsroom"
        )


@click.command("reindex")
@index_option
@click.option("--force", is_flag=True, help="Rebuild it although its format and its analysis are this program's.")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), metavar="NEW",
              help="Build the new index in another folder, and leave this one alone.")  # fmt: skip
@wait_option
@jobs_option
@json_option
def reindex_command(
    index_path: Path, force: bool, into: Path | None, wait: float, jobs: int, as_json: bool
) -> None:  # fmt: skip
    """Rebuild an outdated index from its own articles.

    For an index of an older format or another analysis, which other commands refuse. It needs room for the index once
    more, and the index stays as it is until the new one takes its place at once. Interrupted, it goes on when it is
    run again. The own dictionary stays; pairs learned with another analysis are no longer used. A site that is
    running goes on. Other writers wait, and what they have is not lost: they end with a message after --wait seconds.

    With --into nobody waits: the new index grows in another folder while this one is read and written to. Run it again
    to take over what has come, changed or gone since.

    \b
    Examples:
      visti reindex --index /srv/visti
      visti reindex --index /srv/visti --into /srv/visti-new
    """
    progress = _Progress()
    if into:
        _reindex_into(index_path, into, jobs, wait, progress, as_json)
        return
    try:
        articles = reindex(index_path, force=force, jobs=jobs, progress=progress.show, wait_seconds=wait)
    except KeyboardInterrupt as error:
        raise click.ClickException(
            f"Stopped. The index at {index_path} is as it was; run the same command again to go on"
        ) from error
    finally:
        progress.end()
    if as_json:
        click.echo(json.dumps({"rebuilt": articles is not None, "articles": articles}))
    elif articles is None:
        click.echo(f"{index_path} needs no rebuilding: its format and its analysis are this program's.")
    else:
        click.echo(f"{counted(articles, 'article')} rebuilt; the index at {index_path} is up to date.")
    print_dictionary_notices(index_path)


def _reindex_into(index_path: Path, into: Path, jobs: int, wait: float, progress: "_Progress", as_json: bool) -> None:
    try:
        report = reindex_into(index_path, into, jobs=jobs, progress=progress.show, wait_seconds=wait)
    except KeyboardInterrupt as error:
        raise click.ClickException(
            f"Stopped. The index at {index_path} is as it was; run the same command again to go on with {into}"
        ) from error
    finally:
        progress.end()
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        click.echo(
            f"{report.added:,} added, {report.updated:,} updated, {report.removed:,} removed, {report.unchanged:,} "
            f"unchanged; {into} holds what {index_path} held when this began."
        )


@click.command("repair")
@index_option
@wait_option
@jobs_option
@json_option
def repair_command(index_path: Path, wait: float, jobs: int, as_json: bool) -> None:
    """Make a damaged index sound again.

    Everything that can be read stays or comes back, article by article; what cannot is listed. Damaged files are moved
    to a folder damaged-DATE in that of the index. Exit status 1 if anything is lost: put the articles in again with
    visti index. Articles that were deleted may be back if the report says that deletions are lost.

    \b
    Example:
      visti repair --index /srv/visti
    """
    progress = _Progress()
    try:
        repair = search.repair(index_path, wait_seconds=wait)
    except search.IndexOutdated:
        repair = rebuild_damaged(index_path, jobs=jobs, progress=progress.show, wait_seconds=wait)
    finally:
        progress.end()
    _print_losses(repair)
    click.echo(json.dumps(_repair_record(repair), ensure_ascii=False) if as_json else _repair_text(repair, index_path))
    print_dictionary_notices(index_path)
    if repair.problems:
        raise click.ClickException(f"{index_path} is still damaged: {repair.problems[0]}. See to the disk")
    if repair.lost or repair.uncounted:
        raise click.ClickException(
            f"articles are lost, the index at {index_path} is sound without them. "
            f"Put them in again from their source: visti index SOURCE --index {index_path}"
        )


@click.command("learn")
@index_option
@wait_option
@json_option
def learn_command(index_path: Path, wait: float, as_json: bool) -> None:
    """Learn translations from the stories of the index.

    Stories with versions in several languages show which words stand for which. Pairs of words that several stories
    show are kept beside the index, and a search in one language finds them in the others. Only articles that readers
    may see now teach anything. What was learned before is replaced at the end; interrupted, it stays. Run it again when
    the archive has grown, once a month or so, when articles had to be withheld, and after visti reindex.

    \b
    Example:
      visti learn --index /srv/visti
    """
    line = _Line()
    try:
        lesson = learn_translations(
            index_path, progress=lambda learning: line.show(_learning_text(learning)), wait_seconds=wait
        )
    except KeyboardInterrupt as error:
        raise click.ClickException(
            f"Stopped. What was learned before at {index_path} is as it was; run the same command again"
        ) from error
    finally:
        line.end()
    click.echo(json.dumps(lesson.as_dict()) if as_json else _lesson_text(lesson, index_path))


@click.command("dictionary")
@click.argument("action", type=click.Choice(["add", "list", "remove"]), metavar="add|list|remove")
@click.argument("arguments", nargs=-1, metavar="[FILE|WORD]...")
@click.option("--all", "everything", is_flag=True, help="With remove: the whole dictionary.")
@index_option
@wait_option
@json_option
def dictionary_command(
    action: str, arguments: Sequence[str], everything: bool, index_path: Path, wait: float, as_json: bool
) -> None:
    """Keep the newsroom's own words and translations.

    add FILE puts the rows of a table into the dictionary (- is standard input), list prints it, remove WORD takes out
    the rows that have a word. A row has the words for one thing in Ukrainian, Russian and English, parted by tabs; a
    cell may be empty or hold several words parted by commas; # begins a comment. A first row of language codes
    names other columns. Rows that cannot be taken are reported with their line, the rest goes in.

    \b
    Examples:
      visti dictionary add words.tsv
      visti dictionary list > words.tsv
      visti dictionary remove regiment
    """
    if action == "list":
        if arguments or everything:
            raise click.UsageError("list takes no arguments")
        _print_dictionary(index_path, as_json)
    elif action == "add":
        if len(arguments) != 1 or everything:
            raise click.UsageError("add takes one FILE, or - for standard input")
        change = add_words(index_path, _content_of(arguments[0]), arguments[0], wait_seconds=wait)
        _print_change(change, index_path, as_json)
    elif everything == bool(arguments):
        raise click.UsageError("remove takes WORDs, or --all")
    elif everything:
        remove_all_words(index_path, wait_seconds=wait)
        click.echo(json.dumps({"rows": 0}) if as_json else f"The own dictionary of {index_path} is empty.")
    else:
        _print_change(remove_words(index_path, arguments, wait_seconds=wait), index_path, as_json)


def _content_of(source: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise click.ClickException(
            f"{source!r} cannot be read ({getattr(error, 'strerror', None) or error}). "
            f"Name a file: visti dictionary add FILE"
        ) from error


def _print_dictionary(index_path: Path, as_json: bool) -> None:
    entries = listed_words(index_path)
    if as_json:
        rows = [dict(zip(LANGUAGES, entry.words, strict=True)) for entry in entries]
        click.echo(json.dumps({"rows": rows}, ensure_ascii=False))
        return
    click.echo("\t".join(LANGUAGES))
    for entry in entries:
        click.echo("\t".join(", ".join(words) for words in entry.words))


def _print_change(change: DictionaryChange, index_path: Path, as_json: bool) -> None:
    for error in change.errors[:MAX_PRINTED]:
        click.echo(f"Left out: {error}", err=True)
    if len(change.errors) > MAX_PRINTED:
        click.echo(f"... and {len(change.errors) - MAX_PRINTED:,} more; --json lists the reasons.", err=True)
    if as_json:
        errors = [{"source": e.source, "line": e.line, "reason": e.reason} for e in change.errors]
        figures = {"added": change.added, "removed": change.removed, "rows": change.rows, "errors": errors}
        click.echo(json.dumps(figures, ensure_ascii=False))
    else:
        click.echo(
            f"{counted(change.added, 'row')} added, {change.removed:,} removed; "
            f"the own dictionary of {index_path} has {counted(change.rows, 'row')}."
        )
    if change.errors and not change.added:
        raise click.ClickException("no new row could be taken from this table; the reasons are above")


def _learning_text(learning: Learning) -> str:
    if learning.done < learning.total:
        return f"{learning.done:,} of {counted(learning.total, 'story', 'stories')} read"
    return f"{counted(learning.total, 'story', 'stories')} read; comparing their words"


def _lesson_text(lesson: Lesson, index_path: Path) -> str:
    if not lesson.stories:
        return f"{index_path} has no story in two languages that readers may see: nothing was learned."
    pairs = ", ".join(f"{languages} {count:,}" for languages, count in lesson.pairs.items())
    return f"{counted(lesson.stories, 'story', 'stories')} in several languages taught these pairs of words: {pairs}."


def _print_losses(repair: search.Repair) -> None:
    """Say on standard error what was damaged, what is lost, and what became of the files."""
    for problem in repair.found[:MAX_PRINTED]:
        click.echo(f"Damaged: {problem}", err=True)
    for lost in repair.lost_articles[:MAX_PRINTED]:
        click.echo(f"Lost: {lost.id or 'an article of unknown id'} {lost.title}".rstrip(), err=True)
    if len(repair.lost_articles) > MAX_PRINTED:
        click.echo(f"... and {len(repair.lost_articles) - MAX_PRINTED:,} more; --json lists them.", err=True)
    for name in repair.uncounted:
        click.echo(f"Lost: nobody can tell how many articles of {name}", err=True)
    for name in repair.deletions_lost:
        click.echo(
            f"Note: which articles of {name} were deleted is not certain; those deleted last may be back. "
            f"Delete them again: visti delete ID",
            err=True,
        )


def _repair_text(repair: search.Repair, index_path: Path) -> str:
    if repair.outcome == "sound":
        return f"{index_path} is sound: {counted(repair.articles, 'article')}. Nothing was changed."
    moved = f" The damaged files are in {repair.moved_to}." if repair.moved else ""
    if repair.outcome == "restored":
        return (
            f"The commit of {index_path} was restored from its backup: {counted(repair.articles, 'article')}, "
            f"nothing is lost.{moved}"
        )
    return (
        f"{counted(repair.articles, 'article')} are in {index_path}, {repair.brought_back:,} of them brought back from "
        f"damaged files; {repair.lost:,} lost.{moved}"
    )


def _repair_record(repair: search.Repair) -> dict[str, object]:
    return {
        "outcome": repair.outcome,
        "generation": repair.generation,
        "articles": repair.articles,
        "brought_back": repair.brought_back,
        "lost": repair.lost,
        "lost_articles": [lost._asdict() for lost in repair.lost_articles],
        "uncounted": repair.uncounted,
        "deletions_lost": repair.deletions_lost,
        "found": repair.found,
        "moved": repair.moved,
        "moved_to": str(repair.moved_to) if repair.moved_to else None,
        "problems": repair.problems,
    }


class _Line:
    """A line on standard error that says how far a run is: in place on a terminal, in lines of a log elsewhere."""

    def __init__(self) -> None:
        self.started = self._shown = time.monotonic()
        self._on_terminal = sys.stderr.isatty()

    def show(self, line: str) -> None:
        """Show a line, if the last time is long enough ago."""
        if self.is_due():
            self._shown = time.monotonic()
            click.echo(f"\r{line}\033[K" if self._on_terminal else line, err=True, nl=not self._on_terminal)

    def is_due(self) -> bool:
        """Return whether the last time is long enough ago."""
        between = SECONDS_BETWEEN_PROGRESS if self._on_terminal else SECONDS_BETWEEN_LOG_LINES
        return time.monotonic() - self._shown >= between

    def end(self) -> None:
        """Make room for what follows."""
        if self._on_terminal:
            click.echo("\r\033[K", err=True, nl=False)


class _Progress:
    """Says how far the writing of articles is."""

    def __init__(self, job: Job | None = None) -> None:
        self._line = _Line()
        self._job = job
        self.end = self._line.end

    def show(self, report: Report) -> None:
        """Show the state of the run, if the last time is long enough ago."""
        if not self._line.is_due():
            return
        seconds = max(time.monotonic() - self._line.started, 0.001)
        share = self._job.share_done() if self._job else None
        left = f", {_duration_text(seconds / share - seconds)} left" if share else ""
        articles = report.articles + report.waiting
        rate = articles / seconds
        self._line.show(f"{articles:,} articles, {rate:,.0f} a second, {report.rejected:,} left out{left}")


def _duration_text(seconds: float) -> str:
    """
    Return a time to wait, no more exact than it is known.

    >>> _duration_text(42.3), _duration_text(200), _duration_text(9_000)
    ('42 s', '3 min', '2 h 30 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _print_notes(report: Report) -> None:
    """Say on standard error what was left out and why, and what else is worth knowing."""
    for error in report.errors[:MAX_PRINTED]:
        click.echo(f"Left out: {error}", err=True)
    if report.rejected > MAX_PRINTED:
        click.echo(f"... and {report.rejected - MAX_PRINTED:,} more; --json lists the reasons.", err=True)
    for remark in report.remarks[:MAX_PRINTED]:
        click.echo(f"Note: {remark}", err=True)
    if report.duplicates:
        ids = ", ".join(report.duplicate_ids[:5])
        more = ", ..." if report.duplicates > 5 else ""
        click.echo(
            f"Note: {counted(report.duplicates, 'article')} came with an id that this run had already; "
            f"the last one with an id counts ({ids}{more})",
            err=True,
        )


def _report_text(report: Report, index_path: Path) -> str:
    stale = f" {report.stale:,} older than what the index has." if report.stale else ""
    left_out = f" {report.rejected:,} left out." if report.rejected else ""
    if report.changed:
        more = f", {report.linked:,} put into a story by content" if report.linked else ""
        more += f", {report.withdrawn:,} withdrawn" if report.withdrawn else ""
        more += f", {report.stale:,} older than what the index has" if report.stale else ""
        return (
            f"{report.added:,} added, {report.updated:,} updated, {report.unchanged:,} unchanged, "
            f"{report.rejected:,} left out{more}; the index is at {index_path}."
        )
    if report.unchanged:
        are_as_they_were = "article is as it was" if report.unchanged == 1 else "articles are as they were"
        return f"Nothing has changed in {index_path}: {report.unchanged:,} {are_as_they_were}.{stale}{left_out}"
    if stale:
        return f"Nothing has changed in {index_path}:{stale}{left_out}"
    return f"Nothing has changed in {index_path}: these sources have no articles.{left_out}"
