"""
Take the pictures of the pages that the documentation shows, anew: ``make screenshots``.

Indexes the sample archive in a temporary folder, serves it with the clock stopped and photographs, in Chromium, the
results on a desktop and on a phone and an article, in each language of the interface and each theme, and the newsroom
in Ukrainian, into ``docs/screenshots/``. The same code on the same machine gives the same
pictures; fonts are the machine's.
"""

import base64
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import quote, urlencode

import waitress
from selenium import webdriver
from waitress import wasyncore

from indexer import index_articles, read_sources
from web import create_app
from web.config import SiteConfig
from web.newsroom.accounts import Role, add_user
from web.newsroom.database import Database

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "web"))
from chromium import find, follow, start_chromium, with_media, with_window  # noqa: E402  # how the browser tests drive it

PICTURES = ROOT / "docs" / "screenshots"
#: A week after the newest story of the sample.
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
QUERIES = {"uk": "Київ", "ru": "Одесса", "en": "power plants"}
ARTICLE = "sample-energy-01"
WORD_OF_ARTICLE = {"uk": "гребля", "ru": "плотина", "en": "dam"}
THEMES = ("light", "dark")
PASSWORD = "correct horse battery"
#: What a journalist saves, and the articles put together for a subject.
SAVED = ("Каховська ГЕС", "Одеса", "Зеленський")
COLLECTED = ("sample-energy-01.uk", "sample-energy-02.uk", "sample-energy-03.uk")
DRAFT = """Каховську ГЕС зруйновано: Дніпро виходить із берегів

У ніч на 6 червня зруйновано греблю Каховської гідроелектростанції. Із Херсона людей вивозять автобусами та поїздом до
Миколаєва. У зоні ризику близько 80 населених пунктів.

Місцеві жителі розповіли редакції, що готувалися до цього ще взимку."""


class Window(NamedTuple):
    """The size of a picture in CSS pixels, and whether it is a phone's."""

    width: int
    height: int
    phone: bool = False


DESKTOP, LOW_DESKTOP, PHONE = Window(1200, 800), Window(1200, 680), Window(360, 740, phone=True)


class Picture(NamedTuple):
    """A picture to take: the file is called after the name, the language and the theme."""

    name: str
    window: Window
    path: str


def pictures(language: str) -> Iterator[Picture]:
    """Yield the pictures of one language of the interface."""
    results = "/search?" + urlencode({"q": QUERIES[language], "ui": language})
    yield Picture("results", DESKTOP, results)
    yield Picture("phone", PHONE, results)
    query = urlencode({"q": WORD_OF_ARTICLE[language], "ui": language})
    yield Picture("article", LOW_DESKTOP, f"/article/{ARTICLE}.{language}?{query}")


NEWSROOM_PICTURES = (
    Picture("coverage", DESKTOP, "/newsroom/coverage/?ui=uk"),
    Picture("saved-searches", LOW_DESKTOP, "/newsroom/searches/?ui=uk"),
    Picture("collection", DESKTOP, "/newsroom/collections/1?ui=uk"),
    Picture("collection-phone", PHONE, "/newsroom/collections/1?ui=uk"),
)


@contextmanager
def sample_site(folder: Path) -> Iterator[str]:
    """Index the sample archive in a folder and serve it; gives the address."""
    index_articles(read_sources([str(ROOT / "examples" / "archive")]), folder)
    sockets: dict[int, object] = {}
    accounts = folder.with_name("accounts.sqlite")
    _add_journalist(accounts)
    app = create_app(folder, clock=lambda: NOW, config=SiteConfig(accounts=str(accounts), rate_limit=0))
    server = waitress.create_server(app, map=sockets, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets))
        thread.join()
        server.task_dispatcher.shutdown()


def _add_journalist(accounts: Path) -> None:
    database = Database(accounts)
    database.migrate()
    with database.session() as session:
        add_user(session, "anna", Role.JOURNALIST, password=PASSWORD, now=NOW, display_name="Анна Коваль")
    database.close()


def work_as_a_journalist(browser: webdriver.Chrome, site: str) -> None:
    """Sign in, save searches and make a collection, so that the newsroom's pages have something on them."""
    browser.get(f"{site}/newsroom/login?ui=uk")
    find(browser, "#name").send_keys("anna")
    find(browser, "#password").send_keys(PASSWORD)
    follow(browser, find(browser, ".newsroom-form button"))
    for query in SAVED:
        browser.get(f"{site}/newsroom/searches/new?q={quote(query)}")
        follow(browser, find(browser, ".newsroom-form button"))
    for number, article in enumerate(COLLECTED):
        browser.get(f"{site}/newsroom/collections/add?article={article}")
        if not number:
            find(browser, "#name").send_keys("Енергетика під обстрілами")
        follow(browser, find(browser, ".kept-list button" if number else ".newsroom-form button"))


def take_newsroom(browser: webdriver.Chrome, site: str, theme: str) -> None:
    """Photograph the newsroom's pages in a theme; the draft's page is the answer to a form."""
    for picture in NEWSROOM_PICTURES:
        take(browser, site, picture, theme, PICTURES / f"newsroom-{picture.name}-{theme}.png")
    with_window(browser, DESKTOP.width, DESKTOP.height)
    browser.get(f"{site}/newsroom/draft/?ui=uk")
    browser.execute_script("arguments[0].value = arguments[1]", find(browser, "#text"), DRAFT)
    find(browser, ".draft-form button").click()
    find(browser, ".prior-stories")
    photograph(browser, PICTURES / f"newsroom-draft-{theme}.png")


def take(browser: webdriver.Chrome, site: str, picture: Picture, theme: str, file: Path) -> None:
    """Photograph a page; what transitions and a blinking cursor would change stands still."""
    with_window(browser, picture.window.width, picture.window.height, mobile=picture.window.phone)
    with_media(browser, prefers_color_scheme=theme, prefers_reduced_motion="reduce")
    browser.get(site + picture.path)
    photograph(browser, file)


def photograph(browser: webdriver.Chrome, file: Path) -> None:
    """Write what the window shows into a file."""
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "optimizeForSpeed": False})
    file.write_bytes(base64.b64decode(shot["data"]))


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sample_site(Path(folder) / "index") as site:
        browser = start_chromium(Path(folder) / "chromium")
        try:
            browser.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
            for language in QUERIES:
                for picture in pictures(language):
                    for theme in THEMES:
                        take(browser, site, picture, theme, PICTURES / f"{picture.name}-{language}-{theme}.png")
            work_as_a_journalist(browser, site)
            for theme in THEMES:
                take_newsroom(browser, site, theme)
        finally:
            browser.quit()
    for file in sorted(PICTURES.glob("*.png")):
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
