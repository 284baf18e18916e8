"""The pages of accounts: one's own, everybody's for editors, and the audit trail."""

import csv
import re
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from newsroom_client import PASSWORD, NewsroomClient
from werkzeug.test import TestResponse

from web.newsroom.accounts import Role, find_user
from web.newsroom.audit import ACTIONS, record
from web.newsroom.database import Database, current_database

NEW = "six green elephants"


@pytest.fixture
def database(newsroom_app: Flask) -> Database:
    with newsroom_app.app_context():
        return current_database()


def parsed(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def number_of(database: Database, name: str) -> int:
    with database.session() as session:
        user = find_user(session, name)
        assert user is not None
        return user.id


def test_a_new_password_signs_out_everywhere_else(newsroom_app: Flask, as_journalist: NewsroomClient) -> None:
    elsewhere = newsroom_app.test_client()
    assert isinstance(elsewhere, NewsroomClient)
    elsewhere.sign_in("journalist")
    answer = as_journalist.submit("/newsroom/account/password", password=PASSWORD, new_password=NEW)
    assert answer.status_code == 303
    assert "signed out everywhere else" in as_journalist.get(answer.headers["Location"]).text
    assert elsewhere.get("/newsroom/").status_code == 303
    assert elsewhere.sign_in("journalist").status_code == 401
    assert elsewhere.sign_in("journalist", NEW).status_code == 303


@pytest.mark.parametrize(
    ("given", "new", "field", "told"),
    [
        ("a wrong password", NEW, "password", "not your password"),
        (PASSWORD, "short", "new_password", "at least 12 characters"),
        (PASSWORD, "", "new_password", "at least 12 characters"),
    ],
)
def test_what_is_wrong_is_tied_to_its_field(
    as_journalist: NewsroomClient, given: str, new: str, field: str, told: str
) -> None:
    answer = as_journalist.submit("/newsroom/account/password", password=given, new_password=new)
    assert answer.status_code == 400
    page = parsed(answer)
    wrong = page.select_one(f"#{field}")
    assert wrong is not None and wrong["aria-invalid"] == "true"
    described = [page.select_one(f"#{name}") for name in str(wrong["aria-describedby"]).split()]
    assert any(each is not None and told in each.get_text() for each in described)
    assert not wrong.get("value")  # passwords are not sent back


def test_ones_own_password_cannot_be_guessed_at_by_who_found_the_browser_open(as_journalist: NewsroomClient) -> None:
    answers = [
        as_journalist.submit("/newsroom/account/password", password=f"guess {number}", new_password=NEW).status_code
        for number in range(11)
    ]
    assert answers == [400] * 10 + [429]


def test_a_token_is_shown_once_works_and_can_be_revoked(
    as_journalist: NewsroomClient, as_reader: NewsroomClient
) -> None:
    answer = as_journalist.submit("/newsroom/account/tokens", label="Digest", scope=["read", "export"], days="30")
    secret = parsed(answer).select_one(".secret")
    assert answer.status_code == 200 and secret is not None
    assert answer.headers["Cache-Control"] == "private, no-store"
    shown = secret.get_text()
    headers = {"Authorization": f"Bearer {shown}"}
    assert as_reader.get("/api/v1/articles/withheld", headers=headers).status_code == 200
    page = as_journalist.get("/newsroom/account/").text
    assert shown not in page and "Digest" in page and "read export" in page
    [path] = re.findall(r'action="(/newsroom/account/tokens/\d+/revoke)"', page)
    assert as_journalist.submit(path).status_code == 303
    assert as_reader.get("/api/v1/articles/withheld", headers=headers).status_code == 401
    assert "revoked" in as_journalist.get("/newsroom/account/").text


def test_nobody_revokes_the_token_of_another(as_journalist: NewsroomClient, as_editor: NewsroomClient) -> None:
    as_journalist.submit("/newsroom/account/tokens", label="Digest", scope="read", days="30")
    assert as_editor.submit("/newsroom/account/tokens/1/revoke").status_code == 404
    assert "/tokens/1/revoke" in as_journalist.get("/newsroom/account/").text


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "", "scope": "read", "days": "30"},
        {"label": "x", "days": "30"},
        {"label": "x", "scope": "admin", "days": "30"},
        {"label": "x", "scope": "read", "days": "-1"},
        {"label": "x", "scope": "read", "days": "٣"},
        {"label": "x", "scope": "read", "days": "9" * 9000},
    ],
)
def test_tokens_that_cannot_be_are_refused_with_a_page(as_journalist: NewsroomClient, fields: dict[str, str]) -> None:
    answer = as_journalist.submit("/newsroom/account/tokens", **fields)
    assert answer.status_code == 400 and parsed(answer).select(".field-error")


def test_an_editor_adds_an_account_that_works(newsroom_app: Flask, as_editor: NewsroomClient) -> None:
    answer = as_editor.submit(
        "/newsroom/users/", name="Petro", role="journalist", display_name="Петро <b>", email="petro@example.org"
    )
    secret = parsed(answer).select_one(".secret")
    assert answer.status_code == 200 and secret is not None and "Петро &lt;b&gt;" in answer.text
    fresh = newsroom_app.test_client()
    assert isinstance(fresh, NewsroomClient)
    assert fresh.sign_in("petro", secret.get_text()).status_code == 303
    again = as_editor.submit("/newsroom/users/", name="PETRO", role="editor")
    assert again.status_code == 400 and "petro already" in again.text


def test_an_editor_changes_others_but_not_themselves(
    newsroom_app: Flask, as_editor: NewsroomClient, as_journalist: NewsroomClient, database: Database
) -> None:
    journalist, editor = (f"/newsroom/users/{number_of(database, name)}" for name in ("journalist", "editor"))
    assert as_editor.submit(journalist, act="editor").status_code == 303
    assert as_journalist.get("/newsroom/users/").status_code == 200  # at once, in the same session
    for act in ("off", "journalist", "password"):
        assert as_editor.submit(editor, act=act).status_code == 400
    assert as_editor.submit(journalist, act="off").status_code == 303
    assert as_journalist.get("/newsroom/").status_code == 303 and as_journalist.sign_in("journalist").status_code == 401
    assert as_editor.submit(journalist, act="on").status_code == 303
    secret = parsed(as_editor.submit(journalist, act="password")).select_one(".secret")
    assert secret is not None and as_journalist.sign_in("journalist", secret.get_text()).status_code == 303
    for wrong in ("", "reader", "delete"):
        assert as_editor.submit(journalist, act=wrong).status_code == 400
    assert as_editor.submit("/newsroom/users/999", act="off").status_code == 404
    with database.session() as session:
        user = find_user(session, "journalist")
        assert user is not None and user.role is Role.EDITOR and not user.disabled


def test_the_trail_can_be_filtered_paged_and_taken_away(
    newsroom_app: Flask, as_editor: NewsroomClient, database: Database
) -> None:
    with newsroom_app.app_context(), database.session() as session:
        for number in range(120):
            record(session, "journalist", "export", f"=query {number}", {"format": "csv"})
    page = parsed(as_editor.get("/newsroom/audit/?action=export"))
    assert len(page.select(".records tbody tr")) == 50 and "120 entries" in page.get_text()
    older = page.select_one("[rel=next]")
    assert older is not None and "action=export" in str(older["href"])
    assert "=query 69" in as_editor.get(str(older["href"])).text
    assert len(parsed(as_editor.get("/newsroom/audit/?action=export&page=3")).select(".records tbody tr")) == 20
    answer = as_editor.get("/newsroom/audit/audit.csv?action=export&what=query 11")
    rows = list(csv.reader(StringIO(answer.get_data(as_text=True).lstrip("\N{ZERO WIDTH NO-BREAK SPACE}"))))
    assert answer.mimetype == "text/csv" and len(rows) == 1 + 11
    assert rows[1][1:4] == ["journalist", "export", "'=query 119"]  # no spreadsheet calculates it


@pytest.mark.parametrize(
    "query",
    ["page=0", "page=-1", "page=x", "page=99999", "since=x&until=9999-12-31", "since=0001-01-01", "action=none"],
)
def test_nothing_in_the_address_breaks_the_trail(as_editor: NewsroomClient, query: str) -> None:
    assert as_editor.get(f"/newsroom/audit/?{query}").status_code == 200


@pytest.mark.parametrize("ui", ["uk", "ru", "en"])
def test_every_kind_of_entry_is_shown_in_every_language(
    newsroom_app: Flask, as_editor: NewsroomClient, database: Database, ui: str
) -> None:
    with newsroom_app.app_context(), database.session() as session:
        for action in ACTIONS:
            record(session, "editor", action, "x")
    page = as_editor.get(f"/newsroom/audit/?ui={ui}")
    assert page.status_code == 200 and len(parsed(page).select(".records tbody tr")) == len(ACTIONS) + 1
