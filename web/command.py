"""``visti serve``: the site on this machine, by a production server of several processes."""

import os
import socket
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import click
from click.core import ParameterSource

from search import IndexUnavailable
from search.command import index_option
from search.settings import default_index_path
from web import create_app
from web.archive import archive_handle
from web.config import MAX_PORT, SiteConfig
from web.config_sources import CONFIG_ENVIRONMENT_VARIABLE, ConfigError, read_config
from web.metrics import share_metrics
from web.server import ScratchFolder, check_access_log, run_server


@click.command("serve")
@index_option
@click.option(
    "--config", "config_path", type=click.Path(path_type=Path), envvar=CONFIG_ENVIRONMENT_VARIABLE, show_envvar=True,
    help="A TOML file with the site's set-up (docs/serving.md).",
)  # fmt: skip
@click.option("--host", show_default="127.0.0.1", help="The address to listen on; 0.0.0.0 for all.")
@click.option("--port", show_default="8000", type=click.IntRange(0, MAX_PORT), help="The port; 0 picks a free one.")
@click.option("--workers", show_default="one for each core, at most 4", type=click.IntRange(0, 64),
              help="How many processes answer.")  # fmt: skip
@click.option("--threads", show_default="4", type=click.IntRange(1, 64),
              help="How many requests a process works on at a time.")  # fmt: skip
@click.option("--accounts", metavar="FILE",
              help="The SQLite file of the newsroom's accounts; made if there is none.")  # fmt: skip
@click.pass_context
def serve_command(
    context: click.Context, /, index_path: Path, config_path: Path | None, **options: str | int | None
) -> None:
    """
    Serve the search page and the JSON API.

    Options count more than VISTI_ variables of the environment, these more than the file.

    \b
    Examples:
      visti serve --index index --port 8080
      visti serve --config /etc/visti.toml --workers 2
    """
    try:
        config = read_config(config_path, os.environ, options)
        check_access_log(config)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    if context.get_parameter_source("index_path") is not ParameterSource.DEFAULT:
        config = replace(config, index=str(index_path))
    _serve(Path(config.index) if config.index else default_index_path(), config)


def _serve(index_path: Path, config: SiteConfig) -> None:
    with ExitStack() as stack:
        if config.metrics_token:
            share_metrics(stack.enter_context(ScratchFolder()))
        try:
            app = create_app(index_path, config=config)
            with app.app_context():
                archive_handle().prepare()
            listening = _listen(index_path, config.host, config.port)
            click.echo(f"Visti is at {_address(listening)} (Ctrl-C stops it)", err=True)
            run_server(app, listening, config)
        except (IndexUnavailable, ConfigError) as error:
            raise click.ClickException(str(error)) from error


def _listen(path: Path, host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        return socket.create_server(address[:2], family=family)  # host and port lead in both families
    except OSError as error:
        another = port + 1 if port < MAX_PORT else MAX_PORT - 1
        raise click.ClickException(
            f"Cannot listen on {host} port {port}: {error}. If another program uses the port, choose another one: "
            f"visti serve --index {path} --port {another}"
        ) from error


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # "every address" is none that a browser can open
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"
