"""
Alerts that are killed lose nothing: every story comes, and twice only in the e-mail that was on its way at the kill.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from indexer import index_articles
from search import Article
from web import create_app
from web.archive import archive_handle
from web.config import SiteConfig
from web.newsroom.accounts import User
from web.newsroom.alerts.finding import settle_new_search
from web.newsroom.alerts.run import run_alerts
from web.newsroom.database import current_database
from web.newsroom.permissions import CurrentUser
from web.newsroom.saved_searches import Frequency, save_search
from web.params import read_search_request

NOW = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)
CHILD = Path(__file__).with_name("alerts_child.py")
WORDS = ("міст", "школа", "лікарня", "завод", "театр", "музей")
# Where a run is killed: by the server, when a recipient is named (the e-mail is not taken yet) or when it has taken the
# e-mail and has not said so; or some seconds after the beginning, in which all of a run finds room.
KILLS: tuple[tuple[str, float], ...] = (
    ("recipient", 1),
    ("taken", 1),
    ("taken", 2),
    *(("after", random.Random(3).uniform(0, 0.25)) for _ in range(2)),
    ("recipient", 2),
)


class KillingServer:
    """Takes mail, and kills the run that sends it where it is told to."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []
        """The Message-ID and the text of each e-mail of the run."""
        self.child: subprocess.Popen[bytes] | None = None
        self.where, self.count = "", 0.0

    async def handle_RCPT(  # so aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._kill_at("recipient", len(self.taken) + 1)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        part = message.get_body(("plain",))
        assert part is not None
        self.taken.append((str(message["Message-ID"]), part.get_content()))
        self._kill_at("taken", len(self.taken))
        return "250 OK"

    def _kill_at(self, where: str, count: int) -> None:
        if self.child and (self.where, self.count) == (where, count):
            os.kill(self.child.pid, signal.SIGKILL)
            self.child.wait()


@pytest.fixture
def killing_server() -> Iterator[tuple[KillingServer, int]]:
    server = KillingServer()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(server, hostname="127.0.0.1", port=port)
    controller.start()
    yield server, port
    controller.stop()


def waiting_alerts(index: Path, accounts: str) -> None:
    """Save a search for each word, and publish an article that it finds."""
    index_articles([story("old", "Погода")], index)
    app = create_app(index, clock=lambda: NOW, config=SiteConfig(rate_limit=0, accounts=accounts))
    with app.app_context():
        run_alerts(app, dry=True)  # the first run only sees what there is
        with current_database().session() as session:
            user = session.scalars(select(User)).first()
            assert user is not None
            owner = CurrentUser(user.id, user.name, user.shown_name, user.email, user.role)
            for word in WORDS:
                asked, _ = read_search_request({"q": [word]})
                saved = save_search(session, asked, word, owner, language="en", now=NOW)
                saved.frequency, saved.email = Frequency.AT_ONCE, "journalist@example.org"
                settle_new_search(session, archive_handle().current(), saved)
        archive_handle().close()
        current_database().close()
    index_articles([story(f"new-{word}", f"Новини: {word}") for word in WORDS], index)


def story(identifier: str, title: str) -> Article:
    return Article(id=identifier, story=identifier, language="uk", title=title, body="Текст.", published=NOW)


def test_a_killed_run_loses_no_story_and_repeats_only_the_email_on_its_way(
    accounts_template: Path, tmp_path: Path, killing_server: tuple[KillingServer, int]
) -> None:
    server, port = killing_server
    index, accounts = tmp_path / "index", str(shutil.copy(accounts_template, tmp_path / "accounts.sqlite"))
    waiting_alerts(index, accounts)
    runs: list[list[tuple[str, str]]] = []
    killed: list[bool] = []
    for where, count in (*KILLS, ("", 0.0), ("", 0.0)):
        server.taken, server.where, server.count = [], where, count
        command = [sys.executable, str(CHILD), str(index), accounts, str(port), NOW.isoformat()]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            server.child = child
            assert child.stdout is not None and child.stdout.readline() == b"ready\n"
            if where == "after":
                time.sleep(count)
                child.kill()
            child.wait(60)
        killed.append(child.returncode == -signal.SIGKILL)
        assert killed[-1] or child.returncode == 0
        runs.append(server.taken)

    assert killed[:3] == [True] * 3 and not any(killed[-2:])
    assert runs[-1] == [], "what the run before has finished is sent again"
    told = [text for run in runs for _, text in run]
    assert [word for word in WORDS if not any(f"Новини: {word}" in text for text in told)] == []
    assert len({message_id for run in runs for message_id, _ in run}) == len(WORDS), "a story is in two e-mails"
    for number, (run, was_killed) in enumerate(zip(runs, killed, strict=True)):
        finished = {message_id for message_id, _ in (run[:-1] if was_killed else run)}
        later = {message_id for following in runs[number + 1 :] for message_id, _ in following}
        assert len({message_id for message_id, _ in run}) == len(run)
        assert not finished & later, "an e-mail that was not on its way at the kill came twice"
    # The server had taken these two and had not said so, which looks to the sender as if they had not been taken.
    for place in (1, 2):
        assert runs[place][-1][0] in {message_id for run in runs[place + 1 :] for message_id, _ in run}
