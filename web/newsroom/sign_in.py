"""Signing in and out: the pages /newsroom/login and /newsroom/logout."""

from flask import Blueprint, abort, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from web.archive import current_moment
from web.config import current_config
from web.newsroom.accounts import MAX_NAME, User, find_user, folded_name
from web.newsroom.audit import record
from web.newsroom.database import current_database
from web.newsroom.passwords import hash_password, needs_new_hash, password_matches
from web.newsroom.permissions import SIGN_IN_KEY, current_user
from web.newsroom.sign_ins import begin_sign_in, end_sign_in
from web.newsroom.throttle import ACCOUNT, ADDRESS, charge, forget_old, forgive, give_back
from web.rate_limit import network_of

sign_in = Blueprint("sign_in", __name__, url_prefix="/newsroom")

#: As long as the address of a page with everything that its parameters may hold.
MAX_NEXT = 20_000


@sign_in.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Show the form, or sign somebody in and send them where they wanted to go."""
    wanted = local_address(request.values.get("next", "")) or url_for("newsroom.home")
    if request.method == "GET":
        return redirect(wanted, 303) if current_user() else login_form(wanted)
    if not current_config().password_sign_in:
        abort(403)
    name, password = request.form.get("name", "")[:MAX_NAME], request.form.get("password", "")
    if wait := _seconds_to_wait(name):
        refusal = make_response(login_form(wanted, name=name, wait=wait), 429)
        refusal.headers["Retry-After"] = str(wait)
        return refusal
    user = _user_with(name, password)
    if user is None:
        return login_form(wanted, name=name, failed=True), 401
    with current_database().session() as database:
        if needs_new_hash(user.password_hash):
            user.password_hash = hash_password(password)
            database.merge(user)
        forgive(database, "account", folded_name(name))
        give_back(database, "address", _network(), ADDRESS)
        begin_session(database, user, "password")
    return redirect(wanted, 303)


def _seconds_to_wait(name: str) -> int:
    """Charge a try to the account and to the address, and return how long the next one has to wait, or 0."""
    now = current_moment()
    with current_database().session() as database:
        wait = charge(database, "address", _network(), ADDRESS, now)
        return wait or charge(database, "account", folded_name(name), ACCOUNT, now)


def _user_with(name: str, password: str) -> User | None:
    """Return whom a name and a password belong to. The password is hashed outside of a transaction: it takes long."""
    with current_database().session() as database:
        user = find_user(database, name)
    fits = password_matches(user.password_hash if user and not user.disabled else "", password)
    if user is not None and not fits:
        with current_database().session() as database:
            record(database, user, "sign-in.failed", user.name)
    return user if fits else None


def begin_session(database: Session, user: User, by: str) -> None:
    """Sign somebody in in this browser, whose session starts anew; ``by`` says how they proved who they are."""
    now = current_moment()
    forget_old(database, now)
    session.clear()
    session[SIGN_IN_KEY] = begin_sign_in(database, user, now)
    record(database, user, "sign-in", user.name, {"by": by})


@sign_in.post("/logout")
def logout() -> ResponseReturnValue:
    """Sign out, and go to the start page."""
    key, user = session.get(SIGN_IN_KEY), current_user()
    if isinstance(key, str):
        with current_database().session() as database:
            end_sign_in(database, key)
            if user is not None:
                record(database, user, "sign-out", user.name)
    session.clear()
    return redirect(url_for("pages.start"), 303)


def login_form(wanted: str, *, name: str = "", failed: bool = False, wait: int = 0, problem: str = "") -> str:
    """Return the page on which people sign in."""
    config = current_config()
    return render_template(
        "newsroom/login.html",
        wanted=wanted,
        name=name,
        failed=failed,
        wait=wait,
        problem=problem,
        by_password=config.password_sign_in,
        single_sign_on=url_for("oidc.begin", next=wanted) if config.oidc_issuer else "",
        label=config.oidc_label,
    )


def _network() -> str:
    return network_of(request.remote_addr or "")


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
