"""One's own account: another password, and tokens for programs."""

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.archive import current_moment
from web.config import current_config
from web.i18n import gettext
from web.newsroom.account_changes import change_password
from web.newsroom.accounts import AccountError, Role, User
from web.newsroom.database import current_database
from web.newsroom.passwords import password_matches
from web.newsroom.permissions import current_user, requires
from web.newsroom.sign_in import begin_session
from web.newsroom.throttle import ACCOUNT, charge, forgive
from web.newsroom.tokens import DEFAULT_DAYS, MAX_DAYS, ApiToken, Scope, create_token, revoke_token, tokens_of

account = Blueprint("account", __name__, url_prefix="/newsroom/account")


@account.get("/")
@requires(Role.JOURNALIST)
def show() -> str:
    """Show one's own account."""
    return _page(done=request.args.get("done", ""))


@account.post("/password")
@requires(Role.JOURNALIST)
def password() -> ResponseReturnValue:
    """Change one's own password, and sign out everywhere else."""
    if not current_config().password_sign_in:
        abort(403)
    given, new = request.form.get("password", ""), request.form.get("new_password", "")
    user = _own_account()
    with current_database().session() as database:
        wait = charge(database, "account", user.name, ACCOUNT, current_moment())
    if wait:
        return _page({"password": gettext("There have been too many attempts; try again in a minute.")}), 429
    if not password_matches(user.password_hash, given):
        return _page({"password": gettext("This is not your password.")}), 400
    try:
        with current_database().session() as database:
            forgive(database, "account", user.name)
            user = database.merge(user)
            change_password(database, user, new, by=user)
            begin_session(database, user, "password")
    except AccountError as error:
        return _page({"new_password": error_text(error)}), 400
    return redirect(url_for("account.show", done="password"), 303)


@account.post("/tokens")
@requires(Role.JOURNALIST)
def make_token() -> ResponseReturnValue:
    """Make a token, and show it this once."""
    days = request.form.get("days", "")
    user = _own_account()
    try:
        with current_database().session() as database:
            token, shown = create_token(
                database, user, request.form.get("label", ""), request.form.getlist("scope"),
                int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0,
                now=current_moment(), by=user,
            )  # fmt: skip
    except AccountError as error:
        return _page({error.field: error_text(error)}), 400
    return _page(made=token, shown=shown)


@account.post("/tokens/<int:number>/revoke")
@requires(Role.JOURNALIST)
def revoke(number: int) -> ResponseReturnValue:
    """Let one of one's own tokens open nothing any more."""
    user = _own_account()
    with current_database().session() as database:
        token = database.get(ApiToken, number) if number < 2**63 else None
        if token is None or token.user_id != user.id:
            abort(404)
        revoke_token(database, token, now=current_moment(), by=user)
    return redirect(url_for("account.show", done="revoked"), 303)


def error_text(error: AccountError) -> str:
    """Return what is wrong in the language of the page."""
    return gettext(error.message, **error.values)


def _own_account() -> User:
    me = current_user()
    with current_database().session() as database:
        user = database.get(User, me.id) if me else None
    assert user is not None, "the view requires a role"
    return user


def _page(
    errors: Mapping[str, str] | None = None, *, done: str = "", made: ApiToken | None = None, shown: str = ""
) -> str:
    user, now = _own_account(), current_moment()
    with current_database().session() as database:
        tokens = [(token, token.state(now)) for token in tokens_of(database, user.id)]
    return render_template(
        "newsroom/account.html",
        user=user,
        by_password=current_config().password_sign_in and bool(user.password_hash),
        tokens=tokens,
        errors=errors or {},
        done=done,
        made=made,
        shown=shown,
        scopes=list(Scope),
        days=DEFAULT_DAYS,
        most_days=MAX_DAYS,
        given=request.form,
    )
