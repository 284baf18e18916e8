"""Tokens of the API: what they open, that each refusal says why, and that nobody can read them out of the database."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from newsroom_client import Clock, NewsroomClient
from sqlalchemy import select

from web.newsroom.accounts import AccountError, User, find_user
from web.newsroom.audit import AuditFilter, entries
from web.newsroom.database import Database, current_database
from web.newsroom.permissions import Role, requires
from web.newsroom.tokens import ApiToken, Scope, create_token, revoke_token, tokens_of

ALL = tuple(Scope)


@pytest.fixture
def database(newsroom_app: Flask) -> Database:
    with newsroom_app.app_context():
        return current_database()


def make_token(database: Database, clock: Clock, *scopes: str, days: int = 30, user: str = "journalist") -> str:
    with database.session() as session:
        owner = find_user(session, user)
        assert owner is not None
        _, shown = create_token(session, owner, "A script", scopes or ALL, days, now=clock.now, by=owner)
        return shown


def get(client: NewsroomClient, token: str, path: str = "/api/v1/articles/withheld"):  # type: ignore[no-untyped-def]
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_token_opens_the_api_as_its_owner(database: Database, clock: Clock, as_reader: NewsroomClient) -> None:
    token = make_token(database, clock)
    answer = get(as_reader, token)
    assert answer.status_code == 200 and answer.json["status"] == "withheld"
    assert answer.headers["Cache-Control"] == "private, no-store" and "Authorization" in answer.vary
    assert as_reader.get("/api/v1/articles/withheld").status_code == 404


def test_a_token_opens_the_api_alone(database: Database, clock: Clock, as_reader: NewsroomClient) -> None:
    token = make_token(database, clock)
    assert get(as_reader, token, "/newsroom/").status_code == 303
    assert get(as_reader, token, "/article/withheld").status_code == 404


def test_a_token_that_is_not_for_reading_sees_what_readers_see(
    database: Database, clock: Clock, as_reader: NewsroomClient
) -> None:
    assert get(as_reader, make_token(database, clock, "export")).status_code == 404


def test_the_database_keeps_a_hash_of_many_random_bits(database: Database, clock: Clock) -> None:
    first, second = make_token(database, clock), make_token(database, clock)
    assert first != second and re.fullmatch(r"visti_[\w-]{32}", first)  # 192 bits
    content = b"".join(path.read_bytes() for path in database.path.parent.glob("accounts.sqlite*"))
    assert first.removeprefix("visti_").encode() not in content
    with database.session() as session:
        assert all(len(token.token_hash) == 64 for token in session.scalars(select(ApiToken)))


def test_each_refusal_says_why(database: Database, clock: Clock, as_reader: NewsroomClient) -> None:
    expired, revoked = make_token(database, clock, days=1), make_token(database, clock)
    with database.session() as session:
        token = session.scalars(select(ApiToken).order_by(ApiToken.id.desc())).first()
        assert token is not None
        revoke_token(session, token, now=clock.now, by="journalist")
    clock.pass_by(days=1)
    valid = make_token(database, clock)
    cases = [
        (expired, "expired on 2026-11-02"),
        (revoked, "revoked"),
        ("visti_none", "no such token"),
        ("ї", "no such"),
    ]
    for shown, why in cases:
        for path in ("/api/v1/articles/withheld", "/api/v1/search?q=port"):
            answer = as_reader.get(path, headers={"Authorization": f"Bearer {shown}".encode().decode("latin-1")})
            assert answer.status_code == 401, why
            assert answer.json["error"]["code"] == "unauthorized" and why in answer.json["error"]["message"]
            assert "invalid_token" in answer.headers["WWW-Authenticate"]
    assert get(as_reader, valid).status_code == 200
    with database.session() as session:
        session.scalars(select(User).where(User.name == "journalist")).one().disabled = True
    assert "switched off" in get(as_reader, valid).json["error"]["message"]


def test_a_token_without_the_scope_is_refused(newsroom_app: Flask, database: Database, clock: Clock) -> None:
    @newsroom_app.route("/api/v1/made-up", methods=["GET", "POST"])
    @requires(Role.JOURNALIST)
    def made_up() -> str:
        return "done"

    newsroom_app.config["WTF_CSRF_ENABLED"] = False  # the real API is exempt
    client = newsroom_app.test_client()
    expected = {("read", "GET"): 200, ("read", "POST"): 403, ("write", "GET"): 403, ("write", "POST"): 200}
    for (scope, method), status in expected.items():
        headers = {"Authorization": f"Bearer {make_token(database, clock, scope)}"}
        answer = client.open("/api/v1/made-up", method=method, headers=headers)
        assert answer.status_code == status, (scope, method)
        if status == 403:
            assert answer.json["error"]["code"] == "forbidden" and "scope" in answer.json["error"]["message"]
    refused = client.get("/api/v1/made-up")
    assert refused.status_code == 401 and refused.json["error"]["code"] == "unauthorized"


def test_that_a_token_was_used_is_seen(database: Database, clock: Clock, as_reader: NewsroomClient) -> None:
    token = make_token(database, clock)
    clock.pass_by(hours=1)
    get(as_reader, token)
    clock.pass_by(seconds=30)
    get(as_reader, token)
    with database.session() as session:
        found = session.scalars(select(ApiToken)).one()
        assert found.last_used == found.created + timedelta(hours=1)


@pytest.mark.parametrize(
    ("label", "scopes", "days", "field"),
    [
        ("", ["read"], 30, "label"),
        ("x" * 101, ["read"], 30, "label"),
        ("x", [], 30, "scopes"),
        ("x", ["read", "admin"], 30, "scopes"),
        ("x", ["read"], 0, "days"),
        ("x", ["read"], 367, "days"),
    ],
)
def test_tokens_that_cannot_be(
    database: Database, clock: Clock, label: str, scopes: list[str], days: int, field: str
) -> None:
    with pytest.raises(AccountError) as caught, database.session() as session:
        owner = find_user(session, "journalist")
        assert owner is not None
        create_token(session, owner, label, scopes, days, now=clock.now, by=owner)
    assert caught.value.field == field


def test_making_and_revoking_is_written_down(database: Database, clock: Clock) -> None:
    make_token(database, clock)
    with database.session() as session:
        owner = find_user(session, "journalist")
        assert owner is not None
        token = tokens_of(session, owner.id)[0]
        revoke_token(session, token, now=clock.now, by="editor")
        revoke_token(session, token, now=clock.now, by="editor")
    with database.session() as session:
        found = [(entry.who, entry.action) for entry in entries(session, AuditFilter(), limit=9)]
    assert found == [("editor", "token.revoke"), ("journalist", "token.create")]
