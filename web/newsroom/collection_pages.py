"""The pages of collections: a list of them, one of them, and the forms that fill, change and delete them."""

from collections.abc import Callable
from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from search import Article
from web.archive import current_archive, current_moment
from web.i18n import gettext
from web.newsroom.collections import (
    MAX_NAME,
    MAX_NOTE,
    CollectedArticle,
    Collection,
    CollectionError,
    annotate,
    change_collection,
    collect,
    collections_of,
    find_collection,
    make_collection,
    may_change,
    remove,
)
from web.newsroom.database import current_database
from web.newsroom.export_formats import FORMATS
from web.newsroom.export_formats.headings import articles_text, state
from web.newsroom.permissions import CurrentUser, Role, current_user, requires
from web.presenters.cards import LanguageLink, version_links
from web.presenters.texts import substitute_title
from web.urls import article_url

collections = Blueprint("collections", __name__, url_prefix="/newsroom/collections")


class Line(NamedTuple):
    """An article of a collection; ``article`` is None if it is no longer in the archive, and then the rest is empty."""

    kept: CollectedArticle
    article: Article | None = None
    title: str = ""
    url: str = ""
    state: str = ""
    versions: tuple[LanguageLink, ...] = ()


@collections.get("/")
@requires(Role.JOURNALIST)
def index() -> str:
    """List the collections, with a form for a new one."""
    with current_database().session() as session:
        return _list(session)


@collections.post("/")
@requires(Role.JOURNALIST)
def make() -> ResponseReturnValue:
    """Make a collection; with an article's id, that is its first."""
    with current_database().session() as session:
        try:
            made = make_collection(session, request.form.get("name", ""), _user(), current_moment())
        except CollectionError as error:
            return _list(session, gettext(str(error))), 400
        if article := _article():
            collect(made, article, "", _user(), current_moment())
        number = made.id
    return redirect(url_for("collections.show", number=number), 303)


@collections.get("/add")
@requires(Role.JOURNALIST)
def choose() -> str:
    """Ask into which collection an article goes."""
    article = _article() or abort(404)
    with current_database().session() as session:
        return _list(session, article=article)


@collections.get("/<int:number>")
@requires(Role.JOURNALIST)
def show(number: int) -> str:
    """Show a collection."""
    with current_database().session() as session:
        return _page(_existing(session, number))


@collections.post("/<int:number>")
@requires(Role.JOURNALIST)
def change(number: int) -> ResponseReturnValue:
    """Change name, note and who may see a collection; what somebody typed is kept where that cannot be done."""
    form = request.form
    with current_database().session() as session:
        collection = _own(session, number)
        try:
            change_collection(
                collection,
                form.get("name", ""),
                form.get("note", ""),
                shared="shared" in form,
                version=form.get("version", 0, type=int),
                now=current_moment(),
            )
        except CollectionError as error:
            return _page(_own(session, number), gettext(str(error)), typed=form), 409
    return _shown(number)


@collections.post("/<int:number>/delete")
@requires(Role.JOURNALIST)
def delete(number: int) -> ResponseReturnValue:
    """Delete a collection; its articles stay in the archive."""
    with current_database().session() as session:
        session.delete(_own(session, number))
    return redirect(url_for("collections.index"), 303)


@collections.post("/<int:number>/articles")
@requires(Role.JOURNALIST)
def add(number: int) -> ResponseReturnValue:
    """Put an article into a collection."""
    article = _article() or abort(404)
    note = request.form.get("note", "")
    return _done(number, lambda collection: collect(collection, article, note, _user(), current_moment()))


@collections.post("/<int:number>/note")
@requires(Role.JOURNALIST)
def note(number: int) -> ResponseReturnValue:
    """Change the note to an article."""
    identifier, text = request.form.get("article", ""), request.form.get("note", "")
    return _done(number, lambda collection: annotate(collection, identifier, text, current_moment()))


@collections.post("/<int:number>/remove")
@requires(Role.JOURNALIST)
def take_out(number: int) -> ResponseReturnValue:
    """Take an article out of a collection."""
    identifier = request.form.get("article", "")
    return _done(number, lambda collection: remove(collection, identifier, current_moment()))


def _done(number: int, work: Callable[[Collection], None]) -> ResponseReturnValue:
    with current_database().session() as session:
        try:
            work(_existing(session, number))
        except CollectionError as error:
            return _page(_existing(session, number), gettext(str(error))), 400
    return _shown(number)


def _list(session: Session, problem: str = "", article: Article | None = None) -> str:
    return render_template(
        "newsroom/collections.html",
        collections=collections_of(session, _user()),
        articles_text=articles_text,
        article=article,
        title=substitute_title(article) if article else "",
        url=article_url(article.id) if article else "",
        problem=problem,
        most=MAX_NAME,
    )


def _page(collection: Collection, problem: str = "", typed: object = None) -> str:
    return render_template(
        "newsroom/collection.html",
        collection=collection,
        articles_text=articles_text,
        lines=[_line(kept) for kept in collection.articles],
        changeable=may_change(collection, _user()),
        formats=FORMATS,
        problem=problem,
        typed=typed,
        most_name=MAX_NAME,
        most_note=MAX_NOTE,
    )


def _line(kept: CollectedArticle) -> Line:
    archive = current_archive()
    article = archive.get(kept.article_id)
    if article is None:
        return Line(kept)
    return Line(
        kept,
        article,
        substitute_title(article),
        article_url(article.id),
        state(article, current_moment()),
        version_links(archive.versions(article), article.id),
    )


def _shown(number: int) -> ResponseReturnValue:
    return redirect(url_for("collections.show", number=number), 303)


def _existing(session: Session, number: int) -> Collection:
    return find_collection(session, number, _user()) or abort(404)


def _own(session: Session, number: int) -> Collection:
    collection = _existing(session, number)
    if not may_change(collection, _user()):
        abort(403, gettext("Only its owner and editors may change or delete a collection."))
    return collection


def _article() -> Article | None:
    return current_archive().get(request.values.get("article", ""))


def _user() -> CurrentUser:
    user = current_user()
    assert user is not None, "every view here requires a role"
    return user
