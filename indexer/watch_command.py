"""The subcommand ``watch``: articles are taken as they come, from folders and from feeds."""

import json
import signal
import tomllib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import Any

import click

from indexer.asking import PolledSource
from indexer.command_options import MAX_PRINTED
from indexer.fetching import Fetcher
from indexer.polling import MIN_SECONDS, Poller
from indexer.report import Report
from indexer.watching import FolderWatch
from search.archive.index_files import is_vistis_own
from search.command import index_option

_KEYS = {"url", "minutes", "full_text"}


@click.command("watch")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@index_option
@click.option("--feeds", type=click.Path(dir_okay=False, path_type=Path),
              help="A TOML file of feeds: [[feed]] with url, minutes and full_text.")  # fmt: skip
@click.option("--minutes", type=click.FloatRange(min=MIN_SECONDS / 60), default=10.0, show_default=True,
              help="How often a feed is asked that says nothing else.")  # fmt: skip
@click.option("--full-text", is_flag=True, help="Fetch the pages that a feed or sitemap names.")
@click.option("--allow-private", is_flag=True, help="Feeds may be on this machine or in the private network.")
@click.option("--poll-folders", type=click.FloatRange(min=0.1), metavar="SECONDS",
              help="Look at folders again and again: for network disks.")  # fmt: skip
@click.option("--once", is_flag=True, help="Take what is there, and end.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line for each time that something came.")
def watch_command(
    sources: Sequence[str],
    index_path: Path,
    feeds: Path | None,
    minutes: float,
    full_text: bool,
    allow_private: bool,
    poll_folders: float | None,
    once: bool,
    as_json: bool,
) -> None:
    """Take articles into the index as they come.

    SOURCE is a folder, whose files are those of visti index, or the address (http, https) of a feed or a sitemap. Files
    are taken when they are whole: moved in, closed, or not changed for a moment. What was taken is remembered beside
    the index, and goes on after a restart. Feeds are asked politely: as robots.txt allows, one request at a time, only
    for what has changed, less often after errors. SIGTERM and Ctrl-C end it; nothing is lost however it ends.

    \b
    Examples:
      visti watch /srv/incoming --index /srv/visti
      visti watch https://news.example/feed.xml --full-text --index /srv/visti
    """
    polled = [PolledSource(each, minutes * 60, full_text) for each in sources if _is_address(each)]
    polled += _sources_in(feeds, minutes) if feeds else []
    folders = [Path(each) for each in sources if not _is_address(each)]
    _require_folders(folders, polled)
    told = _print_json if as_json else _tell
    stop = Event()
    work: list[Callable[[], None]] = []
    if polled:
        poller = Poller(
            polled,
            index_path,
            Fetcher(allow_private=allow_private, stop=stop),
            stop=stop,
            told=told,
            troubled=_warn,
        )
        work.append(poller.run_once if once else poller.run)
    if folders:
        watch = FolderWatch(folders, index_path, stop=stop, told=told, troubled=_warn, every=poll_folders)
        work.append(watch.run_once if once else watch.run)
    _end_when_told(stop)
    _work_at_once(work, stop)


def _is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def _require_folders(folders: Sequence[Path], polled: Sequence[PolledSource]) -> None:
    if not folders and not polled:
        raise click.UsageError("name a folder, the address of a feed, or --feeds FILE")
    for folder in folders:
        if not folder.is_dir():
            raise click.ClickException(f"{folder} is no folder; make it: mkdir -p {folder}")
        if is_vistis_own(folder, [each.name for each in folder.iterdir()]):
            raise click.ClickException(
                f"{folder} is the folder of an index or of backups; name the folder into which articles come"
            )


def _sources_in(path: Path, minutes: float) -> list[PolledSource]:
    try:
        listed: Any = tomllib.loads(path.read_text(encoding="utf-8")).get("feed", [])
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{path} cannot be read: {error}") from error
    if not isinstance(listed, list) or not listed or not all(isinstance(each, dict) for each in listed):
        raise click.ClickException(f'{path} names no feed; write for each: [[feed]] and url = "https://…"')
    return [_source_of(each, path, minutes) for each in listed]


def _source_of(described: dict[str, Any], path: Path, minutes: float) -> PolledSource:
    unknown = sorted(set(described) - _KEYS)
    url, every, full_text = described.get("url"), described.get("minutes", minutes), described.get("full_text", False)
    if unknown:
        raise click.ClickException(f"{path}: {unknown[0]} is no key of a feed; they are {', '.join(sorted(_KEYS))}")
    if not isinstance(url, str) or not _is_address(url):
        raise click.ClickException(f"{path}: url = {url!r} is no address; write https://…")
    if isinstance(every, bool) or not isinstance(every, int | float) or every * 60 < MIN_SECONDS:
        raise click.ClickException(f"{path}: minutes of {url} must be a number, at least {MIN_SECONDS / 60:g}")
    return PolledSource(url, every * 60, full_text is True)


def _work_at_once(work: Sequence[Callable[[], None]], stop: Event) -> None:
    """Do several things at once, each to its end; what fails ends the others too, and its error is raised."""
    failures: list[BaseException] = []

    def do(part: Callable[[], None]) -> None:
        try:
            part()
        except BaseException as error:
            failures.append(error)
            stop.set()

    threads = [Thread(target=do, args=(part,)) for part in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive():
            thread.join(0.2)  # signals are answered between the waits
    if failures:
        raise failures[0]


def _end_when_told(stop: Event) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)  # told twice, it ends at once: a kill loses nothing
        click.echo("Ending when what is under way is done; once more ends it at once.", err=True)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def _tell(report: Report) -> None:
    for error in report.errors[:MAX_PRINTED]:
        click.echo(f"Left out: {error}", err=True)
    if report.changed or report.rejected:
        click.echo(
            f"{report.added:,} added, {report.updated:,} updated, {report.unchanged:,} unchanged, "
            f"{report.rejected:,} left out.",
            err=True,
        )


def _print_json(report: Report) -> None:
    if report.changed or report.withdrawn or report.rejected:
        when = datetime.now(UTC).isoformat(timespec="seconds")
        click.echo(json.dumps({"when": when} | report.as_dict(), ensure_ascii=False))


def _warn(reason: str) -> None:
    click.echo(f"Note: {reason}", err=True)
