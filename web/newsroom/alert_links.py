"""
What whoever has a secret address may do without signing in: read the feed of a saved search, stop its e-mails.

A secret address can be passed on, so the feed has only what readers see.
"""

import hmac
from dataclasses import replace

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from search import Sort
from web.archive import archive_handle
from web.feeds import ATOM_TYPE, FEED_ENTRIES, feed_of, xml_response
from web.i18n import interface_language
from web.newsroom.alerts.messages import unsubscribe_token
from web.newsroom.database import current_database
from web.newsroom.saved_searches import SavedSearch, stop_mail
from web.query import run_search

alert_links = Blueprint("alert_links", __name__)


@alert_links.get("/feeds/saved/<secret>.atom")
def feed(secret: str) -> Response:
    """Answer with the newest results of a saved search, as readers see them."""
    with current_database().session() as session:
        saved = session.scalar(select(SavedSearch).where(SavedSearch.secret == secret)) or abort(404)
        # Nothing that came by a secret address alone may see more than readers do, even if somebody is signed in
        asked, title = replace(saved.request, sort=Sort.NEWEST, fold=None, page=1), saved.name
    page = run_search(archive_handle().current(), asked, limit=FEED_ENTRIES, facets=(), prefer=interface_language())
    address = url_for("alert_links.feed", secret=secret, _external=True)
    response = xml_response(feed_of(asked, page, title=title, address=address), ATOM_TYPE)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@alert_links.route("/alerts/<int:number>/unsubscribe/<token>", methods=["GET", "POST"])
def unsubscribe(number: int, token: str) -> ResponseReturnValue:
    """
    Stop the e-mails of a saved search: at once by POST, which mail programs do (RFC 8058).

    GET only asks, since programs that check links for viruses open them all.
    """
    with current_database().session() as session:
        saved = session.get(SavedSearch, number)
        if saved is None or not hmac.compare_digest(token.encode(), unsubscribe_token(number, saved.email).encode()):
            abort(404)
        if request.method == "POST":
            stop_mail(saved)
        return render_template("newsroom/unsubscribe.html", saved=saved, done=request.method == "POST")
