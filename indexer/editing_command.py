"""The subcommands of ``visti`` for editors' decisions: ``story`` and ``status``."""

import getpass
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import click

import search
from indexer.command_options import wait_option
from search.archive.decisions import decision_notices
from search.archive.linking import link_archive
from search.command import counted, index_option, json_option
from search.settings import KYIV

who_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--who",
    default=lambda: _login(),
    show_default="your login name",
    help="Who decides; it is written down with the decision.",
)

# How many ids an action takes at least, and at most.
_COUNTS = {"join": (2, None), "split": (1, None), "show": (1, 1), "list": (0, 0), "link": (0, 0)}


@click.command("story")
@click.argument("action", type=click.Choice([*_COUNTS]), metavar="join|split|show|list|link")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@who_option
@index_option
@wait_option
@json_option
def story_command(action: str, ids: Sequence[str], who: str, index_path: Path, wait: float, as_json: bool) -> None:
    """Decide which articles are one story.

    join makes one story of the stories of the articles, all of their language versions included; split takes articles
    out of their story and makes them one of their own. show prints the story of an article and why each version is in
    it; list prints all decisions. link is no decision: it compares the articles that are in the index without a story,
    as visti index does with new ones. A decision stays in force whatever the source of the articles says later; the
    opposite decision takes it back.

    \b
    Examples:
      visti story show sample-energy-01.uk
      visti story join sample-energy-01.uk sample-energy-02.en
      visti story split sample-energy-02.en
    """
    least, most = _COUNTS[action]
    if len(ids) < least or (most is not None and len(ids) > most):
        raise click.UsageError(f"{action} takes {_counts_text(least, most)}")
    if action == "list":
        _print_decisions(index_path, as_json)
    elif action == "link":
        linked = link_archive(index_path, wait_seconds=wait)
        text = f"{counted(linked, 'article')} put into a story by content."
        click.echo(json.dumps({"linked": linked}) if as_json else text)
    elif action == "show":
        _print_story(search.story_of(index_path, ids[0]), as_json)
    else:
        decide = search.join_stories if action == "join" else search.split_story
        _print_edit(decide(index_path, ids, who=who, wait_seconds=wait), as_json)


@click.command("status")
@click.argument("article_id", metavar="ID")
@click.argument("status", type=click.Choice([status.value for status in search.Status]))
@who_option
@index_option
@wait_option
@json_option
def status_command(article_id: str, status: str, who: str, index_path: Path, wait: float, as_json: bool) -> None:
    """Show an article to readers, or withhold or cancel it.

    The decision stays in force whatever the source of the article says later; another one takes it back.

    \b
    Example:
      visti status sample-energy-01.uk withheld
    """
    _print_edit(search.set_status(index_path, article_id, status, who=who, wait_seconds=wait), as_json)


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container without a name for its user
        return f"user {os.getuid()}"


def _counts_text(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least} IDs" if least > 1 else "at least one ID"
    return "one ID" if most else "no ID"


def _print_edit(edit: search.Edit, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(edit.as_dict(), ensure_ascii=False))
        return
    if edit.decision is None:
        click.echo("Nothing has changed: this was decided before, and it holds.")
        return
    if not edit.changed:
        click.echo("Decided. Every article was as it should be already, and will stay so.")
    for each in edit.changed:
        if each.before.status != each.after.status:
            click.echo(f"{each.after.id}: status {each.before.status} → {each.after.status}")
        if each.before.story != each.after.story:
            click.echo(f"{each.after.id}: story {each.before.story} → {each.after.story}")


def _print_story(story: search.Story, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(story.as_dict(), ensure_ascii=False))
        return
    click.echo(f"Story {story.key}: {counted(len(story.members), 'article')}")
    for member in story.members:
        article = member.article
        day = f"{article.published.astimezone(KYIV):%Y-%m-%d}" if article.published else "undated"
        click.echo(f"  {article.language}  {article.id} · {day} · {article.status} · {article.title}")
        if member.link:
            by = ", ".join(member.link.by)
            click.echo(f"      linked to {member.link.to} by: {by}; score {member.link.score:.2f}")
    for decision in story.decisions:
        click.echo(_decision_text(decision))


def _print_decisions(index_path: Path, as_json: bool) -> None:
    with search.open(index_path):  # a mistyped folder is no folder without decisions
        made = search.decisions(index_path)
    for notice in decision_notices(index_path):
        click.echo(f"Note: {notice}", err=True)
    if as_json:
        click.echo(json.dumps({"decisions": [each.as_dict() for each in made]}, ensure_ascii=False))
        return
    for decision in made:
        click.echo(_decision_text(decision))
    if not made:
        click.echo(f"Nobody has decided anything about {index_path}.")


def _decision_text(decision: search.Decision) -> str:
    what = f"{decision.act} {decision.status}" if decision.status else str(decision.act)
    return f"{decision.when.astimezone(KYIV):%Y-%m-%d %H:%M} {decision.who}: {what} {' '.join(decision.ids)}"
