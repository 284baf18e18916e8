"""The subcommands ``reindex`` and ``repair``: an index is built anew from its own articles."""

import json
from pathlib import Path

import click

import search
from indexer.command_options import MAX_PRINTED, jobs_option, wait_option
from indexer.progress_line import ProgressShown
from indexer.rebuild import documents_in, rebuild_damaged, reindex, reindex_into
from search.command import counted, index_option, json_option, print_dictionary_notices


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
    progress = ProgressShown(in_all=documents_in(index_path))
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


def _reindex_into(
    index_path: Path, into: Path, jobs: int, wait: float, progress: "ProgressShown", as_json: bool
) -> None:
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
    progress = ProgressShown()
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
