"""
Who is signed in, kept in the database: a browser has but a random key, signed, in its session cookie.

So signing out ends it wherever the cookie was copied to, and a new password or a disabled account ends all of theirs.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ForeignKey, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from web.newsroom.accounts import User
from web.newsroom.database import Base

#: A working day, with a night shift's margin: who comes back tomorrow signs in again.
IDLE_TIME = timedelta(hours=12)
#: However busy a session is.
LONGEST_TIME = timedelta(days=7)
#: That somebody is still there is written down no more often, so that reading pages writes nothing.
SEEN_STEP = timedelta(minutes=5)
_KEY_BYTES = 32


class SignIn(Base):
    """A browser in which somebody is signed in."""

    __tablename__ = "sign_ins"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    begun: Mapped[datetime]
    seen: Mapped[datetime]


def begin_sign_in(session: Session, user: User, now: datetime) -> str:
    """Let somebody be signed in, and return the key for their browser; forgets sign-ins that have run out."""
    session.execute(delete(SignIn).where((SignIn.seen < now - IDLE_TIME) | (SignIn.begun < now - LONGEST_TIME)))
    key = secrets.token_urlsafe(_KEY_BYTES)
    session.add(SignIn(key_hash=_hashed(key), user_id=user.id, begun=now, seen=now))
    return key


def signed_in_user(session: Session, key: str, now: datetime) -> User | None:
    """Return whom a browser's key stands for; None if it has run out or the account is disabled."""
    found = session.get(SignIn, _hashed(key))
    if found is None or now - found.seen > IDLE_TIME or now - found.begun > LONGEST_TIME:
        return None
    user = session.get(User, found.user_id)
    if user is None or user.disabled:
        return None
    if now - found.seen > SEEN_STEP:
        found.seen = now
    return user


def end_sign_in(session: Session, key: str) -> None:
    """Sign a browser out."""
    session.execute(delete(SignIn).where(SignIn.key_hash == _hashed(key)))


def end_all_sign_ins(session: Session, user: User) -> None:
    """Sign somebody out everywhere."""
    session.execute(delete(SignIn).where(SignIn.user_id == user.id))


def _hashed(key: str) -> str:
    # A fast hash is enough: nobody guesses 256 random bits
    return sha256(key.encode()).hexdigest()
