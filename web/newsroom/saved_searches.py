"""
Saved searches: any search under a name, kept as the parameters of its address, for oneself or for the newsroom.

Only its owner changes a saved search; a version number tells them if they did so in another window meanwhile.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qs, urlencode

from sqlalchemy import ForeignKey, String, Text, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from search import StandingSearch
from search.query.parser import parse_query
from search.query.show import show
from search.settings import KYIV
from web.i18n import N_
from web.newsroom.accounts import MAX_EMAIL, User
from web.newsroom.database import Base
from web.newsroom.permissions import CurrentUser
from web.params import SearchRequest, query_pairs, read_search_request

MAX_NAME = 200
#: Of one person: far more than anyone reads, and thousands of them are matched in seconds.
MAX_SEARCHES = 500
MAX_PROBLEM = 500
_SECRET_BYTES = 24
# One address, without a display name: neither a second recipient nor another header can hide in it.
_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]+@[^@\s<>,;:\"()\[\]\\]+")


class Frequency(StrEnum):
    """How often what is new is mailed."""

    NEVER = "never"
    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"


#: How each is called.
FREQUENCIES: Mapping[Frequency, str] = {
    Frequency.NEVER: N_("no e-mail"),
    Frequency.AT_ONCE: N_("at once"),
    Frequency.DAILY: N_("every day"),
    Frequency.WEEKLY: N_("every week"),
}


class SavedSearchError(ValueError):
    """A saved search cannot be so; the message is one for ``gettext``."""


class SavedSearchChanged(SavedSearchError):
    """A saved search was changed since its form was opened."""


class SavedSearch(Base):
    """A search that somebody saved, and how they are told what is new in it."""

    __tablename__ = "saved_searches"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(MAX_NAME))
    parameters: Mapped[str] = mapped_column(Text)
    """As in the search's address, in a fixed order."""
    shared: Mapped[bool] = mapped_column(default=False)
    frequency: Mapped[Frequency] = mapped_column(String(10), default=Frequency.NEVER)
    email: Mapped[str] = mapped_column(String(MAX_EMAIL), default="")
    language: Mapped[str] = mapped_column(String(2))
    """That of the e-mails."""
    hidden_too: Mapped[bool] = mapped_column(default=True)
    """Whether articles that readers do not see yet are told too, marked."""
    paused: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[str] = mapped_column(String(MAX_PROBLEM), default="")
    """What a mail server said when it refused the address; e-mail waits for a change of it."""
    created: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    visited: Mapped[datetime]
    """What was found later is new to the owner."""
    mail_since: Mapped[datetime]
    """What was found later is mailed."""
    secret: Mapped[str] = mapped_column(String(64), unique=True)
    """Whoever knows it may read the feed."""
    reading: Mapped[str] = mapped_column(Text, default="")
    """How the query was read when it was saved."""
    footprint: Mapped[str] = mapped_column(Text, default="")
    """Of ``search.StandingSearch``."""

    owner: Mapped[User] = relationship()

    @property
    def request(self) -> SearchRequest:
        """The search; a value that this version of the program does not take is left out."""
        return read_search_request(parse_qs(self.parameters))[0]

    @property
    def mails(self) -> bool:
        """Whether e-mail is sent."""
        return self.frequency != Frequency.NEVER and bool(self.email) and not self.paused and not self.problem

    @property
    def standing(self) -> StandingSearch:
        """The search as the library matches it."""
        asked = self.request
        return StandingSearch(query=asked.query, **asked.narrowing, footprint=self.footprint)

    @property
    def is_read_otherwise(self) -> bool:
        """Whether the query is read otherwise than when it was saved, or some parameter is not taken any more."""
        return self.reading != reading_of(self.parameters, self.created)


def reading_of(parameters: str, moment: datetime) -> str:
    """Return how a search was read on the day of a moment: its query in canonical form, and its other parameters."""
    asked, _ = read_search_request(parse_qs(parameters))
    parsed = parse_query(asked.query, moment.astimezone(KYIV).date(), without=frozenset(asked.without))
    others = [pair for pair in query_pairs(asked) if pair[0] != "q"]
    return f"{show(parsed.tree)} {urlencode(others)}".strip()


def parameters_of(asked: SearchRequest) -> str:
    """Return what of a search is saved: not on which page of it one was."""
    return urlencode([pair for pair in query_pairs(asked) if pair[0] != "page"])


def searches_of(session: Session, user: CurrentUser) -> Sequence[SavedSearch]:
    """Return the searches that somebody may see: their own, then those that others share."""
    seen = or_(SavedSearch.owner_id == user.id, SavedSearch.shared)
    order = (SavedSearch.owner_id != user.id, SavedSearch.name, SavedSearch.id)
    return session.scalars(select(SavedSearch).where(seen).order_by(*order)).all()


def find_search(session: Session, number: int, user: CurrentUser) -> SavedSearch | None:
    """Return a search that somebody may see."""
    found = session.get(SavedSearch, number)
    return found if found is not None and (found.shared or found.owner_id == user.id) else None


def save_search(
    session: Session, asked: SearchRequest, name: str, user: CurrentUser, *, language: str, now: datetime
) -> SavedSearch:
    """Save a search, without e-mail. Raises ``SavedSearchError``."""
    if len(session.scalars(select(SavedSearch.id).where(SavedSearch.owner_id == user.id)).all()) >= MAX_SEARCHES:
        raise SavedSearchError(N_("You have 500 saved searches already: delete one that you need no longer."))
    parameters = parameters_of(asked)
    saved = SavedSearch(
        owner_id=user.id,
        name=_checked_name(name),
        parameters=parameters,
        email=user.email,
        language=language,
        created=now,
        visited=now,
        mail_since=now,
        secret=secrets.token_urlsafe(_SECRET_BYTES),
        reading=reading_of(parameters, now),
    )
    session.add(saved)
    session.flush()
    return saved


def change_search(
    session: Session, saved: SavedSearch, form: Mapping[str, str], *, language: str, now: datetime
) -> None:
    """
    Change a search as its form says. Raises ``SavedSearchError``, with nothing changed.

    What was found before mail was switched on is not mailed, but what waits because an address was refused is.
    """
    name, email = _checked_name(form.get("name", "")), _checked_email(form.get("email", ""))
    try:
        frequency = Frequency(form.get("frequency", ""))
    except ValueError as error:
        raise SavedSearchError(N_("Choose how often to send e-mail.")) from error
    if frequency is not Frequency.NEVER and not email:
        raise SavedSearchError(N_("To send e-mail, an address is needed."))
    _claim(session, saved, form.get("version", ""))
    mailed = saved.mails or bool(saved.problem and not saved.paused)
    saved.name, saved.shared, saved.hidden_too = name, "shared" in form, "hidden_too" in form
    saved.frequency, saved.email, saved.language = frequency, email, language
    saved.paused, saved.problem = "paused" in form, ""
    if saved.mails and not mailed:
        saved.mail_since = now


def _claim(session: Session, saved: SavedSearch, version: str) -> None:
    """Count the version that a form showed on, in one step. Raises ``SavedSearchChanged`` if somebody did so before."""
    this = (SavedSearch.id == saved.id, SavedSearch.version == (int(version) if version.isdecimal() else 0))
    claim = update(SavedSearch).where(*this).values(version=SavedSearch.version + 1).returning(SavedSearch.id)
    claimed = session.scalar(claim.execution_options(synchronize_session=False))
    session.refresh(saved)
    if claimed is None:
        raise SavedSearchChanged(
            N_(
                "This search has been changed since you opened it. Your text stands in the form, what is saved now "
                "above it: save again to replace that."
            )
        )


def keep_reading(saved: SavedSearch) -> None:
    """Take a search as it is read now."""
    saved.reading = reading_of(saved.parameters, saved.created)


def renew_secret(saved: SavedSearch) -> None:
    """Give the feed another address; the old one leads nowhere any more."""
    saved.secret = secrets.token_urlsafe(_SECRET_BYTES)


def stop_mail(saved: SavedSearch) -> None:
    """Send no e-mail any more."""
    saved.frequency = Frequency.NEVER
    saved.version += 1


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise SavedSearchError(N_("A saved search needs a name."))
    if len(name) > MAX_NAME:
        raise SavedSearchError(N_("The name is too long: it may have 200 characters."))
    return name


def _checked_email(email: str) -> str:
    email = email.strip()
    if email and (len(email) > MAX_EMAIL or not email.isprintable() or not _EMAIL.fullmatch(email)):
        raise SavedSearchError(N_("This is no e-mail address."))
    return email
