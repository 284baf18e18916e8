"""Headers on every answer, and texts that try to be markup."""

import json
import re
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from readers_archive import NASTY

ANSWERS = [
    "/",
    "/search?q=nasty",
    "/search?q=bulletin&page=99",
    "/article/nasty",
    "/help",
    "/healthz",
    "/nowhere",
    "/api/v1/search?q=x",
    "/api/v1/search?since=x",
    "/api/v1/nothing",
    "/openapi.json",
    "/opensearch.xml",
    "/search.atom",
    "/static/style.css",
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
        "style-src": "'self'",
        "img-src": "'self' data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


@pytest.mark.parametrize("path", ["/", "/search", "/article/nasty"])
@pytest.mark.parametrize("query", [None, "nasty", NASTY, '"><script>alert(1)</script>'])
def test_no_text_becomes_markup(page: Callable[..., BeautifulSoup], path: str, query: str | None) -> None:
    found = page(path, **({"q": query, "tag": NASTY} if query and path == "/search" else {"q": query} if query else {}))
    scripts = found.select("script")
    assert all(script.get("type") == "application/ld+json" for script in scripts)
    assert len(scripts) == (path == "/article/nasty")
    assert not [name for element in found.find_all(True) for name in element.attrs if name.startswith("on")]
    assert not found.select("main b:not(.why b):not(.reading b)")


def test_the_texts_arrive_unchanged(page: Callable[..., BeautifulSoup]) -> None:
    found = page("/article/nasty")
    assert found.h1 is not None and found.h1.get_text() == f"Nasty {NASTY}"
    assert [tag.get_text() for tag in found.select(".story .chips a")] == [f"tag {NASTY}"]
    script = found.select_one("script")
    assert script is not None and script.string is not None
    assert json.loads(script.string)["headline"] == f"Nasty {NASTY}"
    assert not re.search("[<>&]", script.string)


def test_addresses_of_other_kinds_never_become_links(page: Callable[..., BeautifulSoup]) -> None:
    for found in (page("/article/nasty"), page("/search", q="nasty")):
        for element in found.select("[href], [src], [content], [action]"):
            for name in ("href", "src", "content", "action"):
                assert not str(element.get(name, "")).startswith(("javascript:", "data:")), element
