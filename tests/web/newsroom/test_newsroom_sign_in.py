"""Signing in and out, and what a session is worth."""

import pytest
from flask import Flask
from newsroom_client import PASSWORD, NewsroomClient

from web.newsroom.sign_in import local_address


def test_who_is_signed_in_sees_the_newsroom_and_their_name(as_journalist: NewsroomClient) -> None:
    page = as_journalist.get("/newsroom/")
    assert page.status_code == 200 and "Ганна Щербак" in page.text and "Sign out" in page.text
    assert "Sign out" in as_journalist.get("/").text


def test_a_reader_is_sent_to_sign_in_and_then_where_they_wanted_to_go(as_reader: NewsroomClient) -> None:
    first = as_reader.get("/newsroom/?a=1")
    assert first.status_code == 303 and first.headers["Location"] == "/newsroom/login?next=/newsroom/?a%3D1"
    signed_in = as_reader.submit(first.headers["Location"], name=" Journalist ", password=PASSWORD)
    assert signed_in.status_code == 303 and signed_in.headers["Location"] == "/newsroom/?a=1"


@pytest.mark.parametrize(("name", "password"), [("journalist", "wrong password"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_and_a_wrong_password_are_answered_alike(
    as_reader: NewsroomClient, name: str, password: str
) -> None:
    answer = as_reader.sign_in(name, password)
    assert answer.status_code == 401 and "do not belong together" in answer.text
    assert as_reader.get("/newsroom/").status_code == 303


def test_a_session_ends_at_the_server_wherever_its_cookie_is(
    newsroom_app: Flask, as_journalist: NewsroomClient
) -> None:
    cookie = as_journalist.get_cookie("visti")
    assert cookie is not None
    thief = newsroom_app.test_client()
    thief.set_cookie("visti", cookie.value)
    assert thief.get("/newsroom/").status_code == 200
    assert as_journalist.submit("/newsroom/logout").status_code == 303
    assert as_journalist.get("/newsroom/").status_code == 303
    assert thief.get("/newsroom/").status_code == 303


def test_a_form_without_the_token_of_the_session_is_refused(
    as_journalist: NewsroomClient, as_reader: NewsroomClient
) -> None:
    stolen = as_reader.csrf_token()
    for data in ({}, {"csrf_token": stolen}):
        assert as_journalist.post("/newsroom/logout", data=data).status_code == 400
        assert as_journalist.get("/newsroom/").status_code == 200


@pytest.mark.parametrize("secure", [False, True])
def test_the_cookie_is_for_this_site_alone_and_not_for_scripts(newsroom_app: Flask, secure: bool) -> None:
    client = newsroom_app.test_client()
    scheme = "https" if secure else "http"
    answer = client.get("/newsroom/login", base_url=f"{scheme}://localhost")
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("visti="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and ("Secure" in cookie) is secure


@pytest.mark.parametrize(
    "address",
    [
        "",
        "search",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/\t/evil.example",
        "javascript:alert(1)",
    ],
)
def test_nobody_is_sent_elsewhere(as_reader: NewsroomClient, address: str) -> None:
    assert local_address(address) is None
    answer = as_reader.submit("/newsroom/login", name="editor", password=PASSWORD, next=address)
    assert answer.headers["Location"] == "/newsroom/"


def test_a_site_without_accounts_has_no_newsroom(app: Flask) -> None:
    assert app.test_client().get("/newsroom/").status_code == 404
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/newsroom")]
