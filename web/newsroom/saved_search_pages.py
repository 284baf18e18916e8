"""The pages of saved searches: a list of them, what is new in one, the form that changes it, what was mailed."""

from collections.abc import Mapping
from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from web.archive import current_archive, current_moment
from web.i18n import gettext, interface_language
from web.newsroom.alerts.finding import settle_new_search
from web.newsroom.alerts.messages import Item, item_of, items_of
from web.newsroom.alerts.outbox import release_refused
from web.newsroom.alerts.tables import Find, Mailing
from web.newsroom.database import current_database
from web.newsroom.export_formats.headings import articles_text
from web.newsroom.permissions import CurrentUser, Role, current_user, requires
from web.newsroom.saved_searches import (
    FREQUENCIES,
    MAX_NAME,
    SavedSearch,
    SavedSearchChanged,
    SavedSearchError,
    change_search,
    find_search,
    keep_reading,
    renew_secret,
    save_search,
    searches_of,
)
from web.params import SearchRequest
from web.presenters.filters import active_chips
from web.query import asked
from web.urls import search_url

saved_search_pages = Blueprint("saved_searches", __name__, url_prefix="/newsroom/searches")

#: What a page lists of what was found; the results of the search have all.
MAX_LISTED = 50
MAX_MAILINGS = 20


class Line(NamedTuple):
    """A saved search in the list; ``new`` stories were found since its owner looked."""

    saved: SavedSearch
    own: bool
    new: int


class Listed(NamedTuple):
    """A story that was found, and whether it is new to the owner."""

    item: Item
    new: bool


@saved_search_pages.get("/")
@requires(Role.JOURNALIST)
def index() -> str:
    """List the saved searches."""
    with current_database().session() as session:
        lines = [
            Line(each, each.owner_id == _user().id, _number_new(session, each))
            for each in searches_of(session, _user())
        ]
        return render_template("newsroom/saved_searches.html", lines=lines, frequencies=FREQUENCIES)


@saved_search_pages.get("/new")
@requires(Role.JOURNALIST)
def name() -> str:
    """Ask for the name of the search that the address has."""
    return _naming(asked()[0])


@saved_search_pages.post("/")
@requires(Role.JOURNALIST)
def save() -> ResponseReturnValue:
    """Save the search that the address has."""
    wanted = asked()[0]
    with current_database().session() as session:
        try:
            saved = save_search(
                session, wanted, request.form.get("name", ""), _user(), language=interface_language(),
                now=current_moment(),
            )  # fmt: skip
        except SavedSearchError as error:
            return _naming(wanted, gettext(str(error))), 400
        settle_new_search(session, current_archive(), saved)
        number = saved.id
    return _shown(number)


@saved_search_pages.get("/<int:number>")
@requires(Role.JOURNALIST)
def show(number: int) -> str:
    """Show what was found lately, what is new marked, and the form."""
    with current_database().session() as session:
        return _page(session, _existing(session, number))


@saved_search_pages.post("/<int:number>")
@requires(Role.JOURNALIST)
def change(number: int) -> ResponseReturnValue:
    """Change a search; what somebody typed is kept where that cannot be done."""
    with current_database().session() as session:
        saved = _own(session, number)
        try:
            change_search(session, saved, request.form, language=interface_language(), now=current_moment())
        except SavedSearchError as error:
            status = 409 if isinstance(error, SavedSearchChanged) else 400
            return _page(session, saved, gettext(str(error)), typed=request.form), status
        release_refused(session, saved)
    return _shown(number)


@saved_search_pages.post("/<int:number>/seen")
@requires(Role.JOURNALIST)
def seen(number: int) -> ResponseReturnValue:
    """Take all that was found so far as seen."""
    with current_database().session() as session:
        _own(session, number).visited = current_moment()
    return redirect(url_for("saved_searches.index"), 303)


@saved_search_pages.post("/<int:number>/reading")
@requires(Role.JOURNALIST)
def reading(number: int) -> ResponseReturnValue:
    """Take the search as it is read now."""
    with current_database().session() as session:
        keep_reading(_own(session, number))
    return _shown(number)


@saved_search_pages.post("/<int:number>/feed")
@requires(Role.JOURNALIST)
def renew(number: int) -> ResponseReturnValue:
    """Give the feed another address."""
    with current_database().session() as session:
        renew_secret(_own(session, number))
    return _shown(number)


@saved_search_pages.post("/<int:number>/delete")
@requires(Role.JOURNALIST)
def delete(number: int) -> ResponseReturnValue:
    """Delete a search, and what was found and mailed."""
    with current_database().session() as session:
        session.delete(_own(session, number))
    return redirect(url_for("saved_searches.index"), 303)


@saved_search_pages.get("/<int:number>/mailings/<int:mailing>")
@requires(Role.JOURNALIST)
def mailing(number: int, mailing: int) -> str:
    """Show exactly what an e-mail told, as far as it may still be seen."""
    with current_database().session() as session:
        saved, found = _existing(session, number), session.get(Mailing, mailing)
        if found is None or found.search_id != number:
            abort(404)
        return render_template(
            "newsroom/mailing.html",
            saved=saved,
            mailing=found,
            items=items_of(current_archive(), found, current_moment()),
        )


def _naming(wanted: SearchRequest, problem: str = "") -> str:
    return render_template(
        "newsroom/save_search.html",
        wanted=wanted,
        shown=_shown_search(wanted),
        results=search_url(wanted),
        problem=problem,
        typed=request.form.get("name", wanted.query)[:MAX_NAME],
        most=MAX_NAME,
    )


def _page(session: Session, saved: SavedSearch, problem: str = "", typed: Mapping[str, str] | None = None) -> str:
    mailings = select(Mailing).where(Mailing.search_id == saved.id).order_by(Mailing.id.desc()).limit(MAX_MAILINGS)
    return render_template(
        "newsroom/saved_search.html",
        saved=saved,
        own=saved.owner_id == _user().id,
        shown=_shown_search(saved.request),
        results=search_url(saved.request),
        number_new=_number_new(session, saved),
        listed=_listed(session, saved),
        mailings=session.scalars(mailings).all(),
        articles_text=articles_text,
        frequencies=FREQUENCIES,
        feed=url_for("alert_links.feed", secret=saved.secret, _external=True),
        problem=problem,
        typed=typed,
        most=MAX_NAME,
    )


def _listed(session: Session, saved: SavedSearch) -> list[Listed]:
    """Return what was found last and may still be seen, without what was there when the search was saved."""
    found = select(Find).where(Find.search_id == saved.id, ~Find.old)
    last = session.scalars(found.order_by(Find.found.desc(), Find.story).limit(MAX_LISTED))
    archive, now = current_archive(), current_moment()
    return [
        Listed(item_of(article, now), find.found >= saved.visited)
        for find in last
        if (article := archive.get(find.article_id))
    ]


def _number_new(session: Session, saved: SavedSearch) -> int:
    new = select(func.count()).where(Find.search_id == saved.id, Find.found >= saved.visited, ~Find.old)
    return session.scalar(new) or 0


def _shown_search(wanted: SearchRequest) -> str:
    limits = [f"{chip.name}: {chip.label}" for chip in active_chips(wanted)]
    return " · ".join(filter(None, [wanted.query, *limits])) or gettext("All stories")


def _shown(number: int) -> ResponseReturnValue:
    return redirect(url_for("saved_searches.show", number=number), 303)


def _existing(session: Session, number: int) -> SavedSearch:
    return find_search(session, number, _user()) or abort(404)


def _own(session: Session, number: int) -> SavedSearch:
    saved = _existing(session, number)
    if saved.owner_id != _user().id:
        abort(403, gettext("Only its owner may change or delete a saved search."))
    return saved


def _user() -> CurrentUser:
    user = current_user()
    assert user is not None, "every view here requires a role"
    return user
