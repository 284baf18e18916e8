"""
The pages as readers adapt them: magnified, with wider text spacing, with forced colours or more contrast, and still
when they load; headings, landmarks and titles by which one finds the way without seeing the page.
"""

from itertools import pairwise
from typing import Any

import pytest
from chromium import find, with_media, with_phone, with_window
from contrast import FUNCTIONS, poor_contrasts
from page_kinds import KIND_NAMES, PAGE_KINDS, PageKind, in_language
from selenium import webdriver
from selenium.webdriver.common.by import By

pytestmark = pytest.mark.browser

#: A window of 1280 x 1024 pixels, magnified: its size in CSS pixels (WCAG 2.2, 1.4.4 and 1.4.10).
MAGNIFIED = {"200%": (640, 512), "400%": (320, 256)}

#: WCAG 2.2, 1.4.12.
SPACING = """
    * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
    p { margin-bottom: 2em !important; }
"""

#: Elements whose text does not fit them, or sticks out of the window. What a chip of a reading cuts, its link's name
#: and title say, and it unfolds when the focus comes to it. A table has two dimensions and may scroll (1.4.10).
CUT = """
    return [...document.querySelectorAll("main *, header *, footer *")]
        .filter(element => element.checkVisibility() && !element.closest(".hidden, .skip, svg, .readings, .table"))
        .filter(element => [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
        .filter(element => {
            const box = element.getBoundingClientRect();
            const style = getComputedStyle(element);
            const hides = style.overflowX !== "visible" || style.overflowY !== "visible";
            const tooWide = element.scrollWidth > element.clientWidth + 1;
            const tooHigh = element.scrollHeight > element.clientHeight + 1;
            return box.left < 0 || box.right > innerWidth + 1 || (hides && (tooWide || tooHigh));
        })
        .map(element => element.outerHTML.slice(0, 100));
"""

#: Boxes of text that lie on one another: a sign that a line has no room to grow.
OVERLAPS = """
    const boxes = [...document.querySelectorAll("h1, h2, h3, main p, main li, main label, main button")]
        .filter(element => element.checkVisibility() && !element.closest(".hidden, .skip, svg, .readings"))
        .map(element => [element, element.getBoundingClientRect()]);
    const found = [];
    for (const [one, a] of boxes) for (const [other, b] of boxes) {
        if (one === other || one.contains(other) || other.contains(one)) continue;
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 1) found.push(`${one.outerHTML.slice(0, 60)} on ${other.outerHTML.slice(0, 60)}`);
    }
    return found;
"""

#: A busy machine paints a page before all of it has been read, and its last line moves by a pixel. That happens at one
#: load and not at the next; what the page itself moves, it moves each time.
LOADS = 4

#: All that has moved since the page began to load: the sum of its layout shifts.
SHIFTS = """
    const done = arguments[0];
    let sum = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => sum += entry.value))
        .observe({type: "layout-shift", buffered: true});
    const afterTwoFrames = step => requestAnimationFrame(() => requestAnimationFrame(step));
    document.fonts.ready.then(() => afterTwoFrames(() => setTimeout(() => done(sum), 50)));
"""


def widest(browser: webdriver.Chrome) -> int:
    return browser.execute_script("return document.documentElement.scrollWidth")


@pytest.mark.parametrize("magnified", MAGNIFIED)
@pytest.mark.parametrize("kind", PAGE_KINDS, ids=KIND_NAMES)
def test_a_magnified_page_fits_and_nothing_is_cut(
    browser: webdriver.Chrome, site: str, kind: PageKind, magnified: str
) -> None:
    width, height = MAGNIFIED[magnified]
    with_window(browser, width, height)
    browser.get(site + in_language(kind.path, "uk"))
    assert widest(browser) <= width
    assert browser.execute_script(CUT) == []
    assert browser.execute_script(OVERLAPS) == []


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("kind", PAGE_KINDS, ids=KIND_NAMES)
def test_wider_spacing_of_text_has_room(browser: webdriver.Chrome, site: str, kind: PageKind, width: int) -> None:
    with_window(browser, width, 900)
    browser.get(site + in_language(kind.path, "uk"))
    set_style(browser, SPACING)
    assert widest(browser) <= width
    assert browser.execute_script(CUT) == []
    assert browser.execute_script(OVERLAPS) == []


def set_style(browser: webdriver.Chrome, sheet: str) -> None:
    """Add a reader's style sheet, which the page's policy does not concern."""
    browser.execute_script(
        "const s = new CSSStyleSheet(); s.replaceSync(arguments[0]); document.adoptedStyleSheets = [s];", sheet
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", PAGE_KINDS, ids=KIND_NAMES)
def test_more_contrast_is_more(browser: webdriver.Chrome, site: str, kind: PageKind, scheme: str) -> None:
    with_media(browser, prefers_color_scheme=scheme, prefers_contrast="more", prefers_reduced_motion="reduce")
    browser.get(site + in_language(kind.path, "uk"))
    assert poor_contrasts(browser, text=7, large=4.5) == []  # WCAG 2.2, 1.4.6: level AAA


def test_what_is_chosen_is_seen_with_forced_colours(browser: webdriver.Chrome, site: str) -> None:
    """There every background is the system's: an outline, a weight or a sign has to say it."""
    with_media(browser, forced_colors="active")
    browser.get(f"{site}/search?q=bulletin&section=society&page=2&ui=en")
    for selector in (".switch a[aria-current]", ".pager a[aria-current]", ".orders a[aria-current]"):
        style = browser.execute_script(
            "const s = getComputedStyle(arguments[0]); return [s.outlineStyle, parseFloat(s.outlineWidth)]",
            find(browser, selector),
        )
        assert style == ["solid", 2], selector
    assert find(browser, ".facet a[aria-current] .tick").text == "✓"
    ring = "const s = getComputedStyle(arguments[0]); return ratio(s.outlineColor, backgroundOf(arguments[0]))"
    for selector in ("#q", ".search button", ".headline a"):
        focused = find(browser, selector)
        browser.execute_script("arguments[0].focus({focusVisible: true})", focused)
        assert browser.execute_script(FUNCTIONS + ring, focused) >= 3, selector


def test_nothing_moves_for_those_who_want_no_motion(browser: webdriver.Chrome, site: str) -> None:
    with_media(browser, prefers_reduced_motion="reduce")
    moving = """
        return [...document.querySelectorAll("*")].filter(element => {
            const style = getComputedStyle(element);
            return parseFloat(style.transitionDuration) > 0 || style.animationName !== "none";
        }).map(element => element.outerHTML.slice(0, 80))
    """
    for path in ("/search?q=bulletin&section=society&ui=en", "/article/rescuers.en?ui=en"):
        browser.get(site + path)
        assert browser.execute_script(moving) == []


@pytest.mark.parametrize("window", ["desktop", "phone"])
@pytest.mark.parametrize("kind", PAGE_KINDS, ids=KIND_NAMES)
def test_nothing_shifts_while_a_page_loads(browser: webdriver.Chrome, site: str, kind: PageKind, window: str) -> None:
    if window == "phone":
        with_phone(browser)
    shifts = []
    while len(shifts) < LOADS and 0 not in shifts:
        browser.get(site + in_language(kind.path, "uk"))
        shifts.append(browser.execute_async_script(SHIFTS))
    assert shifts[-1] == 0, shifts


@pytest.mark.parametrize("window", ["desktop", "phone"])
def test_what_needs_a_script_has_its_place_before_it(browser: webdriver.Chrome, site: str, window: str) -> None:
    if window == "phone":
        with_phone(browser)
    browser.get(f"{site}/nowhere?ui=uk")
    places = """
        return [...document.querySelectorAll("header *, main *, footer *")].map(element => {
            const {x, y, width, height} = element.getBoundingClientRect();
            return [x, y, width, height];
        })
    """
    after = browser.execute_script(places)
    browser.execute_script("document.documentElement.classList.remove('scripted')")
    assert browser.execute_script(places) == after


def test_a_page_stands_where_it_stood_when_it_outgrows_the_window(browser: webdriver.Chrome, site: str) -> None:
    places = {}
    for path in ("/nowhere?ui=en", "/search?q=bulletin&ui=en"):
        browser.get(site + path)
        high = browser.execute_script("return document.documentElement.scrollHeight > innerHeight")
        places[high] = find(browser, "main").rect["x"]
    assert len(places) == 2 and places[True] == places[False]


def test_a_shift_would_be_seen(browser: webdriver.Chrome, site: str) -> None:
    browser.get(f"{site}/search?q=bulletin&ui=en")
    late = (
        "requestAnimationFrame(() => requestAnimationFrame(() => document.querySelector('h1').style.margin = '200px'))"
    )
    browser.execute_script(late)
    assert browser.execute_async_script(SHIFTS) > 0


@pytest.mark.parametrize("kind", PAGE_KINDS, ids=KIND_NAMES)
def test_headings_landmarks_and_title_lead_through_the_page(
    browser: webdriver.Chrome, site: str, kind: PageKind
) -> None:
    browser.get(site + in_language(kind.path, "en"))
    levels = [int(heading.tag_name[1]) for heading in browser.find_elements(By.CSS_SELECTOR, "h1, h2, h3, h4, h5, h6")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(level <= before + 1 for before, level in pairwise(levels))
    landmarks = spoken_landmarks(browser)
    for role in ("banner", "main", "contentinfo"):
        assert [found for found, _ in landmarks].count(role) == 1, role
    assert "search" in {role for role, _ in landmarks}
    named = [landmark for landmark in landmarks if landmark[0] in ("navigation", "complementary", "region")]
    assert all(name for _, name in named) and len(set(named)) == len(named), named
    heading = find(browser, "h1").get_attribute("textContent").strip()
    assert "Visti" in browser.title and len(browser.title) > len("Visti")
    if kind.endpoint == "pages.article":
        assert browser.title == f"{heading} · Visti"


def spoken_landmarks(browser: webdriver.Chrome) -> list[tuple[str, str]]:
    """Return role and name of each landmark, as Chromium tells them to a screen reader."""
    tree: dict[str, Any] = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})
    roles = {"banner", "main", "contentinfo", "navigation", "complementary", "region", "search", "form"}
    return [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in tree["nodes"]
        if not node.get("ignored") and node.get("role", {}).get("value") in roles
    ]


def test_titles_of_pages_differ(browser: webdriver.Chrome, site: str) -> None:
    titles = {}
    for kind in PAGE_KINDS:
        browser.get(site + in_language(kind.path, "en"))
        titles[kind.name] = browser.title
    by_page = {kind.path.partition("&")[0]: titles[kind.name] for kind in PAGE_KINDS}
    assert len(set(by_page.values())) == len(by_page), by_page
