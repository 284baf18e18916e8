"""
Tokens: how a program comes to the API as somebody of the newsroom (RFC 6750), with ``Authorization: Bearer visti_…``.

A token is shown once, when it is made; the database keeps its SHA-256 alone, which is enough for 192 random bits.
``visti_`` at its beginning lets scanners of public repositories find one that was published by mistake.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from web.i18n import N_
from web.newsroom.accounts import AccountError, User
from web.newsroom.audit import Named, record
from web.newsroom.database import Base

PREFIX = "visti_"
_RANDOM_BYTES = 24
MAX_LABEL = 100
#: Every token runs out, so that a forgotten one does.
MAX_DAYS = 366
DEFAULT_DAYS = 90
#: More than anybody looks after.
MAX_TOKENS = 50
BAD_LABEL = N_("Say in 1 to %(most)s characters what the token is for.")
BAD_SCOPES = N_("Choose at least one of: %(scopes)s.")
BAD_DAYS = N_("A token lasts from 1 to %(most)s days.")
TOO_MANY = N_("There are %(most)s tokens already; revoke some of them.")
#: That a token was used is written down no more often, so that reading writes nothing.
USED_STEP = timedelta(minutes=5)


class Scope(StrEnum):
    """What a token is for; who has it can do no more than its owner."""

    READ = "read"
    """Search and read as the newsroom does."""
    EXPORT = "export"
    """Take many articles away at once."""
    WRITE = "write"
    """Change what is kept: articles, statuses, saved searches, collections."""


class TokenRefused(Exception):
    """A token opens nothing; the message says why."""


class ApiToken(Base):
    """A token of somebody; what is kept of it."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(MAX_LABEL))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(50))
    created: Mapped[datetime]
    expires: Mapped[datetime]
    last_used: Mapped[datetime | None]
    revoked: Mapped[datetime | None]

    @property
    def scope_set(self) -> frozenset[Scope]:
        """What the token is for."""
        return frozenset(Scope(name) for name in self.scopes.split())

    def state(self, now: datetime) -> str:
        """Return ``valid``, ``expired`` or ``revoked``."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if now >= self.expires else "valid"


def create_token(
    session: Session, user: User, label: str, scopes: Iterable[str], days: int, *, now: datetime, by: Named | str
) -> tuple[ApiToken, str]:
    """
    Make a token, and return it with the text that is shown once.

    Raises ``AccountError``, whose ``field`` is ``label``, ``scopes`` or ``days``.
    """
    label, wanted = " ".join(label.split()), frozenset(scopes)
    if not label or len(label) > MAX_LABEL:
        raise AccountError("label", BAD_LABEL, most=MAX_LABEL)
    if not wanted or wanted - set(Scope):
        raise AccountError("scopes", BAD_SCOPES, scopes=", ".join(Scope))
    if not 1 <= days <= MAX_DAYS:
        raise AccountError("days", BAD_DAYS, most=MAX_DAYS)
    if sum(token.state(now) == "valid" for token in tokens_of(session, user.id)) >= MAX_TOKENS:
        raise AccountError("label", TOO_MANY, most=MAX_TOKENS)
    shown = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    token = ApiToken(
        user_id=user.id,
        label=label,
        token_hash=_hashed(shown),
        scopes=" ".join(scope for scope in Scope if scope in wanted),
        created=now,
        expires=now + timedelta(days=days),
    )
    session.add(token)
    session.flush()
    told = {"user": user.name, "label": label, "scopes": token.scopes, "expires": token.expires.isoformat()}
    record(session, by, "token.create", str(token.id), told)
    return token, shown


def revoke_token(session: Session, token: ApiToken, *, now: datetime, by: Named | str) -> None:
    """Let a token open nothing any more."""
    if token.revoked is None:
        token.revoked = now
        record(session, by, "token.revoke", str(token.id), {"label": token.label})


def tokens_of(session: Session, user_id: int) -> list[ApiToken]:
    """Return somebody's tokens, the newest first."""
    return list(session.scalars(select(ApiToken).where(ApiToken.user_id == user_id).order_by(ApiToken.id.desc())))


def token_owner(session: Session, shown: str, now: datetime) -> tuple[User, frozenset[Scope]]:
    """Return who comes with a token, and what it is for. Raises ``TokenRefused``."""
    token = session.scalar(select(ApiToken).where(ApiToken.token_hash == _hashed(shown)))
    user = session.get(User, token.user_id) if token else None
    if token is None or user is None:
        raise TokenRefused("There is no such token.")
    if token.revoked is not None:
        raise TokenRefused("This token was revoked.")
    if now >= token.expires:
        raise TokenRefused(f"This token expired on {token.expires:%Y-%m-%d}; make a new one on your account's page.")
    if user.disabled:
        raise TokenRefused("The account of this token is switched off.")
    if token.last_used is None or now - token.last_used > USED_STEP:
        token.last_used = now
    return user, token.scope_set


def _hashed(shown: str) -> str:
    return sha256(shown.encode(errors="surrogatepass")).hexdigest()
