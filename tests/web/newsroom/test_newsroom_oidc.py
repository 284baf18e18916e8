"""Single sign-on with a provider that keeps to the protocol, and with one that breaks it in each way that counts."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from newsroom_client import PASSWORD, NewsroomClient
from readers_archive import NOW
from werkzeug.test import TestResponse

from web import create_app
from web.config import SiteConfig
from web.config_sources import ConfigError
from web.newsroom.accounts import Role, add_user, find_user
from web.newsroom.database import current_database

OLENA = {"sub": "42", "preferred_username": "Olena", "name": "Олена Гриценко", "email": "olena@example.org"}
MakeSite = Callable[..., Flask]


@pytest.fixture
def provider() -> Iterator[IdentityProvider]:
    provider = IdentityProvider(claims={**OLENA, "groups": ["news", "everybody"]})
    yield provider
    provider.close()


@pytest.fixture
def make_site(
    provider: IdentityProvider, index_path: Path, accounts_template: Path, tmp_path: Path
) -> Iterator[MakeSite]:
    made = []

    def make(**options: object) -> Flask:
        path = tmp_path / "accounts.sqlite"
        if not path.exists():
            shutil.copy(accounts_template, path)
        given = {
            "oidc_issuer": provider.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET,
            "oidc_editors": ("desk",), "oidc_journalists": ("news",),
        }  # fmt: skip
        config = SiteConfig(rate_limit=0, accounts=str(path), **{**given, **options})  # type: ignore[arg-type]
        app = create_app(index_path, clock=lambda: NOW, config=config)
        app.test_client_class = NewsroomClient
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            current_database().close()


def come(
    app: Flask, provider: IdentityProvider, wanted: str = "/newsroom/audit/"
) -> tuple[NewsroomClient, TestResponse]:
    """Go to the provider and back, as a browser does."""
    client = app.test_client()
    assert isinstance(client, NewsroomClient)
    client.set_cookie("ui", "en")
    sent = client.get("/newsroom/oidc", query_string={"next": wanted})
    if sent.status_code != 302:
        return client, sent
    assert sent.headers["Location"].startswith(provider.issuer)
    back = requests.get(sent.headers["Location"], allow_redirects=False, timeout=60)
    assert back.status_code == 302, back.text
    return client, client.get(back.headers["Location"])


def role_of(app: Flask, name: str) -> Role | None:
    with app.app_context(), current_database().session() as session:
        user = find_user(session, name)
        return user.role if user else None


def test_somebody_with_a_group_gets_an_account_and_its_role_follows_the_group(
    make_site: MakeSite, provider: IdentityProvider
) -> None:
    app = make_site()
    client, answer = come(app, provider, "/search?q=Київ")
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/search?q=")
    assert "Олена Гриценко" in client.get("/newsroom/").text
    assert role_of(app, "olena") is Role.JOURNALIST
    provider.claims["groups"] = ["news", "desk"]
    provider.claims["preferred_username"] = "Olena.K"  # people marry; the subject stays
    client, answer = come(app, provider)
    assert answer.status_code == 303 and client.get("/newsroom/audit/").status_code == 200
    assert role_of(app, "olena") is Role.EDITOR and role_of(app, "olena.k") is None


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("nonce", "Invalid claim: 'nonce'"),
        ("no nonce", "Missing claim: 'nonce'"),
        ("audience", "Missing claim: 'azp'"),
        ("audience, for our use", "the identity is for 'another-client'"),
        ("several audiences", "Invalid claim: 'azp'"),
        ("issuer", "Invalid claim: 'iss'"),
        ("expired", "expired"),
        ("none", "'none' is not allowed"),
        ("confused", "'HS256' is not allowed"),
        ("key", "BadSignature"),
        ("signature", "BadSignature"),
        ("no identity", "no identity"),
        ("no subject", "Missing claim: 'sub'"),
        ("empty subject", "no identity"),
        ("state", "State not equal"),
        ("other issuer's description", "calls itself 'https://another.example'"),
    ],
)
def test_what_cannot_be_trusted_signs_nobody_in(
    make_site: MakeSite, provider: IdentityProvider, caplog: pytest.LogCaptureFixture, broken: str, reason: str
) -> None:
    provider.breaks = broken
    app = make_site()
    client, answer = come(app, provider)
    assert answer.status_code == 400 and "could not be trusted" in answer.text
    assert [reason in message for message in caplog.messages] == [True]
    assert client.get("/newsroom/").status_code == 303
    assert role_of(app, "olena") is None
    provider.breaks = ""
    if broken != "other issuer's description":  # which is remembered
        assert come(app, provider)[1].status_code == 303


@pytest.mark.parametrize(
    ("broken", "status", "told"), [("denied", 400, "broken off"), ("server error", 503, "does not answer")]
)
def test_what_goes_wrong_there_is_told(
    make_site: MakeSite, provider: IdentityProvider, broken: str, status: int, told: str
) -> None:
    provider.breaks = broken
    client, answer = come(make_site(), provider)
    assert answer.status_code == status and told in answer.text
    assert client.get("/newsroom/").status_code == 303


def test_a_provider_that_is_down_is_told_and_passwords_still_work(
    make_site: MakeSite, provider: IdentityProvider
) -> None:
    app = make_site(oidc_issuer="http://127.0.0.1:9")
    client, answer = come(app, provider)
    assert answer.status_code == 503 and "does not answer" in answer.text
    assert client.sign_in("editor").status_code == 303


def test_an_answer_that_nobody_asked_for_signs_nobody_in(make_site: MakeSite, provider: IdentityProvider) -> None:
    """A link with somebody else's code must not sign a victim in as them."""
    app = make_site()
    attacker, victim = app.test_client(), app.test_client()
    sent = attacker.get("/newsroom/oidc")
    back = requests.get(sent.headers["Location"], allow_redirects=False, timeout=60)
    answer = victim.get(back.headers["Location"])
    assert answer.status_code == 400 and victim.get("/newsroom/").status_code == 303


def test_an_answer_counts_once(make_site: MakeSite, provider: IdentityProvider) -> None:
    client = make_site().test_client()
    back = requests.get(client.get("/newsroom/oidc").headers["Location"], allow_redirects=False, timeout=60)
    assert client.get(back.headers["Location"]).status_code == 303
    assert client.get(back.headers["Location"]).status_code == 400


@pytest.mark.parametrize(
    ("claims", "told"),
    [
        ({"groups": ["everybody"]}, "no account in this newsroom"),
        ({"groups": []}, "no account in this newsroom"),
        ({"groups": {"news": True}}, "no account in this newsroom"),
        ({"preferred_username": "two words"}, "no account in this newsroom"),
        ({"preferred_username": "Editor"}, "another account with your name"),
    ],
)
def test_who_may_not_come_is_told(
    make_site: MakeSite, provider: IdentityProvider, claims: dict[str, object], told: str
) -> None:
    provider.claims |= claims
    client, answer = come(make_site(), provider)
    assert answer.status_code == 400 and told in answer.text
    assert client.get("/newsroom/").status_code == 303


def test_without_groups_only_those_come_whose_account_was_prepared(
    make_site: MakeSite, provider: IdentityProvider
) -> None:
    app = make_site(oidc_editors=(), oidc_journalists=())
    assert "no account in this newsroom" in come(app, provider)[1].text
    with app.app_context(), current_database().session() as session:
        add_user(session, "olena", Role.EDITOR, password=None, now=NOW)
    assert come(app, provider)[1].status_code == 303
    provider.claims["sub"] = "somebody else with the same name"
    assert "another account with your name" in come(app, provider)[1].text
    assert role_of(app, "olena") is Role.EDITOR
    with app.app_context(), current_database().session() as session:
        user = find_user(session, "olena")
        assert user is not None
        user.disabled = True
    provider.claims["sub"] = "42"
    assert "switched off" in come(app, provider)[1].text


def test_a_claim_may_lie_deeper(make_site: MakeSite, provider: IdentityProvider) -> None:
    provider.claims |= {"groups": [], "realm_access": {"roles": ["desk"]}}
    app = make_site(oidc_role_claim="realm_access.roles")
    assert come(app, provider)[1].status_code == 303 and role_of(app, "olena") is Role.EDITOR


def test_passwords_can_be_switched_off(make_site: MakeSite, provider: IdentityProvider) -> None:
    app = make_site(password_sign_in=False, oidc_label="The newsroom's sign-in")
    client, answer = come(app, provider)
    assert answer.status_code == 303
    form = app.test_client().get("/newsroom/login?next=/help").text
    assert (
        "The newsroom&#39;s sign-in" in form and 'type="password"' not in form and "/newsroom/oidc?next=/help" in form
    )
    token = client.csrf_token()
    refused = client.post("/newsroom/login", data={"csrf_token": token, "name": "editor", "password": PASSWORD})
    assert refused.status_code == 403
    changed = client.post("/newsroom/account/password", data={"csrf_token": token, "new_password": PASSWORD})
    assert changed.status_code == 403


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"oidc_client_id": ""}, "oidc_client_id"),
        ({"oidc_issuer": "", "password_sign_in": False}, "nobody could sign in"),
    ],
)
def test_a_set_up_that_lets_nobody_in_is_refused(make_site: MakeSite, options: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        make_site(**options)


def test_without_a_provider_there_is_no_such_page(as_reader: NewsroomClient) -> None:
    assert as_reader.get("/newsroom/oidc").status_code == 404
    assert as_reader.get("/newsroom/oidc/callback").status_code == 404
