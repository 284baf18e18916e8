"""
The pages on coverage: what is missing, what versions disagree in, what was on a day, what is compared, a list of names.

Each is one report of the library, and a table to take away (``format=csv``). The state of every page is in its URL, but
for the list of names, which is sent.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from search import LANGUAGES, MAX_LIST_BYTES, Gaps, IndexUnavailable, NameList, csv_rows, read_names
from search.archive.reports.tables import (
    Row,
    disagreement_rows,
    gap_story_rows,
    headline_rows,
    names_rows,
    on_this_day_rows,
    over_time_rows,
)
from web.archive import current_archive
from web.exports import CSV_TYPE
from web.i18n import gettext, number_text
from web.newsroom.coverage_request import CoverageRequest, asked_coverage, query_fields
from web.newsroom.coverage_shown import (
    MAX_MONTHS,
    coverage_chart,
    cut_mention,
    gap_table,
    lag_lines,
    language_names,
    names_matrix,
    section_choices,
    step_labels,
)
from web.newsroom.permissions import Role, requires
from web.presenters.labels import count_text, stories_text, value_label
from web.urls import article_url

coverage = Blueprint("coverage", __name__, url_prefix="/newsroom/coverage")

PAGE_ITEMS = 50
DAY_ITEMS = 10
#: Stories that a page of disagreements reads: a second or less where the versions mostly agree.
LOOKED_AT = 60
#: At some 5 ms a name, and 50 for one that everybody has written of: the command takes more.
MAX_SENT_NAMES = 500
#: A page with more names is slow to read; the file for a spreadsheet has them all.
SHOWN_NAMES = 200
_Report = TypeVar("_Report")


@coverage.get("/")
@requires(Role.JOURNALIST)
def gaps() -> ResponseReturnValue:
    """Show which stories lack a version, and how late versions come."""
    asked = asked_coverage()
    is_file = request.args.get("format") == "csv"
    limit = 10**6 if is_file else PAGE_ITEMS
    found: Gaps = current_archive().gaps(
        lacking=asked.lacking,
        section=asked.section,
        since=asked.since,
        until=asked.until,
        limit=limit,
        offset=0 if is_file else (asked.page - 1) * PAGE_ITEMS,
    )
    if is_file:
        return _csv("gaps", gap_story_rows(found))
    return _page(
        "gaps",
        asked,
        found=found,
        table=gap_table(found, asked),
        lags=lag_lines(found.lags),
        most_months=MAX_MONTHS,
        more=found.offset + len(found.items) < found.listed,
    )


@coverage.get("/differences")
@requires(Role.JOURNALIST)
def differences() -> ResponseReturnValue:
    """Show what the versions of a story say differently; without one, the stories that contradict themselves."""
    asked = asked_coverage()
    archive = current_archive()
    if asked.story:
        compared = archive.differences(asked.story)
        page = _page("differences", asked, compared=compared, found=None, cut=cut_mention)
        return page if compared else (page, 404)
    found = archive.disagreements(
        section=asked.section,
        since=asked.since,
        until=asked.until,
        limit=PAGE_ITEMS,
        offset=asked.offset,
        most=LOOKED_AT,
    )
    if request.args.get("format") == "csv":
        return _csv("differences", disagreement_rows(found))
    return _page("differences", asked, compared=None, found=found, cut=cut_mention)


@coverage.get("/headlines")
@requires(Role.JOURNALIST)
def headlines() -> ResponseReturnValue:
    """Show which headlines were changed after publication."""
    asked = asked_coverage()
    is_file = request.args.get("format") == "csv"
    found = current_archive().headline_changes(
        section=asked.section,
        since=asked.since,
        until=asked.until,
        limit=10**6 if is_file else PAGE_ITEMS,
        offset=0 if is_file else (asked.page - 1) * PAGE_ITEMS,
    )
    if is_file:
        return _csv("headlines", headline_rows(found))
    more = found.offset + len(found.items) < found.changes
    return _page("headlines", asked, found=found, more=more)


@coverage.get("/on-this-day")
@requires(Role.JOURNALIST)
def on_this_day() -> ResponseReturnValue:
    """Show the stories of a day in earlier years."""
    asked = asked_coverage()
    found = current_archive().on_this_day(asked.on_day, section=asked.section, limit=DAY_ITEMS)
    if request.args.get("format") == "csv":
        return _csv("on-this-day", on_this_day_rows(found))
    return _page("on_this_day", asked, found=found)


@coverage.get("/compare")
@requires(Role.JOURNALIST)
def compare() -> ResponseReturnValue:
    """Show how much there was of up to five searches, over time."""
    asked = asked_coverage()
    found, problem = None, ""
    if asked.queries:
        try:
            found = current_archive().over_time(asked.queries, step=asked.step, since=asked.since, until=asked.until)
        except IndexUnavailable:
            raise
        except ValueError:  # dates and queries were checked: there are too many periods
            problem = gettext("These are too many points for one drawing. Choose longer steps or a shorter period.")
    if found and request.args.get("format") == "csv":
        return _csv("compare", over_time_rows(found))
    return _page(
        "compare",
        asked,
        found=found,
        problem=problem,
        chart=coverage_chart(found, asked.measure) if found else None,
        fields=query_fields(asked.queries),
        steps=step_labels(),
    )


@coverage.route("/names", methods=["GET", "POST"])
@requires(Role.JOURNALIST)
def names() -> ResponseReturnValue:
    """Show what the archive has of a list of names that was sent; without one, ask for it."""
    if request.method == "GET":
        return _page("names", asked_coverage(), table=None, text="", wrong=())
    content = _sent_list()
    text = content if isinstance(content, str) else ""
    try:
        read: NameList = read_names(content)
    except ValueError as error:
        page = _page("names", asked_coverage(), table=None, text=text, wrong=(str(error),))
        return page, 400
    if len(read.names) > MAX_SENT_NAMES:
        many = gettext(
            "A list may have %(most)s names here; visti coverage names takes longer ones.",
            most=number_text(MAX_SENT_NAMES),
        )
        return _page("names", asked_coverage(), table=None, text=text, wrong=(many,)), 400
    table = current_archive().names_table(read.names)
    if request.form.get("format") == "csv":
        return _csv("names", names_rows(table))
    shown = "\n".join("; ".join(each.spellings) for each in read.names)
    wrong = [str(error) for error in read.errors]
    matrix = names_matrix(table, SHOWN_NAMES)
    return _page("names", asked_coverage(), table=table, matrix=matrix, text=shown, wrong=wrong, most=SHOWN_NAMES)


def _sent_list() -> bytes | str:
    """Return the list of names that was sent: a file, or else what was typed."""
    file = request.files.get("file")
    content = file.read(MAX_LIST_BYTES + 1) if file else b""
    return content or request.form.get("names", "")


def _page(name: str, asked: CoverageRequest, **values: Any) -> str:
    endpoint = f"coverage.{name}"
    values = {"problem": "", **values}
    return render_template(
        f"newsroom/coverage_{name}.html",
        asked=asked,
        endpoint=endpoint,
        sections=section_choices(current_archive()),
        languages=LANGUAGES,
        address=_addresses(endpoint, asked),
        value_label=value_label,
        language_names=language_names,
        stories_text=stories_text,
        count_text=count_text,
        article_url=article_url,
        **values,
    )


def _addresses(endpoint: str, asked: CoverageRequest) -> Callable[..., str]:
    """Return a function that gives the address of this page with changes, or of its file (``format="csv"``)."""

    def address(format: str = "", **changes: object) -> str:
        more = {"format": format} if format else {}
        return url_for(endpoint, **asked.pairs(**changes), **more)  # type: ignore[arg-type]  # names of parameters

    return address


def _csv(name: str, rows: Iterable[Row]) -> Response:
    response = Response(csv_rows(rows, mark=True), content_type=f"{CSV_TYPE}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"visti-{name}.csv")
    return response
