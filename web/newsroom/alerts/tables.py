"""The tables of what was found and what was mailed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from web.newsroom.accounts import MAX_EMAIL
from web.newsroom.database import Base
from web.newsroom.saved_searches import MAX_PROBLEM, SavedSearch

MAX_ID = 512


class State(StrEnum):
    """What has become of a mailing."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"
    """The mail server does not take the address."""
    EMPTY = "empty"
    """Nothing that may still be seen was left of it."""


class Mailing(Base):
    """An e-mail to one address about one search; it waits until a server has taken it."""

    __tablename__ = "alert_mailings"

    id: Mapped[int] = mapped_column(primary_key=True)
    search_id: Mapped[int] = mapped_column(ForeignKey("saved_searches.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(MAX_EMAIL))
    message_id: Mapped[str] = mapped_column(String(200))
    """The same however often it is tried, so that one that came twice can be told to be the same."""
    made: Mapped[datetime]
    state: Mapped[State] = mapped_column(String(10), default=State.WAITING, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt: Mapped[datetime]
    sent: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(MAX_PROBLEM), default="")

    search: Mapped[SavedSearch] = relationship()
    finds: Mapped[list["Find"]] = relationship(back_populates="mailing", order_by="Find.found, Find.article_id")


class Find(Base):
    """A story that a search has found, once whatever its versions, by the article that was found first."""

    __tablename__ = "alert_finds"

    search_id: Mapped[int] = mapped_column(ForeignKey("saved_searches.id", ondelete="CASCADE"), primary_key=True)
    story: Mapped[str] = mapped_column(String(MAX_ID), primary_key=True)
    article_id: Mapped[str] = mapped_column(String(MAX_ID))
    found: Mapped[datetime]
    old: Mapped[bool] = mapped_column(default=False)
    """Whether it was there when the search was saved: it is never told."""
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("alert_mailings.id", ondelete="SET NULL"), index=True)

    mailing: Mapped[Mailing | None] = relationship(back_populates="finds")


class Known(Base):
    """What an audience could see when new articles were looked for last (``Archive.arrivals``)."""

    __tablename__ = "alert_known"

    audience: Mapped[str] = mapped_column(String(10), primary_key=True)
    record: Mapped[bytes] = mapped_column(LargeBinary)
