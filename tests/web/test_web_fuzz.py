"""Whatever stands in the address, the site answers and never breaks."""

from collections.abc import Iterator
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from web.params import SEARCH_PARAMETERS

#: Texts that the query language or the parameters could stumble over, beside anything at all.
TRICKY = st.sampled_from(
    [
        "порт",
        '"',
        "((",
        "title:",
        "a*",
        "*",
        "-",
        "NOT",
        "AND OR",
        "since:2024",
        "дата:..",
        "0001-01-01",
        "9999",
        "\x00",
    ]
)
TEXTS = st.one_of(TRICKY, st.lists(TRICKY, max_size=4).map(" ".join), st.text(max_size=40))
NAMES = [parameter.name for parameter in SEARCH_PARAMETERS] + [
    "ui",
    "limit",
    "id",
    "text",
    "format",
    "facet",
    "find",
    "show",
]
QUERIES = st.lists(st.tuples(st.sampled_from(NAMES), TEXTS), max_size=6)
PATHS = st.sampled_from(
    [
        "/",
        "/search",
        "/search/values",
        "/search/values?facet=tag",
        "/search.atom",
        "/article/port.uk",
        "/article",
        "/help",
        "/api/v1/search",
        "/api/v1/related",
        "/api/v1/suggest",
    ]
)


@pytest.fixture(scope="module")
def quiet_app(app: Flask) -> Iterator[Flask]:
    """The site as its tests run it: an exception in a view is raised, so that its traceback is seen here."""
    app.config["PROPAGATE_EXCEPTIONS"] = True
    yield app
    app.config["PROPAGATE_EXCEPTIONS"] = None


@given(path=PATHS, query=QUERIES)
@settings(max_examples=150, deadline=None)
def test_any_parameters_are_answered(quiet_app: Flask, path: str, query: list[tuple[str, str]]) -> None:
    joint = "&" if "?" in path else "?"
    response = quiet_app.test_client().get(f"{path}{joint}{urlencode(query, errors='replace')}")
    assert response.status_code in (200, 302, 400, 404)
    assert response.status_code != 400 or path.startswith("/api/")
    if path == "/search.atom":
        ElementTree.fromstring(response.get_data())


@given(article_id=st.text(max_size=30), raw=st.binary(max_size=20))
@settings(max_examples=60, deadline=None)
def test_any_id_and_any_bytes_are_answered(quiet_app: Flask, article_id: str, raw: bytes) -> None:
    client = quiet_app.test_client()
    quoted = quote(article_id, errors="replace")
    assert client.get(f"/article/{quoted}").status_code in (200, 404, 308)
    assert client.get(f"/api/v1/articles/{quoted}").status_code in (200, 404, 308)
    assert client.get("/search?q=" + quote(raw)).status_code == 200


@given(body=st.binary(max_size=60), kind=st.sampled_from(["application/json", "text/plain", "multipart/form-data", ""]))
@settings(max_examples=60, deadline=None)
def test_any_posted_body_is_answered(quiet_app: Flask, body: bytes, kind: str) -> None:
    response = quiet_app.test_client().post("/api/v1/related", data=body, content_type=kind)
    assert response.status_code in (200, 400, 404)
    assert response.is_json
