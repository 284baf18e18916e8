"""Signing in and out: the pages /newsroom/login and /newsroom/logout."""

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from web.archive import current_moment
from web.newsroom.accounts import MAX_NAME, find_user
from web.newsroom.database import current_database
from web.newsroom.passwords import password_matches
from web.newsroom.permissions import SIGN_IN_KEY, current_user
from web.newsroom.sign_ins import begin_sign_in, end_sign_in

sign_in = Blueprint("sign_in", __name__, url_prefix="/newsroom")

#: As long as the address of a page with everything that its parameters may hold.
MAX_NEXT = 20_000


@sign_in.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Show the form, or sign somebody in and send them where they wanted to go."""
    wanted = local_address(request.values.get("next", "")) or url_for("newsroom.home")
    if request.method == "GET":
        return redirect(wanted, 303) if current_user() else _form(wanted)
    name, password = request.form.get("name", ""), request.form.get("password", "")
    with current_database().session() as database:
        user = find_user(database, name)
        if not password_matches(user.password_hash if user else "", password) or user is None or user.disabled:
            return _form(wanted, name=name, failed=True), 401
        session.clear()
        session[SIGN_IN_KEY] = begin_sign_in(database, user, current_moment())
    return redirect(wanted, 303)


@sign_in.post("/logout")
def logout() -> ResponseReturnValue:
    """Sign out, and go to the start page."""
    key = session.get(SIGN_IN_KEY)
    if isinstance(key, str):
        with current_database().session() as database:
            end_sign_in(database, key)
    session.clear()
    return redirect(url_for("pages.start"), 303)


def _form(wanted: str, *, name: str = "", failed: bool = False) -> str:
    return render_template("newsroom/login.html", wanted=wanted, name=name[:MAX_NAME], failed=failed)


def local_address(address: str) -> str | None:
    """
    Return an address if it is a path of this site, else None: nobody is sent elsewhere by a link to our form.

    Browsers take a backslash for a slash and pass over control characters, so none may be there.

    >>> local_address("/search?q=Київ"), local_address("//evil.example"), local_address("https://evil.example/")
    ('/search?q=Київ', None, None)
    """
    if len(address) > MAX_NEXT or not address.startswith("/") or address.startswith("//"):
        return None
    return None if "\\" in address or not address.isprintable() else address
