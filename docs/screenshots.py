"""
Take the pictures of the pages that the documentation shows, anew: ``make screenshots``.

Indexes the sample archive in a temporary folder, serves it with the clock stopped and photographs, in Chromium, the
results on a desktop and on a phone and an article, in each language of the interface and each theme, into
``docs/screenshots/``. The same code on the same machine gives the same pictures; fonts are the machine's.
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
from urllib.parse import urlencode

import waitress
from selenium import webdriver
from waitress import wasyncore

from indexer import index_articles, read_sources
from web import create_app

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "web"))
from chromium import start_chromium, with_media, with_window  # noqa: E402  # how the browser tests drive it

PICTURES = ROOT / "docs" / "screenshots"
#: A week after the newest story of the sample.
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
QUERIES = {"uk": "Київ", "ru": "Одесса", "en": "power plants"}
ARTICLE = "sample-energy-01"
WORD_OF_ARTICLE = {"uk": "гребля", "ru": "плотина", "en": "dam"}
THEMES = ("light", "dark")


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


@contextmanager
def sample_site(folder: Path) -> Iterator[str]:
    """Index the sample archive in a folder and serve it; gives the address."""
    index_articles(read_sources([str(ROOT / "examples" / "archive")]), folder)
    sockets: dict[int, object] = {}
    app = create_app(folder, clock=lambda: NOW)
    server = waitress.create_server(app, map=sockets, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets))
        thread.join()
        server.task_dispatcher.shutdown()


def take(browser: webdriver.Chrome, site: str, picture: Picture, theme: str, file: Path) -> None:
    """Photograph a page; what transitions and a blinking cursor would change stands still."""
    with_window(browser, picture.window.width, picture.window.height, mobile=picture.window.phone)
    with_media(browser, prefers_color_scheme=theme, prefers_reduced_motion="reduce")
    browser.get(site + picture.path)
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
        finally:
            browser.quit()
    for file in sorted(PICTURES.glob("*.png")):
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
