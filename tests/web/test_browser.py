"""The site in a real browser: a query, a facet, another language, an article; and a phone's width."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import waitress
from flask import Flask
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from waitress import wasyncore

pytestmark = pytest.mark.browser

FLAGS = (
    "--headless=new",
    "--no-sandbox",  # the sandbox needs privileges that build machines do not give
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--window-size=1280,900",
)
PHONE_WIDTH = 360
#: CSS pixels; WCAG 2.2, 2.5.8.
LEAST_TARGET = 24
WAIT_SECONDS = 20


@pytest.fixture(scope="module")
def site(app: Flask) -> Iterator[str]:
    """The address of the site, served as ``visti serve`` does it."""
    sockets: dict[int, object] = {}
    server = waitress.create_server(app, map=sockets, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets))  # in its own thread; without sockets it ends
    thread.join(timeout=WAIT_SECONDS)
    server.task_dispatcher.shutdown()
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver_path = shutil.which("chromedriver")
    if not binary or not driver_path:
        pytest.skip("Chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    profile: Path = tmp_path_factory.mktemp("chromium")
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(driver_path))
    yield driver
    driver.quit()


def find(browser: webdriver.Chrome, selector: str) -> WebElement:
    """Return the first element that the selector finds, as soon as it is there."""
    return WebDriverWait(browser, WAIT_SECONDS).until(lambda driver: driver.find_element(By.CSS_SELECTOR, selector))


def follow(browser: webdriver.Chrome, link: WebElement) -> None:
    """Click a link and wait until its page has replaced this one."""
    before = browser.current_url
    link.click()
    WebDriverWait(browser, WAIT_SECONDS).until(lambda driver: driver.current_url != before)
    WebDriverWait(browser, WAIT_SECONDS).until(
        lambda driver: driver.execute_script("return document.readyState") == "complete"
    )


def press(browser: webdriver.Chrome, link: WebElement) -> None:
    """Follow a link as those do who have no mouse."""
    before = browser.current_url
    link.send_keys(Keys.ENTER)
    WebDriverWait(browser, WAIT_SECONDS).until(lambda driver: driver.current_url != before)
    WebDriverWait(browser, WAIT_SECONDS).until(
        lambda driver: driver.execute_script("return document.readyState") == "complete"
    )


def complaints(browser: webdriver.Chrome) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser")]


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
    try:
        browser.get(f"{site}/search?q={quote(words)}&ui=uk")
        assert find(browser, ".readings").size["height"] < 250
        folded = find(browser, ".readings details li")
        assert not folded.is_displayed()
        find(browser, ".readings summary").click()
        assert folded.is_displayed()
        for line in browser.find_elements(By.CSS_SELECTOR, ".readings li"):
            assert line.size["height"] < 40, line.text
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_policy_lets_the_description_for_machines_through(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/article/nasty")
    title = browser.execute_script("return JSON.parse(document.querySelector('script').textContent).headline")
    assert title.startswith("Nasty </script>")
    assert complaints(browser) == []


def test_filters_are_open_on_a_wide_page_and_folded_on_a_phone(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/search?q=bulletin")
    assert find(browser, ".facet a").is_displayed()
    with_phone(browser)
    try:
        browser.get(f"{site}/search?q=bulletin")
        assert not find(browser, ".facet a").is_displayed()
        find(browser, ".filters-button").click()
        assert find(browser, ".facet a").is_displayed()
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


READ = "/search?q=рятувальники працювали місто ніч київ&without=glossary:місто"


@pytest.mark.parametrize(
    "path", ["/", "/search?q=bulletin", READ, "/search?q=nasty", "/article/nasty", "/help", "/nowhere"]
)
@pytest.mark.parametrize("ui", ["uk", "en", "ru"])
def test_nothing_scrolls_sideways_on_a_phone(browser: webdriver.Chrome, site: str, path: str, ui: str) -> None:
    with_phone(browser)
    try:
        browser.get(f"{site}{quote(path, safe='/?=&')}{'&' if '?' in path else '?'}ui={ui}")
        width = browser.execute_script("return document.documentElement.scrollWidth")
        assert width <= PHONE_WIDTH
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


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
    try:
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
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def with_phone(browser: webdriver.Chrome) -> None:
    """Make the window a phone's."""
    metrics = {"width": PHONE_WIDTH, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
