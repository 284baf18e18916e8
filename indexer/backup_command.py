"""``visti backup`` and ``visti restore``: an index kept elsewhere, and brought back."""

from pathlib import Path

import click

from indexer.command_options import wait_option
from search.columnar.backup import back_up
from search.columnar.backup_store import Backup
from search.columnar.restore import check_backup, damaged_backups, list_backups, restore
from search.command import counted, index_option, json_option, json_text
from search.errors import BackupDamaged
from search.settings import KYIV


@click.command("backup")
@click.argument("target", type=click.Path(path_type=Path), metavar="FOLDER|FILE.tar")
@index_option
@click.option("--keep", type=click.IntRange(min=1), metavar="N", help="Keep the newest N backups in the folder.")
@wait_option
@json_option
def backup_command(target: Path, index_path: Path, keep: int | None, wait: float, as_json: bool) -> None:
    """Keep the index elsewhere, while articles may be coming in.

    A folder holds many backups, and only files that are not in it yet are copied; a file that ends in .tar holds one.
    Articles, editors' decisions, dictionaries and the history of headlines are in it, of one moment, every file with
    its checksum, compared with the index and read back. Killed or failed, it leaves the backups that were there.

    \b
    Examples:
      visti backup /mnt/backup/visti --keep 14
      visti backup before-the-upgrade.tar --index /srv/visti
    """
    if keep and target.suffix == ".tar":
        raise click.UsageError("--keep is for a folder; a .tar file holds one backup")
    made = back_up(index_path, target, keep=keep, wait_seconds=wait)
    if as_json:
        copied = {"copied_files": made.copied_files, "copied_bytes": made.copied_bytes, "removed": list(made.removed)}
        click.echo(json_text(made.backup.as_dict() | copied))
        return
    click.echo(_backup_text(made.backup))
    kept = len(made.backup.files) - made.copied_files
    removed = f"; {counted(len(made.removed), 'older backup')} removed" if made.removed else ""
    copied_files = f"{counted(made.copied_files, 'file')} copied ({counted(made.copied_bytes, 'byte')})"
    click.echo(f"  {copied_files}, {kept:,} were there{removed}")


@click.command("restore")
@click.argument("source", type=click.Path(path_type=Path), metavar="FOLDER|FILE.tar")
@index_option
@click.option("--backup", "name", metavar="NAME", help="Which backup of the folder; the newest unless said.")
@click.option("--force", is_flag=True, help="Replace the index that is there.")
@click.option("--list", "only_list", is_flag=True, help="Only say which backups there are.")
@click.option("--check", "only_check", is_flag=True, help="Only read all of the backup and say whether it is sound.")
@wait_option
@json_option
def restore_command(
    source: Path, index_path: Path, name: str | None, force: bool, only_list: bool, only_check: bool, wait: float,
    as_json: bool,
) -> None:  # fmt: skip
    """Bring an index back from a backup.

    All of it is copied and checked first, then takes its place at once: a site that is running goes on and shows the
    restored articles. An index that is there is replaced only with --force, and until then it stays as it is, also if
    this is killed. What came in since the backup is not in it: put it in again with visti index.

    \b
    Examples:
      visti restore /mnt/backup/visti --list
      visti restore /mnt/backup/visti --index /srv/visti-restored
      visti restore before-the-upgrade.tar --force
    """
    for damaged in damaged_backups(source):
        click.echo(f"Note: {damaged}", err=True)
    if only_list:
        backups = list_backups(source)
        click.echo(
            json_text({"backups": [backup.as_dict() for backup in backups]})
            if as_json
            else "\n".join(map(_backup_text, backups))
        )
    elif only_check:
        _check(source, name, as_json)
    else:
        restored = restore(source, index_path, name=name, force=force, wait_seconds=wait)
        found = restored.backup
        if as_json:
            click.echo(json_text({"backup": found.as_dict(), "generation": restored.generation}))
        else:
            click.echo(
                f"{counted(found.articles, 'article')} of {_moment(found)} are in {index_path}, as commit "
                f"{restored.generation:,}."
            )


def _check(source: Path, name: str | None, as_json: bool) -> None:
    backup, problems = check_backup(source, name)
    if as_json:
        click.echo(json_text(backup.as_dict() | {"problems": problems}))
    else:
        for problem in problems:
            click.echo(problem)
        click.echo(f"{_backup_text(backup)}: {counted(len(problems), 'problem') if problems else 'sound'}")
    if problems:
        raise BackupDamaged(source, f"{backup.name} has {counted(len(problems), 'problem')}")


def _backup_text(backup: Backup) -> str:
    return (
        f"{backup.name.removesuffix('.json')}  {_moment(backup)}, commit {backup.generation:,}, "
        f"{counted(backup.articles, 'article')}, {counted(backup.bytes, 'byte')}"
    )


def _moment(backup: Backup) -> str:
    return f"{backup.made.astimezone(KYIV):%Y-%m-%d %H:%M:%S} (Kyiv)"
