"""``visti alerts run``: for cron or a timer."""

import json
import os
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource

from search import IndexUnavailable
from search.command import index_option
from search.settings import default_index_path
from web import create_app
from web.config import SiteConfig
from web.config_sources import CONFIG_ENVIRONMENT_VARIABLE, ConfigError, read_config
from web.newsroom.alerts.run import AlertsBusy, RunReport, required_keys, run_alerts


@click.group("alerts")
def alerts_command() -> None:
    """
    Tell journalists what is new in their saved searches.

    \b
    Examples:
      visti alerts run --config /etc/visti.toml
    """


@alerts_command.command("run")
@index_option
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), envvar=CONFIG_ENVIRONMENT_VARIABLE, show_envvar=True,
    help="A TOML file with the site's set-up (docs/serving.md).",
)  # fmt: skip
@click.option("--accounts", metavar="FILE", help="The SQLite file of the newsroom's accounts.")
@click.option("--dry-run", is_flag=True, help="Send nothing; say how many e-mails are due.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def run_command(
    context: click.Context,
    /,
    index_path: Path,
    config_path: Path | None,
    accounts: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """
    Find what is new in the saved searches since the last run, and send the e-mails that are due.

    Run it every few minutes. What a mail server does not take waits for the next run, and is sent once.

    \b
    Examples:
      visti alerts run --config /etc/visti.toml
      visti alerts run --config /etc/visti.toml --dry-run --json
    """
    try:
        config = read_config(config_path, os.environ, {"accounts": accounts})
        if context.get_parameter_source("index_path") is not ParameterSource.DEFAULT:
            config = replace(config, index=str(index_path))
        _check(config, dry_run=dry_run)
        app = create_app(config.index or default_index_path(), config=config)
        report = run_alerts(app, dry=dry_run)
    except (ConfigError, IndexUnavailable, AlertsBusy) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(report.as_dict(), ensure_ascii=False) if as_json else _told(report))
    if report.trouble:
        raise click.ClickException(
            f"E-mail waits: {report.trouble}. It is sent by the next run; check smtp_host, smtp_port, smtp_security, "
            "smtp_user and smtp_password."
        )


def _check(config: SiteConfig, *, dry_run: bool) -> None:
    missing = required_keys(config)
    if dry_run:
        missing = [name for name in missing if name == "accounts"]
    if missing:
        raise ConfigError(
            f"To send alerts, the set-up needs {', '.join(missing)}: name them in the file of --config, or as "
            f"{', '.join(f'VISTI_{name.upper()}' for name in missing)} (docs/serving.md)."
        )


def _told(report: RunReport) -> str:
    return (
        f"{report.found:,} new stories in saved searches; {report.made:,} e-mails made, {report.sent:,} sent, "
        f"{report.refused:,} refused, {report.waiting:,} waiting"
    )
