"""
The audit trail: who did what, when. Entries are added and never changed, which triggers of the database see to.

``record`` adds one in the session of the change itself, so that neither is there without the other. People are written
down by name: an account is never deleted, and its name never changes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, TypeVar

from flask import has_app_context, has_request_context, request
from sqlalchemy import Select, String, Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from search.settings import KYIV
from web.access_log import shown_address
from web.archive import current_moment
from web.config import current_config
from web.i18n import N_
from web.newsroom.database import Base

_Row = TypeVar("_Row")
MAX_WHAT = 600
#: What can be done, and how pages call it: a new kind of entry is one more line.
ACTIONS = {
    "sign-in": N_("Signed in"),
    "sign-in.failed": N_("Sign-in failed"),
    "sign-out": N_("Signed out"),
    "user.add": N_("Account added"),
    "user.role": N_("Role changed"),
    "user.password": N_("Password changed"),
    "user.disable": N_("Account switched off"),
    "user.enable": N_("Account switched on"),
    "token.create": N_("Token made"),
    "token.revoke": N_("Token revoked"),
    "status": N_("Status of an article changed"),
    "article.receive": N_("Articles received"),
    "article.delete": N_("Article deleted"),
    "story.join": N_("Stories joined"),
    "story.split": N_("Stories parted"),
    "export": N_("Export"),
}


class Named(Protocol):
    """Somebody with the name of an account."""

    @property
    def name(self) -> str:
        """The name to sign in with."""
        ...


class AuditEntry(Base):
    """Something that somebody did; ``details`` is a JSON object."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    moment: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(50), index=True)
    action: Mapped[str] = mapped_column(String(40), index=True)
    what: Mapped[str] = mapped_column(String(MAX_WHAT))
    details: Mapped[str] = mapped_column(Text)


def record(
    session: Session,
    who: Named | str,
    action: str,
    what: str = "",
    details: Mapping[str, object] | None = None,
) -> None:
    """
    Add an entry: ``what`` is the id or the name of that to which it was done, ``details`` whatever JSON can hold.

    Raises ``KeyError`` for an action that is not in ``ACTIONS``. In a request its address is added, as far as the
    set-up lets addresses be written down.
    """
    ACTIONS[action]  # what is misspelt here would be missing from every filter
    told = {**(details or {}), **_address()}
    session.add(
        AuditEntry(
            moment=current_moment() if has_app_context() else datetime.now(UTC),
            who=who if isinstance(who, str) else who.name,
            action=action,
            what=what[:MAX_WHAT],
            details=json.dumps(told, ensure_ascii=False, default=str) if told else "",
        )
    )


def _address() -> dict[str, str]:
    if not has_request_context():
        return {}
    address = shown_address(request.remote_addr or "", current_config().access_log_addresses)
    return {} if address == "-" else {"address": address}


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; what is empty or None lets all through. ``until`` includes its day, in Kyiv."""

    who: str = ""
    action: str = ""
    what: str = ""
    since: date | None = None
    until: date | None = None


def entries(session: Session, wanted: AuditFilter, *, limit: int, offset: int = 0) -> list[AuditEntry]:
    """Return the entries that a filter lets through, the newest first."""
    query = _filtered(select(AuditEntry), wanted).order_by(AuditEntry.id.desc()).limit(limit).offset(offset)
    return list(session.scalars(query))


def count_entries(session: Session, wanted: AuditFilter) -> int:
    """Return how many entries a filter lets through."""
    return session.scalar(_filtered(select(func.count()).select_from(AuditEntry), wanted)) or 0


def _filtered(query: Select[_Row], wanted: AuditFilter) -> Select[_Row]:
    conditions = (
        (wanted.who, AuditEntry.who == wanted.who),
        (wanted.action, AuditEntry.action == wanted.action),
        (wanted.what, AuditEntry.what.contains(wanted.what, autoescape=True)),
        (wanted.since, AuditEntry.moment >= _beginning(wanted.since or date.min)),
        (wanted.until, AuditEntry.moment < _beginning((wanted.until or date.min) + timedelta(days=1))),
    )
    return query.where(*(condition for given, condition in conditions if given))


def _beginning(day: date) -> datetime:
    # Kyiv's offset of the year 1 is none that a database takes; nothing was written down then anyway
    return datetime.combine(day, time(), KYIV if day.year > 1 else UTC)
