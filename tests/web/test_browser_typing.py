"""What JavaScript adds to the pages, in a real browser: suggestions, results refreshed in place, shortcuts."""

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from chromium import WAIT_SECONDS, complaints, find, follow, with_media, with_phone
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

pytestmark = pytest.mark.browser

Browser = webdriver.Chrome

#: Answers to what begins with ``slow`` come when ``window.let()`` is called; ``window.failing`` makes all fail.
SLOW_FETCH = """
    const real = window.fetch;
    const held = [];
    window.asked = [];
    window.let = () => held.splice(0).forEach((go) => go());
    window.fetch = async (url, options) => {
        window.asked.push(String(url));
        if (window.failing) throw new TypeError("offline");
        const answer = await real(url, {...options, signal: undefined});
        if (String(url).includes(encodeURIComponent(arguments_slow))) await new Promise((go) => held.push(go));
        return answer;
    };
"""


@pytest.fixture(autouse=True)
def no_complaints(browser: Browser) -> Iterator[None]:
    """No test here may leave an error on the console, nor find one of another test there."""
    complaints(browser)
    yield
    assert complaints(browser) == []


def hold(browser: Browser, slow: str) -> None:
    """Let the answers to addresses with this text wait for ``window.let()``."""
    browser.execute_script(SLOW_FETCH.replace("arguments_slow", repr(slow)))


def wait(browser: Browser, condition: Callable[[Browser], object]) -> None:
    WebDriverWait(browser, WAIT_SECONDS).until(condition)


def wait_for_script(browser: Browser, expression: str) -> None:
    wait(browser, lambda driver: driver.execute_script(f"return {expression}"))


def options(browser: Browser) -> list[WebElement]:
    """Return the suggestions, as soon as there are any."""
    find(browser, "#suggestions:not([hidden]) [role=option]")
    return browser.find_elements(By.CSS_SELECTOR, "#suggestions [role=option]")


def closed(browser: Browser) -> bool:
    box = find(browser, "#q")
    shown: bool = find(browser, "#suggestions").is_displayed()
    assert box.get_attribute("aria-expanded") == str(shown).lower()
    return not shown


def active(browser: Browser) -> str:
    """Return the text of the option that the box says is chosen, or nothing."""
    named = find(browser, "#q").get_attribute("aria-activedescendant")
    if not named:
        assert not browser.find_elements(By.CSS_SELECTOR, "#suggestions [aria-selected=true]")
        return ""
    option = find(browser, f"#suggestions [role=option][aria-selected=true]#{named}")
    return option.find_element(By.CSS_SELECTOR, ".suggested").text


def heading(browser: Browser) -> str:
    return find(browser, "h1").text


def go(browser: Browser, element: WebElement, *, by: str = "click") -> None:
    """Use a control and wait until the results have been replaced, without another page."""
    browser.execute_script("window.same = true; document.querySelector('main').isOld = true")
    element.click() if by == "click" else element.send_keys(by)
    wait_for_script(browser, "!document.querySelector('main').isOld")
    assert browser.execute_script("return window.same"), "another page was loaded"


def back(browser: Browser, step: str = "back") -> None:
    browser.execute_script("document.querySelector('main').isOld = true")
    getattr(browser, step)()
    wait_for_script(browser, "!document.querySelector('main').isOld")
    assert browser.execute_script("return window.same"), "another page was loaded"


def focused(browser: Browser) -> WebElement:
    return browser.switch_to.active_element


def facet(browser: Browser, text: str) -> WebElement:
    return next(link for link in browser.find_elements(By.CSS_SELECTOR, ".facet a") if text in link.text)


def key(browser: Browser, key: str, code: str, modifiers: int = 0) -> None:
    """Press a key as a layout gives it; ``modifiers``: 2 Ctrl, 4 Meta, 8 Shift. A letter is typed where it can be."""
    event = {"key": key, "code": code, "modifiers": modifiers}
    text = {"text": key} if len(key) == 1 and modifiers in (0, 8) else {}
    browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyDown", **event, **text})
    browser.execute_cdp_cmd("Input.dispatchKeyEvent", {"type": "keyUp", **event})


class TestSuggestions:
    def test_the_keyboard_walks_through_them_and_leaves_the_text_alone(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/?ui=uk")
        box = find(browser, "#q")
        box.send_keys("рят")
        assert [option.text.replace("\n", " ") for option in options(browser)] == [
            "рятувальники Тема",
            "Рятувальники у Києві Заголовок",
        ]
        assert not closed(browser) and active(browser) == ""
        expected = ["рятувальники", "Рятувальники у Києві", "", "рятувальники"]
        for name in expected:
            box.send_keys(Keys.ARROW_DOWN)
            assert active(browser) == name
        for name in ["", "Рятувальники у Києві"]:
            box.send_keys(Keys.ARROW_UP)
            assert active(browser) == name
        box.send_keys(Keys.HOME)
        assert browser.execute_script("return arguments[0].selectionStart", box) == 0
        assert box.get_attribute("value") == "рят"
        follow_by_enter(browser, box)
        assert "/article/rescuers.uk" in browser.current_url

    def test_roles_languages_and_marks(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/?ui=en")
        box = find(browser, "#q")
        assert (box.get_attribute("role"), box.get_attribute("aria-autocomplete")) == ("combobox", "list")
        assert box.get_attribute("aria-controls") == "suggestions"
        box.send_keys("одес")
        found = options(browser)
        assert find(browser, "#suggestions").get_attribute("role") == "listbox"
        assert {each.find_element(By.CSS_SELECTOR, ".suggested").get_attribute("lang") for each in found} == {"uk"}
        assert {mark.text.lower() for mark in browser.find_elements(By.CSS_SELECTOR, "#suggestions mark")} == {"одес"}
        groups = browser.find_elements(By.CSS_SELECTOR, "#suggestions [role=group]")
        assert [group.get_attribute("aria-label") for group in groups] == ["Topic", "Headline"]
        wait_for_script(browser, f"document.getElementById('status').textContent === 'Suggestions: {len(found)}'")

    def test_escape_closes_and_then_empties_and_tab_leaves(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/?ui=uk")
        box = find(browser, "#q")
        box.send_keys("порт")
        options(browser)
        box.send_keys(Keys.ESCAPE)
        assert closed(browser) and box.get_attribute("value") == "порт"
        box.send_keys(Keys.ARROW_DOWN)
        options(browser)
        box.send_keys(Keys.ESCAPE, Keys.ESCAPE)
        assert box.get_attribute("value") == ""
        box.send_keys("порт")
        options(browser)
        box.send_keys(Keys.TAB)
        assert closed(browser)
        assert focused(browser).tag_name == "button"

    def test_enter_without_a_choice_searches_for_what_was_typed(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/?ui=uk")
        box = find(browser, "#q")
        box.send_keys("рят")
        options(browser)
        follow_by_enter(browser, box)
        assert browser.current_url == f"{site}/search?ui=uk&q={quote('рят')}"

    def test_the_mouse_chooses_a_topic_in_place(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/search?q=bulletin&ui=uk")
        box = find(browser, "#q")
        box.clear()
        box.send_keys("порти")
        topic = next(option for option in options(browser) if "Тема" in option.text)
        go(browser, topic)
        assert "Тема: порти" in find(browser, ".chips").text
        assert heading(browser).endswith("1 матеріал, 1 мовна версія")
        assert closed(browser)

    def test_a_finger_chooses_on_a_phone_and_nothing_moves(self, browser: Browser, site: str) -> None:
        with_phone(browser)
        browser.get(f"{site}/?ui=en")
        top = "return document.querySelector('.newest').getBoundingClientRect().top + scrollY"
        before = browser.execute_script(top)
        find(browser, "#q").send_keys("nasty")
        headline = options(browser)[-1]
        assert browser.execute_script(top) == before
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
        assert browser.execute_script("return window.alert.name") == "alert"
        follow(browser, headline)
        assert "/article/nasty" in browser.current_url

    def test_a_stale_answer_is_dropped(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/?ui=uk")
        hold(browser, "порт")
        box = find(browser, "#q")
        box.send_keys("порт")
        wait_for_script(browser, "window.asked.length === 1")
        box.send_keys(Keys.BACKSPACE * 4, "рятув")
        assert "рятувальники" in options(browser)[0].text
        browser.execute_script("window.let()")
        browser.execute_async_script("setTimeout(arguments[0], 200)")
        assert "рятувальники" in options(browser)[0].text

    def test_nothing_opens_when_the_answer_comes_after_the_box_was_left(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/?ui=uk")
        hold(browser, "порт")
        box = find(browser, "#q")
        box.send_keys("порт")
        wait_for_script(browser, "window.asked.length === 1")
        box.send_keys(Keys.TAB)
        browser.execute_script("window.let()")
        browser.execute_async_script("setTimeout(arguments[0], 200)")
        assert closed(browser)

    def test_an_input_method_is_not_disturbed(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/?ui=uk")
        hold(browser, "none")
        find(browser, "#q").click()
        browser.execute_cdp_cmd("Input.imeSetComposition", {"text": "порт", "selectionStart": 4, "selectionEnd": 4})
        browser.execute_async_script("setTimeout(arguments[0], 400)")
        assert browser.execute_script("return window.asked") == []
        browser.execute_cdp_cmd("Input.insertText", {"text": "порт"})
        assert options(browser)


def follow_by_enter(browser: Browser, box: WebElement) -> None:
    before = browser.current_url
    box.send_keys(Keys.ENTER)
    wait(browser, lambda driver: driver.current_url != before)


class TestRefreshing:
    def test_a_facet_and_the_way_back(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/search?q={quote('Київ OR порт')}&ui=uk")
        first = (heading(browser), browser.title, browser.current_url)
        go(browser, facet(browser, "Економіка"), by=Keys.ENTER)
        assert heading(browser).endswith("1 матеріал, 1 мовна версія")
        assert "section=economy" in browser.current_url
        assert focused(browser).get_attribute("aria-current") == "true" and "Економіка" in focused(browser).text
        count = "document.getElementById('status').textContent"
        wait_for_script(browser, f"{count} === '1 матеріал, 1 мовна версія'")
        feed = find(browser, "link[rel=alternate]").get_attribute("href")
        assert "section=economy" in feed and feed == find(browser, ".footer a[type]").get_attribute("href")
        assert "section=economy" in find(browser, ".switch a[hreflang=en]").get_attribute("href")
        second = (heading(browser), browser.title, browser.current_url)

        back(browser)
        assert (heading(browser), browser.title, browser.current_url) == first
        assert "Економіка" in focused(browser).text
        back(browser, "forward")
        assert (heading(browser), browser.title, browser.current_url) == second
        browser.refresh()
        assert (heading(browser), browser.title, browser.current_url) == second

    def test_the_form_changes_the_query_and_the_title(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/search?q=bulletin&section=society&ui=en")
        box = find(browser, "#q")
        box.clear()
        box.send_keys("rescuers")
        go(browser, box, by=Keys.ENTER)
        assert browser.current_url.endswith("/search?section=society&ui=en&q=rescuers")
        assert browser.title == "rescuers: search in Visti"
        assert focused(browser).get_attribute("id") == "q" and focused(browser).get_attribute("value") == "rescuers"
        assert closed(browser)

    def test_a_page_further_begins_at_its_top_and_back_returns_to_the_place(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/search?q=bulletin&ui=en")
        step = find(browser, ".pager [rel=next]")
        browser.execute_script("arguments[0].scrollIntoView()", step)
        place = browser.execute_script("return scrollY")
        assert place > 0
        go(browser, step)
        assert browser.execute_script("return scrollY") == 0
        assert focused(browser).tag_name == "h1"
        back(browser)
        wait_for_script(browser, f"scrollY === {place}")
        assert focused(browser).text.startswith("Next")

    def test_the_place_is_kept_when_an_article_was_read(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/search?q=bulletin&ui=en")
        go(browser, find(browser, ".pager [rel=next]"))
        last = browser.find_elements(By.CSS_SELECTOR, ".headline a")[-1]
        browser.execute_script("arguments[0].scrollIntoView()", last)
        place = browser.execute_script("return scrollY")
        follow(browser, last)
        browser.back()
        wait_for_script(browser, f"document.readyState === 'complete' && scrollY === {place}")
        assert "page=2" in browser.current_url

    def test_a_stale_page_is_dropped(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/search?q={quote('Київ OR порт')}&ui=uk")
        hold(browser, "economy")
        facet(browser, "Економіка").click()
        assert find(browser, "main").get_attribute("aria-busy") == "true"
        go(browser, facet(browser, "Суспільство"))
        browser.execute_script("window.let()")
        browser.execute_async_script("setTimeout(arguments[0], 200)")
        assert "section=society" in browser.current_url and "economy" not in browser.current_url
        assert "Рубрика: Суспільство" in find(browser, ".chips").text
        assert find(browser, "main").get_attribute("aria-busy") is None

    def test_without_a_connection_the_browser_takes_over(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/search?q=bulletin&ui=en")
        hold(browser, "none")
        browser.execute_script("window.failing = true")
        follow(browser, facet(browser, "Society"))
        assert browser.execute_script("return window.failing") is None, "the same page"
        assert "Section: Society" in find(browser, ".chips").text

    def test_what_was_opened_stays_open(self, browser: Browser, site: str) -> None:
        with_phone(browser)
        browser.get(f"{site}/search?q=bulletin&ui=en")
        find(browser, ".filters-button").click()
        authors = next(
            summary
            for summary in browser.find_elements(By.CSS_SELECTOR, ".facet-more summary")
            if summary.is_displayed()
        )
        authors.click()
        go(browser, facet(browser, "Society"))
        assert find(browser, "#show-filters").is_selected()
        assert find(browser, ".facet-more").get_attribute("open")

    def test_a_modified_click_is_the_browsers(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/search?q=bulletin&ui=en")
        before, windows = browser.current_url, browser.window_handles
        ActionChains(browser).key_down(Keys.CONTROL).click(facet(browser, "Society")).key_up(Keys.CONTROL).perform()
        wait(browser, lambda driver: len(driver.window_handles) == len(windows) + 1)
        assert browser.current_url == before
        (other,) = set(browser.window_handles) - set(windows)
        browser.switch_to.window(other)
        browser.close()
        browser.switch_to.window(windows[0])

    def test_dates_and_orders_too(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/search?q=bulletin&ui=en")
        go(browser, next(a for a in browser.find_elements(By.CSS_SELECTOR, ".orders a") if "Newest" in a.text))
        assert "sort=newest" in browser.current_url
        assert focused(browser).text.startswith("Newest")
        browser.execute_script("document.getElementById('since').value = '2022-03-01'")
        go(browser, find(browser, ".dates button"))
        assert "since=2022-03-01" in browser.current_url and "sort=newest" in browser.current_url


class TestShortcuts:
    @pytest.mark.parametrize(
        ("pressed", "code", "modifiers"),
        [
            ("/", "Slash", 0),
            (".", "Slash", 0),  # a Ukrainian or Russian layout
            ("/", "Digit7", 8),  # German: Shift and 7
            ("k", "KeyK", 2),
            ("л", "KeyK", 2),
            ("л", "KeyK", 4),
        ],
    )
    def test_the_box_is_reached_on_any_layout(
        self, browser: Browser, site: str, pressed: str, code: str, modifiers: int
    ) -> None:
        browser.get(f"{site}/search?q=bulletin&ui=uk")
        key(browser, pressed, code, modifiers)
        assert focused(browser).get_attribute("id") == "q"
        assert focused(browser).get_attribute("value") == "bulletin"

    @pytest.mark.parametrize(("pressed", "code"), [(".", "Period"), (".", "KeyV"), ("k", "KeyV"), ("s", "Slash")])
    def test_other_keys_do_not_lead_to_it(self, browser: Browser, site: str, pressed: str, code: str) -> None:
        browser.get(f"{site}/?ui=uk")
        key(browser, pressed, code)
        assert focused(browser).tag_name == "body" or focused(browser).get_attribute("id") != "q"

    def test_a_field_takes_every_letter(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/search?q=bulletin&ui=en")
        box = find(browser, "#q")
        box.clear()
        box.click()
        for pressed, code in [("j", "KeyJ"), ("/", "Slash"), ("?", "Slash"), ("л", "KeyK")]:
            key(browser, pressed, code)
        assert box.get_attribute("value") == "j/?л"
        assert not find(browser, "dialog").is_displayed()

    @pytest.mark.parametrize(("down", "up"), [("j", "k"), ("о", "л")])
    def test_the_results_are_walked_through(self, browser: Browser, site: str, down: str, up: str) -> None:
        browser.get(f"{site}/search?q=bulletin&ui=en")
        headlines = browser.find_elements(By.CSS_SELECTOR, ".headline a")
        for expected in (0, 1, 2):
            key(browser, down, "KeyJ")
            assert focused(browser) == headlines[expected]
        for expected in (1, 0, 0):
            key(browser, up, "KeyK")
            assert focused(browser) == headlines[expected]

    @pytest.mark.parametrize(("pressed", "code"), [("?", "Slash"), ("?", "Digit7"), (",", "Slash")])
    def test_they_are_listed_and_single_keys_can_be_switched_off(
        self, browser: Browser, site: str, pressed: str, code: str
    ) -> None:
        browser.get(f"{site}/search?q=bulletin&ui=uk")
        try:
            key(browser, pressed, code, 8)
            dialog = find(browser, "dialog")
            assert dialog.is_displayed() and dialog.accessible_name == "Гарячі клавіші"
            single = dialog.find_element(By.TAG_NAME, "input")
            assert single.is_selected()
            single.click()
            dialog.find_element(By.TAG_NAME, "button").click()
            assert not dialog.is_displayed()

            browser.refresh()
            key(browser, "/", "Slash")
            key(browser, pressed, code, 8)
            assert focused(browser).get_attribute("id") != "q"
            assert not find(browser, "dialog").is_displayed()
            key(browser, "k", "KeyK", 2)
            assert focused(browser).get_attribute("id") == "q"
            find(browser, ".shortcuts-button").click()
            assert not find(browser, "dialog input").is_selected()
        finally:
            browser.execute_script("localStorage.clear()")


class TestWithoutJavaScript:
    @pytest.fixture(autouse=True)
    def scripts_off(self, browser: Browser) -> Iterator[None]:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        yield
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    def test_everything_is_there(self, browser: Browser, site: str) -> None:
        browser.get(f"{site}/?ui=uk")
        box = find(browser, "#q")
        assert box.get_attribute("role") is None
        assert not browser.find_elements(By.ID, "suggestions")
        assert not find(browser, ".shortcuts-button").is_displayed()
        assert not find(browser, "dialog").is_displayed()
        box.send_keys("Київ OR порт")
        box.submit()
        wait(browser, lambda driver: "/search" in driver.current_url)
        facet(browser, "Економіка").click()
        wait(browser, lambda driver: "section=economy" in driver.current_url)
        assert "Рубрика: Економіка" in find(browser, ".chips").text


def test_nothing_moves_for_those_who_want_no_movement(browser: Browser, site: str) -> None:
    with_media(browser, prefers_reduced_motion="reduce")
    browser.get(f"{site}/search?q=bulletin&ui=en")
    assert find(browser, ".columns").value_of_css_property("transition-duration") == "0s"
