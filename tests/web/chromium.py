"""How the browser tests drive Chromium: finding, following, pressing, a phone's window, the driver itself."""

import shutil
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

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
#: On a busy machine; whatever has not come by then never does.
WAIT_SECONDS = 60


def start_chromium(profile: Path) -> webdriver.Chrome:
    """Start Chromium with the profile in this folder; where it is not installed, the test is skipped."""
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver_path = shutil.which("chromedriver")
    if not binary or not driver_path:
        pytest.skip("Chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=Service(driver_path))


def find(browser: webdriver.Chrome, selector: str) -> WebElement:
    """Return the first element that the selector finds, as soon as it is there."""
    return WebDriverWait(browser, WAIT_SECONDS).until(lambda driver: driver.find_element(By.CSS_SELECTOR, selector))


def follow(browser: webdriver.Chrome, link: WebElement) -> None:
    """Click a link and wait until its page has replaced this one."""
    before = browser.current_url
    link.click()
    _wait_for_another_page(browser, before)


def press(browser: webdriver.Chrome, link: WebElement) -> None:
    """Follow a link as those do who have no mouse."""
    before = browser.current_url
    link.send_keys(Keys.ENTER)
    _wait_for_another_page(browser, before)


def complaints(browser: webdriver.Chrome) -> list[str]:
    """Return what the browser's console has written since it was last asked: errors, breaches of the policy."""
    return [entry["message"] for entry in browser.get_log("browser")]


def with_phone(browser: webdriver.Chrome) -> None:
    """Make the window a phone's."""
    with_window(browser, PHONE_WIDTH, 740, mobile=True)


def with_window(browser: webdriver.Chrome, width: int, height: int, *, mobile: bool = False) -> None:
    """Make the window so large, in CSS pixels."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def with_media(browser: webdriver.Chrome, **features: str) -> None:
    """Set media features, such as ``prefers_color_scheme="dark"``; none sets all back."""
    named = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": named})


def as_before(browser: webdriver.Chrome) -> None:
    """Give the browser back its own window and media features."""
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def _wait_for_another_page(browser: webdriver.Chrome, before: str) -> None:
    wait = WebDriverWait(browser, WAIT_SECONDS)
    wait.until(lambda driver: driver.current_url != before)
    wait.until(lambda driver: driver.execute_script("return document.readyState") == "complete")
