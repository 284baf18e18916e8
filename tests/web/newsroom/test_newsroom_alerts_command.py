"""``visti alerts run``: what it prints, and what it says where it cannot run."""

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from web.newsroom.alerts.command import alerts_command

Run = Callable[..., Result]
SET_UP = (
    'site_url = "https://news.example.org/"\nmail_sender = "alerts@example.org"\nsmtp_host = "127.0.0.1"\n'
    'smtp_security = "none"\n'
)


@pytest.fixture
def run(index_path: Path, accounts_template: Path, tmp_path: Path) -> Run:
    """Return a function that runs the command with a set-up and a database of its own."""
    accounts = shutil.copy(accounts_template, tmp_path / "accounts.sqlite")
    config = tmp_path / "visti.toml"

    def run_command(*options: str, set_up: str = SET_UP) -> Result:
        config.write_text(f'{set_up}accounts = "{accounts}"\nindex = "{index_path}"\n')
        return CliRunner().invoke(alerts_command, ["run", "--config", str(config), *options])

    return run_command


def test_a_run_tells_what_it_did(run: Run) -> None:
    result = run()
    assert result.exit_code == 0 and result.stdout.startswith("0 new stories in saved searches; 0 e-mails made")


def test_json(run: Run) -> None:
    report = json.loads(run("--json").stdout)
    assert report == {"found": 0, "made": 0, "sent": 0, "refused": 0, "waiting": 0, "trouble": ""}


def test_what_is_not_set_up_is_named(run: Run) -> None:
    result = run(set_up='smtp_host = "127.0.0.1"\n')
    assert result.exit_code == 1
    assert "mail_sender, site_url" in result.stderr and "VISTI_SITE_URL" in result.stderr


def test_a_dry_run_needs_no_mail_server(run: Run) -> None:
    assert run("--dry-run", set_up="").exit_code == 0


def test_without_accounts_there_is_nothing_to_run(index_path: Path) -> None:
    result = CliRunner().invoke(alerts_command, ["run", "--index", str(index_path), "--dry-run"])
    assert result.exit_code == 1 and "VISTI_ACCOUNTS" in result.stderr


def test_a_missing_index_is_told(run: Run, tmp_path: Path) -> None:
    result = run("--index", str(tmp_path / "nowhere"))
    assert result.exit_code == 1 and "nowhere" in result.stderr and "Traceback" not in result.stderr


def test_a_mail_server_that_is_down_is_an_error_with_the_next_step(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setattr("web.newsroom.alerts.run.send_waiting", _fails_at(closed.getsockname()[1]))
        result = run()
    assert result.exit_code == 1 and "E-mail waits: the mail server" in result.stderr and "smtp_host" in result.stderr


def _fails_at(port: int) -> Callable[..., object]:
    from web.newsroom.alerts.sending import Sent

    return lambda *_: Sent(trouble=f"the mail server 127.0.0.1:{port} cannot be used: refused")
