"""Every route of the site is open to those whom the table names, and to nobody else."""

import tomllib
from pathlib import Path

import pytest
from flask import Flask, url_for
from newsroom_client import NewsroomClient
from readers_archive import NOW
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from web.newsroom.accounts import Role, find_user
from web.newsroom.database import current_database
from web.newsroom.tokens import Scope, create_token

TABLE = Path(__file__).parents[2] / "cases" / "web" / "permissions.toml"
LEAST: dict[str, Role] = {
    endpoint: Role[name.upper()]
    for endpoint, name in tomllib.loads(TABLE.read_text(encoding="utf-8"))["routes"].items()
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def clients(
    as_reader: NewsroomClient, as_journalist: NewsroomClient, as_editor: NewsroomClient
) -> dict[Role, NewsroomClient]:
    return {Role.READER: as_reader, Role.JOURNALIST: as_journalist, Role.EDITOR: as_editor}


def test_every_route_is_in_the_table(newsroom_app: Flask) -> None:
    routes = {rule.endpoint for rule in newsroom_app.url_map.iter_rules()}
    assert routes - set(LEAST) == set(), f"say in {TABLE} who may come to these"
    assert set(LEAST) - routes == set(), f"these are no routes any more; take them out of {TABLE}"


def test_the_newsroom_is_for_those_who_are_signed_in() -> None:
    """Of what lies under /newsroom readers get the sign-in alone."""
    newsroom = {endpoint for endpoint in LEAST if endpoint.startswith("newsroom")}
    assert newsroom and all(LEAST[endpoint] >= Role.JOURNALIST for endpoint in newsroom)


def test_every_route_is_open_to_its_role_and_closed_below_it(
    newsroom_app: Flask, clients: dict[Role, NewsroomClient]
) -> None:
    headers = {role: {"X-CSRFToken": client.csrf_token()} for role, client in clients.items()}
    for rule in newsroom_app.url_map.iter_rules():
        if rule.endpoint in ("static", "sign_in.logout"):
            continue  # signing out would end the test; it has its own
        for method in sorted(set(METHODS) & (rule.methods or set())):
            for role, client in clients.items():
                writes_by_api = rule.rule.startswith("/api/") and method != "GET"  # which sessions never may
                sent = _api_headers(newsroom_app, role) if writes_by_api else headers[role]
                answer = ask(newsroom_app, client, rule, method, sent)
                refused = refusal(answer)
                told = f"{method} {rule} as {role.label}: {answer.status}"
                if role >= LEAST[rule.endpoint]:
                    assert not refused, told
                elif role is Role.READER:
                    assert refused == "signed out", told
                else:
                    assert refused == "forbidden", told


def _api_headers(app: Flask, role: Role) -> dict[str, str]:
    """Make a token of somebody's, each time a new one: one of the routes revokes tokens."""
    if role is Role.READER:
        return {}
    with app.app_context(), current_database().session() as session:
        owner = find_user(session, role.name.lower())
        assert owner is not None
        _, token = create_token(session, owner, "A script", tuple(Scope), 30, now=NOW, by=owner)
    return {"Authorization": f"Bearer {token}"}


def ask(app: Flask, client: NewsroomClient, rule: Rule, method: str, headers: dict[str, str]) -> TestResponse:
    """Come to a route, with made-up arguments and, if it changes something, what shows who comes."""
    with app.test_request_context():
        path = url_for(rule.endpoint, **dict.fromkeys(rule.arguments, 1))
    return client.open(path, method=method, headers={} if method == "GET" else headers)


def refusal(answer: TestResponse) -> str:
    """Return how an answer turned somebody away, or nothing; what they did not find or gave wrongly is no refusal."""
    to_sign_in = answer.status_code == 303 and answer.headers["Location"].startswith("/newsroom/login")
    if to_sign_in or (answer.status_code == 401 and answer.is_json):
        return "signed out"
    return "forbidden" if answer.status_code == 403 else ""
