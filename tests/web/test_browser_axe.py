"""Every kind of page passes axe-core's rules for WCAG AA and its best practices: desktop and phone, light and dark."""

import pytest
from axe import ALL_RULES, COLOURS, STILL, axe_finds
from chromium import find, with_media, with_phone
from contrast import poor_contrasts
from flask import Flask, url_for
from flask.testing import FlaskClient
from page_kinds import KIND_NAMES, PAGE_KINDS, PageKind, in_language
from selenium import webdriver


def open_page(browser: webdriver.Chrome, site: str, kind: PageKind, ui: str) -> None:
    browser.get(site + in_language(kind.path, ui))
    find(browser, kind.shows)


def complain(found: list[str]) -> None:
    assert not found, "\n".join(found)


@pytest.mark.browser
@pytest.mark.parametrize("window", ["desktop", "phone"])
@pytest.mark.parametrize("kind", PAGE_KINDS, ids=KIND_NAMES)
def test_axe_finds_nothing(browser: webdriver.Chrome, site: str, kind: PageKind, window: str) -> None:
    if window == "phone":
        with_phone(browser)
    with_media(browser, prefers_color_scheme="light", **STILL)
    open_page(browser, site, kind, "uk")
    complain(axe_finds(browser, ALL_RULES) + poor_contrasts(browser))
    with_media(browser, prefers_color_scheme="dark", **STILL)
    complain(axe_finds(browser, COLOURS) + poor_contrasts(browser))


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_what_is_unfolded(browser: webdriver.Chrome, site: str, scheme: str) -> None:
    with_phone(browser)
    with_media(browser, prefers_color_scheme=scheme, **STILL)
    open_page(browser, site, next(kind for kind in PAGE_KINDS if kind.name == "results, readings"), "ru")
    find(browser, ".filters-button").click()
    browser.execute_script("for (const folded of document.querySelectorAll('details')) folded.open = true")
    complain(axe_finds(browser, ALL_RULES) + poor_contrasts(browser))


@pytest.mark.browser
def test_axe_would_find_something(browser: webdriver.Chrome, site: str) -> None:
    open_page(browser, site, PAGE_KINDS[0], "en")
    browser.execute_script(
        """
        document.querySelector(".hero-line").style.color = "#bbb";
        document.querySelector("label[for=q]").remove(); document.querySelector("#q").placeholder = "";
        document.querySelector("h1").outerHTML = "<h4>Skipped</h4>";
        """
    )
    rules = {found.partition(":")[0] for found in axe_finds(browser, ALL_RULES)}
    assert len(poor_contrasts(browser)) == 1
    assert {"color-contrast", "label", "page-has-heading-one"} <= rules


#: They answer with files; only where there is none, with the page of an error, which has its row.
FILES = {"static", "pages.cite", "sitemaps.month"}


def test_every_page_is_in_the_table(app: Flask, client: FlaskClient) -> None:
    """A route that answers with a page, found or not, has a row in ``page_kinds``."""
    tabulated = {kind.endpoint for kind in PAGE_KINDS} - {""}
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    assert tabulated <= {rule.endpoint for rule in rules}
    for rule in rules:
        if rule.endpoint in tabulated | FILES:
            continue
        with app.test_request_context():
            path = url_for(rule.endpoint, **dict.fromkeys(rule.arguments, "1"))
        answer = client.get(path)
        assert answer.mimetype != "text/html", f"{rule.endpoint} answers with a page: give it a row in page_kinds.py"
