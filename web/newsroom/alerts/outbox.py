"""
Putting what is due into mailings: from then on a story is told, and the mailing waits until a mail server has taken it.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from email.utils import make_msgid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from search.settings import KYIV
from web.newsroom.accounts import User
from web.newsroom.alerts.tables import Find, Mailing, State
from web.newsroom.saved_searches import Frequency, SavedSearch


def put_due(session: Session, now: datetime, *, hour: int, weekday: int, domain: str) -> list[Mailing]:
    """
    Make a mailing of all that is due now, for each search.

    ``hour`` (0 to 23, of Kyiv) and ``weekday`` (1, Monday, to 7) say when daily and weekly e-mail is due; ``domain``
    stands in the names of messages.
    """
    made = []
    for saved, finds in _unmailed(session):
        if not _is_due(session, saved, now, hour, weekday):
            continue
        mailing = Mailing(
            search_id=saved.id, email=saved.email, message_id=make_msgid(domain=domain), made=now, next_attempt=now
        )
        session.add(mailing)
        mailing.finds.extend(finds)
        made.append(mailing)
    session.flush()
    return made


def release_refused(session: Session, saved: SavedSearch) -> None:
    """Let what a refused address was not told be told to the next one."""
    for mailing in session.scalars(
        select(Mailing).where(Mailing.search_id == saved.id, Mailing.state == State.REFUSED)
    ):
        session.delete(mailing)  # its finds stay, and are in no mailing any more


def _unmailed(session: Session) -> Iterator[tuple[SavedSearch, list[Find]]]:
    """Yield the searches that send e-mail, each with what was found and is in no mailing."""
    mailing = select(SavedSearch).join(User).where(SavedSearch.frequency != Frequency.NEVER, ~User.disabled)
    for saved in session.scalars(mailing.order_by(SavedSearch.id)).all():
        if saved.mails:
            new = (Find.search_id == saved.id, Find.mailing_id.is_(None), Find.found >= saved.mail_since, ~Find.old)
            if finds := list(session.scalars(select(Find).where(*new))):
                yield saved, finds


def _is_due(session: Session, saved: SavedSearch, now: datetime, hour: int, weekday: int) -> bool:
    if saved.frequency == Frequency.AT_ONCE:
        return True
    last = session.scalar(select(func.max(Mailing.made)).where(Mailing.search_id == saved.id))
    return max(last or saved.mail_since, saved.mail_since) < last_time(Frequency(saved.frequency), now, hour, weekday)


def last_time(frequency: Frequency, now: datetime, hour: int, weekday: int) -> datetime:
    """
    Return when daily or weekly e-mail was due last; changes of the clock leave the hour of Kyiv as it is.

    >>> last_time(Frequency.WEEKLY, datetime(2026, 11, 4, 12, tzinfo=KYIV), 8, 1).isoformat()
    '2026-11-02T08:00:00+02:00'
    """
    day = now.astimezone(KYIV).date()
    if frequency is Frequency.WEEKLY:
        day -= timedelta(days=(day.isoweekday() - weekday) % 7)
    due = datetime.combine(day, time(hour), KYIV)
    days = 7 if frequency is Frequency.WEEKLY else 1
    return due if due <= now else datetime.combine(day - timedelta(days=days), time(hour), KYIV)
