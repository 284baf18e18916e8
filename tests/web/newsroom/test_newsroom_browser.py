"""
The newsroom's pages in a real browser, signed in as an editor: axe-core, contrast, targets, nothing out of the window.

A new page gets a row in ``PAGES``; ``test_every_page_is_in_the_table`` says so.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe import ALL_RULES, COLOURS, STILL, axe_finds
from chromium import LEAST_TARGET, PHONE_WIDTH, complaints, find, follow, with_media, with_phone
from contrast import poor_contrasts
from flask import Flask, url_for
from newsroom_client import PASSWORD, NewsroomClient
from readers_archive import NOW
from selenium import webdriver
from selenium.webdriver.common.by import By
from served import served

from web import create_app
from web.archive import archive_handle
from web.config import SiteConfig
from web.newsroom.database import current_database

#: The pages of accounts, by endpoint: a path of each, and what makes it this page.
PAGES = {
    "sign_in.login": ("/newsroom/login", "#password"),
    "newsroom.home": ("/newsroom/", ".tools"),
    "account.show": ("/newsroom/account/", "#new_password"),
    "users.index": ("/newsroom/users/", ".records"),
    "audit.index": ("/newsroom/audit/", ".records"),
    "desk.show": ("/newsroom/desk/?id=rescuers.uk", "#member-3"),
    "pages.article": ("/article/withheld", ".not-public"),
}
#: Blueprints whose pages this table has.
OURS = ("sign_in", "newsroom", "account", "users", "audit", "desk")
#: They answer with a file.
FILES = {"audit.table"}
TARGETS = "main a, main button, main input:not([type=hidden]), main select, header a, header button"
TOO_SMALL = """
    return [...document.querySelectorAll(arguments[1])]
        .filter(element => element.checkVisibility() && !element.closest(".hidden, .skip"))
        .map(element => {
            const label = element.matches("[type=checkbox], [type=radio]") ? element.closest(".check") : element;
            return [element.outerHTML.slice(0, 80), (label || element).getBoundingClientRect()];
        })
        .filter(([, box]) => box.width && (box.height < arguments[0] - .5 || box.width < arguments[0] - .5))
        .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)
"""


@pytest.fixture(scope="module")
def served_app(index_path: Path, accounts_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    path = Path(shutil.copy(accounts_template, tmp_path_factory.mktemp("served") / "accounts.sqlite"))
    app = create_app(index_path, clock=lambda: NOW, config=SiteConfig(rate_limit=0, accounts=str(path)))
    app.test_client_class = NewsroomClient
    yield app
    with app.app_context():
        archive_handle().close()
        current_database().close()


@pytest.fixture(scope="module")
def newsroom_site(served_app: Flask) -> Iterator[str]:
    with served(served_app) as address:
        yield address


@pytest.fixture(scope="module")
def session_cookie(served_app: Flask) -> str:
    client = served_app.test_client()
    assert isinstance(client, NewsroomClient)
    assert client.sign_in("editor").status_code == 303
    client.submit("/newsroom/account/tokens", label="Digest", scope="read", days="30")
    cookie = client.get_cookie("visti")
    assert cookie is not None
    return cookie.value


@pytest.fixture
def signed_in(browser: webdriver.Chrome, newsroom_site: str, session_cookie: str) -> webdriver.Chrome:
    browser.get(newsroom_site + "/static/style.css")
    browser.add_cookie({"name": "visti", "value": session_cookie})
    return browser


def open_page(browser: webdriver.Chrome, site: str, endpoint: str, ui: str) -> None:
    path, shows = PAGES[endpoint]
    if endpoint == "sign_in.login":
        browser.delete_all_cookies()
    browser.get(f"{site}{path}{'&' if '?' in path else '?'}ui={ui}")
    find(browser, shows)


@pytest.mark.browser
@pytest.mark.parametrize("window", ["desktop", "phone"])
@pytest.mark.parametrize("endpoint", PAGES)
def test_axe_finds_nothing(signed_in: webdriver.Chrome, newsroom_site: str, endpoint: str, window: str) -> None:
    if window == "phone":
        with_phone(signed_in)
    with_media(signed_in, prefers_color_scheme="light", **STILL)
    open_page(signed_in, newsroom_site, endpoint, "uk")
    found = axe_finds(signed_in, ALL_RULES) + poor_contrasts(signed_in)
    with_media(signed_in, prefers_color_scheme="dark", **STILL)
    found += axe_finds(signed_in, COLOURS) + poor_contrasts(signed_in)
    assert not found, "\n".join(found)
    # The style sheet, by which the browser came to the site to take its cookie, names no icon
    assert [each for each in complaints(signed_in) if "favicon.ico" not in each] == []


@pytest.mark.browser
@pytest.mark.parametrize("ui", ["uk", "ru", "en"])
@pytest.mark.parametrize("endpoint", PAGES)
def test_on_a_phone_nothing_is_out_of_the_window_or_too_small(
    signed_in: webdriver.Chrome, newsroom_site: str, endpoint: str, ui: str
) -> None:
    with_phone(signed_in)
    open_page(signed_in, newsroom_site, endpoint, ui)
    assert signed_in.execute_script("return document.documentElement.scrollWidth") <= PHONE_WIDTH
    assert signed_in.execute_script(TOO_SMALL, LEAST_TARGET, TARGETS) == []


@pytest.mark.browser
def test_somebody_signs_in_works_and_signs_out(browser: webdriver.Chrome, newsroom_site: str) -> None:
    browser.get(f"{newsroom_site}/newsroom/account/?ui=en")
    assert "/newsroom/login" in browser.current_url
    find(browser, "#name").send_keys("journalist")
    find(browser, "#password").send_keys(PASSWORD)
    follow(browser, find(browser, ".newsroom-form button"))
    assert browser.current_url.endswith("/newsroom/account/?ui=en")
    assert find(browser, ".signed-in").text == "Ганна Щербак"
    follow(browser, find(browser, ".newsroom-bar button"))
    assert not browser.find_elements(By.CSS_SELECTOR, ".newsroom-bar")
    browser.get(f"{newsroom_site}/article/withheld")
    assert find(browser, ".error-page .status").text == "404"


def test_every_page_is_in_the_table(newsroom_app: Flask, as_editor: NewsroomClient) -> None:
    for rule in newsroom_app.url_map.iter_rules():
        blueprint = rule.endpoint.partition(".")[0]
        if blueprint not in OURS or "GET" not in (rule.methods or ()) or rule.endpoint in {*PAGES, *FILES}:
            continue
        with newsroom_app.test_request_context():
            path = url_for(rule.endpoint, **dict.fromkeys(rule.arguments, 1))
        assert as_editor.get(path).mimetype != "text/html", (
            f"{rule.endpoint} answers with a page: give it a row in PAGES"
        )
