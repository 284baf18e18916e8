"""One run of the alerts: find what is new, put what is due into mailings, send what waits. One run at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import func, select

from search import Archive, Audience
from web.archive import archive_handle
from web.config import SiteConfig, current_config
from web.newsroom.alerts.finding import find_new
from web.newsroom.alerts.messages import items_of, message_of
from web.newsroom.alerts.outbox import put_due
from web.newsroom.alerts.sending import send_waiting
from web.newsroom.alerts.tables import Mailing, State
from web.newsroom.database import current_database


class AlertsBusy(Exception):
    """Another run is at work."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did: stories found, mailings made, sent, refused by the server, and still waiting; why they wait."""

    found: int
    made: int
    sent: int
    refused: int
    waiting: int
    trouble: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return asdict(self)


def run_alerts(app: Flask, *, dry: bool = False) -> RunReport:
    """
    Find, make mailings and send them. ``dry`` only finds, which is kept, and tells how many mailings are due.

    The set-up has all ``required_keys``. Raises ``AlertsBusy``, ``IndexUnavailable``.
    """
    with app.app_context(), _alone(current_database().path):
        config, database, handle = current_config(), current_database(), archive_handle()
        archive, now = handle.current(), handle.now()
        found = find_new(database, archive, now)
        if dry:
            return RunReport(found, _due(config, now), 0, 0, _waiting())
        made = _make(config, now)
        sent = send_waiting(database, config, lambda mailing: _rendered(app, config, archive, mailing, now), now)
        return RunReport(found, made, sent.sent, sent.refused, _waiting(), sent.trouble)


def required_keys(config: SiteConfig) -> list[str]:
    """Return the keys that have to be set for e-mail, and are not."""
    return [name for name in ("accounts", "smtp_host", "mail_sender", "site_url") if not getattr(config, name)]


def _make(config: SiteConfig, now: datetime) -> int:
    with current_database().session() as session:
        domain = urlsplit(config.site_url).hostname or "localhost"
        return len(put_due(session, now, hour=config.alert_hour, weekday=config.alert_weekday, domain=domain))


class _NotKept(Exception):
    pass


def _due(config: SiteConfig, now: datetime) -> int:
    """Return how many mailings would be made now."""
    made = 0
    try:
        with current_database().session() as session:
            made = len(put_due(session, now, hour=config.alert_hour, weekday=config.alert_weekday, domain="localhost"))
            raise _NotKept
    except _NotKept:
        return made


def _waiting() -> int:
    with current_database().session() as session:
        return session.scalar(select(func.count()).where(Mailing.state == State.WAITING)) or 0


def _rendered(app: Flask, config: SiteConfig, archive: Archive, mailing: Mailing, now: datetime) -> EmailMessage | None:
    """Return the e-mail of a mailing in the language of its search, its links beginning with the site's address."""
    audience = Audience.NEWSROOM if mailing.search.hidden_too else Audience.READERS
    with app.test_request_context(f"/?ui={mailing.search.language}", base_url=config.site_url):
        items = items_of(archive.seen_by(audience), mailing, now)
        return message_of(mailing, items, config.mail_sender, now) if items else None


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """Hold the lock of the runs, which the kernel frees if this process dies. Raises ``AlertsBusy``."""
    path = database.with_name(f"{database.name}.alerts-lock")
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlertsBusy(f"Another run of the alerts is at work ({path}).") from error
        yield
