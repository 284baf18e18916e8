"""Headers on every answer, and texts that try to be markup."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from readers_archive import NASTY

from search import Archive, Bridge, Correction, DateReading, Page, Reading, Relaxation
from web.params import SearchRequest
from web.presenters.readings import RELAXATION_LABELS
from web.query import run_search

ANSWERS = [
    "/",
    "/search?q=nasty",
    "/search?q=bulletin&page=99",
    "/article/nasty",
    "/help",
    "/healthz",
    "/readyz",
    "/metrics",
    "/nowhere",
    "/api/v1/search?q=x",
    "/api/v1/search?since=x",
    "/api/v1/nothing",
    "/openapi.json",
    "/api",
    "/embed",
    "/sitemap.xml",
    "/robots.txt",
    "/opensearch.xml",
    "/search.atom",
    "/static/style.css",
    "/static/page.js",
    "/static/nothing.css",
]


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_is_protected(client: FlaskClient, path: str) -> None:
    with client.get(path) as response:
        policy = dict(
            part.strip().partition(" ")[::2] for part in response.headers["Content-Security-Policy"].split(";")
        )
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"]
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "connect-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def without_markup(found: BeautifulSoup) -> bool:
    """Assert that a page has nothing in it that could run, or that it does not write itself."""
    for script in found.select("script:not([type='application/ld+json'])"):
        assert str(script["src"]).startswith("/static/") and not script.string, "only our own files"
    assert not [name for element in found.find_all(True) for name in element.attrs if name.startswith("on")]
    return not found.select("main b:not(.why b):not(.reading b)")


def test_no_name_of_a_reading_becomes_markup(page: Callable[..., BeautifulSoup]) -> None:
    found = page("/search", q="bulletin", without=[NASTY, f"glossary:{NASTY}", 'x" onclick="alert(1)'])
    assert without_markup(found)
    assert [field["value"] for field in found.select("form.search input[name=without]")] == [
        NASTY,
        'x" onclick="alert(1)',
    ]


def test_no_reading_becomes_markup(page: Callable[..., BeautifulSoup], monkeypatch: pytest.MonkeyPatch) -> None:
    """What dictionaries and queries bring into a reading is text, wherever it is shown and in every link."""
    bridge = Bridge(f"own:{NASTY}", "own", True, (("en", NASTY), (None, f"{NASTY}2")))
    monday, sunday = datetime(2026, 10, 26, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)

    def nasty_search(archive: Archive, request: SearchRequest, **options: object) -> Page:
        found = run_search(archive, SearchRequest(query="nonsense"))
        return replace(
            found,
            suggestion=NASTY,
            relaxations=tuple(Relaxation(kind, NASTY, NASTY, (), 1, 1) for kind in (*RELAXATION_LABELS, NASTY)),
            interpretation=replace(
                found.interpretation,
                words=(Reading(NASTY, "word", {"en": (NASTY,)}, 1, (bridge, bridge._replace(id=NASTY, on=False))),),
                corrections=(Correction(f"layout:{NASTY}", "layout", NASTY, f"{NASTY}2", True),),
                dates=(
                    DateReading(f"dates:{NASTY}", NASTY, monday, sunday, True),
                    DateReading(NASTY, NASTY, monday, sunday, False),
                ),
            ),
        )

    monkeypatch.setattr("web.pages.run_search", nasty_search)
    found = page("/search", q=NASTY)
    assert without_markup(found)
    assert found.select_one(".readings .typed").get_text() == NASTY  # type: ignore[union-attr]
    assert f"“{NASTY}2”" in found.select_one(".correction").get_text()  # type: ignore[union-attr]
    assert NASTY in found.select_one(".chips").get_text()  # type: ignore[union-attr]
    assert len(found.select(".relaxed a")) == len(RELAXATION_LABELS) + 1
    switches = found.select(".readings a.reading-chip, .correction a, .chips a:not(.clear)")
    named = [parse_qs(urlsplit(str(link["href"])).query).get("without") for link in switches]
    assert sorted(filter(None, named)) == sorted([[f"own:{NASTY}"], [f"layout:{NASTY}"], [f"dates:{NASTY}"]])


@pytest.mark.parametrize("path", ["/", "/search", "/article/nasty"])
@pytest.mark.parametrize("query", [None, "nasty", NASTY, '"><script>alert(1)</script>'])
def test_no_text_becomes_markup(page: Callable[..., BeautifulSoup], path: str, query: str | None) -> None:
    found = page(path, **({"q": query, "tag": NASTY} if query and path == "/search" else {"q": query} if query else {}))
    assert len(found.select("script:not([src])")) == (path == "/article/nasty")
    assert without_markup(found)


def test_the_texts_arrive_unchanged(page: Callable[..., BeautifulSoup]) -> None:
    found = page("/article/nasty")
    assert found.h1 is not None and found.h1.get_text() == f"Nasty {NASTY}"
    assert [tag.get_text() for tag in found.select(".story .chips a")] == [f"tag {NASTY}"]
    script = found.select_one("script:not([src])")
    assert script is not None and script.string is not None
    assert json.loads(script.string)["headline"] == f"Nasty {NASTY}"
    assert not re.search("[<>&]", script.string)


def test_addresses_of_other_kinds_never_become_links(page: Callable[..., BeautifulSoup]) -> None:
    for found in (page("/article/nasty"), page("/search", q="nasty")):
        for element in found.select("[href], [src], [content], [action]"):
            for name in ("href", "src", "content", "action"):
                assert not str(element.get(name, "")).startswith(("javascript:", "data:")), element
