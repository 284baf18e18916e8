"""``visti serve``: the site on this machine, by a production server."""

import socket
from pathlib import Path

import click
import waitress

from search import Archive, IndexUnavailable
from search.command import index_option
from web import create_app
from web.archive import current_archive

#: Searches are short and hold the interpreter; more threads would only wait for each other.
SERVER_THREADS = 8
MAX_PORT = 65535

# A query for which every dictionary and table is read: over half a second that the first reader need not wait for.
_WORD_OF_EACH_LANGUAGE = "місто город city"


@click.command("serve")
@index_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on; 0.0.0.0 for all.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, MAX_PORT), help="The port; 0 picks a free one."
)
def serve_command(index_path: Path, host: str, port: int) -> None:
    """
    Serve the search page and the JSON API.

    \b
    Example:
      visti serve --index index --port 8080
    """
    app = create_app(index_path)
    try:
        with app.app_context():
            _prepare(current_archive())
    except IndexUnavailable as error:
        raise click.ClickException(str(error)) from error
    with _listen(index_path, host, port) as listening:
        server = waitress.create_server(app, sockets=[listening], threads=SERVER_THREADS, ident=None)
        click.echo(f"Visti is at {_address(listening)} (Ctrl-C stops it)", err=True)
        try:
            server.run()
        finally:
            server.close()


def _prepare(archive: Archive) -> None:
    """Do before the first reader what is done once: join the columns (a second for a million articles), read tables."""
    for query in ("", _WORD_OF_EACH_LANGUAGE):
        archive.search(query, limit=1)


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
