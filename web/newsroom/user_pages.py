"""The accounts of the newsroom, for editors: who there is, a new one, another role, another password, off and on."""

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from web.archive import current_moment
from web.newsroom.account_changes import (
    change_password,
    change_role,
    generated_password,
    open_account,
    switch_off,
    switch_on,
)
from web.newsroom.account_pages import error_text
from web.newsroom.accounts import ROLES, AccountError, Role, User
from web.newsroom.database import current_database
from web.newsroom.permissions import CurrentUser, current_user, requires

users = Blueprint("users", __name__, url_prefix="/newsroom/users")


@users.get("/")
@requires(Role.EDITOR)
def index() -> str:
    """List the accounts, with a form for a new one."""
    return _page(done=request.args.get("done", ""))


@users.post("/")
@requires(Role.EDITOR)
def add() -> ResponseReturnValue:
    """Add an account, whose password is made here and shown this once."""
    form, password = request.form, generated_password()
    role = ROLES.get(form.get("role", ""))
    if role is None:
        abort(400)
    try:
        with current_database().session() as database:
            user = open_account(
                database, form.get("name", ""), role, password=password, now=current_moment(), by=_me(),
                display_name=form.get("display_name", ""), email=form.get("email", "").strip(),
            )  # fmt: skip
    except AccountError as error:
        return _page({error.field: error_text(error)}), 400
    return _page(named=user.name, password=password)


@users.post("/<int:number>")
@requires(Role.EDITOR)
def change(number: int) -> ResponseReturnValue:
    """Do to an account what the pressed button says; to one's own nothing that would shut oneself out."""
    act, me = request.form.get("act", ""), _me()
    with current_database().session() as database:
        user = database.get(User, number) if number < 2**63 else None
        if user is None:
            abort(404)
        if user.id == me.id:
            abort(400, "Another editor can change your account.")
        if act == "password":
            password = generated_password()
            change_password(database, user, password, by=me)
        elif act == "off":
            switch_off(database, user, by=me)
        elif act == "on":
            switch_on(database, user, by=me)
        elif act in ROLES:
            change_role(database, user, ROLES[act], by=me)
        else:
            abort(400)
    if act == "password":
        return _page(named=user.name, password=password)
    return redirect(url_for("users.index", done=user.name), 303)


def _me() -> CurrentUser:
    me = current_user()
    assert me is not None, "the view requires a role"
    return me


def _page(errors: Mapping[str, str] | None = None, *, done: str = "", named: str = "", password: str = "") -> str:
    with current_database().session() as database:
        found = list(database.scalars(select(User).order_by(User.disabled, User.name)))
    return render_template(
        "newsroom/users.html",
        users=found,
        roles=ROLES,
        errors=errors or {},
        done=done if any(done == user.name for user in found) else "",
        named=named,
        password=password,
        given=request.form,
    )
