"""
Who asks, and whether they may: ``@requires(Role.JOURNALIST)`` stands on every view of the newsroom.

People come with the session of their browser, programs with a token and to the API alone.
tests/cases/web/permissions.toml names the least role of every route of the site; a test asks each of them as everybody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec

from flask import abort, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden, Unauthorized

from web.archive import current_moment
from web.newsroom.accounts import Role, User
from web.newsroom.database import current_database
from web.newsroom.sign_ins import signed_in_user
from web.newsroom.tokens import Scope, TokenRefused, token_owner

__all__ = ["CurrentUser", "Role", "Scope", "current_user", "requires"]

#: Under this name the browser's key stands in Flask's session, which is a signed cookie.
SIGN_IN_KEY = "sign_in"
#: Methods that change nothing.
READING = ("GET", "HEAD")
_EVERYTHING = frozenset(Scope)

_P = ParamSpec("_P")
View = Callable[_P, ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class CurrentUser:
    """The person who asks, as a request knows them; ``scopes`` are what they, or their token, may be used for."""

    id: int
    name: str
    shown_name: str
    email: str
    role: Role
    scopes: frozenset[Scope] = _EVERYTHING


def current_user() -> CurrentUser | None:
    """Return who asks; None for a reader. Read from the database once in a request."""
    if "current_user" not in g:
        g.current_user = _by_token() if is_api_request() and _token() else _by_session()
    user: CurrentUser | None = g.current_user
    return user


def requires(role: Role, scope: Scope | None = None) -> Callable[[View[_P]], View[_P]]:
    """
    Let only those with a role, or a higher one, come to a view; others are sent to sign in, or refused.

    A token must be for ``scope`` too: without one for ``read``, or for ``write`` if the method changes something.
    """

    def decorate(view: View[_P]) -> View[_P]:
        @wraps(view)
        def guarded(*arguments: _P.args, **named: _P.kwargs) -> ResponseReturnValue:
            user = current_user()
            if user is None:
                return _ask_to_sign_in()
            if user.role < role:
                abort(403, f"This is for the role {role.label}; {user.name} has the role {user.role.label}.")
            needed = scope or (Scope.READ if request.method in READING else Scope.WRITE)
            if needed not in user.scopes:
                raise Forbidden(f"This takes a token with the scope {needed}.")
            return view(*arguments, **named)

        return guarded

    return decorate


def _by_session() -> CurrentUser | None:
    key = session.get(SIGN_IN_KEY)
    if not isinstance(key, str) or (is_api_request() and request.method not in READING):
        return None  # an API call that changes something comes with a token: another site's form could send the cookie
    with current_database().session() as database:
        user = signed_in_user(database, key, current_moment())
        return None if user is None else _as_current(user)


def _by_token() -> CurrentUser:
    try:
        with current_database().session() as database:
            user, scopes = token_owner(database, _token(), current_moment())
            return _as_current(user, scopes)
    except TokenRefused as error:
        g.current_user = None  # the answer to the error is a reader's
        raise Unauthorized(str(error), www_authenticate=_bearer(error="invalid_token")) from error


def _token() -> str:
    given = request.authorization
    return given.token or "" if given is not None and given.type == "bearer" else ""


def _as_current(user: User, scopes: frozenset[Scope] = _EVERYTHING) -> CurrentUser:
    return CurrentUser(user.id, user.name, user.shown_name, user.email, user.role, scopes)


def is_api_request() -> bool:
    """Tell whether a program asks, which is answered with JSON."""
    return request.path.startswith("/api/")


def _ask_to_sign_in() -> ResponseReturnValue:
    if is_api_request():
        raise Unauthorized("Send a token: Authorization: Bearer visti_…", www_authenticate=_bearer())
    here = request.full_path.rstrip("?") if request.method in READING else None
    return redirect(url_for("sign_in.login", next=here), 303)


def _bearer(**parameters: str | None) -> WWWAuthenticate:
    return WWWAuthenticate("bearer", {"realm": "Visti", **parameters})
