"""Signing in at a provider: /newsroom/oidc sends there, /newsroom/oidc/callback is where it sends back."""

import logging

from flask import Blueprint, abort, make_response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from web.archive import current_moment
from web.config import current_config
from web.i18n import gettext
from web.newsroom.database import current_database
from web.newsroom.oidc import (
    UNREACHABLE,
    OidcRefused,
    account_of,
    has_oidc,
    identity_from_provider,
    send_to_provider,
)
from web.newsroom.sign_in import begin_session, local_address, login_form

oidc = Blueprint("oidc", __name__, url_prefix="/newsroom")
logger = logging.getLogger(__name__)

#: Where somebody wanted to go, in the session; longer ones begin at the newsroom's first page, for cookies hold 4 KB.
NEXT_KEY, MAX_NEXT = "oidc_next", 1000


@oidc.get("/oidc")
def begin() -> ResponseReturnValue:
    """Send somebody to the provider."""
    if not has_oidc():
        abort(404)
    wanted = local_address(request.args.get("next", "")) or ""
    session[NEXT_KEY] = wanted if len(wanted) <= MAX_NEXT else ""
    try:
        return send_to_provider(url_for("oidc.callback", _external=True), current_config())
    except OidcRefused as error:
        return _refuse(error)


@oidc.get("/oidc/callback")
def callback() -> ResponseReturnValue:
    """Sign in whom the provider has sent back."""
    if not has_oidc():
        abort(404)
    wanted = session.get(NEXT_KEY) or url_for("newsroom.home")
    try:
        identity = identity_from_provider(current_config())
        with current_database().session() as database:
            begin_session(database, account_of(database, identity, current_config(), current_moment()), "oidc")
    except OidcRefused as error:
        return _refuse(error)
    return redirect(wanted, 303)


def _refuse(error: OidcRefused) -> ResponseReturnValue:
    logger.warning("Nobody was signed in by OpenID Connect: %s", error)
    status = 503 if error.told == UNREACHABLE else 400
    return make_response(login_form(url_for("newsroom.home"), problem=gettext(error.told)), status)
