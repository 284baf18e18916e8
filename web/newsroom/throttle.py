"""
How often a password may be tried: by account and by address, counted in the database, so that all workers share it.

The generic cell rate algorithm, as for requests (``web.rate_limit``): each try moves a moment on by the interval of the
rate, and is refused while the moment lies further ahead than the burst allows. A try is charged before the password is
looked at, in one statement, so a hundred at once gain nothing; what was right is given back.
"""

import math
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Float, String, delete, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from web.newsroom.database import Base


@dataclass(frozen=True, slots=True)
class Rate:
    """So many tries at once, then one every ``seconds``."""

    burst: int
    seconds: int


#: NIST SP 800-63B-4, 3.2.2, allows at most 100 failures in a row; ten a person makes at most, and one a minute after
#: them leaves a guesser 1,450 a day, against passwords of twelve characters and more.
ACCOUNT = Rate(10, 60)
#: A newsroom behind one address forgets more passwords than one person, but no faster than one in ten seconds for long.
ADDRESS = Rate(30, 10)


class Throttle(Base):
    """Until when the tries of an account or an address are "paid for"; both are kept as hashes alone."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    paid_until: Mapped[float] = mapped_column(Float)
    """Seconds since 1970."""


def charge(session: Session, kind: str, name: str, rate: Rate, now: datetime) -> int:
    """Charge a try to an account or an address; return 0, or after how many seconds another will be allowed."""
    moment, key = now.timestamp(), _key(kind, name)
    paid = func.max(Throttle.paid_until, moment) + rate.seconds
    latest = moment + rate.burst * rate.seconds
    first = insert(Throttle).values(key=key, paid_until=moment + rate.seconds)
    allowed = session.execute(
        first.on_conflict_do_update(index_elements=["key"], set_={"paid_until": paid}, where=paid <= latest)
    )
    if allowed.rowcount:  # type: ignore[attr-defined]  # it is that of a statement that changes rows
        return 0
    paid_until = session.scalar(select(Throttle.paid_until).where(Throttle.key == key)) or moment
    return max(1, math.ceil(paid_until + rate.seconds - latest))


def forgive(session: Session, kind: str, name: str) -> None:
    """Forget the tries of somebody who knew the password."""
    session.execute(delete(Throttle).where(Throttle.key == _key(kind, name)))


def give_back(session: Session, kind: str, name: str, rate: Rate) -> None:
    """Take back the charge of a try that was right; what failed before it stays."""
    found = session.get(Throttle, _key(kind, name))
    if found is not None:
        found.paid_until -= rate.seconds


def forget_old(session: Session, now: datetime) -> None:
    """Tidy up what counts for nothing any more."""
    session.execute(delete(Throttle).where(Throttle.paid_until < now.timestamp()))


def _key(kind: str, name: str) -> str:
    return blake2b(f"{kind}|{name}".encode(errors="surrogatepass"), digest_size=16).hexdigest()
