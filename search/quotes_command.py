"""The subcommand ``visti quotes``: who said what, from the command line."""

from pathlib import Path

import click

import search
from search.command import (
    audience_of,
    counted,
    index_option,
    json_option,
    json_text,
    newsroom_option,
    shown_day,
    styled,
)


@click.command("quotes")
@click.argument("words", nargs=-1, metavar="[QUERY]...")
@index_option
@click.option("--speaker", default="", metavar="NAME", help="Only what a person, an organisation or a role said.")
@click.option("--language", multiple=True, help="Only this language: uk, ru or en. May be repeated.")
@click.option("--since", help="Published on or after: 2024, 2024-05, 2024-05-17, yesterday.")
@click.option("--until", help="Published on or before; the whole of the year, month or day that is named.")
@click.option(
    "--group",
    type=click.Choice([group.value for group in search.Group]),
    default="story",
    show_default=True,
    help="The quotations of one language version of a story, or those of all.",
)
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, help="How many quotations.")
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True, help="How many to pass over.")
@newsroom_option
@json_option
def quotes_command(
    words: tuple[str, ...],
    index_path: Path,
    speaker: str,
    language: tuple[str, ...],
    since: str | None,
    until: str | None,
    group: str,
    limit: int,
    offset: int,
    newsroom: bool,
    as_json: bool,
) -> None:
    """Print who said what, the newest first.

    The words of QUERY are looked for in the quotations; fields, as in visti search, limit the articles.

    \b
    Examples:
      visti quotes перемога --speaker Зеленський
      visti quotes --speaker Klitschko --since 2024 --json
      visti quotes 'опалення section:society'
    """
    with search.open(index_path, audience=audience_of(newsroom)) as archive:
        try:
            page = archive.search_quotes(
                " ".join(words),
                speaker=speaker,
                language=language,
                since=since,
                until=until,
                group=group,
                limit=limit,
                offset=offset,
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from error
    click.echo(json_text(page.as_dict()) if as_json else _page_text(page))


def _page_text(page: search.QuotePage) -> str:
    lines = [f"{counted(page.total, 'quotation')} in {counted(page.stories, 'story', 'stories')}"]
    lines += [f"Note: {notice.message}" for notice in page.notices]
    return "\n".join([*lines, *map(_quote_text, page.quotes)])


def _quote_text(quote: search.FoundQuote) -> str:
    article = quote.article
    day = shown_day(article.published) if article.published else "undated"
    speaker = quote.speaker or "(the text does not tell who)"
    return f"\n{speaker}: {styled(quote.text)}\n  {day} · {article.id} · {article.title}"
