"""
The site with a newsroom: a journalist and an editor who have accounts, and clients in which they are signed in.

Each test has a database of its own, copied from one that was made once.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from newsroom_client import PASSWORD, Clock, NewsroomClient
from readers_archive import NOW

from web import create_app
from web.archive import archive_handle
from web.config import SiteConfig
from web.newsroom.accounts import Role, add_user
from web.newsroom.database import Database, current_database


@pytest.fixture(scope="session")
def accounts_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with the users "journalist" and "editor"; nobody may change it."""
    path = tmp_path_factory.mktemp("accounts") / "accounts.sqlite"
    database = Database(path)
    database.migrate()
    with database.session() as session:
        add_user(session, "journalist", Role.JOURNALIST, password=PASSWORD, now=NOW, display_name="Ганна Щербак")
        add_user(session, "editor", Role.EDITOR, password=PASSWORD, now=NOW)
    database.close()
    return path


@pytest.fixture
def clock() -> Clock:
    """Return the clock of ``newsroom_app``, which stands at ``NOW``."""
    return Clock()


@pytest.fixture
def accounts(accounts_template: Path, tmp_path: Path) -> Path:
    """Return the test's own database of accounts."""
    return Path(shutil.copy(accounts_template, tmp_path / "accounts.sqlite"))


@pytest.fixture
def newsroom_app(index_path: Path, accounts: Path, clock: Clock) -> Iterator[Flask]:
    """Return the site with a newsroom, over the archive of ``readers_archive`` or a module's own ``index_path``."""
    app = create_app(index_path, clock=lambda: clock.now, config=SiteConfig(rate_limit=0, accounts=str(accounts)))
    app.test_client_class = NewsroomClient
    yield app
    with app.app_context():
        archive_handle().close()
        current_database().close()


@pytest.fixture
def as_reader(newsroom_app: Flask) -> NewsroomClient:
    """Return a client in which nobody is signed in."""
    client = newsroom_app.test_client()
    assert isinstance(client, NewsroomClient)
    client.set_cookie("ui", "en")
    return client


@pytest.fixture
def as_journalist(newsroom_app: Flask) -> NewsroomClient:
    """Return a client in which "journalist" is signed in."""
    return _signed_in(newsroom_app, "journalist")


@pytest.fixture
def as_editor(newsroom_app: Flask) -> NewsroomClient:
    """Return a client in which "editor" is signed in."""
    return _signed_in(newsroom_app, "editor")


def _signed_in(app: Flask, name: str) -> NewsroomClient:
    client = app.test_client()
    assert isinstance(client, NewsroomClient)
    client.set_cookie("ui", "en")
    assert client.sign_in(name).status_code == 303
    return client
