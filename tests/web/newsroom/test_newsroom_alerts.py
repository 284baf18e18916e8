"""Alerts: what is new is found once, mailed once, to those whom it concerns, whatever happens on the way."""

import re
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask
from newsroom_client import NewsroomClient
from sqlalchemy import select

from indexer import index_articles
from search import Article, Status
from web import create_app
from web.archive import archive_handle
from web.config import SiteConfig
from web.newsroom.accounts import User
from web.newsroom.alerts.finding import settle_new_search
from web.newsroom.alerts.run import AlertsBusy, _alone, run_alerts
from web.newsroom.alerts.tables import Find, Mailing, State
from web.newsroom.database import current_database
from web.newsroom.permissions import CurrentUser
from web.newsroom.saved_searches import Frequency, SavedSearch, save_search
from web.params import read_search_request

MONDAY = datetime(2026, 11, 2, 7, 0, tzinfo=UTC)  # nine o'clock in Kyiv


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **how: float) -> None:
        self.now += timedelta(**how)


class MailServer:
    """Takes mail, or refuses addresses, and keeps what it took."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, EmailMessage]] = []
        self.refuses: dict[str, str] = {}
        self.data_answer = ""

    async def handle_RCPT(  # so aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_answer:
            return self.data_answer
        message = message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[arg-type]
        assert isinstance(message, EmailMessage)
        self.taken += [(address, message) for address in envelope.rcpt_tos]
        return "250 OK"


class Newsroom:
    """A site with an archive that grows, saved searches and a mail server."""

    def __init__(self, app: Flask, index: Path, clock: Clock, server: MailServer) -> None:
        self.app, self.index, self.clock, self.server = app, index, clock, server

    def publish(self, *articles: Article) -> None:
        index_articles(articles, self.index)

    def save(self, parameters: str, frequency: Frequency = Frequency.AT_ONCE, **fields: object) -> int:
        """Save a search and set it up, as the form does."""
        asked, _ = read_search_request({k: [v] for k, _, v in (pair.partition("=") for pair in parameters.split("&"))})
        with self.app.app_context(), current_database().session() as session:
            user = session.scalars(select(User)).first()
            assert user is not None
            owner = CurrentUser(user.id, user.name, user.shown_name, user.email, user.role)
            saved = save_search(session, asked, f"About {parameters}", owner, language="en", now=self.clock())
            saved.frequency, saved.email = frequency, "journalist@example.org"
            for name, value in fields.items():
                setattr(saved, name, value)
            settle_new_search(session, archive_handle().current(), saved)
            return saved.id

    def run(self, **how: bool):
        report = run_alerts(self.app, **how)
        self.clock.forward(minutes=1)
        return report

    def told(self) -> list[list[str]]:
        """Return the headlines of each e-mail that came, and forget them."""
        found = [re.findall(r"<h2[^>]*><a[^>]*>(.*?)</a>", html_of(message)) for _, message in self.server.taken]
        self.server.taken.clear()
        return found

    def state(self, read: Callable[[SavedSearch], object], number: int) -> object:
        with self.app.app_context(), current_database().session() as session:
            saved = session.get(SavedSearch, number)
            assert saved is not None
            return read(saved)


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return part.get_content()


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return part.get_content()


def article(identifier: str, title: str, **fields: object) -> Article:
    story, _, language = identifier.rpartition(".")
    values = {
        "story": story,
        "language": language,
        "published": MONDAY,
        "section": "society",
        "body": "Text.",
        **fields,
    }
    return Article(id=identifier, title=title, **values)  # type: ignore[arg-type]


@pytest.fixture
def mail_server() -> Iterator[tuple[MailServer, int]]:
    server = MailServer()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield server, controller.port
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def newsroom(accounts_template: Path, tmp_path: Path, mail_server: tuple[MailServer, int]) -> Iterator[Newsroom]:
    server, port = mail_server
    index, clock = tmp_path / "index", Clock()
    index_articles([article("old.uk", "Старий міст")], index)
    config = SiteConfig(
        rate_limit=0, accounts=str(shutil.copy(accounts_template, tmp_path / "accounts.sqlite")),
        site_url="https://news.example.org/", mail_sender="Visti <alerts@example.org>",
        smtp_host="127.0.0.1", smtp_port=port, smtp_security="none",
    )  # fmt: skip
    app = create_app(index, clock=clock, config=config)
    app.test_client_class = NewsroomClient
    newsroom = Newsroom(app, index, clock, server)
    newsroom.run()  # the first run only sees what there is
    yield newsroom
    with app.app_context():
        archive_handle().close()
        current_database().close()


def test_what_is_new_is_mailed_once(newsroom: Newsroom) -> None:
    newsroom.save("q=міст")
    assert newsroom.run().found == 0
    newsroom.publish(article("bridge.uk", "Новий міст"), article("other.uk", "Погода"))
    report = newsroom.run()
    assert (report.found, report.made, report.sent, report.waiting) == (1, 1, 1, 0)
    assert newsroom.told() == [["Новий міст"]]
    assert newsroom.run().sent == 0 and newsroom.told() == []


def test_versions_and_corrections_of_a_story_are_not_told_again(newsroom: Newsroom) -> None:
    newsroom.save("q=міст")
    newsroom.publish(article("bridge.uk", "Новий міст"), article("bridge.ru", "Новый мост"))
    newsroom.run()
    assert len(newsroom.told()[0]) == 1
    newsroom.publish(article("bridge.en", "A new bridge"), article("bridge.uk", "Новий міст відкрито"))
    newsroom.publish(article("old.ru", "Старый мост"), article("old.uk", "Старий міст стоїть"))
    assert newsroom.run().found == 0 and newsroom.told() == []


def test_a_late_version_that_alone_is_found_is_told(newsroom: Newsroom) -> None:
    newsroom.save("q=bridge&bridges=0")
    newsroom.publish(article("old.en", "The old bridge"))
    newsroom.run()
    assert newsroom.told() == [["The old bridge"]]


def test_what_came_before_the_search_was_saved_is_old(newsroom: Newsroom) -> None:
    newsroom.publish(article("before.uk", "Міст учора"))
    newsroom.save("q=міст")
    newsroom.publish(article("after.uk", "Міст сьогодні"))
    newsroom.run()
    assert newsroom.told() == [["Міст сьогодні"]]


def test_filters_of_a_saved_search_hold(newsroom: Newsroom) -> None:
    newsroom.save("q=міст&section=sport")
    newsroom.publish(article("a.uk", "Міст перший"), article("b.uk", "Міст другий", section="sport"))
    newsroom.run()
    assert newsroom.told() == [["Міст другий"]]


def test_mail_server_down_then_up_sends_once(newsroom: Newsroom) -> None:
    newsroom.save("q=міст")
    newsroom.publish(article("bridge.uk", "Новий міст"))
    config = newsroom.app.extensions["visti-config"]
    newsroom.app.extensions["visti-config"] = replace(config, smtp_port=free_port())
    report = newsroom.run()
    assert (report.made, report.sent, report.waiting) == (1, 0, 1) and "127.0.0.1" in report.trouble
    newsroom.app.extensions["visti-config"] = config
    assert newsroom.run().sent == 0  # it is too early to try again
    newsroom.clock.forward(minutes=3)
    report = newsroom.run()
    assert (report.made, report.sent, report.waiting) == (0, 1, 0)
    assert newsroom.told() == [["Новий міст"]] and newsroom.run().sent == 0


def test_dying_after_the_server_took_it_sends_the_same_message_again(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.save("q=міст")
    newsroom.publish(article("bridge.uk", "Новий міст"))
    import smtplib

    real = smtplib.SMTP.send_message

    def killed(self: smtplib.SMTP, *arguments: object, **named: object) -> None:
        real(self, *arguments, **named)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(smtplib.SMTP, "send_message", killed)
        newsroom.run()
    newsroom.run()
    first, second = (message["Message-ID"] for _, message in newsroom.server.taken)
    assert first == second and first.endswith("@news.example.org>")
    newsroom.told()
    assert newsroom.run().sent == 0


def test_dying_while_finding_loses_nothing(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    newsroom.save("q=міст")
    newsroom.publish(article("bridge.uk", "Новий міст"))
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("web.newsroom.alerts.finding._put_down", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        newsroom.run()
    newsroom.run()
    assert newsroom.told() == [["Новий міст"]]


def test_a_refused_address_is_told_and_others_are_sent(newsroom: Newsroom) -> None:
    bad = newsroom.save("q=міст", email="gone@example.org")
    good = newsroom.save("q=новий")
    newsroom.server.refuses["gone@example.org"] = "550 No such user"
    newsroom.publish(article("bridge.uk", "Новий міст"))
    report = newsroom.run()
    assert (report.sent, report.refused, report.waiting, report.trouble) == (1, 1, 0, "")
    assert newsroom.state(lambda saved: saved.problem, bad) == "550 No such user"
    assert newsroom.state(lambda saved: saved.problem, good) == ""
    newsroom.publish(article("second.uk", "Новий другий міст"))
    assert newsroom.run().made == 1  # nothing more goes to an address that is refused


def test_another_address_gets_what_the_refused_one_was_not_told(newsroom: Newsroom) -> None:
    number = newsroom.save("q=міст", email="gone@example.org")
    newsroom.server.refuses["gone@example.org"] = "550 No such user"
    newsroom.publish(article("a.uk", "Міст перший"))
    newsroom.run()
    newsroom.publish(article("b.uk", "Міст другий"))
    newsroom.run()
    client = newsroom.app.test_client()
    assert isinstance(client, NewsroomClient)
    client.sign_in("journalist")
    client.set_cookie("ui", "en")
    path = f"/newsroom/searches/{number}"
    assert "550 No such user" in client.get(path).get_data(as_text=True)
    form = {"version": "1", "name": "Мости", "frequency": "at_once", "email": "here@example.org"}
    assert client.submit(path, **form).status_code == 303
    assert "550 No such user" not in client.get(path).get_data(as_text=True)
    newsroom.run()
    [(address, message)] = newsroom.server.taken
    assert address == "here@example.org" and all(name in text_of(message) for name in ("перший", "другий"))


def test_what_comes_while_mail_is_paused_is_not_mailed(newsroom: Newsroom) -> None:
    number = newsroom.save("q=міст", paused=True)
    newsroom.publish(article("a.uk", "Міст перший"))
    newsroom.run()
    client = newsroom.app.test_client()
    assert isinstance(client, NewsroomClient)
    client.sign_in("journalist")
    form = {"version": "1", "name": "Мости", "frequency": "at_once", "email": "here@example.org"}
    assert client.submit(f"/newsroom/searches/{number}", **form).status_code == 303
    newsroom.publish(article("b.uk", "Міст другий"))
    newsroom.run()
    assert newsroom.told() == [["Міст другий"]]


def test_an_address_that_is_refused_for_now_is_tried_again(newsroom: Newsroom) -> None:
    newsroom.save("q=міст")
    newsroom.server.refuses["journalist@example.org"] = "450 Greylisted"
    newsroom.publish(article("bridge.uk", "Новий міст"))
    assert newsroom.run().waiting == 1
    newsroom.server.refuses.clear()
    newsroom.clock.forward(hours=1)
    assert newsroom.run().sent == 1


def test_a_message_that_is_refused_stops_no_other(newsroom: Newsroom) -> None:
    number = newsroom.save("q=міст")
    newsroom.server.data_answer = "554 Looks like spam"
    newsroom.publish(article("bridge.uk", "Новий міст"))
    report = newsroom.run()
    assert (report.refused, report.trouble) == (1, "")
    assert newsroom.state(lambda saved: saved.problem, number) == "554 Looks like spam"


def test_daily_and_weekly_wait_for_their_hour(newsroom: Newsroom) -> None:
    newsroom.save("q=міст", Frequency.DAILY, email="day@example.org")
    newsroom.save("q=міст", Frequency.WEEKLY, email="week@example.org")
    expected = {
        2: [],
        24: ["day@example.org"],
        48: ["day@example.org"],
        24 * 7: ["day@example.org", "week@example.org"],
    }
    start = newsroom.clock.now
    for hours, addresses in expected.items():
        newsroom.publish(article(f"m{hours}.uk", f"Міст {hours}"))
        newsroom.clock.now = start + timedelta(hours=hours)
        newsroom.run()
        newsroom.run()
        assert [address for address, _ in newsroom.server.taken] == addresses, hours
        newsroom.server.taken.clear()


def test_embargoed_and_withheld_articles(newsroom: Newsroom) -> None:
    newsroom.save("q=міст", email="newsroom@example.org")
    newsroom.save("q=міст", email="readers@example.org", hidden_too=False)
    until = newsroom.clock.now + timedelta(hours=5)
    newsroom.publish(
        article("secret.uk", "Таємний міст", embargoed_until=until),
        article("withheld.uk", "Знятий міст", status=Status.WITHHELD),
    )
    newsroom.run()
    [(address, message)] = newsroom.server.taken
    assert address == "newsroom@example.org"
    assert "embargoed until" in html_of(message) and "withheld" in text_of(message)
    newsroom.server.taken.clear()
    newsroom.clock.forward(hours=6)
    newsroom.run()
    [(address, message)] = newsroom.server.taken
    assert address == "readers@example.org" and "Таємний міст" in text_of(message)
    assert "Знятий" not in text_of(message)


def test_what_was_withdrawn_before_it_was_sent_is_not_sent(newsroom: Newsroom) -> None:
    newsroom.save("q=міст", Frequency.DAILY, hidden_too=False)
    newsroom.publish(article("a.uk", "Міст А"), article("b.uk", "Міст Б"))
    newsroom.run()
    newsroom.publish(article("a.uk", "Міст А", status=Status.WITHHELD))
    newsroom.clock.forward(days=1)
    newsroom.run()
    assert newsroom.told() == [["Міст Б"]]
    newsroom.publish(article("c.uk", "Міст В"))
    newsroom.run()
    newsroom.publish(article("c.uk", "Міст В", status=Status.WITHHELD))
    newsroom.clock.forward(days=1)
    report = newsroom.run()
    assert newsroom.told() == [] and (report.sent, report.waiting) == (0, 0)


def test_the_message(newsroom: Newsroom) -> None:
    number = newsroom.save("q=міст", language="uk", name="Мости\u00a0& <дороги>")
    newsroom.publish(
        *(
            article(f"m{n}.uk", f"Міст {n} <b>", lead="Лід & далі", published=MONDAY + timedelta(minutes=n))
            for n in range(60)
        )
    )
    newsroom.run()
    [(address, message)] = newsroom.server.taken
    assert address == "journalist@example.org" and message["To"] == "journalist@example.org"
    assert message["Subject"] == "60 нових новин: Мости\u00a0& <дороги>" and "Visti" in message["From"]
    html, text = html_of(message), text_of(message)
    assert html.count("<h2") == 50 and "Міст 59 &lt;b&gt;" in html and "Лід &amp; далі" in html
    assert "ще 10" in html and "ще 10" in text and "Міст 9 <b>" not in text
    assert "https://news.example.org/article/m59.uk" in text and "society" in text
    assert f"https://news.example.org/newsroom/searches/{number}/mailings/1" in text
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["List-Unsubscribe"].startswith(f"<https://news.example.org/alerts/{number}/unsubscribe/")


def test_one_click_stops_the_mail_and_a_link_scanner_does_not(newsroom: Newsroom) -> None:
    number = newsroom.save("q=міст")
    newsroom.publish(article("bridge.uk", "Новий міст"))
    newsroom.run()
    [(_, message)] = newsroom.server.taken
    path = message["List-Unsubscribe"].strip("<>").removeprefix("https://news.example.org")
    client = newsroom.app.test_client()
    assert client.get(path).status_code == 200
    assert newsroom.state(lambda saved: saved.mails, number) is True
    assert client.post(path[:-1] + "x", data={"List-Unsubscribe": "One-Click"}).status_code == 404
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert newsroom.state(lambda saved: saved.mails, number) is False
    assert client.post(path).status_code == 200  # again does no harm


def test_a_page_shows_exactly_what_was_mailed(newsroom: Newsroom) -> None:
    number = newsroom.save("q=міст")
    newsroom.publish(article("a.uk", "Міст перший"))
    newsroom.run()
    newsroom.publish(article("b.uk", "Міст другий"))
    newsroom.run()
    client = newsroom.app.test_client()
    assert isinstance(client, NewsroomClient)
    path = f"/newsroom/searches/{number}/mailings/2"
    assert client.get(path).status_code == 303
    client.sign_in("journalist")
    page = client.get(path).get_data(as_text=True)
    assert "Міст другий" in page and "Міст перший" not in page
    assert client.get(f"/newsroom/searches/{number + 1}/mailings/2").status_code == 404


def test_what_is_new_is_marked_until_it_was_seen(newsroom: Newsroom) -> None:
    number = newsroom.save("q=міст", Frequency.NEVER)
    newsroom.publish(article("a.uk", "Міст перший"))
    newsroom.run()
    client = newsroom.app.test_client()
    assert isinstance(client, NewsroomClient)
    client.sign_in("journalist")
    client.set_cookie("ui", "en")
    path = f"/newsroom/searches/{number}"

    def marked() -> tuple[str, int]:
        texts = [client.get(each).get_data(as_text=True) for each in ("/newsroom/searches/", path)]
        found = re.search(r'new-mark">([^<]*)<', texts[0])
        return found[1] if found else "", texts[1].count('new-mark">New<')

    assert marked() == ("1 new", 1) == marked()  # looking alone marks nothing as seen
    assert client.submit(f"{path}/seen").status_code == 303
    newsroom.clock.forward(minutes=1)
    assert marked() == ("", 0)
    newsroom.publish(article("b.uk", "Міст другий"))
    newsroom.run()
    assert marked() == ("1 new", 1)


def test_paused_and_disabled_send_nothing(newsroom: Newsroom) -> None:
    newsroom.save("q=міст", paused=True)
    newsroom.publish(article("a.uk", "Міст перший"))
    report = newsroom.run()
    assert (report.found, report.made) == (1, 0)
    with newsroom.app.app_context(), current_database().session() as session:
        for saved in session.scalars(select(SavedSearch)):
            saved.paused = False
            saved.owner.disabled = True
    newsroom.publish(article("b.uk", "Міст другий"))
    assert newsroom.run().made == 0 and newsroom.told() == []


def test_one_run_at_a_time(newsroom: Newsroom) -> None:
    with newsroom.app.app_context():
        path = current_database().path
    with _alone(path), pytest.raises(AlertsBusy, match="alerts-lock"):
        newsroom.run()
    newsroom.run()


def test_dry_run_sends_nothing_and_keeps_it_due(newsroom: Newsroom) -> None:
    newsroom.save("q=міст")
    newsroom.publish(article("a.uk", "Міст перший"))
    report = newsroom.run(dry=True)
    assert (report.found, report.made, report.sent) == (1, 1, 0) and newsroom.told() == []
    assert newsroom.run().sent == 1


def test_deleting_a_search_deletes_its_mail(newsroom: Newsroom) -> None:
    number = newsroom.save("q=міст")
    newsroom.publish(article("a.uk", "Міст перший"))
    newsroom.run()
    with newsroom.app.app_context(), current_database().session() as session:
        session.delete(session.get(SavedSearch, number))
    with newsroom.app.app_context(), current_database().session() as session:
        assert session.scalars(select(Find)).all() == [] and session.scalars(select(Mailing)).all() == []
    newsroom.publish(article("b.uk", "Міст другий"))
    assert newsroom.run().made == 0


def test_many_words_of_states_are_kept(newsroom: Newsroom) -> None:
    newsroom.save("q=міст")
    newsroom.publish(article("a.uk", "Міст перший"))
    newsroom.run()
    with newsroom.app.app_context(), current_database().session() as session:
        [mailing] = session.scalars(select(Mailing)).all()
        assert mailing.state == State.SENT and mailing.sent is not None and len(mailing.finds) == 1
