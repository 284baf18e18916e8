"""axe-core in a page of the browser: its rules for WCAG AA and its best practices."""

from importlib.resources import files
from typing import Any

from selenium import webdriver

#: axe-core of this package knows no rules tagged wcag22aa yet; the size of targets is tested in test_browser.
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = files("axe_core_python").joinpath("axe.min.js")
ALL_RULES = {"runOnly": {"type": "tag", "values": TAGS}}
#: What a theme can change.
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
#: Without it a colour is looked at half way to the other theme.
STILL = {"prefers_reduced_motion": "reduce"}


def axe_finds(browser: webdriver.Chrome, options: dict[str, Any]) -> list[str]:
    """Return what axe-core complains of, one line for each element; what it cannot decide, ``contrast`` does."""
    if browser.execute_script("return typeof window.axe === 'undefined'"):
        browser.execute_script(AXE.read_text(encoding="utf-8"))
    results = browser.execute_async_script(
        "const done = arguments[1]; axe.run(document, arguments[0]).then(done, error => done({error: String(error)}))",
        {**options, "resultTypes": ["violations"]},
    )
    assert "error" not in results, results
    return [
        f"{result['id']}: {node['html'][:150]}: {' '.join(node['failureSummary'].split())[:300]}"
        for result in results["violations"]
        for node in result["nodes"]
    ]
