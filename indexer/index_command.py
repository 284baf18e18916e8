"""The subcommands ``index`` and ``delete``: articles are put into an index and taken out of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import click

from indexer.command_options import MAX_PRINTED, Columns, Moment, jobs_option, wait_option
from indexer.job import intake_of, quarantine_of, retried
from indexer.progress_line import ProgressShown
from indexer.report import Report
from indexer.write import check_articles, delete_articles, index_articles
from search.command import counted, index_option, json_option


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
            "--retry takes all that is in quarantine, read as it was; leave out --dry-run, --since, --limit, --columns"
        )
    if retry and quarantine_name and not Path(quarantine_name).is_file():
        raise click.UsageError(f"--retry needs the file of the quarantine; {quarantine_name} is none")
    if quarantine_name and (Path(quarantine_name).is_dir() or not Path(quarantine_name).parent.is_dir()):
        raise click.UsageError(f"--quarantine {quarantine_name} is no file in a folder that is there")
    quarantine = quarantine_of(index_path, quarantine_name, dry_run)
    job = retried(quarantine, index_path) if retry else intake_of(sources, quarantine, since, limit, columns)
    progress = ProgressShown(job.share_read)
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
        click.echo(_report_text(report, index_path, dry_run=dry_run, earlier=job.earlier))
    if report.rejected and not (report.articles or report.withdrawn):
        raise click.ClickException("nothing could be taken from these sources; the reasons are above")


@click.command("delete")
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--may-return", is_flag=True, help="They may come in again, also those that were deleted before.")
@index_option
@wait_option
@json_option
def delete_command(ids: Sequence[str], may_return: bool, index_path: Path, wait: float, as_json: bool) -> None:
    """Delete articles from the index by id.

    They stay away, in whatever version files and feeds bring them; visti index says how many it kept out. A program
    that sends one to the API brings it back, and with --may-return everything may. Exit status 1 if none of them was
    there.

    \b
    Examples:
      visti delete sample-energy-01.uk sample-energy-01.ru
      visti delete --may-return sample-energy-01.uk
    """
    deleted = delete_articles(ids, index_path, may_return=may_return, wait_seconds=wait)
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


def _report_text(report: Report, index_path: Path, *, dry_run: bool, earlier: int) -> str:
    """Say what a run did, or would do; ``earlier`` counts what --since has passed over."""
    more = {
        "put into a story by content": report.linked,
        "withdrawn": report.withdrawn,
        "older than what the index has": report.stale,
        "kept out that had been deleted": report.kept_out,
    }
    if report.changed:
        counts = {"added": report.added, "updated": report.updated, "unchanged": report.unchanged}
        listed = (_listed(counts | {"left out": report.rejected}, zeros=True), _listed(more))
        told = ", ".join(filter(None, listed))
        return (
            f"Nothing was written; a run would give: {told}." if dry_run else f"{told}; the index is at {index_path}."
        )
    as_it_was = "article is as it was" if report.unchanged == 1 else "articles are as they were"
    found = {as_it_was: report.unchanged} | more | {"from before --since": earlier, "left out": report.rejected}
    nothing = "Nothing was written; a run would change nothing" if dry_run else "Nothing has changed"
    return f"{nothing} in {index_path}: {_listed(found) or 'these sources have no articles'}."


def _listed(counts: Mapping[str, int], *, zeros: bool = False) -> str:
    return ", ".join(f"{number:,} {what}" for what, number in counts.items() if number or zeros)
