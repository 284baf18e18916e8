"""
Changes to accounts, each written down in the audit trail, and with what follows from it: sign-ins end.

Pages and commands make them through here; ``by`` is who does it.
"""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from web.newsroom.accounts import Role, User, add_user, set_password
from web.newsroom.audit import Named, record
from web.newsroom.sign_ins import end_all_sign_ins

#: Without what is mistaken for something else on paper: 0 and o, 1, l and i.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LETTERS = 4, 5


def generated_password() -> str:
    """Return a password that nobody guesses (99 random bits), to be told once: ``kq7dm-x2hna-…``."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


def open_account(
    session: Session,
    name: str,
    role: Role,
    *,
    password: str | None,
    now: datetime,
    by: Named | str,
    display_name: str = "",
    email: str = "",
) -> User:
    """Add an account; without a password it is for single sign-on alone. Raises ``AccountError``."""
    user = add_user(session, name, role, password=password, now=now, display_name=display_name, email=email)
    record(session, by, "user.add", user.name, {"role": role.label})
    return user


def change_password(session: Session, user: User, password: str, *, by: Named | str) -> None:
    """Give an account another password, and sign it out everywhere. Raises ``AccountError``."""
    set_password(user, password)
    end_all_sign_ins(session, user)
    record(session, by, "user.password", user.name)


def change_role(session: Session, user: User, role: Role, *, by: Named | str) -> None:
    """Give an account another role; it counts from the next request on."""
    if user.role is not role:
        record(session, by, "user.role", user.name, {"from": user.role.label, "to": role.label})
        user.role = role


def switch_off(session: Session, user: User, *, by: Named | str) -> None:
    """Let nobody sign in to an account; its tokens open nothing either."""
    if not user.disabled:
        user.disabled = True
        end_all_sign_ins(session, user)
        record(session, by, "user.disable", user.name)


def switch_on(session: Session, user: User, *, by: Named | str) -> None:
    """Let an account be used again."""
    if user.disabled:
        user.disabled = False
        record(session, by, "user.enable", user.name)
