"""
The command ``visti``: its frame, and the subcommands that only read an index.

Every subcommand is one call of the library. Results go to standard output, progress and notices to standard error;
exit status 0 is done, 1 a problem that the message explains, 2 wrong usage. The other packages bring their own
subcommands as entry points of the group ``visti.commands``, and only the one that is called is loaded.
"""

import io
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from textwrap import indent
from typing import Any, TypeAlias

import click

import search
from search.archive.coverage_text import coverage_text
from search.archive.dictionaries import dictionaries_summary, dictionary_notices
from search.archive.statistics import waiting_beside
from search.archive.statistics_text import statistics_text
from search.archive.verifying import verify_archive
from search.errors import SearchError
from search.settings import INDEX_ENVIRONMENT_VARIABLE, KYIV, default_index_path

ENTRY_POINT_GROUP = "visti.commands"

# Why each hit has its score, by the id of the article.
Explanations: TypeAlias = Mapping[str, search.Explanation | None]

index_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--index",
    "index_path",
    type=click.Path(path_type=Path, file_okay=False, readable=False),  # rights are the library's to explain
    default=default_index_path,
    show_default=f"${INDEX_ENVIRONMENT_VARIABLE}, else index",
    help="The folder of the index.",
)
json_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object instead of text."
)
newsroom_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--newsroom", is_flag=True, help="See withheld, canceled and embargoed articles too."
)


class Commands(click.Group):
    """The subcommands, found by name among the installed entry points."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names of all subcommands."""
        return sorted(entry_points(group=ENTRY_POINT_GROUP).names)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Load a subcommand."""
        for entry in entry_points(group=ENTRY_POINT_GROUP, name=name):
            command = entry.load()
            return command if isinstance(command, click.Command) else None
        return None

    def invoke(self, context: click.Context) -> Any:
        """Run a subcommand; errors that the program knows become one paragraph and exit status 1."""
        if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal in windows-1251 has no place for every letter
            sys.stdout.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(context)
        except (SearchError, OSError) as error:
            if context.find_root().params.get("traceback"):
                raise
            if isinstance(error, BrokenPipeError):  # the reader of a pipe (head, less) has seen enough
                sys.stderr.close()
                context.exit(0)
            raise click.ClickException(str(error) if isinstance(error, SearchError) else _system_text(error)) from error


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="visti", prog_name="visti")
@click.option("--traceback", is_flag=True, help="Show where in the program an error came from.")
def main(traceback: bool) -> None:
    """Search a newsroom's archive in Ukrainian, Russian and English.

    \b
    Examples:
      visti index articles.jsonl          put articles into the index
      visti search 'Зеленський у Києві'   search it
      visti serve                         serve the search page
    """


@click.command("search")
@click.argument("words", nargs=-1, required=True, metavar="QUERY")
@index_option
@click.option("--language", multiple=True, help="Only this language: uk, ru or en. May be repeated.")
@click.option("--section", multiple=True, help="Only this section. May be repeated.")
@click.option("--source", multiple=True, help="Only this source. May be repeated.")
@click.option("--author", multiple=True, help="Only this author. May be repeated.")
@click.option("--tag", multiple=True, help="Only this tag. May be repeated.")
@click.option("--since", help="Published on or after: 2024, 2024-05, 2024-05-17, yesterday.")
@click.option("--until", help="Published on or before; the whole of the year, month or day that is named.")
@click.option("--sort", type=click.Choice([sort.value for sort in search.Sort]), default="relevance", show_default=True,
              help="The order of the results.")  # fmt: skip
@click.option("--group", type=click.Choice([group.value for group in search.Group]), default="story", show_default=True,
              help="One result for each story, or for each language version.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, help="How many results.")
@click.option(
    "--offset", type=click.IntRange(min=0), default=0, show_default=True, help="How many results to pass over first."
)
@click.option("--without", multiple=True, metavar="NAME",
              help="Switch off a reading of the query, by the name that is printed with it, or a kind of readings: "
              "name, alias, glossary, cognate, learned, own, typing, across, dates, layout. "
              "May be repeated.")  # fmt: skip
@click.option("--bridges/--no-bridges", default=True,
              help="Search in other languages and spellings too, or only the words that are typed.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Show how the query was read, and why each result has its score.")
@newsroom_option
@json_option
def search_command(
    words: Sequence[str], index_path: Path, limit: int, offset: int, sort: str, group: str, explain: bool,
    newsroom: bool, as_json: bool, since: str | None, until: str | None, without: Sequence[str], bridges: bool,
    **filters: Sequence[str],
) -> None:  # fmt: skip
    """Search the archive and print the best results.

    The query language is that of the search page. Put the query in single quotes, so that the shell leaves its
    quotation marks and brackets alone; before one that begins with a minus write --.

    \b
    Examples:
      visti search 'ракетний удар по Києву'
      visti search '"прес-служба" -спорт' --language uk --since 2024-05
      visti search 'title:election' --sort newest --json
      visti search 'повінь у Херсоні' --without glossary:повінь
      visti search --newsroom -- '-спорт'
    """
    with search.open(index_path, audience=audience_of(newsroom)) as archive:
        try:
            page = archive.search(
                " ".join(words), since=since, until=until, sort=sort, group=group, limit=limit, offset=offset,
                bridges=bridges, without=without, **filters,  # type: ignore[arg-type]
            )  # fmt: skip
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        explanations = {
            hit.article.id: archive.explain(
                page.query, hit.article.id, since=since, until=until, bridges=bridges, without=without
            )
            for hit in (page.hits if explain else ())
        }
        unfiltered = not page.total and archive.search(
            page.query, since=since, until=until, limit=0, facets=(), bridges=bridges, without=without
        ).total  # fmt: skip
    for notice in page.interpretation.notices:
        click.echo(f"Note: {notice.message}", err=True)
    if unfiltered and any(filters.values()):
        click.echo(
            "Note: nothing fits all the filters; visti stats lists the languages, sections and sources", err=True
        )
    if as_json:
        click.echo(json_text(_page_as_dict(page, explanations)))
    else:
        click.echo(_page_text(page, explain, explanations))


@click.command("related")
@click.argument("source")
@index_option
@click.option("--limit", type=click.IntRange(min=0), default=10, show_default=True, help="How many results.")
@click.option("--sentences", is_flag=True, help="Say of each sentence whether it is new or where it was reported.")
@newsroom_option
@json_option
def related_command(
    source: str, index_path: Path, limit: int, sentences: bool, newsroom: bool, as_json: bool
) -> None:  # fmt: skip
    """Compare a draft with the archive.

    Prints which stories are near to it in any language, what they are to it (the same text, rewritten, a translation,
    the same story, related), and why.

    SOURCE is the id or the address of an article, a file (text, HTML or Word), or - for a text on standard input.

    \b
    Examples:
      visti related draft.txt
      visti related draft.docx --newsroom --sentences
      visti related sample-energy-01.uk --json
    """
    with search.open(index_path, audience=audience_of(newsroom)) as archive:
        article = archive.get(source) or archive.get_by_url(source)
        coverage = archive.prior_coverage(article if article else _text_of(source), limit=limit)
    if not coverage.recognised:
        click.echo(
            "Note: the draft does not look Ukrainian, Russian or English; little but names is compared", err=True
        )
    if coverage.compared < len(coverage.text):
        click.echo(f"Note: only the first {coverage.compared:,} characters were compared", err=True)
    if as_json:
        click.echo(json_text(coverage.as_dict()))
    else:
        click.echo(coverage_text(coverage, sentences=sentences))


@click.command("stats")
@index_option
@newsroom_option
@json_option
def stats_command(index_path: Path, newsroom: bool, as_json: bool) -> None:
    """Print figures about the archive.

    How many articles there are by language, section, source, status and month, how much room the files take by their
    kind, how many different words each language and field has, and which commit, format and analysis it is. With
    --newsroom articles that readers do not see are counted too.

    \b
    Examples:
      visti stats --newsroom
      visti stats --json | jq .months
    """
    with search.open(index_path, audience=audience_of(newsroom)) as archive:
        statistics, sizes, vocabulary = archive.statistics(), archive.file_sizes(), archive.vocabulary()
    beside = dictionaries_summary(index_path)
    waiting = waiting_beside(index_path)
    print_dictionary_notices(index_path)
    if as_json:
        click.echo(json_text({**statistics.as_dict(), "sizes": sizes, "vocabulary": vocabulary, **beside, **waiting}))
    else:
        click.echo(statistics_text(statistics, sizes, vocabulary, waiting, beside))


@click.command("verify")
@index_option
@json_option
def verify_command(index_path: Path, as_json: bool) -> None:
    """Read all of the index and say whether it is sound.

    Every file is compared with its checksum, every article with what is searched for it, and what lies beside the
    index is read: the editors' decisions, the headlines that were changed, the dictionaries. Exit status 1 if something
    is wrong. What harms nobody for now, such as a dictionary that cannot be used, is only noted. Articles may be coming
    in meanwhile.

    \b
    Example:
      visti verify --index index
    """
    found = verify_archive(index_path)
    if as_json:
        click.echo(json_text(found.as_dict()))
    else:
        for problem in found.problems:
            click.echo(problem)
        state = counted(len(found.problems), "problem") if found.problems else "sound"
        index = found.index
        size = f"{counted(index.files, 'file')}, {counted(index.bytes, 'byte')}, {counted(index.documents, 'article')}"
        click.echo(f"{index_path}: {size}: {state}")
    for note in found.notes:
        click.echo(f"Note: {note}", err=True)
    if found.beside and not (found.index.problems or found.contradictions):
        raise click.ClickException(
            f"the index at {index_path} is sound, but not what lies beside it. Bring it back from a backup, beside the "
            f"index: visti restore FOLDER --index NEW_FOLDER"
        )
    if found.contradictions and not found.index.problems:
        raise click.ClickException(
            f"articles of {index_path} are not found as what they are. Build it anew from them: "
            f"visti reindex --force --index {index_path}"
        )
    if found.problems:
        raise click.ClickException(
            f"the index at {index_path} is damaged. Bring back what can be read: visti repair --index {index_path}"
        )


def _system_text(error: OSError) -> str:
    """Return what to tell where the system refuses what no command expects: standard output on a full disk."""
    what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
    return (
        f"The system refuses: {what}. Make room or mend that, then run the same command again; "
        f"visti --traceback shows where it came from"
    )


def print_dictionary_notices(index_path: Path) -> None:
    """Say on standard error which dictionaries beside the index are not used, why, and what helps."""
    for notice in dictionary_notices(index_path):
        click.echo(f"Note: {notice}", err=True)


def counted(number: int, one: str, many: str = "") -> str:
    """
    Return a number with its noun.

    >>> counted(1, "story", "stories"), counted(1200, "file")
    ('1 story', '1,200 files')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def audience_of(newsroom: bool) -> search.Audience:
    """Return whose view of an archive a command opens."""
    return search.Audience.NEWSROOM if newsroom else search.Audience.READERS


def _text_of(source: str) -> str:
    """Return the text of a file or of standard input."""
    if source.startswith(("http://", "https://")):
        raise click.ClickException(
            f"no article of the archive has the address {source}. Nothing is fetched: save the page and give the file"
        )
    try:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise click.ClickException(
            f"{source!r} is neither the id of an article in the index nor a file that can be read "
            f"({getattr(error, 'strerror', None) or error}). Find an id: visti search WORDS"
        ) from error
    return search.draft_text(content, "standard input" if source == "-" else source)


def json_text(value: object) -> str:
    """Return a value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False)


def _page_as_dict(page: search.Page, explanations: Explanations) -> dict[str, Any]:
    found = page.as_dict()
    for hit in found["hits"]:
        if explanation := explanations.get(hit["id"]):
            hit["explanation"] = search.explanation_as_dict(explanation)
    return found


def _page_text(page: search.Page, explain: bool, explanations: Explanations) -> str:
    lines = [f"{counted(page.stories, 'story', 'stories')}, {counted(page.total, 'version')}"]
    if page.suggestion:
        lines.append(f"Did you mean: {page.suggestion}")
    lines += [_looser_text(relaxation) for relaxation in page.relaxations]
    lines += _switches_text(page.interpretation)
    if explain:
        lines += _reading_text(page.interpretation)
    for hit in page.hits:
        lines.append(_hit_text(hit))
        if explanation := explanations.get(hit.article.id):
            lines.append(indent(search.explanation_text(explanation), "    "))
    return "\n".join(lines)


def _reading_text(interpretation: search.Interpretation) -> list[str]:
    lines = [f"Read as: {interpretation.query}"]
    for word in interpretation.words:
        lemmas = "; ".join(f"{language}: {', '.join(found)}" for language, found in word.lemmas.items() if found)
        lines.append(
            f"  {word.typed} ({word.kind}{', ' + lemmas if lemmas else ''}): in {counted(word.found, 'article')}"
        )
    return lines


def _looser_text(relaxation: search.Relaxation) -> str:
    dropped = f" (leaving out {', '.join(relaxation.drops)})" if relaxation.drops else ""
    found = f"{counted(relaxation.stories, 'story', 'stories')}, {counted(relaxation.total, 'version')}"
    return f"Finds more: {relaxation.query}{dropped}: {found}"


def _switches_text(interpretation: search.Interpretation) -> list[str]:
    """Return a line for each reading beyond the words themselves, with the name that --without takes."""
    readings: dict[str, tuple[str, bool]] = {}  # by name: a word may stand in a query twice
    for each in interpretation.corrections:
        readings[each.id] = f"{each.typed} → {each.read}", each.on
    for date in interpretation.dates:
        until = date.until - timedelta(microseconds=1) if date.until else None
        readings[date.id] = f"{date.text} → {shown_day(date.since)} to {shown_day(until)}", date.on
    for word in interpretation.words:
        for bridge in word.bridges:
            # The words of names are keys that nobody would type
            led = ", ".join(dict.fromkeys(text for _, text in bridge.words)) if bridge.by != "name" else ""
            readings[bridge.id] = f"{word.typed} → {led or bridge.reason}", bridge.on
    if interpretation.across:
        languages = ", ".join(across.language for across in interpretation.across)
        readings["across"] = f"in {languages} most of the words are enough", True
    lines = [f"  {text}  [{name}]{'' if on else ' off'}" for name, (text, on) in readings.items()]
    return ["Also read as (--without NAME switches one off):", *lines] if lines else []


def shown_day(moment: datetime | None) -> str:
    """Return the day of Kyiv in which a moment is."""
    return f"{moment.astimezone(KYIV):%Y-%m-%d}" if moment else "any day"


def _hit_text(hit: search.Hit) -> str:
    article = hit.article
    day = shown_day(article.published) if article.published else "undated"
    facts = " · ".join(fact for fact in (day, article.section, " ".join(v.language for v in hit.versions)) if fact)
    return f"\n{styled(hit.headline)}\n  {facts} · {article.id} · {hit.score:.2f}\n  {styled(hit.snippet)}"


def styled(snippet: search.Snippet) -> str:
    """Return a snippet for a terminal, its marks in bold; click takes the styles off where there is no terminal."""
    pieces, end = [], 0
    for span in snippet.highlights:
        pieces += [snippet.text[end : span.start], click.style(snippet.text[span.start : span.end], bold=True)]
        end = span.end
    return "".join([*pieces, snippet.text[end:]])
