"""What machines watch: /metrics with its token, /healthz and /readyz."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from readers_archive import NOW

from web import create_app
from web.config import SiteConfig

TOKEN = "a-long-token"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def app(index_path: Path) -> Flask:
    return create_app(index_path, clock=lambda: NOW, config=SiteConfig(metrics_token=TOKEN))


def scrape(client: FlaskClient) -> Samples:
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    families = text_string_to_metric_families(response.get_data(as_text=True))
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((name, frozenset(labels.items())), 0.0)


def test_requests_are_counted_by_route_method_and_status(client: FlaskClient) -> None:
    for path in ("/search?q=bulletin", "/search?q=x", "/article/nasty", "/article/none", "/nowhere"):
        client.get(path)
    client.open("/help", method="BREW")
    samples = scrape(client)
    assert value(samples, "visti_requests_total", route="/search", method="GET", status="200") == 2
    article = "/article/<path:article_id>"
    assert value(samples, "visti_requests_total", route=article, method="GET", status="200") == 1
    assert value(samples, "visti_requests_total", route=article, method="GET", status="404") == 1
    assert value(samples, "visti_requests_total", route="none", method="GET", status="404") == 1
    assert value(samples, "visti_requests_total", route="none", method="other", status="405") == 1
    assert value(samples, "visti_request_seconds_count", route="/search") == 2
    assert value(samples, "visti_request_seconds_sum", route="/search") > 0


def test_searches_are_counted_by_who_asks(client: FlaskClient) -> None:
    for path in ("/search?q=x", "/api/v1/search?q=x", "/api/v1/search?since=x", "/search.atom?q=x", "/help"):
        client.get(path)
    samples = scrape(client)
    counts = [value(samples, "visti_searches_total", kind=kind) for kind in ("page", "api", "feed")]
    assert counts == [1, 1, 1]  # one that is refused is no search


def test_the_state_of_the_archive_is_told(client: FlaskClient, tmp_path: Path) -> None:
    samples = scrape(client)
    assert value(samples, "visti_up") == 1
    assert value(samples, "visti_articles") == client.get("/healthz").get_json()["articles"]
    assert value(samples, "visti_index_generation") >= 1
    broken = scrape(create_app(tmp_path / "none", config=SiteConfig(metrics_token=TOKEN)).test_client())
    assert value(broken, "visti_up") == 0
    assert ("visti_articles", frozenset()) not in broken


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}])
def test_the_figures_are_for_those_with_the_token(client: FlaskClient, header: dict[str, str]) -> None:
    response = client.get("/metrics", headers=header)
    assert response.status_code == 401
    assert response.get_json()["error"]["code"] == "unauthorized"
    assert response.headers["WWW-Authenticate"].lower().startswith("bearer")
    assert "visti_" not in response.get_data(as_text=True)


def test_without_a_token_there_are_no_figures(index_path: Path) -> None:
    client = create_app(index_path).test_client()
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_no_cache_keeps_what_monitors_ask(client: FlaskClient, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "no-store"


def test_the_site_is_ready_when_the_archive_is_open_and_prepared(index_path: Path, tmp_path: Path) -> None:
    place = tmp_path / "index"
    client = create_app(place).test_client()
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.get_json()["error"]["code"] == "index_unavailable"
    assert response.headers["Retry-After"]
    place.symlink_to(index_path, target_is_directory=True)
    assert client.get("/readyz").get_json() == {"status": "ready"}
