"""
The readers' pages. Each view reads the parameters, asks the archive and renders; what is shown, presenters decide.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from flask import Blueprint, abort, redirect, request
from werkzeug.wrappers import Response

from search import FACETS, MORE_FACETS, Sort
from search.settings import KYIV
from web.archive import current_archive, current_moment
from web.i18n import N_, interface_language
from web.page_cache import kept_page
from web.params import FACETS as FACET_PARAMETERS
from web.params import ParameterProblem, SearchRequest, read_find
from web.presenters.articles import cited, present_article
from web.presenters.cards import present_hit
from web.presenters.citations import FORMATS, STYLES, citation_key
from web.presenters.facet_values import present_facet_values
from web.presenters.filters import local_day
from web.presenters.labels import count_text, section_link, stories_text
from web.presenters.results import last_page, present_results
from web.presenters.tips import present_tips
from web.query import asked, parameters, run_search
from web.templating import render_template
from web.timeline import shows_days
from web.urls import search_url

pages = Blueprint("pages", __name__)

#: One across the page and four pairs under it.
NEWEST_STORIES = 9
#: Of everything near to an article; what is shown of it, the presenter decides.
COVERAGE_STORIES = 12

#: What the start page offers to try; each is a query in the language of the page.
EXAMPLES = (N_("Kyiv"), N_("power plants"), N_('"Security Council"'), N_("port -grain"), N_("Olympic*"))


@pages.get("/")
@kept_page
def start() -> str | Response:
    """Show the newest stories and where to begin; with a query, its results."""
    search_request, problems = asked()
    if not search_request.is_empty or search_request.page > 1:
        return results(search_request, problems)
    newest = SearchRequest(sort=Sort.NEWEST)
    page = run_search(current_archive(), newest, limit=NEWEST_STORIES, facets=("section",), prefer=interface_language())
    sections = [
        (link, stories_text(value.stories))
        for value in page.facets["section"]
        if (link := section_link(value.value)) is not None
    ]
    return render_template(
        "start.html",
        cards=[present_hit(hit) for hit in page.hits],
        sections=sections,
        examples=EXAMPLES,
        archive_size=count_text(page.stories, page.total),
        all_url=search_url(newest),
    )


@pages.get("/search")
@kept_page
def search() -> str | Response:
    """Show a page of results."""
    return results(*asked())


def results(search_request: SearchRequest, problems: Sequence[ParameterProblem]) -> str | Response:
    """Answer with a page of results; past the last page, send the reader to it."""
    page = run_search(
        current_archive(), search_request, facets=_facets(search_request), prefer=interface_language(), fold=True
    )
    last = last_page(page.results)
    if search_request.page > last:
        return redirect(search_url(search_request, page=last))
    view = present_results(search_request, page, problems)
    return render_template("search.html", view=view)


def _facets(search_request: SearchRequest) -> tuple[str, ...]:
    in_days = shows_days(local_day(search_request.since), local_day(search_request.until))
    return (*FACETS, *MORE_FACETS) if in_days else FACETS


@pages.get("/search/values")
def facet_values() -> str | Response:
    """Show all values of a facet among the results of a search, to choose some of them."""
    search_request, problems = asked()
    facet = request.args.get("facet", "")
    if facet not in FACET_PARAMETERS:
        abort(404)
    # The form's way back: to the address that the results have by any other way. Who ticked too many is told first
    if request.args.get("show") and not problems:
        return redirect(search_url(search_request, page=1))
    found = run_search(current_archive(), replace(search_request, page=1), limit=0, facets=(facet,))
    view = present_facet_values(search_request, facet, read_find(parameters()), found, problems)
    return render_template("facet_values.html", view=view)


@pages.get("/article/<path:article_id>")
@pages.get("/article", endpoint="article")
@kept_page
def article(article_id: str | None = None) -> str:
    """Show an article; the words of the query that found it are marked."""
    archive = current_archive()
    found = archive.get(article_id or request.args.get("id", ""))
    if found is None:
        abort(404)
    search_request, _ = asked()
    view = present_article(
        found,
        archive.highlight(found, search_request.query, bridges=search_request.bridges, without=search_request.without),
        archive.versions(found),
        archive.coverage(found, limit=COVERAGE_STORIES, prefer=interface_language()),
        search_request,
        today=_today(),
    )
    return render_template("article.html", view=view)


def _today() -> date:
    return current_moment().astimezone(KYIV).date()


@pages.get("/cite")
def cite() -> Response:
    """Give the citation of an article: as text in one of the styles, or as a file for a reference manager."""
    found = current_archive().get(request.args.get("id", ""))
    style = request.args.get("style", "")
    if found is None or style not in {**STYLES, **FORMATS}:
        abort(404)
    source = cited(found, today=_today())
    if style in STYLES:
        return Response(STYLES[style].write(source) + "\n", content_type="text/plain; charset=utf-8")
    file = FORMATS[style]
    response = Response(file.write(source), content_type=f"{file.media_type}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{citation_key(found)}.{file.ending}")
    return response


@pages.get("/help")
def tips() -> str:
    """Show how to search."""
    return render_template("help.html", tips=present_tips())
