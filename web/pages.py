"""
The readers' pages. Each view reads the parameters, asks the archive and renders; what is shown, presenters decide.
"""

from collections.abc import Sequence
from dataclasses import replace

from flask import Blueprint, abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from search import Sort
from search.settings import KYIV
from web.archive import archive_handle, current_archive
from web.i18n import N_, interface_language
from web.params import ParameterProblem, SearchRequest
from web.presenters.articles import cited, present_article
from web.presenters.cards import present_hit
from web.presenters.citations import FORMATS, STYLES, citation_key
from web.presenters.labels import count_text, section_link, stories_text
from web.presenters.results import last_page, present_results
from web.query import asked, run_search
from web.urls import search_url

pages = Blueprint("pages", __name__)

#: One across the page and four pairs under it.
NEWEST_STORIES = 9
#: Of everything near to an article; what is shown of it, the presenter decides.
COVERAGE_STORIES = 12

#: What the start page and the tips offer to try; each is a query in the language of the page.
EXAMPLES = (N_("Kyiv"), N_("power plants"), N_('"Security Council"'), N_("port -grain"), N_("Olympic*"))
TIPS = (
    (N_("Word forms"), N_("elections"), N_("Finds every form of a word, and every word must be in the article.")),
    (N_("Exact phrase"), N_('"Security Council"'), N_("Quotation marks find these words, in this form and order.")),
    (N_("Without a word"), N_("port -grain"), N_("A minus before a word leaves out the articles that have it.")),
    (N_("Either word"), N_("gas OR oil"), N_("OR finds either word; AND and NOT work too, in any of the languages.")),
    (N_("Brackets"), N_("(gas OR oil) price"), N_("Brackets hold alternatives together.")),
    (N_("Beginning of a word"), N_("Olympic*"), N_("An asterisk stands for any ending.")),
    (N_("In one field"), N_("title:NATO"), N_("A field's name and a colon look in that field only.")),
    (N_("In a period"), N_("NATO since:2024-02"), N_("A year, a month or a day after since: or until: sets a limit.")),
)


@pages.get("/")
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
def search() -> str | Response:
    """Show a page of results."""
    return results(*asked())


def results(search_request: SearchRequest, problems: Sequence[ParameterProblem]) -> str | Response:
    """Answer with a page of results; past the last page, send the reader to it."""
    page = run_search(current_archive(), search_request, prefer=interface_language())
    last = last_page(page.results)
    if search_request.page > last:
        return redirect(search_url(replace(search_request, page=last)))
    view = present_results(search_request, page, problems)
    return render_template("search.html", view=view)


@pages.get("/article/<path:article_id>")
@pages.get("/article", endpoint="article")
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
        today=archive_handle().now().astimezone(KYIV).date(),
    )
    return render_template("article.html", view=view)


@pages.get("/cite")
def cite() -> Response:
    """Give the citation of an article: as text in one of the styles, or as a file for a reference manager."""
    found = current_archive().get(request.args.get("id", ""))
    style = request.args.get("style", "")
    if found is None or style not in {**STYLES, **FORMATS}:
        abort(404)
    source = cited(found, today=archive_handle().now().astimezone(KYIV).date())
    if style in STYLES:
        return Response(STYLES[style].write(source) + "\n", content_type="text/plain; charset=utf-8")
    file = FORMATS[style]
    response = Response(file.write(source), content_type=f"{file.media_type}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{citation_key(found)}.{file.ending}")
    return response


@pages.get("/help")
def tips() -> str:
    """Show how to search."""
    return render_template("help.html", tips=TIPS)


@pages.get("/healthz")
def health() -> ResponseReturnValue:
    """Tell a monitor whether the archive can be searched; 503 if it cannot."""
    return jsonify({"status": "ok", "articles": current_archive().count()})
