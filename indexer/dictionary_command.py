"""The subcommands ``learn`` and ``dictionary``: what the archive and its editors know of words of two languages."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from indexer.command_options import MAX_PRINTED, wait_option
from indexer.dictionary import (
    MAX_TABLE_BYTES,
    DictionaryChange,
    add_words,
    listed_words,
    remove_all_words,
    remove_words,
)
from indexer.learn import Learning, Lesson, learn_translations
from indexer.progress_line import ProgressLine
from search.article import LANGUAGES
from search.command import counted, index_option, json_option


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
    line = ProgressLine()
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
        if source == "-":
            return sys.stdin.buffer.read(MAX_TABLE_BYTES + 1)
        with Path(source).open("rb") as file:
            return file.read(MAX_TABLE_BYTES + 1)
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
