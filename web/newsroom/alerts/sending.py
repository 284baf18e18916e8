"""
Sending what waits: each mailing is given to the mail server, and in the next step written down as sent.

If the program dies between the two, the mailing is sent again with the same Message-ID: twice rather than never.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import select

from web.config import SiteConfig
from web.newsroom.alerts.tables import Mailing, State
from web.newsroom.database import Database
from web.newsroom.saved_searches import MAX_PROBLEM

#: A server that takes longer is as good as down.
TIMEOUT_SECONDS = 30
#: After a failure a mailing waits 2, 4, 8 ... minutes, at most four hours.
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=4)
_PERMANENT = 500  # SMTP's codes from here on: the same would fail again (RFC 5321, 4.2.1)
_NO_SUCH_ADDRESS = 553

Render = Callable[[Mailing], EmailMessage | None]


class ServerTrouble(Exception):
    """The mail server takes nothing now; the message says which and why."""


@dataclass(slots=True)
class Sent:
    """What became of the mailings that were due."""

    sent: int = 0
    refused: int = 0
    waiting: int = 0
    trouble: str = ""
    """Why the server takes nothing, if it does not."""


def send_waiting(database: Database, config: SiteConfig, render: Render, now: datetime) -> Sent:
    """Send the mailings whose time has come; ``render`` gives the e-mail, or None if nothing is left of a mailing."""
    with database.session() as session:
        waiting = (Mailing.state == State.WAITING, Mailing.next_attempt <= now)
        due = list(session.scalars(select(Mailing.id).where(*waiting).order_by(Mailing.id)))
    done = Sent()
    if not due:
        return done
    try:
        with _server(config) as server:
            for number in due:
                _send(database, server, number, render, now, done)
    except ServerTrouble as trouble:
        done.trouble = str(trouble)
        _put_off(database, due, str(trouble), now)
    with database.session() as session:
        left = select(Mailing.id).where(Mailing.id.in_(due), Mailing.state == State.WAITING)
        done.waiting = len(session.scalars(left).all())
    return done


def _send(database: Database, server: smtplib.SMTP, number: int, render: Render, now: datetime, done: Sent) -> None:
    """Send one mailing, and write down what became of it before the next one. Raises ``ServerTrouble``."""
    with database.session() as session:
        mailing = session.get(Mailing, number)
        if mailing is None or mailing.state != State.WAITING or not mailing.search.email:
            return  # deleted meanwhile
        message = render(mailing)
        if message is None or not mailing.search.mails:
            mailing.state = State.EMPTY
            return
        try:
            server.send_message(message, to_addrs=[mailing.email])
        except smtplib.SMTPRecipientsRefused as refused:
            code, said = next(iter(refused.recipients.values()))
            done.refused += _refused(mailing, code, said.decode(errors="replace"), now)
        except smtplib.SMTPDataError as refused:
            done.refused += _refused(mailing, refused.smtp_code, _told(refused), now)
        except smtplib.SMTPNotSupportedError as refused:  # letters that this server takes in no address
            done.refused += _refused(mailing, _NO_SUCH_ADDRESS, str(refused), now)
        except (OSError, smtplib.SMTPException) as error:
            raise ServerTrouble(_told(error)) from error
        else:
            mailing.state, mailing.sent, mailing.problem = State.SENT, now, ""
            done.sent += 1


def _refused(mailing: Mailing, code: int, said: str, now: datetime) -> bool:
    """Write down that the server refuses a mailing, and return whether for good: a full mailbox may have room later."""
    mailing.problem = (said if said.startswith(str(code)) else f"{code} {said}")[:MAX_PROBLEM]
    if code >= _PERMANENT:
        mailing.state = State.REFUSED
        mailing.search.problem = mailing.problem
        return True
    _wait(mailing, now)
    return False


def _put_off(database: Database, numbers: list[int], trouble: str, now: datetime) -> None:
    with database.session() as session:
        for mailing in session.scalars(select(Mailing).where(Mailing.id.in_(numbers))):
            if mailing.state == State.WAITING:
                mailing.problem = trouble[:MAX_PROBLEM]
                _wait(mailing, now)


def _wait(mailing: Mailing, now: datetime) -> None:
    mailing.attempts += 1
    doublings = min(mailing.attempts - 1, 16)
    mailing.next_attempt = now + min(_FIRST_WAIT * 2**doublings, _LONGEST_WAIT)


@contextmanager
def _server(config: SiteConfig) -> Iterator[smtplib.SMTP]:
    """Give the mail server of a set-up, signed in. Raises ``ServerTrouble``."""
    place = f"{config.smtp_host}:{config.smtp_port}"
    try:
        server = _connected(config)
    except (OSError, smtplib.SMTPException) as error:
        raise ServerTrouble(f"the mail server {place} cannot be used: {_told(error)}") from error
    try:
        yield server
    except ServerTrouble as trouble:
        raise ServerTrouble(f"the mail server {place} has failed: {trouble}") from trouble
    finally:
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def _connected(config: SiteConfig) -> smtplib.SMTP:
    if config.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            config.smtp_host, config.smtp_port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(config.smtp_host, config.smtp_port, timeout=TIMEOUT_SECONDS)
    try:
        if config.smtp_security == "starttls":
            server.starttls(context=ssl.create_default_context())
        if config.smtp_user:
            server.login(config.smtp_user, config.smtp_password)
    except BaseException:
        server.close()
        raise
    return server


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return str(error) or type(error).__name__
