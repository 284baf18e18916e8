"""
The newsroom's side of the site: everything behind the sign-in, under /newsroom.

It is there only if the set-up names a database of accounts. ``init_newsroom`` connects all of it with an application;
the readers' site without it imports nothing from here, and needs no database.
"""

from pathlib import Path
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError, CSRFProtect  # type: ignore[import-untyped]  # it publishes no types

from search import Audience
from web.api import api
from web.archive import set_audience
from web.config import SiteConfig
from web.errors import ErrorText
from web.i18n import N_
from web.newsroom.account_pages import account
from web.newsroom.alert_links import alert_links
from web.newsroom.articles_api import articles_api
from web.newsroom.audit_pages import audit
from web.newsroom.collection_pages import collections
from web.newsroom.coverage_pages import coverage
from web.newsroom.database import Database, install_database
from web.newsroom.desk_pages import desk
from web.newsroom.draft_pages import drafts
from web.newsroom.export_pages import exports
from web.newsroom.home import newsroom
from web.newsroom.navigation import tools_for
from web.newsroom.oidc import init_oidc
from web.newsroom.oidc_sign_in import oidc
from web.newsroom.permissions import Scope, current_user
from web.newsroom.quote_pages import quotes
from web.newsroom.saved_search_pages import saved_search_pages
from web.newsroom.sign_in import sign_in
from web.newsroom.user_pages import users
from web.rate_limit import EXEMPT_ENDPOINTS
from web.urls import tool_url

#: A new topic of the newsroom adds its blueprint here.
BLUEPRINTS = (
    newsroom,
    sign_in,
    account,
    users,
    audit,
    collections,
    exports,
    desk,
    oidc,
    drafts,
    coverage,
    quotes,
    saved_search_pages,
    alert_links,
    articles_api,
)

#: Most often somebody has signed out, or in, in another tab.
STALE_FORM = ErrorText(
    N_("This form is out of date"), N_("Go back, load the page anew and send the form again; nothing was changed.")
)


def init_newsroom(app: Flask, config: SiteConfig) -> None:
    """
    Give an application the newsroom, with its accounts in an SQLite file, which is made if there is none.

    Raises ``ConfigError``, of which ``DatabaseUnavailable`` is one.
    """
    init_oidc(app, config)
    database = Database(Path(config.accounts))
    database.migrate()
    install_database(app.extensions, database)
    _protect_sessions(app, database.secret("session"))
    database.close()  # what is forked from this process begins without connections
    app.before_request(_see_what_they_may)
    app.after_request(_keep_private)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_error_handler(CSRFError, _answer_stale_form)
    app.context_processor(_for_templates)


def _protect_sessions(app: Flask, key: str) -> None:
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME="visti",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form may be filled in for hours
    )
    app.session_interface = _Sessions()
    # The API takes no session for what changes anything (permissions.current_user), so nothing can be forged there
    protection = CSRFProtect(app)
    protection.exempt(api)
    protection.exempt(articles_api)
    protection.exempt(alert_links)  # a mail program stops e-mails by a secret address, and has no session


class _Sessions(SecureCookieSessionInterface):
    def get_cookie_secure(self, app: Flask) -> bool:
        """Return whether the cookie is for TLS alone: if it is set over TLS."""
        return request.is_secure


def _see_what_they_may() -> None:
    """Let those who are signed in see all of the archive, on every page of the site and in the API."""
    if request.endpoint in EXEMPT_ENDPOINTS:
        return
    user = current_user()
    if user is not None and Scope.READ in user.scopes:
        set_audience(Audience.NEWSROOM)


def _keep_private(response: Response) -> Response:
    """Let nobody keep an answer to somebody who is signed in: the next at this machine may be a reader."""
    if request.path.startswith("/api/"):
        response.vary.add("Authorization")
    if request.endpoint not in EXEMPT_ENDPOINTS and g.get("current_user") is not None:
        response.headers["Cache-Control"] = "private, no-store"
        response.headers.pop("ETag", None)
    return response


def _answer_stale_form(error: Exception) -> Response:
    return make_response(render_template("error.html", text=STALE_FORM, status=400), 400)


def _for_templates() -> dict[str, Any]:
    user = current_user()
    return {"signed_in": user, "newsroom_tools": tools_for(user.role) if user else [], "tool_url": tool_url}
