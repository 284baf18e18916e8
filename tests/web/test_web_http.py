"""Requests as the network brings them: other methods, headers and addresses that make no sense."""

import pytest
from flask.testing import FlaskClient

PAGES = [
    *("/", "/search?q=bulletin", "/article/port.uk", "/help", "/search.atom", "/api/v1/search", "/openapi.json"),
    *("/api", "/embed", "/robots.txt", "/sitemap.xml", "/news-sitemap.xml", "/opensearch.xml"),
]


@pytest.mark.parametrize("path", PAGES)
def test_head_is_get_without_the_body(client: FlaskClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.status_code == got.status_code == 200
    assert head.get_data() == b""
    assert head.content_type == got.content_type
    assert head.content_length == got.content_length


@pytest.mark.parametrize("path", PAGES)
def test_options_names_the_methods(client: FlaskClient, path: str) -> None:
    response = client.options(path)
    assert response.status_code == 200
    assert {"GET", "HEAD", "OPTIONS"} <= set(response.allow)


@pytest.mark.parametrize(
    "path",
    [
        "/search?q=%ff%fe%zz%",
        "/search?q=%00порт%00",
        "/search?q=" + "порт " * 3000,
        "/search?" + "&".join(f"tag={number}" for number in range(900)),
        "/search?section=&section=&author=&since=&until=&page=&sort=&group=&bridges=",
        "/search?utm_source=x&page%5B%5D=1&q[]=1&__proto__=1",
        "/search?q=порт&q=bulletin",
        "/?ui=%00&q=%F0%9F%98%80",
    ],
)
def test_strange_addresses_are_answered_with_a_page(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert "\x00" not in response.get_data(as_text=True)


@pytest.mark.parametrize("path", ["/article/%00", "/article/%ff", "/article/..%2f..%2fetc%2fpasswd", "/article/"])
def test_addresses_of_no_article_are_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept-Language", ";;q=9,,,*;q=abc, " + "x" * 5000),
        ("Accept-Language", "*"),
        ("Cookie", 'ui="\\000; =;;; ui=<script>; ' + "a=b; " * 200),
        ("Cookie", "ui=" + "u" * 4000),
        ("Host", '"><script>alert(2)</script>'),
        ("Host", "a b"),
        ("Host", ""),
        ("X-Forwarded-Host", "elsewhere.example"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/article/port.uk", "/search.atom"])
def test_headers_that_make_no_sense_do_no_harm(client: FlaskClient, path: str, name: str, value: str) -> None:
    response = client.get(path, headers={name: value})
    text = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "alert(2)" not in text and "elsewhere.example" not in text
