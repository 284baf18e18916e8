"""``visti user`` and ``visti token``: the newsroom's accounts, from a shell."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from search.command import json_option
from search.settings import KYIV
from web.newsroom.account_changes import (
    change_password,
    change_role,
    generated_password,
    open_account,
    switch_off,
    switch_on,
)
from web.newsroom.accounts import ROLES, AccountError, User, find_user
from web.newsroom.database import Database, DatabaseUnavailable
from web.newsroom.passwords import MAX_PASSWORD
from web.newsroom.tokens import DEFAULT_DAYS, MAX_DAYS, ApiToken, Scope, create_token, revoke_token, tokens_of

#: As who the audit trail knows what is done here; no account can have a space in its name.
BY = "command line"
SCOPES = [scope.value for scope in Scope]

accounts_option: Callable[[Callable[..., None]], Callable[..., None]] = click.option(
    "--accounts", "path", type=click.Path(path_type=Path, dir_okay=False), envvar="VISTI_ACCOUNTS", show_envvar=True,
    required=True, metavar="FILE", help="The SQLite file of the accounts, as visti serve has it.",
)  # fmt: skip
_role = click.option("--role", type=click.Choice(list(ROLES)), required=True, help="What they may do.")
_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
_generate = click.option("--generate", is_flag=True, help="Make a password, and print it once.")
_name = click.argument("name")


@click.group("user")
def user_command() -> None:
    """Look after the newsroom's accounts.

    A journalist sees what is withheld or under embargo, saves and exports; an editor links stories, changes their
    status and looks after accounts too. Nobody is deleted, since the audit trail names them: switch accounts off.

    \b
    Examples:
      visti user add olena --role editor --accounts accounts.sqlite
      visti user add script --role journalist --generate
      visti user disable olena
    """


@user_command.command("add")
@_name
@_role
@click.option("--email", default="", help="Where their mail goes.")
@click.option("--display-name", default="", help="The name that others see.")
@_stdin
@_generate
@click.option("--no-password", is_flag=True, help="For those who come by single sign-on alone.")
@accounts_option
def add_command(
    name: str, role: str, email: str, display_name: str, password_stdin: bool, generate: bool, no_password: bool,
    path: Path,
) -> None:  # fmt: skip
    """Add an account; the password is asked for, read or made."""
    with _session(path, make=True) as session:
        password = None if no_password else _password(password_stdin, generate)
        user = open_account(
            session, name, ROLES[role], password=password, now=datetime.now(UTC), by=BY, email=email,
            display_name=display_name,
        )  # fmt: skip
        click.echo(f"{user.name} can sign in as {role}." if password else f"{user.name} is there, as {role}.", err=True)
    if generate:
        click.echo(password)


@user_command.command("passwd")
@_name
@_stdin
@_generate
@accounts_option
def passwd_command(name: str, password_stdin: bool, generate: bool, path: Path) -> None:
    """Give an account another password, and sign it out everywhere."""
    with _session(path) as session:
        user = _existing(session, name)
        password = _password(password_stdin, generate)
        change_password(session, user, password, by=BY)
        click.echo(f"{user.name} has another password, and is signed out everywhere.", err=True)
    if generate:
        click.echo(password)


@user_command.command("disable")
@_name
@accounts_option
def disable_command(name: str, path: Path) -> None:
    """Switch an account off: its sessions end, and its tokens open nothing."""
    with _session(path) as session:
        switch_off(session, _existing(session, name), by=BY)
        click.echo(f"{name} cannot sign in any more.", err=True)


@user_command.command("enable")
@_name
@accounts_option
def enable_command(name: str, path: Path) -> None:
    """Switch an account on again."""
    with _session(path) as session:
        switch_on(session, _existing(session, name), by=BY)
        click.echo(f"{name} can sign in again.", err=True)


@user_command.command("role")
@_name
@click.argument("role", type=click.Choice(list(ROLES)))
@accounts_option
def role_command(name: str, role: str, path: Path) -> None:
    """Give an account another role; it counts at once."""
    with _session(path) as session:
        change_role(session, _existing(session, name), ROLES[role], by=BY)
        click.echo(f"{name} has the role {role}.", err=True)


@user_command.command("list")
@json_option
@accounts_option
def list_command(as_json: bool, path: Path) -> None:
    """Print all accounts."""
    with _session(path) as session:
        users = [
            {
                "name": user.name,
                "role": user.role.label,
                "display_name": user.display_name,
                "email": user.email,
                "disabled": user.disabled,
                "created": user.created.isoformat(),
            }
            for user in session.scalars(select(User).order_by(User.name))
        ]
    if as_json:
        click.echo(json.dumps({"users": users}, ensure_ascii=False))
        return
    for user in users:
        click.echo(f"{user['name']}\t{user['role']}\t{'switched off' if user['disabled'] else 'can sign in'}")


@click.group("token")
def token_command() -> None:
    """Make and revoke tokens for programs.

    With a token a program comes to the API as somebody of the newsroom.

    \b
    Examples:
      visti token create olena --label 'Morning digest' --scope read --days 90
      visti token list olena
      visti token revoke 3
    """


@token_command.command("create")
@_name
@click.option("--label", required=True, help="What it is for.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), default=["read"],
              show_default=True, help="What it may do. May be repeated.")  # fmt: skip
@click.option("--days", type=click.IntRange(1, MAX_DAYS), default=DEFAULT_DAYS, show_default=True,
              help="For how long it is good.")  # fmt: skip
@accounts_option
def create_command(name: str, label: str, scopes: tuple[str, ...], days: int, path: Path) -> None:
    """Make a token, and print it: this once."""
    with _session(path) as session:
        token, shown = create_token(
            session, _existing(session, name), label, scopes, days, now=datetime.now(UTC), by=BY
        )
        click.echo(f"Token {token.id}, good until {_day(token.expires)}. It is not shown again.", err=True)
    click.echo(shown)


@token_command.command("list")
@click.argument("name", required=False)
@json_option
@accounts_option
def list_tokens_command(name: str | None, as_json: bool, path: Path) -> None:
    """Print the tokens of an account, or all."""
    with _session(path) as session:
        users = [_existing(session, name)] if name else session.scalars(select(User).order_by(User.name)).all()
        tokens = [_told(user, token) for user in users for token in tokens_of(session, user.id)]
    if as_json:
        click.echo(json.dumps({"tokens": tokens}, ensure_ascii=False))
        return
    for token in tokens:
        click.echo("\t".join(str(token[key]) for key in ("id", "user", "label", "scopes", "state", "expires")))


@token_command.command("revoke")
@click.argument("number", type=int, metavar="ID")
@accounts_option
def revoke_command(number: int, path: Path) -> None:
    """Let a token open nothing any more."""
    with _session(path) as session:
        token = session.get(ApiToken, number)
        if token is None:
            raise click.ClickException(f"There is no token {number}. All of them: visti token list")
        revoke_token(session, token, now=datetime.now(UTC), by=BY)
        click.echo(f"Token {number} opens nothing any more.", err=True)


def _told(user: User, token: ApiToken) -> dict[str, object]:
    return {
        "id": token.id,
        "user": user.name,
        "label": token.label,
        "scopes": token.scopes,
        "state": token.state(datetime.now(UTC)),
        "created": token.created.isoformat(),
        "expires": token.expires.isoformat(),
        "last_used": token.last_used and token.last_used.isoformat(),
    }


@contextmanager
def _session(path: Path, *, make: bool = False) -> Iterator[Session]:
    """Give a session on the accounts; what is wrong becomes one sentence and exit status 1."""
    if not make and not path.exists():
        raise click.ClickException(
            f"There are no accounts in {path}. The first one: visti user add NAME --role editor --accounts {path}"
        )
    database = Database(path)
    try:
        database.migrate()
        with database.session() as session:
            yield session
    except (AccountError, DatabaseUnavailable) as error:
        raise click.ClickException(str(error)) from error
    finally:
        database.close()


def _existing(session: Session, name: str) -> User:
    user = find_user(session, name)
    if user is None:
        raise click.ClickException(f"There is no account {name}. All of them: visti user list")
    return user


def _password(from_stdin: bool, generate: bool) -> str:
    if from_stdin and generate:
        raise click.UsageError("Give --password-stdin or --generate, not both.")
    if generate:
        return generated_password()
    if from_stdin:
        return sys.stdin.readline(MAX_PASSWORD + 2).rstrip("\r\n")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt="The same again", err=True)
    return password


def _day(moment: datetime) -> str:
    return moment.astimezone(KYIV).strftime("%Y-%m-%d")
