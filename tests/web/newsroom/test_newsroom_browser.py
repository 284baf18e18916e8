"""
The newsroom's pages in a real browser, signed in as an editor: axe-core, contrast, targets, nothing out of the window.

The pages are those of ``newsroom_pages``.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe import ALL_RULES, COLOURS, STILL, axe_finds
from chromium import LEAST_TARGET, PHONE_WIDTH, complaints, find, follow, with_media, with_phone
from contrast import poor_contrasts
from flask import Flask, url_for
from newsroom_client import PASSWORD, NewsroomClient
from newsroom_pages import BLUEPRINTS, FILES, NEWSROOM_PAGES, NewsroomPage, fill_newsroom, newsroom_articles
from page_kinds import in_language
from readers_archive import NOW
from selenium import webdriver
from selenium.webdriver.common.by import By
from served import served

from indexer import index_articles
from web import create_app
from web.archive import archive_handle
from web.config import SiteConfig
from web.newsroom import export_pages
from web.newsroom.database import current_database

NAMES = [page.name for page in NEWSROOM_PAGES]
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
def served_app(accounts_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("served")
    accounts = Path(shutil.copy(accounts_template, folder / "accounts.sqlite"))
    config = SiteConfig(
        rate_limit=0, accounts=str(accounts), site_url="http://localhost/", mail_sender="alerts@example.org",
        smtp_host="127.0.0.1", smtp_port=1, smtp_security="none",
    )  # fmt: skip
    index_articles(newsroom_articles(), folder / "index")
    app = create_app(folder / "index", clock=lambda: NOW, config=config)
    app.test_client_class = NewsroomClient
    with pytest.MonkeyPatch.context() as patch:
        few = {**export_pages.FORMATS, "pdf": export_pages.FORMATS["pdf"]._replace(most=5)}
        patch.setattr(export_pages, "FORMATS", few)
        yield app
    with app.app_context():
        archive_handle().close()
        current_database().close()


@pytest.fixture(scope="module")
def newsroom_site(served_app: Flask) -> Iterator[str]:
    with served(served_app) as address:
        yield address


@pytest.fixture(scope="module")
def editor(served_app: Flask) -> NewsroomClient:
    client = served_app.test_client()
    assert isinstance(client, NewsroomClient)
    assert client.sign_in("editor").status_code == 303
    return client


@pytest.fixture(scope="module")
def places(served_app: Flask, editor: NewsroomClient) -> dict[str, str]:
    """Return what stands for the braces in the paths of the table, after the newsroom has been at work."""
    with served_app.app_context():
        index = archive_handle().path
    return fill_newsroom(served_app, index, editor)


@pytest.fixture
def signed_in(browser: webdriver.Chrome, newsroom_site: str, editor: NewsroomClient) -> webdriver.Chrome:
    cookie = editor.get_cookie("visti")
    assert cookie is not None
    browser.get(newsroom_site + "/static/style.css")
    browser.add_cookie({"name": "visti", "value": cookie.value})
    return browser


@pytest.fixture
def open_page(signed_in: webdriver.Chrome, newsroom_site: str, places: dict[str, str]) -> Callable[..., None]:
    """Open a page of the table in a language of the interface."""

    def opened(page: NewsroomPage, ui: str) -> None:
        if page.endpoint == "sign_in.login":
            signed_in.delete_all_cookies()
        signed_in.get(newsroom_site + in_language(page.path.format(**places), ui))
        if page.typed:
            field, text = page.typed
            typed = find(signed_in, field)
            signed_in.execute_script("arguments[0].value = arguments[1]; arguments[0].form.submit()", typed, text)
        find(signed_in, page.shows)

    return opened


@pytest.mark.browser
@pytest.mark.parametrize("window", ["desktop", "phone"])
@pytest.mark.parametrize("page", NEWSROOM_PAGES, ids=NAMES)
def test_axe_finds_nothing(
    signed_in: webdriver.Chrome, open_page: Callable[..., None], page: NewsroomPage, window: str
) -> None:
    if window == "phone":
        with_phone(signed_in)
    with_media(signed_in, prefers_color_scheme="light", **STILL)
    open_page(page, "uk")
    found = axe_finds(signed_in, ALL_RULES) + poor_contrasts(signed_in)
    with_media(signed_in, prefers_color_scheme="dark", **STILL)
    found += axe_finds(signed_in, COLOURS) + poor_contrasts(signed_in)
    assert not found, "\n".join(found)
    # The style sheet, by which the browser came to the site to take its cookie, names no icon; a refusal is a 400
    said = [each for each in complaints(signed_in) if "favicon.ico" not in each and "400 (BAD REQUEST)" not in each]
    assert said == []


@pytest.mark.browser
@pytest.mark.parametrize("ui", ["uk", "ru", "en"])
@pytest.mark.parametrize("page", NEWSROOM_PAGES, ids=NAMES)
def test_on_a_phone_nothing_is_out_of_the_window_or_too_small(
    signed_in: webdriver.Chrome, open_page: Callable[..., None], page: NewsroomPage, ui: str
) -> None:
    with_phone(signed_in)
    open_page(page, ui)
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
    tabulated = {page.endpoint for page in NEWSROOM_PAGES}
    endpoints = {rule.endpoint for rule in newsroom_app.url_map.iter_rules()}
    assert tabulated <= endpoints and {each.partition(".")[0] for each in endpoints} >= BLUEPRINTS
    for rule in newsroom_app.url_map.iter_rules():
        blueprint = rule.endpoint.partition(".")[0]
        if blueprint not in BLUEPRINTS or "GET" not in (rule.methods or ()) or rule.endpoint in {*tabulated, *FILES}:
            continue
        with newsroom_app.test_request_context():
            path = url_for(rule.endpoint, **dict.fromkeys(rule.arguments, 1))
        assert as_editor.get(path).mimetype != "text/html", (
            f"{rule.endpoint} answers with a page: give it a row in NEWSROOM_PAGES"
        )
