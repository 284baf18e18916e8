"""
The people of the newsroom: who they are, what they may do, and how an account is made.

A name is what somebody types to sign in: letters, digits and ``. _ - @``, kept in lower case, so that "Olena" and
"olena" are one. Nobody is ever deleted, since the audit trail speaks of them: an account is disabled.
"""

import re
import unicodedata
from datetime import datetime
from enum import IntEnum

from sqlalchemy import CheckConstraint, Dialect, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import TypeDecorator

from web.i18n import N_
from web.newsroom.database import Base
from web.newsroom.passwords import check_new_password, hash_password

MAX_NAME = 50
MAX_DISPLAY_NAME = 100
MAX_EMAIL = 254  # RFC 5321, 4.5.3.1.3, without the angle brackets
BAD_NAME = N_("A name has 1 to %(most)s letters, digits, dots, hyphens, underscores or @.")
NAME_TAKEN = N_("There is an account %(name)s already.")
BAD_EMAIL = N_("%(email)s is no e-mail address.")
_NAME = re.compile(rf"[\w.@-]{{1,{MAX_NAME}}}")
#: An issuer, and a subject of at most 255 characters (OpenID Connect Core, 2).
MAX_SUBJECT = 600
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


class Role(IntEnum):
    """What somebody may do; each may do all that those before it may."""

    READER = 0
    """Nobody is signed in."""
    JOURNALIST = 1
    """Sees what is withheld or under embargo, saves, exports."""
    EDITOR = 2
    """Links stories, changes their status, looks after accounts."""

    @property
    def label(self) -> str:
        """The role as it is written in the database, in commands and in answers: ``journalist``."""
        return self.name.lower()


#: Who can have an account, by what is typed.
ROLES = {role.label: role for role in (Role.JOURNALIST, Role.EDITOR)}


class AccountError(ValueError):
    """
    An account cannot be made or changed so; ``field`` is what is wrong, the message says why, and what may be.

    Pages translate ``message`` and put ``values`` into it; as a text it is English.
    """

    def __init__(self, field: str, message: str, **values: object) -> None:
        self.field, self.message, self.values = field, message, values
        super().__init__(message % values if values else message)


class RoleColumn(TypeDecorator[Role]):
    """A role, kept by its label."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: Role | None, dialect: Dialect) -> str | None:
        """Return the role as it is kept."""
        return None if value is None else value.label

    def process_result_value(self, value: str | None, dialect: Dialect) -> Role | None:
        """Return the role."""
        return None if value is None else ROLES[value]


class User(Base):
    """Somebody who can sign in."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('journalist', 'editor')", name="role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME), unique=True)
    display_name: Mapped[str] = mapped_column(String(MAX_DISPLAY_NAME), default="")
    email: Mapped[str] = mapped_column(String(MAX_EMAIL), default="")
    role: Mapped[Role] = mapped_column(RoleColumn())
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    """Empty: no password opens this account."""
    subject: Mapped[str | None] = mapped_column(String(MAX_SUBJECT), index=True, unique=True)
    """Issuer and subject of single sign-on, if they come by it."""
    disabled: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime]

    @property
    def shown_name(self) -> str:
        """The name under which others see this person."""
        return self.display_name or self.name


def add_user(
    session: Session,
    name: str,
    role: Role,
    *,
    password: str | None,
    now: datetime,
    display_name: str = "",
    email: str = "",
) -> User:
    """Add somebody; without a password, they come by single sign-on alone. Raises ``AccountError``."""
    name = folded_name(name)
    if not _NAME.fullmatch(name):
        raise AccountError("name", BAD_NAME, most=MAX_NAME)
    if find_user(session, name) is not None:
        raise AccountError("name", NAME_TAKEN, name=name)
    if email and (len(email) > MAX_EMAIL or not _EMAIL.fullmatch(email)):
        raise AccountError("email", BAD_EMAIL, email=email[:MAX_EMAIL])
    user = User(
        name=name,
        role=role,
        display_name=" ".join(display_name.split())[:MAX_DISPLAY_NAME],
        email=email,
        created=now,
    )
    if password is not None:
        set_password(user, password)
    session.add(user)
    session.flush()
    return user


def set_password(user: User, password: str) -> None:
    """Give an account a password. Raises ``AccountError`` for one that will not do."""
    if problem := check_new_password(password, user.name):
        raise AccountError("password", problem.message, **problem.values)
    user.password_hash = hash_password(password)


def find_user(session: Session, name: str) -> User | None:
    """Return the account with a name, as somebody types it."""
    return session.scalar(select(User).where(User.name == folded_name(name)))


def folded_name(name: str) -> str:
    """
    Return a name as it is kept.

    >>> folded_name(" Olena.Koval ")
    'olena.koval'
    """
    return unicodedata.normalize("NFKC", name).strip().lower()
