"""What robots.txt allows: the cases of RFC 9309 and what sites write; and a search of every way to fit a pattern."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.robots import Robots

CASES = [
    # RFC 9309, 2.2.2 and 5: the rule that names most counts, wherever it stands
    ("User-agent: *\nDisallow: /\nAllow: /feed", "/feed.xml", True),
    ("User-agent: *\nAllow: /\nDisallow: /private", "/private/1", False),
    ("User-agent: *\nAllow: /private\nDisallow: /private", "/private/1", True),
    (
        "User-agent: *\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif",
        "/example/page/disallowed.gif",
        False,
    ),
    # 2.2.3: special characters
    ("User-agent: *\nDisallow: /*.xml$", "/rss/feed.xml", False),
    ("User-agent: *\nDisallow: /*.xml$", "/rss/feed.xml?page=2", True),
    ("User-agent: *\nDisallow: /*?", "/search?q=port", False),
    ("User-agent: *\nDisallow: *feed*xml", "/news/feed/main.xml", False),
    ("User-agent: *\nDisallow: /a*b*c$", "/a-b-b", True),
    ("User-agent: *\nDisallow: /ab*ba$", "/aba", True),
    ("User-agent: *\nDisallow: /$", "/", False),
    ("User-agent: *\nDisallow: /$", "/news", True),
    # 2.2.1: groups
    ("User-agent: visti\nDisallow: /no\n\nUser-agent: *\nDisallow: /", "/yes", True),
    ("User-agent: VISTI/1.0\nDisallow: /no", "/no", False),
    ("User-agent: vistibot\nDisallow: /no", "/no", True),
    ("User-agent: archive\nDisallow: /no", "/no", True),
    ("User-agent: other\nUser-agent: visti\nDisallow: /no", "/no", False),
    ("User-agent: visti\nDisallow: /a\nUser-agent: other\nDisallow: /b\nUser-agent: visti\nDisallow: /c", "/c", False),
    ("User-agent: visti\nDisallow: /a\nUser-agent: other\nDisallow: /b\nUser-agent: visti\nDisallow: /c", "/b", True),
    ("User-agent: visti\n\nSitemap: https://news.example/s.xml\nDisallow: /no", "/no", False),
    ("Disallow: /no", "/no", True),
    # ways of writing
    ("user-agent : *\nDISALLOW:/no # never", "/no", False),
    ("User-agent: *\nDisallow:", "/news", True),
    ("User-agent: *\nDisallow: no", "/no", True),
    ("User-agent: *\nDisallow: /новини", "/%D0%BD%D0%BE%D0%B2%D0%B8%D0%BD%D0%B8/1", False),
    ("User-agent: *\nDisallow: /%D0%BD%D0%BE%D0%B2", "/новини", False),
    ("User-agent: *\nDisallow: /a%2Fb", "/a/b", True),
    ("User-agent: *\nDisallow: /", "/robots.txt", True),
    ("<html><body>Not found</body></html>", "/news", True),
    ("", "/news", True),
]


@pytest.mark.parametrize(("content", "path", "allowed"), CASES)
def test_what_is_allowed(content: str, path: str, allowed: bool) -> None:
    robots = Robots(content)
    assert robots.allows("Visti", path) == robots.allows("Visti", f"https://news.example{path}") == allowed


@given(st.text("ab*", max_size=8), st.booleans(), st.text("ab", max_size=8))
def test_a_pattern_fits_what_a_regular_expression_fits(pattern: str, is_whole: bool, path: str) -> None:
    robots = Robots(f"User-agent: *\nDisallow: /{pattern}{'$' * is_whole}")
    expression = ".*".join(map(re.escape, f"/{pattern}".split("*"))) + ("$" if is_whole else "")
    assert robots.allows("Visti", f"/{path}") == (re.match(expression, f"/{path}") is None)


@given(st.text() | st.text(st.sampled_from("user-agent:disw*/$%0a \n\r#")), st.text())
def test_nothing_that_a_site_writes_is_an_error(content: str, path: str) -> None:
    robots = Robots(content)
    assert robots.allows("Visti", f"https://news.example/{path}") in (True, False) and robots.delay("Visti") >= 0


def test_many_stars_cost_little() -> None:
    robots = Robots("User-agent: *\nDisallow: /" + "*a" * 5_000 + "*b")
    assert robots.allows("Visti", "/" + "a" * 20_000)


@pytest.mark.parametrize(
    ("given", "seconds"), [("7", 7.0), ("0.5", 0.5), ("-1", 0.0), ("nan", 0.0), ("inf", 0.0), ("often", 0.0)]
)
def test_how_long_to_wait(given: str, seconds: float) -> None:
    robots = Robots(f"User-agent: *\nCrawl-delay: {given}\nSitemap: https://news.example/map.xml")
    assert robots.delay("Visti") == seconds and robots.sitemaps == ["https://news.example/map.xml"]
