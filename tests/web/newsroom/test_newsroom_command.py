"""``visti user`` and ``visti token``: what they change, what they print where, and errors that name the next step."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from newsroom_client import PASSWORD
from readers_archive import NOW
from sqlalchemy import select

from web.newsroom.accounts import Role, find_user
from web.newsroom.audit import AuditFilter, entries
from web.newsroom.command import token_command, user_command
from web.newsroom.database import Database
from web.newsroom.passwords import password_matches
from web.newsroom.sign_ins import SignIn, begin_sign_in
from web.newsroom.tokens import token_owner

Run = Callable[..., Result]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "accounts.sqlite"


@pytest.fixture
def run(path: Path) -> Run:
    def call(kind: str, *arguments: object, input: str | None = None) -> Result:
        command = {"user": user_command, "token": token_command}[kind]
        runner = CliRunner(env={"VISTI_ACCOUNTS": str(path)})
        return runner.invoke(command, [str(argument) for argument in arguments], input=input)

    return call


@pytest.fixture
def olena(run: Run) -> None:
    result = run("user", "add", "Olena", "--role", "editor", "--password-stdin", input=PASSWORD + "\n")
    assert result.exit_code == 0, result.output


def test_a_password_is_read_and_not_printed(run: Run, olena: None, path: Path) -> None:
    database = Database(path)
    with database.session() as session:
        user = find_user(session, "olena")
        assert user is not None and user.role is Role.EDITOR and password_matches(user.password_hash, PASSWORD)
        assert [(entry.who, entry.action, entry.what) for entry in entries(session, AuditFilter(), limit=9)] == [
            ("command line", "user.add", "olena")
        ]
    database.close()


def test_a_password_is_asked_for_twice(run: Run, path: Path) -> None:
    result = run("user", "add", "petro", "--role", "journalist", input=f"{PASSWORD}\nother\n{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0 and PASSWORD not in result.output and result.stdout == ""


def test_a_password_is_made_and_printed_once(run: Run, path: Path) -> None:
    result = run("user", "add", "petro", "--role", "journalist", "--generate")
    password = result.stdout.strip()
    assert result.exit_code == 0 and len(password) == 23
    again = run("user", "passwd", "petro", "--generate").stdout.strip()
    assert again != password
    database = Database(path)
    with database.session() as session:
        user = find_user(session, "petro")
        assert user is not None and password_matches(user.password_hash, again)
        assert not password_matches(user.password_hash, password)
    database.close()


def test_accounts_are_listed_changed_and_switched_off(run: Run, olena: None, path: Path) -> None:
    database = Database(path)
    with database.session() as session:
        user = find_user(session, "olena")
        assert user is not None
        begin_sign_in(session, user, user.created)
    assert run("user", "role", "olena", "journalist").exit_code == 0
    assert run("user", "disable", "OLENA").exit_code == 0
    [listed] = json.loads(run("user", "list", "--json").stdout)["users"]
    assert (listed["name"], listed["role"], listed["disabled"]) == ("olena", "journalist", True)
    assert run("user", "list").stdout == "olena\tjournalist\tswitched off\n"
    with database.session() as session:
        assert session.scalars(select(SignIn)).all() == []
    assert run("user", "enable", "olena").exit_code == 0
    assert run("user", "list").stdout == "olena\tjournalist\tcan sign in\n"
    with database.session() as session:
        found = [entry.action for entry in entries(session, AuditFilter(), limit=9)]
    assert found == ["user.enable", "user.disable", "user.role", "user.add"]
    database.close()


def test_a_token_is_printed_once_listed_and_revoked(run: Run, olena: None, path: Path) -> None:
    made = run("token", "create", "olena", "--label", "Digest", "--scope", "read", "--scope", "export")
    shown = made.stdout.strip()
    assert made.exit_code == 0 and shown.startswith("visti_") and shown not in made.stderr
    [token] = json.loads(run("token", "list", "--json").stdout)["tokens"]
    assert (token["user"], token["label"], token["scopes"], token["state"]) == (
        "olena",
        "Digest",
        "read export",
        "valid",
    )
    assert shown not in run("token", "list", "olena").stdout
    assert run("token", "revoke", token["id"]).exit_code == 0
    assert "\trevoked\t" in run("token", "list", "olena").stdout
    database = Database(path)
    with pytest.raises(Exception, match="revoked"), database.session() as session:
        token_owner(session, shown, NOW)
    database.close()


@pytest.mark.parametrize(
    ("arguments", "status", "must_contain"),
    [
        (("user", "passwd", "nobody", "--generate"), 1, ["no account nobody", "visti user list"]),
        (("user", "add", "OLENA", "--role", "editor", "--generate"), 1, ["olena already"]),
        (("user", "add", "two words", "--role", "editor", "--generate"), 1, ["A name has 1 to 50"]),
        (("user", "add", "p", "--role", "boss", "--generate"), 2, ["journalist", "editor"]),
        (("user", "add", "p", "--role", "editor", "--email", "nowhere", "--generate"), 1, ["no e-mail address"]),
        (("user", "add", "p", "--role", "editor", "--generate", "--password-stdin"), 2, ["not both"]),
        (("token", "create", "nobody", "--label", "x"), 1, ["no account nobody"]),
        (("token", "create", "olena", "--label", "x", "--days", "400"), 2, ["366"]),
        (("token", "revoke", 77), 1, ["no token 77", "visti token list"]),
    ],
)
def test_errors_name_the_next_step(
    run: Run, olena: None, arguments: tuple[object, ...], status: int, must_contain: list[str]
) -> None:
    result = run(*arguments)
    assert result.exit_code == status and "Traceback" not in result.output
    for part in must_contain:
        assert part in result.output


def test_a_short_password_is_refused_and_nothing_is_made(run: Run) -> None:
    result = run("user", "add", "petro", "--role", "editor", "--password-stdin", input="short\n")
    assert result.exit_code == 1 and "at least 12 characters" in result.output
    assert run("user", "list").stdout == ""


def test_accounts_that_are_not_there_are_named_with_the_command_that_makes_them(run: Run, path: Path) -> None:
    result = run("user", "list")
    assert result.exit_code == 1 and f"visti user add NAME --role editor --accounts {path}" in result.output
    assert not path.exists()


def test_without_a_file_the_option_is_named() -> None:
    result = CliRunner(env={"VISTI_ACCOUNTS": None}).invoke(user_command, ["list"])
    assert result.exit_code == 2 and "--accounts" in result.output and "VISTI_ACCOUNTS" in result.output
