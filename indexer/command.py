"""The subcommands of ``visti`` that write an index: ``index``, ``delete``, ``reindex`` and ``repair``."""

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

import search
from indexer.readers import read_sources
from indexer.rebuild import rebuild_damaged, reindex
from indexer.write import Report, delete_articles, index_articles
from search.columnar.lock import WAIT_SECONDS
from search.command import counted, index_option, json_option

# Reasons printed one by one; all of them (up to the report's own limit) are in --json.
MAX_PRINTED = 20
# Often enough on a terminal to be alive, seldom enough elsewhere not to fill a log.
SECONDS_BETWEEN_PROGRESS = 1.0
SECONDS_BETWEEN_LOG_LINES = 10.0

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
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@index_option
@wait_option
@jobs_option
@json_option
def index_command(sources: Sequence[str], index_path: Path, wait: float, jobs: int, as_json: bool) -> None:
    """Put articles into the index.

    SOURCE is a file, a folder, or - for JSON Lines on standard input. Files are JSON Lines (.jsonl, also .gz or .zst)
    or page dumps (.txt). The folder of the index is made if need be. An article replaces the one with its id; what
    has not changed is passed over. Records that cannot be taken are reported with their place and left out, the rest
    goes in. What comes is committed, and can be found, every 5,000 articles and every 30 seconds. Exit status 1 only if
    nothing at all could be taken.

    \b
    Examples:
      visti index articles.jsonl pages/
      zcat export.jsonl.gz | visti index - --index /srv/visti
    """
    progress = _Progress()
    try:
        report = index_articles(read_sources(sources), index_path, wait_seconds=wait, jobs=jobs, progress=progress.show)
    except KeyboardInterrupt as error:
        raise click.ClickException(
            f"Stopped. What was committed until now is in the index at {index_path}, which is sound; "
            f"run the same command again to go on"
        ) from error
    finally:
        progress.end()
    _print_notes(report)
    click.echo(json.dumps(report.as_dict(), ensure_ascii=False) if as_json else _report_text(report, index_path))
    if report.rejected and not (report.changed or report.unchanged):
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
@wait_option
@jobs_option
@json_option
def reindex_command(index_path: Path, wait: float, jobs: int, as_json: bool) -> None:
    """Rebuild an outdated index from its own articles.

    For an index of an older format or another analysis, which other commands refuse. It needs room for the index once
    more, and the index stays as it is until the new one takes its place at once. Interrupted, it goes on when it is
    run again.

    \b
    Example:
      visti reindex --index /srv/visti
    """
    progress = _Progress()
    try:
        articles = reindex(index_path, jobs=jobs, progress=progress.show, wait_seconds=wait)
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
    if repair.problems:
        raise click.ClickException(f"{index_path} is still damaged: {repair.problems[0]}. See to the disk")
    if repair.lost or repair.uncounted:
        raise click.ClickException(
            f"articles are lost, the index at {index_path} is sound without them. "
            f"Put them in again from their source: visti index SOURCE --index {index_path}"
        )


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


class _Progress:
    """Says on standard error how far a run is: in place on a terminal, in lines of a log elsewhere."""

    def __init__(self) -> None:
        self._started = self._shown = time.monotonic()
        self._on_terminal = sys.stderr.isatty()

    def show(self, report: Report) -> None:
        """Show the state of the run, if the last time is long enough ago."""
        now = time.monotonic()
        if now - self._shown < (SECONDS_BETWEEN_PROGRESS if self._on_terminal else SECONDS_BETWEEN_LOG_LINES):
            return
        self._shown = now
        done = report.added + report.updated + report.unchanged
        rate = done / max(now - self._started, 0.001)
        line = f"{done:,} articles, {rate:,.0f} a second, {report.rejected:,} left out"
        click.echo(f"\r{line}\033[K" if self._on_terminal else line, err=True, nl=not self._on_terminal)

    def end(self) -> None:
        """Make room for what follows."""
        if self._on_terminal:
            click.echo("\r\033[K", err=True, nl=False)


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
    left_out = f" {report.rejected:,} left out." if report.rejected else ""
    if report.changed:
        return (
            f"{report.added:,} added, {report.updated:,} updated, {report.unchanged:,} unchanged, "
            f"{report.rejected:,} left out; the index is at {index_path}."
        )
    if report.unchanged:
        are_as_they_were = "article is as it was" if report.unchanged == 1 else "articles are as they were"
        return f"Nothing has changed in {index_path}: {report.unchanged:,} {are_as_they_were}.{left_out}"
    return f"Nothing has changed in {index_path}: these sources have no articles.{left_out}"
