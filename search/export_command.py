"""``visti export``: the archive, or a part of it, as JSON Lines."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

import search
from search.archive.exporting import ExportedLines
from search.command import counted, index_option, json_option, json_text

# Ids that are not there and are printed one by one; all of them are in --json.
_MAX_PRINTED = 20


@click.command("export")
@click.argument("file", default="-", metavar="[FILE]")
@index_option
@click.option("--language", multiple=True, help="Only this language: uk, ru or en. May be repeated.")
@click.option("--section", multiple=True, help="Only this section. May be repeated.")
@click.option("--status", multiple=True, type=click.Choice([*search.Status]), help="Only this status. May be repeated.")
@click.option("--since", help="Published on or after: 2024, 2024-05, 2024-05-17, yesterday.")
@click.option("--until", help="Published on or before; the whole of the year, month or day that is named.")
@click.option("--ids", "ids_path", metavar="FILE", help="Only the articles whose ids stand in a file, one a line.")
@click.option("--public", is_flag=True, help="Only what readers may see now: to give away.")
@click.option("--withdrawals", is_flag=True, help="After the articles, what was deleted or killed before it came.")
@json_option
def export_command(
    file: str, index_path: Path, ids_path: str | None, public: bool, withdrawals: bool, as_json: bool,
    since: str | None, until: str | None, **filters: Sequence[str],
) -> None:  # fmt: skip
    """Write the articles of the index as JSON Lines.

    FILE is made at once when all is written; .gz and .zst are compressed. Without FILE, or with -, standard output.
    Everything is there that the index holds, withheld, canceled and embargoed articles too, as of one commit, also
    while articles are coming in. An index made of it by visti index FILE --no-link holds the same articles in the
    same stories; with --withdrawals it keeps out the same. The editors' decisions and dictionaries are no articles:
    visti backup keeps those as well.

    \b
    Examples:
      visti export archive.jsonl.zst
      visti export --language uk --since 2024 | jq -r .title
      visti export public.jsonl.gz --public
    """
    if withdrawals and public:
        raise click.UsageError("--withdrawals is not for the public; leave out one of them")
    try:
        lines = search.export_lines(
            index_path, since=since, until=until, ids=_ids_in(ids_path) if ids_path else None,
            audience="readers" if public else "newsroom", withdrawals=withdrawals, **filters,  # type: ignore[arg-type]
        )  # fmt: skip
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if file == "-":
        if as_json:
            raise click.UsageError("--json says what was written to a FILE; the articles on standard output are JSON")
        _write_to_standard_output(lines)
        _note_missing(lines)
        return
    size = search.write_export(lines, file)
    _note_missing(lines)
    if as_json:
        click.echo(json_text({"file": file, "articles": len(lines), "bytes": size, "missing": list(lines.missing)}))
    else:
        click.echo(f"{counted(len(lines), 'article')}, {counted(size, 'byte')}: {file}")


def _write_to_standard_output(lines: ExportedLines) -> None:
    output = sys.stdout.buffer
    for line in lines:
        output.write(line)
    output.flush()


def _ids_in(name: str) -> list[str]:
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        lines = content.decode("utf-8-sig").splitlines()
    except (OSError, ValueError) as error:  # ValueError: no UTF-8, a NUL in the name
        raise click.ClickException(
            f"the ids in {name!r} cannot be read ({getattr(error, 'strerror', None) or error}). "
            f"Write one id a line, in UTF-8: visti export --ids FILE"
        ) from error
    return [line.strip() for line in lines if line.strip()]


def _note_missing(lines: ExportedLines) -> None:
    for identifier in lines.missing[:_MAX_PRINTED]:
        click.echo(f"Not among the articles: {identifier}", err=True)
    if len(lines.missing) > _MAX_PRINTED:
        click.echo(f"... and {len(lines.missing) - _MAX_PRINTED:,} more; --json lists them.", err=True)
