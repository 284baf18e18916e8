"""
An editor's desk for one article: its status, and the story to which it belongs, with the reasons for that.

What is decided here is written beside the index and into it by ``search.archive.editing``, and stays in force whatever
the source of the article says later; the audit trail has it too.
"""

import logging
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from search import (
    Article,
    Edit,
    EditRefused,
    IndexLocked,
    SearchError,
    Status,
    join_stories,
    set_status,
    split_story,
    story_of,
)
from web.archive import archive_handle, current_archive
from web.i18n import N_, gettext
from web.newsroom.accounts import Role
from web.newsroom.audit import record
from web.newsroom.database import current_database
from web.newsroom.permissions import CurrentUser, current_user, requires
from web.presenters.texts import substitute_title
from web.urls import article_url

desk = Blueprint("desk", __name__, url_prefix="/newsroom/desk")
logger = logging.getLogger(__name__)

#: A request may take 30 s in all (request_seconds); an indexing run holds the index for longer than anybody waits.
WAIT_SECONDS = 5.0

STATUS_NAMES = {
    Status.USABLE: N_("Published: readers see it"),
    Status.WITHHELD: N_("Withheld: readers do not see it"),
    Status.CANCELED: N_("Cancelled: readers do not see it"),
}


@desk.get("/")
@requires(Role.EDITOR)
def show() -> str:
    """Show the desk for an article."""
    return _page(_article(request.args.get("id", "")), done=request.args.get("done", ""))


@desk.post("/status")
@requires(Role.EDITOR)
def status() -> ResponseReturnValue:
    """Publish an article, withhold it or cancel it."""
    article, wanted = _article(request.form.get("id", "")), request.form.get("status", "")
    if wanted not in list(Status):
        abort(400)
    return _decide(
        article, "status", lambda who: set_status(_index(), article.id, wanted, who=who, wait_seconds=WAIT_SECONDS)
    )


@desk.post("/join")
@requires(Role.EDITOR)
def join() -> ResponseReturnValue:
    """Make one story of this article's and of another's, which is named by its id or its address."""
    article = _article(request.form.get("id", ""))
    given = request.form.get("other", "").strip()
    archive = current_archive()
    other = archive.get(given) or archive.get(id_in_address(given))
    if other is None:
        return _page(article, problem=gettext("There is no such article in the archive.")), 400
    if other.story == article.story:
        return _page(article, problem=gettext("These articles are one story already.")), 400
    return _decide(
        article, "story.join",
        lambda who: join_stories(_index(), [article.id, other.id], who=who, wait_seconds=WAIT_SECONDS),
    )  # fmt: skip


@desk.post("/split")
@requires(Role.EDITOR)
def split() -> ResponseReturnValue:
    """Take the chosen articles out of the story."""
    article, chosen = _article(request.form.get("id", "")), request.form.getlist("member")
    members = {each.article.id for each in story_of(_index(), article.id).members}
    if not chosen or not set(chosen) < members:
        return _page(article, problem=gettext("Choose some of the articles of the story, but not all of them.")), 400
    return _decide(
        article, "story.split", lambda who: split_story(_index(), chosen, who=who, wait_seconds=WAIT_SECONDS)
    )


def id_in_address(address: str) -> str:
    """
    Return the id in the address of an article's page; nothing if it is none.

    >>> id_in_address("https://visti.example/article/a?q=x"), id_in_address("/article?id=a%2Fb"), id_in_address("x")
    ('a', 'a/b', '')
    """
    try:
        parts = urlsplit(address)
    except ValueError:  # a bracket where a host should be
        return ""
    _, found, rest = parts.path.partition("/article")
    if not found:
        return ""
    return unquote(rest[1:]) if rest.startswith("/") else parse_qs(parts.query).get("id", [""])[0]


def _decide(article: Article, action: str, change: Callable[[str], Edit]) -> ResponseReturnValue:
    me = _me()
    try:
        edit = change(me.name)
    except (SearchError, OSError) as error:
        logger.warning("%s could not be done by %s: %s", action, me.name, error)
        if isinstance(error, EditRefused):
            return _page(article, problem=gettext("This cannot be done. Nothing was changed.")), 400
        told = N_("Articles are being indexed right now. Nothing was changed; please try again in a minute.")
        if not isinstance(error, IndexLocked):
            told = N_("The index could not be written to. Nothing was changed; the log of the site says why.")
        return _page(article, problem=gettext(told)), 503
    with current_database().session() as database:
        changed = [each.as_dict() for each in edit.changed]
        record(database, me, action, article.id, {"changed": changed})
    return redirect(url_for("desk.show", id=article.id, done="changed" if edit.changed else "same"), 303)


def _page(article: Article, *, done: str = "", problem: str = "") -> str:
    story = story_of(_index(), article.id)
    return render_template(
        "newsroom/desk.html",
        article=article,
        title=substitute_title(article),
        back=article_url(article.id),
        statuses=STATUS_NAMES,
        members=[(each, substitute_title(each.article), article_url(each.article.id)) for each in story.members],
        decisions=story.decisions[::-1],
        done=done,
        problem=problem,
        other=request.form.get("other", ""),
    )


def _article(article_id: str) -> Article:
    found = current_archive().get(article_id)
    if found is None:
        abort(404)
    return found


def _index() -> str:
    return str(archive_handle().path)


def _me() -> CurrentUser:
    me = current_user()
    assert me is not None, "the view requires a role"
    return me
