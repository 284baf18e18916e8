"""The pages for those who build on the archive: the API explained, and a search form for other sites."""

from flask import Blueprint, current_app, request, url_for

from web.archive import current_archive
from web.config import current_config
from web.openapi import api_document
from web.params import MAX_EXPORT, MAX_QUERY_CHARACTERS, SearchRequest
from web.presenters.api_page import present_operations
from web.presenters.embed import present_embed
from web.query import run_search
from web.templating import render_template

developers = Blueprint("developers", __name__)


@developers.get("/api")
def api() -> str:
    """Explain the API; what it takes and gives is read from its own description."""
    document = api_document(url_for("pages.start"))
    return render_template(
        "api.html",
        operations=present_operations(document),
        codes=document["x-error-codes"],
        origins=current_config().cors_origins,
        most_lines=MAX_EXPORT,
        most_characters=MAX_QUERY_CHARACTERS,
        most_bytes=current_app.config["MAX_CONTENT_LENGTH"],
    )


@developers.get("/embed")
def embed() -> str:
    """Show a search form for other sites, and its code."""
    found = run_search(current_archive(), SearchRequest(), limit=0, facets=("section",))
    sections = [value.value for value in found.facets["section"] if value.value]
    view = present_embed(sections, request.args.get("form", ""), request.args.get("section", ""))
    return render_template("embed.html", view=view)
