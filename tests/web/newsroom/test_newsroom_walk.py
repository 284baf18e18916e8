"""
A journalist's day in a real browser: a draft, a saved search, its e-mail, a collection and what is taken out of it.

The archive is the sample, and one event that three houses reported in three languages. Mail goes to a server in a
thread of the test; ``visti alerts run`` is the command itself.
"""

import csv
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from chromium import WAIT_SECONDS, complaints, find, follow
from click.testing import CliRunner
from newsroom_client import PASSWORD
from pypdf import PdfReader
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait
from served import served

from indexer import index_articles, read_sources
from search import Article
from web import create_app
from web.archive import archive_handle
from web.config import SiteConfig
from web.newsroom.alerts.command import alerts_command
from web.newsroom.database import current_database

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[3]
EVENT = datetime(2026, 9, 20, 8, 15, tzinfo=UTC)
SEARCH = "Сновськ"
NOTE = "Звірити кількість сімей: тут 37, у нас 34"

DRAFT = """У Сновську повінь підмила пішохідний міст

Уранці у Сновську повінь підмила пішохідний міст через річку Снов. Рятувальники вивезли човнами 37 родин із вулиці
Рибальської. Міський голова Остап Левадний просить надіслати насоси з Чернігова.

Міст збудували у 1987 році. Раніше про його стан не писали."""


class Report(NamedTuple):
    """What a house wrote of the event."""

    language: str
    title: str
    body: str
    source: str
    author: str


REPORTS = (
    Report(
        "uk", "Повінь підмила пішохідний міст у Сновську",
        "Річка Снов уранці вийшла з берегів і підмила пішохідний міст у Сновську. Рятувальники вивезли човнами "
        "37 родин із вулиці Рибальської.\n\nМіський голова Остап Левадний просить надіслати насоси з Чернігова.",
        "Вісник Полісся", "Дарина Мороз",
    ),
    Report(
        "ru", "В Сновске паводок подмыл пешеходный мост",
        "Река Снов утром вышла из берегов и подмыла пешеходный мост в Сновске. Спасатели вывезли лодками "
        "37 семей с улицы Рыбальской.\n\nГородской голова Остап Левадный просит прислать насосы из Чернигова.",
        "Сводка Севера", "Роман Вдовин",
    ),
    Report(
        "en", "Flood washes out footbridge in Snovsk",
        "The Snov river burst its banks in the morning and washed out a footbridge in Snovsk. Rescuers took "
        "37 families from Rybalska street by boat.\n\nMayor Ostap Levadnyi asks for pumps from Chernihiv.",
        "Northern Wire", "Hanna Clarke",
    ),
)  # fmt: skip
#: They come while the journalist is at work; the last has nothing to do with the search.
NEWS = (
    Article(
        id="walk-repair.uk", language="uk", title="Міст у Сновську відбудують до зими", published=EVENT.replace(hour=9),
        body="Новий пішохідний міст у Сновську обіцяють відкрити в листопаді.", source="Вісник Полісся",
    ),
    Article(
        id="walk-pumps.uk", language="uk", title="До Сновська прибули насоси", published=EVENT.replace(hour=10),
        body="Насоси з Чернігова працюють на вулиці Рибальській.", source="Вісник Полісся",
    ),
    Article(
        id="walk-opera.uk", language="uk", title="Опера відкриває сезон", body="Прем’єра у Львові.", published=EVENT,
    ),
)  # fmt: skip
MAILED = ["До Сновська прибули насоси", "Міст у Сновську відбудують до зими"]


def reports() -> Iterator[Article]:
    """Yield the reports of the event; each is a story of its own."""
    for language, title, body, source, author in REPORTS:
        yield Article(
            id=f"walk-flood.{language}", story=f"walk-flood-{language}", language=language, title=title, body=body,
            source=source, authors=(author,), section="society", published=EVENT,
        )  # fmt: skip


class Mailbox:
    """A mail server's handler, which keeps what comes."""

    def __init__(self) -> None:
        self.came: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # so aiosmtpd calls it
        message = message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[arg-type]
        assert isinstance(message, EmailMessage)
        self.came.append(message)
        return "250 OK"


class House(NamedTuple):
    """A site that is served, what publishes in its archive, what runs its alerts, and where its e-mail comes."""

    address: str
    publish: Callable[..., object]
    run_alerts: Callable[[], str]
    mail: Mailbox


@pytest.fixture
def house(accounts_template: Path, tmp_path: Path) -> Iterator[House]:
    index = tmp_path / "index"
    index_articles([*read_sources([str(ROOT / "examples" / "archive")]), *reports()], index)
    accounts = Path(shutil.copy(accounts_template, tmp_path / "accounts.sqlite"))
    app = create_app(index, config=SiteConfig(rate_limit=0, accounts=str(accounts)))
    mail = Mailbox()
    controller = Controller(mail, hostname="127.0.0.1", port=_free_port())
    controller.start()
    with served(app) as address:
        config = tmp_path / "visti.toml"
        config.write_text(
            f'site_url = "{address}/"\nmail_sender = "Visti <alerts@example.org>"\nsmtp_host = "127.0.0.1"\n'
            f'smtp_port = {controller.port}\nsmtp_security = "none"\naccounts = "{accounts}"\nindex = "{index}"\n'
        )

        def run_alerts() -> str:
            result = CliRunner().invoke(alerts_command, ["run", "--config", str(config)], catch_exceptions=False)
            assert result.exit_code == 0, result.stderr
            return result.stdout

        yield House(address, lambda *articles: index_articles(articles, index), run_alerts, mail)
    controller.stop()
    with app.app_context():
        archive_handle().close()
        current_database().close()


@pytest.fixture
def downloads(browser: webdriver.Chrome, tmp_path: Path) -> Path:
    """Return the folder into which the browser puts files."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})
    return folder


def test_a_journalist_checks_a_draft_is_told_what_is_new_and_takes_out_a_collection(
    browser: webdriver.Chrome, house: House, downloads: Path
) -> None:
    house.run_alerts()  # so that what the archive has already is nothing new
    _sign_in(browser, house.address)
    _check_the_draft(browser)
    _save_a_search(browser, house.address)
    house.publish(*NEWS)
    assert "2 new stories in saved searches; 1 e-mails made, 1 sent" in house.run_alerts()
    _read_the_mail(browser, house.mail)
    _collect(browser)
    _take_out(browser, downloads)
    _sign_out(browser)
    assert complaints(browser) == []


def _sign_in(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/newsroom/?ui=uk")
    find(browser, "#name").send_keys("journalist")
    find(browser, "#password").send_keys(PASSWORD)
    follow(browser, find(browser, ".newsroom-form button"))
    assert find(browser, ".signed-in").text == "Ганна Щербак"


def _check_the_draft(browser: webdriver.Chrome) -> None:
    """Paste a draft, see who reported it in which language, when and why it is the same, and open one."""
    follow(browser, find(browser, '.tools a[href="/newsroom/draft/"]'))
    browser.execute_script("arguments[0].value = arguments[1]", find(browser, "#text"), DRAFT)
    find(browser, ".draft-form button").click()
    find(browser, ".prior-stories")
    stories = {}
    for story in browser.find_elements(By.CSS_SELECTOR, ".prior-stories > li"):
        headline = story.find_element(By.CSS_SELECTOR, ".headline")
        stories[headline.text] = (headline.get_attribute("lang"), story)
    for language, title, _, source, author in REPORTS:
        lang, story = stories[title]
        assert lang == language
        assert story.find_element(By.CSS_SELECTOR, "time").text.startswith("20 вересня 2026")
        byline = story.find_element(By.CSS_SELECTOR, ".byline").text
        assert source in byline and author in byline
        reasons = story.find_element(By.CSS_SELECTOR, ".reasons").text
        assert "37" in reasons and "Левадний" in reasons, reasons
    new = [each.text for each in browser.find_elements(By.CSS_SELECTOR, ".sentence-new")]
    assert any("1987" in each for each in new)
    english = REPORTS[2].title
    follow(browser, stories[english][1].find_element(By.CSS_SELECTOR, ".headline a"))
    assert find(browser, "h1").text == english and find(browser, "h1").get_attribute("lang") == "en"


def _save_a_search(browser: webdriver.Chrome, address: str) -> None:
    browser.get(f"{address}/?ui=uk")
    find(browser, "#q").send_keys(SEARCH)
    follow(browser, find(browser, "form.search button"))
    follow(browser, find(browser, '.newsroom-tools a[href^="/newsroom/searches/new"]'))
    assert find(browser, "#name").get_attribute("value") == SEARCH
    follow(browser, find(browser, ".newsroom-form button"))
    assert find(browser, "h1").text == SEARCH
    Select(find(browser, "#frequency")).select_by_value("at_once")
    find(browser, "#email").send_keys("hanna@example.org")
    before = find(browser, "html")
    find(browser, ".newsroom-form button").click()
    WebDriverWait(browser, WAIT_SECONDS).until(lambda driver: find(driver, "html") != before)
    assert "hanna@example.org" in find(browser, "main .soft").text
    assert not browser.find_elements(By.CSS_SELECTOR, ".kept-list .headline")


def _read_the_mail(browser: webdriver.Chrome, mail: Mailbox) -> None:
    """Follow the link of the e-mail that came: its page has what was mailed, and nothing else."""
    (message,) = mail.came
    assert message["To"] == "hanna@example.org" and SEARCH in message["Subject"]
    text = message.get_body(("plain",))
    assert text is not None
    content = text.get_content()
    assert [title for title in content.splitlines() if title in {each.title for each in NEWS}] == MAILED
    link = re.search(r"^http\S+/mailings/\S+$", content, re.MULTILINE)
    assert link is not None
    browser.get(link[0])
    assert _headlines(browser) == MAILED


def _collect(browser: webdriver.Chrome) -> None:
    """Put the first story that was mailed into a new collection, and another, with a note to it."""
    follow(browser, find(browser, ".kept-list .headline a"))
    assert find(browser, "h1").text == MAILED[0]
    follow(browser, find(browser, '.newsroom-tools a[href^="/newsroom/collections/add"]'))
    find(browser, "#name").send_keys("Повінь у Сновську")
    follow(browser, find(browser, ".newsroom-form button"))
    collection = browser.current_url
    browser.get(collection.partition("/newsroom/")[0] + "/article/walk-flood.ru")
    follow(browser, find(browser, '.newsroom-tools a[href^="/newsroom/collections/add"]'))
    follow(browser, find(browser, ".kept-list button"))
    assert browser.current_url.partition("#")[0] == collection
    (line,) = [
        each for each in browser.find_elements(By.CSS_SELECTOR, ".kept-list > li") if REPORTS[1].title in each.text
    ]
    line.find_element(By.TAG_NAME, "textarea").send_keys(NOTE)
    line.find_element(By.CSS_SELECTOR, ".note-form button").click()
    WebDriverWait(browser, WAIT_SECONDS).until(lambda driver: NOTE in driver.page_source)
    assert sorted(_headlines(browser)) == sorted([MAILED[0], REPORTS[1].title])


def _take_out(browser: webdriver.Chrome, downloads: Path) -> None:
    """Export the collection; a spreadsheet and a reader of PDFs find all of it in the files."""
    with _exported(browser, downloads, "csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["title"] for row in rows} == {MAILED[0], REPORTS[1].title}
    assert {row["note"] for row in rows} == {"", NOTE}
    pages = PdfReader(_exported(browser, downloads, "pdf")).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    for expected in ("Повінь у Сновську", NOTE, MAILED[0], REPORTS[1].title, "Спасатели вывезли лодками 37 семей"):
        assert expected in text, expected


def _exported(browser: webdriver.Chrome, downloads: Path, form: str) -> Path:
    Select(find(browser, "#format")).select_by_value(form)
    find(browser, ".export-form button").click()
    (file,) = WebDriverWait(browser, WAIT_SECONDS).until(lambda _: list(downloads.glob(f"visti-*.{form}")))
    return file


def _sign_out(browser: webdriver.Chrome) -> None:
    follow(browser, find(browser, ".newsroom-bar button"))
    assert not browser.find_elements(By.CSS_SELECTOR, ".newsroom-bar")


def _headlines(browser: webdriver.Chrome) -> list[str]:
    return [each.text for each in browser.find_elements(By.CSS_SELECTOR, ".kept-list .headline")]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
