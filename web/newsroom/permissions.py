"""
Who asks, and whether they may: ``@requires(Role.JOURNALIST)`` stands on every view of the newsroom.

tests/cases/web/permissions.toml names the least role of every route of the site; a test asks each of them as everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from flask import abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized

from web.archive import current_moment
from web.newsroom.accounts import Role, User
from web.newsroom.database import current_database
from web.newsroom.sign_ins import signed_in_user

__all__ = ["CurrentUser", "Role", "current_user", "requires"]

#: Under this name the browser's key stands in Flask's session, which is a signed cookie.
SIGN_IN_KEY = "sign_in"

_P = ParamSpec("_P")
View = Callable[_P, ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The person who asks, as a request knows them."""

    id: int
    name: str
    shown_name: str
    email: str
    role: Role


def current_user() -> CurrentUser | None:
    """Return who asks; None for a reader. Read from the database once in a request."""
    if "current_user" not in g:
        g.current_user = _signed_in()
    user: CurrentUser | None = g.current_user
    return user


def requires(role: Role) -> Callable[[View[_P]], View[_P]]:
    """Let only those with a role, or a higher one, come to a view; others are sent to sign in, or refused."""

    def decorate(view: View[_P]) -> View[_P]:
        @wraps(view)
        def guarded(*arguments: _P.args, **named: _P.kwargs) -> ResponseReturnValue:
            user = current_user()
            if user is None:
                return _ask_to_sign_in()
            if user.role < role:
                abort(403, f"This is for the role {role.label}; {user.name} has the role {user.role.label}.")
            return view(*arguments, **named)

        return guarded

    return decorate


def _signed_in() -> CurrentUser | None:
    key = session.get(SIGN_IN_KEY)
    if not isinstance(key, str) or (is_api_request() and request.method not in ("GET", "HEAD")):
        return None  # an API call that changes something comes with a token: another site's form could send the cookie
    with current_database().session() as database:
        user = signed_in_user(database, key, current_moment())
        return None if user is None else as_current(user)


def as_current(user: User) -> CurrentUser:
    """Return an account as a request knows it."""
    return CurrentUser(user.id, user.name, user.shown_name, user.email, user.role)


def is_api_request() -> bool:
    """Tell whether a program asks, which is answered with JSON."""
    return request.path.startswith("/api/")


def _ask_to_sign_in() -> ResponseReturnValue:
    if is_api_request():
        raise Unauthorized("Sign in, or send a token.", www_authenticate=WWWAuthenticate("bearer", {"realm": "Visti"}))
    here = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else None
    return redirect(url_for("sign_in.login", next=here), 303)
