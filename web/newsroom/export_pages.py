"""
Exports: all that a search finds, or a collection, in the format that somebody chose, written while it is sent.

Every export goes into the audit trail: who took what out, and how many articles.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from flask import Blueprint, Response, abort, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from search import Archive, Article, FoundArticles
from web.archive import current_archive, current_moment
from web.i18n import gettext, interface_language, number_text
from web.newsroom.audit import record
from web.newsroom.collections import Collection, find_collection
from web.newsroom.database import current_database
from web.newsroom.export_formats import FORMATS, Export, Format, Item
from web.newsroom.export_formats.headings import articles_text
from web.newsroom.permissions import CurrentUser, Role, current_user, requires
from web.params import SearchRequest
from web.presenters.labels import count_text
from web.query import asked, finding
from web.urls import article_url, form_fields, search_url, web_address

exports = Blueprint("exports", __name__, url_prefix="/newsroom")


@exports.get("/export")
@requires(Role.JOURNALIST)
def search() -> ResponseReturnValue:
    """Give all that a search finds in the format that the URL names; without one, ask for it."""
    search_request, _ = asked()
    archive = current_archive()
    found = archive.articles(search_request.query, **finding(search_request, interface_language()))
    key = request.args.get("format", "")
    if key not in FORMATS:
        return _choice(search_request, found)
    title = search_request.query or gettext("All articles")
    items = (_item(archive, article) for article in found)
    address = request.host_url.rstrip("/") + search_url(search_request)
    export = Export(title, len(found), items, current_moment(), address, interface_language())
    return _file(key, export, f"search {address}")


@exports.get("/collections/<int:number>/export")
@requires(Role.JOURNALIST)
def collection(number: int) -> ResponseReturnValue:
    """Give the articles of a collection that are in the archive, with their notes, in the format that the URL names."""
    key = request.args.get("format", "")
    with current_database().session() as session:
        found = find_collection(session, number, _user())
        if found is None or key not in FORMATS:
            abort(404)
        return _file(key, _of_collection(found, current_archive()), f"collection {number}")


def _of_collection(collection: Collection, archive: Archive) -> Export:
    kept = [(found, each.note) for each in collection.articles if (found := archive.get(each.article_id))]
    items = (_item(archive, article, note) for article, note in kept)
    address = url_for("collections.show", number=collection.id, _external=True)
    return Export(collection.name, len(kept), items, current_moment(), address, interface_language(), collection.note)


def _item(archive: Archive, article: Article, note: str = "") -> Item:
    address = web_address(article.url) or article_url(article.id, external=True)
    others = tuple(version for version in archive.versions(article) if version.id != article.id)
    return Item(article, address, note, others)


def _choice(search_request: SearchRequest, found: FoundArticles) -> str:
    return render_template(
        "newsroom/export.html",
        request_shown=search_request,
        articles_text=articles_text,
        counted=count_text(found.stories, found.total),
        fields=form_fields(search_request, "format"),
        back=search_url(search_request),
        found=found,
        formats=FORMATS,
        too_many={key for key, form in FORMATS.items() if _is_too_much(form, len(found))},
    )


def _is_too_much(form: Format, number: int) -> bool:
    return form.most is not None and number > form.most


def _file(key: str, export: Export, what: str) -> ResponseReturnValue:
    form = FORMATS[key]
    if _is_too_much(form, export.number):
        problem = gettext(
            "A report in PDF takes at most %(most)s articles; these are %(number)s. "
            "Narrow the search, or take another format.",
            most=number_text(form.most or 0),
            number=number_text(export.number),
        )
        return render_template("newsroom/export_refused.html", problem=problem, back=export.address), 400
    with current_database().session() as session:
        record(session, _user(), "export", what, {"format": key, "articles": export.number})
    response = Response(stream_with_context(_started(form, export)), content_type=form.media_type)
    response.headers.set("Content-Disposition", "attachment", filename=_file_name(export.made, form))
    return response


def _started(form: Format, export: Export) -> Iterator[str] | Iterator[bytes]:
    """Return the pieces of a file, the first of them made: what fails at the beginning is no half file."""
    pieces = iter(form.write(export))
    first = next(pieces, None)
    return pieces if first is None else chain([first], pieces)  # type: ignore[return-value]


def _file_name(made: datetime, form: Format) -> str:
    return f"visti-{made:%Y%m%d-%H%M}.{form.ending}"


def _user() -> CurrentUser:
    user = current_user()
    assert user is not None, "every view here requires a role"
    return user
