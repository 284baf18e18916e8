"""Whom the site believes: names that it is asked by, proxies before it, and what it says about TLS."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from web import create_app
from web.config import SiteConfig


def site(index_path: Path, **chosen: object) -> FlaskClient:
    return create_app(index_path, config=SiteConfig(**chosen)).test_client()  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/", "/help", "/api/v1/search?q=x", "/static/style.css", "/nowhere"])
def test_a_name_that_is_not_the_sites_is_refused(index_path: Path, path: str) -> None:
    client = site(index_path, trusted_hosts=("news.example", ".example.org"))
    statuses = []
    for host in ("news.example", "uk.example.org", "evil.example", "news.example.evil.example"):
        with client.get(path, base_url=f"http://{host}/") as response:
            statuses.append(response.status_code)
            if response.status_code == 400:
                assert "evil" not in response.get_data(as_text=True)
                assert "Content-Security-Policy" in response.headers
    assert statuses[0] == statuses[1] != 400
    assert statuses[2:] == [400, 400]


def test_a_program_with_a_wrong_name_gets_its_shape(index_path: Path) -> None:
    response = site(index_path, trusted_hosts=("news.example",)).get("/api/v1/search?q=x")
    assert response.get_json()["error"]["code"] == "bad_request"


def seen_by(app: Flask, **headers: str) -> tuple[str | None, str, str]:
    """Return address, scheme and host that the application takes a request for."""
    seen = []

    def note() -> None:
        from flask import request

        seen.append((request.remote_addr, request.scheme, request.host))

    app.before_request(note)
    app.test_client().get("/help", headers={name.replace("_", "-"): value for name, value in headers.items()})
    return seen[0]


FORWARDED = {
    "X_Forwarded_For": "198.51.100.1, 203.0.113.5",
    "X_Forwarded_Proto": "https",
    "X_Forwarded_Host": "evil.example",
    "X_Forwarded_Prefix": "/evil",
}


def test_no_proxy_is_believed_unless_told(index_path: Path) -> None:
    assert seen_by(create_app(index_path), **FORWARDED) == ("127.0.0.1", "http", "localhost")


def test_the_nearest_proxy_is_believed_about_address_and_scheme_alone(index_path: Path) -> None:
    app = create_app(index_path, config=SiteConfig(trusted_proxies=1))
    assert seen_by(app, **FORWARDED) == ("203.0.113.5", "https", "localhost")


@pytest.mark.parametrize(
    ("https_only", "scheme", "told"), [(True, "https", True), (True, "http", False), (False, "https", False)]
)
def test_browsers_are_told_to_come_by_tls_if_the_set_up_says_so(
    index_path: Path, https_only: bool, scheme: str, told: bool
) -> None:
    response = site(index_path, https_only=https_only).get("/help", base_url=f"{scheme}://localhost/")
    assert ("Strict-Transport-Security" in response.headers) == told


def test_pages_ask_for_no_power_of_the_browser(client: FlaskClient) -> None:
    assert "geolocation=()" in client.get("/help").headers["Permissions-Policy"]
