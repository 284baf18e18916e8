"""The site in a real browser: a query, a facet, another language, an article; and a phone's width."""

from urllib.parse import quote

import pytest
from chromium import LEAST_TARGET, PHONE_WIDTH, complaints, find, follow, press, with_phone
from selenium import webdriver
from selenium.webdriver.common.by import By

pytestmark = pytest.mark.browser


def test_a_reader_searches_narrows_switches_and_reads(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/?ui=uk")
    find(browser, "#q").send_keys("Київ OR порт")
    follow(browser, find(browser, "form.search button"))
    assert "3 матеріали" in find(browser, "h1").text

    economy = next(a for a in browser.find_elements(By.CSS_SELECTOR, ".facet a") if "Економіка" in a.text)
    follow(browser, economy)
    assert find(browser, "h1").text.endswith("1 матеріал, 1 мовна версія")
    assert "Рубрика: Економіка" in find(browser, ".chips").text

    follow(browser, find(browser, ".switch a[hreflang=en]"))
    assert find(browser, "html").get_attribute("lang") == "en"
    assert find(browser, "h1").text.endswith("1 story, 1 language version")
    assert "Section: Economy" in find(browser, ".chips").text

    follow(browser, find(browser, ".headline a"))
    assert find(browser, "h1").text == "У порту Одеси відкрили новий причал"
    assert "порту" in [mark.text for mark in browser.find_elements(By.TAG_NAME, "mark")]
    assert find(browser, "html").get_attribute("lang") == "en"  # the cookie remembers

    follow(browser, find(browser, ".back a"))
    assert "Section: Economy" in find(browser, ".chips").text
    assert complaints(browser) == []


def test_a_reader_switches_a_translation_off_and_on_with_the_keyboard(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/search?q={quote('рятувальники')}&group=none&ui=uk")
    assert find(browser, "h1").text.endswith("1 матеріал, 3 мовні версії")
    chip = find(browser, ".readings a.reading-chip")
    assert chip.accessible_name == "Шукати без цього: спасатель, rescuer · словник"

    press(browser, chip)
    assert find(browser, "h1").text.endswith("1 матеріал, 1 мовна версія")
    chip = find(browser, ".readings a.reading-chip.off")
    assert chip.accessible_name.startswith("Знову шукати з цим:")
    assert "line-through" in find(browser, ".readings s").value_of_css_property("text-decoration")

    follow(browser, find(browser, ".headline a"))
    assert {mark.text for mark in browser.find_elements(By.TAG_NAME, "mark")} == {"Рятувальники"}
    follow(browser, find(browser, ".back a"))
    press(browser, find(browser, ".readings a.reading-chip.off"))
    assert find(browser, "h1").text.endswith("1 матеріал, 3 мовні версії")
    assert complaints(browser) == []


def test_a_long_query_leaves_room_for_the_results(browser: webdriver.Chrome, site: str) -> None:
    words = "рятувальники працювали місто ніч київ вода людина вулиця"
    with_phone(browser)
    browser.get(f"{site}/search?q={quote(words)}&ui=uk")
    assert find(browser, ".readings").size["height"] < 250
    folded = find(browser, ".readings details li")
    assert not folded.is_displayed()
    find(browser, ".readings summary").click()
    assert folded.is_displayed()
    for line in browser.find_elements(By.CSS_SELECTOR, ".readings li"):
        assert line.size["height"] < 40, line.text


def test_the_policy_lets_the_description_for_machines_through(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/article/nasty")
    title = browser.execute_script(
        "return JSON.parse(document.querySelector('script:not([src])').textContent).headline"
    )
    assert title.startswith("Nasty </script>")
    assert complaints(browser) == []


def test_filters_are_open_on_a_wide_page_and_folded_on_a_phone(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/search?q=bulletin")
    assert find(browser, ".facet a").is_displayed()
    with_phone(browser)
    browser.get(f"{site}/search?q=bulletin")
    assert not find(browser, ".facet a").is_displayed()
    find(browser, ".filters-button").click()
    assert find(browser, ".facet a").is_displayed()


READ = "/search?q=рятувальники працювали місто ніч київ&without=glossary:місто"


@pytest.mark.parametrize(
    "path", ["/", "/search?q=bulletin", READ, "/search?q=nasty", "/article/nasty", "/help", "/nowhere"]
)
@pytest.mark.parametrize("ui", ["uk", "en", "ru"])
def test_nothing_scrolls_sideways_on_a_phone(browser: webdriver.Chrome, site: str, path: str, ui: str) -> None:
    with_phone(browser)
    browser.get(f"{site}{quote(path, safe='/?=&')}{'&' if '?' in path else '?'}ui={ui}")
    width = browser.execute_script("return document.documentElement.scrollWidth")
    assert width <= PHONE_WIDTH


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/search?q=bulletin&section=society&ui=uk",
        READ,
        "/search?q=nonsense",
        "/article/port.uk?q=порт",
        "/help",
        "/x",
    ],
)
def test_links_and_buttons_can_be_hit_with_a_finger(browser: webdriver.Chrome, site: str, path: str) -> None:
    with_phone(browser)
    browser.get(site + quote(path, safe="/?=&"))
    too_small = browser.execute_script(
        """
        return [...document.querySelectorAll("a, button, summary, input:not([type=hidden]), .filters-button")]
            .filter(element => !element.closest(".hidden, .skip, svg, .text"))
            .map(element => [element.textContent.trim(), element.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.height < arguments[0] || box.width < arguments[0]))
            .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)
        """,
        LEAST_TARGET,
    )
    assert too_small == []
