"""The pages by keyboard alone: Tab reaches everything in order, the focus is always seen, nothing traps it."""

from typing import Any

import pytest
from chromium import find, press, with_media, with_phone
from contrast import FUNCTIONS, NOT_TEXT
from page_kinds import KIND_NAMES, PAGE_KINDS, PageKind, in_language
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = pytest.mark.browser

#: CSS pixels; WCAG 2.2, 2.4.13, asks for two.
LEAST_RING = 2

#: Every element that a keyboard must reach, in the order of the document: numbered, so that a walk can name them.
NUMBER = """
    const controls = "a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']";
    const reachable = [...document.querySelectorAll(controls)]
        .filter(element => element.tabIndex >= 0 && element.checkVisibility({visibilityProperty: true}));
    reachable.forEach((element, number) => element.dataset.number = number);
    return reachable.map(element => element.outerHTML.slice(0, 120));
"""

#: Where the focus is: its number, the ring's width and contrast, and whether the point in the middle is covered.
FOCUS = (
    FUNCTIONS
    + """
    const element = document.activeElement;
    if (!element || element === document.body || !element.dataset.number) return null;
    const ringed = element.classList.contains("filters-switch") ? element.nextElementSibling : element;
    const style = getComputedStyle(ringed);
    const boxes = [...ringed.getClientRects()];
    const points = boxes.map(box => [box.left + box.width / 2, box.top + box.height / 2]);
    const seen = points.some(([x, y]) => {
        const top = document.elementFromPoint(x, y);
        return top && (ringed.contains(top) || top.contains(ringed));
    });
    return {
        number: Number(element.dataset.number), html: element.outerHTML.slice(0, 120), seen,
        ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        contrast: ratio(style.outlineColor, backgroundOf(ringed.parentElement)),
    };
    """
)


def tab(browser: webdriver.Chrome, *, back: bool = False) -> None:
    keys = ActionChains(browser, duration=0)
    if back:
        keys.key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
    else:
        keys.send_keys(Keys.TAB).perform()


def focused(browser: webdriver.Chrome) -> dict[str, Any] | None:
    """Return where the focus is, once for all steps within a date's field; None outside the page's elements."""
    return browser.execute_script(FOCUS)


def walk(browser: webdriver.Chrome, expected: int) -> list[dict[str, Any]]:
    """Press Tab from the top of the page until the focus leaves it or comes back to its first element."""
    steps: list[dict[str, Any]] = []
    for _ in range(4 * expected + 10):  # a date's field has several stops
        tab(browser)
        step = focused(browser)
        if step is None or (len(steps) > 1 and step["number"] == steps[0]["number"]):
            break
        if not steps or steps[-1]["number"] != step["number"]:
            steps.append(step)
    return steps


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", PAGE_KINDS, ids=KIND_NAMES)
def test_tab_goes_through_the_page_in_order_and_is_seen(
    browser: webdriver.Chrome, site: str, kind: PageKind, scheme: str
) -> None:
    with_media(browser, prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
    browser.get(site + in_language(kind.path, "uk"))
    elements = browser.execute_script(NUMBER)
    steps = walk(browser, len(elements))
    assert [step["number"] for step in steps] == list(range(len(elements)))
    assert [step["html"] for step in steps if not step["seen"]] == []
    assert [step["html"] for step in steps if step["ring"] < LEAST_RING] == []
    assert [f"{step['html']}: {step['contrast']:.2f}" for step in steps if step["contrast"] < NOT_TEXT] == []


def test_shift_and_tab_goes_back(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/article/port.uk?q=bulletin&ui=en")
    elements = browser.execute_script(NUMBER)
    for _ in elements:
        tab(browser)
    for number in reversed(range(len(elements) - 1)):
        tab(browser, back=True)
        assert focused(browser)["number"] == number


def test_the_first_stop_skips_to_the_content(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/search?q=bulletin&ui=en")
    tab(browser)
    skip = browser.switch_to.active_element
    assert skip.text == "Skip to the content"
    assert skip.rect["y"] >= 0
    skip.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "content"
    tab(browser)
    assert browser.switch_to.active_element.get_attribute("id") == "q"


def test_past_the_filters_to_the_results(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/search?q=bulletin&ui=en")
    press(browser, find(browser, ".query .skip"))
    for _ in range(30):
        tab(browser)
        if browser.execute_script("return !!document.activeElement.closest('.card')"):
            return
        assert browser.execute_script("return !!document.activeElement.closest('.results')")
        if "skip-timeline" in (browser.switch_to.active_element.get_attribute("class") or ""):
            browser.switch_to.active_element.send_keys(Keys.ENTER)
    raise AssertionError("no card was reached")


def test_languages_are_told_by_their_names(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/article/rescuers.en?ui=en")
    for links in (".switch a", ".versions a"):
        names = [link.accessible_name for link in browser.find_elements(By.CSS_SELECTOR, links)]
        assert names[:3] == ["ua, Українська", "en, English", "ru, Русский"], links


def test_what_is_folded_opens_and_closes_by_keyboard(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/search?q=bulletin&ui=en")
    for selector in ("details.reading", ".timeline details", "details.facet-more"):
        folded = find(browser, selector)
        folded.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
        assert folded.get_attribute("open") is not None, selector
        folded.find_element(By.TAG_NAME, "summary").send_keys(Keys.SPACE)
        assert folded.get_attribute("open") is None, selector


def test_the_filters_open_by_keyboard_on_a_phone(browser: webdriver.Chrome, site: str) -> None:
    with_phone(browser)
    browser.get(f"{site}/search?q=bulletin&section=society&ui=en")
    elements = browser.execute_script(NUMBER)
    steps = walk(browser, len(elements))
    assert [step["html"] for step in steps if "show-filters" in step["html"]]
    switch = find(browser, "#show-filters")
    assert (switch.aria_role, switch.accessible_name) == ("checkbox", "Show: Filters 1")
    switch.send_keys(Keys.SPACE)
    assert find(browser, ".facet a").is_displayed()
    tab(browser)
    assert browser.switch_to.active_element.find_element(By.XPATH, "ancestor::*[@id='filters-panel']")
    switch.send_keys(Keys.SPACE)
    assert not find(browser, ".facet a").is_displayed()


def test_a_page_of_results_is_turned_by_keyboard(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/search?q=bulletin&ui=en")
    press(browser, find(browser, ".pager [rel=next]"))
    assert find(browser, ".pager [aria-current=page]").accessible_name == "Page 2"
    press(browser, find(browser, ".pager li:nth-child(3) a"))
    assert find(browser, ".pager [aria-current=page]").accessible_name == "Page 3"
