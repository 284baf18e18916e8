"""Passwords: which are taken, that what is kept opens for them alone, and how often somebody may try."""

import unicodedata
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from newsroom_client import PASSWORD, Clock, NewsroomClient
from readers_archive import NOW
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from web.newsroom import passwords
from web.newsroom.accounts import AccountError, Role, User, add_user, find_user, set_password
from web.newsroom.audit import AuditEntry
from web.newsroom.database import Base, Database, current_database
from web.newsroom.passwords import MAX_PASSWORD, check_new_password, hash_password, needs_new_hash, password_matches
from web.newsroom.sign_ins import end_all_sign_ins
from web.newsroom.throttle import ACCOUNT, ADDRESS, Rate, charge, forgive, give_back


@pytest.fixture
def database(newsroom_app: Flask) -> Database:
    with newsroom_app.app_context():
        return current_database()


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "at least 12"),
        ("short1!Pass", "at least 12"),
        ("x" * (MAX_PASSWORD + 1), "at most 256"),
        ("aaaaaaaaaaaaaaa", "too easy"),
        ("olena.kovalolena.koval", "too easy"),
        ("п'ять зелених слонів", ""),
        ("nodigitsnocapitals", ""),
        ("x y z w" * 30, ""),
    ],
)
def test_what_is_asked_of_a_password(password: str, why: str) -> None:
    found = check_new_password(password, "olena.koval")
    assert (found is not None and why in found.message % found.values) if why else found is None


@settings(max_examples=20, deadline=None)  # a hash takes long, as it should
@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_only_the_same_password_matches(one: str, other: str) -> None:
    same = unicodedata.normalize("NFKC", one) == unicodedata.normalize("NFKC", other)
    assert password_matches(_kept(one), other) is same


def test_both_ways_to_type_a_letter_are_one_password() -> None:
    assert password_matches(hash_password("їжак на двох лапах"), "і\N{COMBINING DIAERESIS}жак на двох лапах")


def test_what_is_kept_is_argon2id_and_made_anew_when_its_parameters_are_old(
    database: Database, as_reader: NewsroomClient
) -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    assert needs_new_hash(weak) and not needs_new_hash(hash_password(PASSWORD))
    with database.session() as session:
        user = find_user(session, "journalist")
        assert user is not None and user.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        user.password_hash = weak
    assert as_reader.sign_in("journalist").status_code == 303
    with database.session() as session:
        user = find_user(session, "journalist")
        assert user is not None and not needs_new_hash(user.password_hash)
        assert password_matches(user.password_hash, PASSWORD)


def test_an_unknown_name_costs_as_much_as_a_wrong_password(
    as_reader: NewsroomClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            compared.append(kept[:30])
            raise passwords.VerificationError

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    for name in ("journalist", "nobody"):
        as_reader.sign_in(name, "a wrong password")
    assert len(compared) == 2 and compared[0] == compared[1]  # the same parameters, so the same time


@pytest.mark.parametrize("name", ["", "with space", "quo'te", "a" * 51, "semi;colon", "<b>"])
def test_names_that_cannot_be(database: Database, name: str, clock: Clock) -> None:
    with pytest.raises(AccountError, match="A name has"), database.session() as session:
        add_user(session, name, Role.EDITOR, password=PASSWORD, now=clock.now)


def test_a_name_is_there_once_however_it_is_typed(database: Database, clock: Clock) -> None:
    with pytest.raises(AccountError, match="already"), database.session() as session:
        add_user(session, "EDITOR ", Role.EDITOR, password=PASSWORD, now=clock.now)


def test_guessing_an_account_is_slowed_down_and_its_owner_comes_in_later(
    newsroom_app: Flask, as_reader: NewsroomClient, clock: Clock
) -> None:
    for _ in range(ACCOUNT.burst):
        assert as_reader.sign_in("editor", "wrong password").status_code == 401
    refused = as_reader.sign_in("editor")
    assert refused.status_code == 429 and refused.headers["Retry-After"] == "60"
    assert "Try again in 60 seconds" in refused.text and 'value="editor"' in refused.text
    assert as_reader.sign_in("EDITOR ").status_code == 429  # the same account
    assert as_reader.sign_in("journalist").status_code == 303  # another one
    clock.pass_by(seconds=61)
    fresh = newsroom_app.test_client()
    assert isinstance(fresh, NewsroomClient) and fresh.sign_in("editor").status_code == 303
    other = newsroom_app.test_client()
    assert isinstance(other, NewsroomClient) and other.sign_in("editor", "wrong password").status_code == 401


def test_an_address_that_tries_many_names_is_slowed_down(as_reader: NewsroomClient) -> None:
    answers = [as_reader.sign_in(f"name-{number}", "wrong password").status_code for number in range(ADDRESS.burst + 1)]
    assert answers == [401] * ADDRESS.burst + [429]


def test_tries_are_counted_together_by_all_processes(database: Database, clock: Clock) -> None:
    other = Database(database.path)
    rate = Rate(2, 60)
    waits = []
    for each in (database, other, database):
        with each.session() as session:
            waits.append(charge(session, "account", "x", rate, clock.now))
    assert waits == [0, 0, 60]
    with other.session() as session:
        forgive(session, "account", "x")
    with database.session() as session:
        assert charge(session, "account", "x", rate, clock.now) == 0
        give_back(session, "account", "x", rate)
        assert [charge(session, "account", "x", rate, clock.now) for _ in range(3)] == [0, 0, 60]
    other.close()


@settings(deadline=None)
@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=30),
    st.integers(1, 4),
    st.integers(1, 30),
)
def test_a_rate_is_a_bucket_of_tokens(pauses: list[float], burst: int, seconds: int) -> None:
    """The algorithm agrees with the textbook's bucket, which is filled by the clock."""
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine, tables=[Base.metadata.tables["throttles"]])
    tokens, now, before = float(burst), NOW, NOW
    with Session(engine) as session:
        for pause in pauses:
            now += timedelta(milliseconds=round(pause * 1000))
            tokens = min(burst, tokens + (now - before).total_seconds() / seconds)
            before = now
            wait = charge(session, "account", "x", Rate(burst, seconds), now)
            if abs(tokens - 1) < 1e-5:  # a rounding error decides
                return
            assert (wait == 0) is (tokens >= 1)
            if wait:
                assert abs(wait - (1 - tokens) * seconds) <= 1
            else:
                tokens -= 1
    engine.dispose()


def test_sessions_end_by_time_by_a_new_password_and_with_the_account(
    newsroom_app: Flask, as_journalist: NewsroomClient, as_editor: NewsroomClient, database: Database, clock: Clock
) -> None:
    assert as_journalist.get("/newsroom/").status_code == 200
    clock.pass_by(hours=11)
    assert as_journalist.get("/newsroom/").status_code == 200  # which counts as being there
    clock.pass_by(hours=11)
    assert as_journalist.get("/newsroom/").status_code == 200
    assert as_editor.get("/newsroom/").status_code == 303  # idle for 22 hours
    with database.session() as session:
        user = find_user(session, "journalist")
        assert user is not None
        set_password(user, "another long password")
        end_all_sign_ins(session, user)
    assert as_journalist.get("/newsroom/").status_code == 303
    assert as_journalist.sign_in("journalist").status_code == 401
    assert as_journalist.sign_in("journalist", "another long password").status_code == 303
    with database.session() as session:
        session.scalars(select(User).where(User.name == "journalist")).one().disabled = True
    assert as_journalist.get("/newsroom/").status_code == 303
    assert as_journalist.sign_in("journalist", "another long password").status_code == 401


def test_a_session_that_is_never_idle_ends_after_a_week(as_journalist: NewsroomClient, clock: Clock) -> None:
    answers = []
    for _ in range(15):
        clock.pass_by(hours=11.9)
        answers.append(as_journalist.get("/newsroom/").status_code)
    assert answers == [200] * 14 + [303]


def test_who_tries_is_written_down_but_not_what_is_no_name(as_reader: NewsroomClient, database: Database) -> None:
    as_reader.sign_in("my secret password", "journalist")  # in the wrong order
    as_reader.sign_in("journalist", "wrong password")
    as_reader.sign_in("journalist")
    with database.session() as session:
        found = [(entry.who, entry.action) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert found == [("journalist", "sign-in.failed"), ("journalist", "sign-in")]


_hashes: dict[str, str] = {}


def _kept(password: str) -> str:
    return _hashes.setdefault(password, hash_password(password))
