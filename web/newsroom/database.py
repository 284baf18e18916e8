"""
The newsroom's database: one SQLite file for people and what they keep, apart from the index.

The index can be built again from its sources; this file cannot: it has migrations, and every change is a transaction.
Tables stand with their topic, as classes on ``Base``; each comes with a migration in ``migrations/versions``.
"""

import os
import secrets
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from flask import current_app
from sqlalchemy import DateTime, Dialect, Engine, MetaData, String, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from sqlalchemy.types import TypeDecorator

from web.config_sources import ConfigError

MIGRATIONS = Path(__file__).parent / "migrations"
#: Writers wait for each other so long. A write takes milliseconds; a backup that copies the file takes seconds.
BUSY_SECONDS = 10
_SECRET_BYTES = 32
_EXTENSION = "visti-database"

_PRAGMAS = (
    "PRAGMA journal_mode = WAL",  # readers and the writer do not wait for each other
    "PRAGMA synchronous = NORMAL",  # with WAL no crash of ours loses a commit; a power cut may lose the last ones
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",  # INSERT OR REPLACE would go round what protects the audit trail
)


class DatabaseUnavailable(ConfigError):
    """The newsroom's database cannot be opened; the message names the file and what helps."""


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as UTC; SQLite knows no zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment as it is kept. Raises ``ValueError`` for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment, aware."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """The base of all tables. Constraints have names, by which migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Moment}  # noqa: RUF012  # so SQLAlchemy wants it


class Secret(Base):
    """A key that this installation made for itself, such as the one that signs session cookies."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


class Database:
    """The database in the file ``path``; call ``migrate`` before the first session."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = _make_engine(path)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session whose changes are committed at the end, and undone by an exception."""
        with self._sessions.begin() as session:
            yield session

    def migrate(self) -> None:
        """
        Make the file, or bring it to this version's tables; processes that do this at once wait for each other.

        Raises ``DatabaseUnavailable``.
        """
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # SQLite's driver would begin none for CREATE TABLE
                config = Config()
                config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
                config.attributes["connection"] = connection
                command.upgrade(config, "heads")
                connection.commit()
        except Exception as error:
            if not isinstance(getattr(error, "orig", error), (sqlite3.Error, OSError)):
                raise
            raise DatabaseUnavailable(
                f"The accounts {self.path} cannot be opened: {getattr(error, 'orig', error)}. Name an SQLite file in a "
                "folder that exists and may be written to: visti serve --accounts FILE"
            ) from error

    def secret(self, name: str) -> str:
        """Return a key of this installation, in hexadecimal digits; it is made when it is first asked for."""
        with self.session() as session:
            found = session.get(Secret, name)
            if found is None:
                found = Secret(name=name, value=secrets.token_hex(_SECRET_BYTES))
                session.add(found)
            return found.value

    def close(self) -> None:
        """Close the connections; the next session opens new ones."""
        self._engine.dispose()


def _make_engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, record: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    # A connection must not be used on both sides of a fork: a worker process begins with none
    reference = weakref.ref(engine)

    def forget_connections() -> None:
        if (inherited := reference()) is not None:
            inherited.dispose(close=False)

    os.register_at_fork(after_in_child=forget_connections)
    return engine


def install_database(extensions: dict[str, object], database: Database) -> None:
    """Put the database where ``current_database`` finds it: among an application's extensions."""
    extensions[_EXTENSION] = database


def current_database() -> Database:
    """Return the database of the application that handles this request, which has a newsroom."""
    database: Database = current_app.extensions[_EXTENSION]
    return database
