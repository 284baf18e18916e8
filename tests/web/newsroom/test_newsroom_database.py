"""The newsroom's database: what migrations make is what the code expects, and a failure leaves nothing behind."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, func, select

import web.newsroom  # noqa: F401  # brings all tables
from web.newsroom.accounts import User
from web.newsroom.database import Base, Database, DatabaseUnavailable


def test_migrations_make_the_tables_of_the_models(accounts_template: Path) -> None:
    engine = create_engine(f"sqlite:///{accounts_template}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_migrating_again_changes_nothing(accounts_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "accounts.sqlite"
    path.write_bytes(accounts_template.read_bytes())
    database = Database(path)
    secret = database.secret("session")
    database.migrate()
    assert database.secret("session") == secret and len(secret) == 64
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 2
    database.close()


def test_an_exception_undoes_the_session(tmp_path: Path) -> None:
    database = Database(tmp_path / "accounts.sqlite")
    database.migrate()
    with pytest.raises(RuntimeError), database.session() as session:
        session.execute(Base.metadata.tables["secrets"].insert().values(name="lost", value="x"))
        raise RuntimeError
    with database.session() as session:
        assert session.execute(Base.metadata.tables["secrets"].select()).all() == []
    database.close()


def test_a_file_that_cannot_be_is_named_with_the_next_step(tmp_path: Path) -> None:
    database = Database(tmp_path / "missing" / "accounts.sqlite")
    with pytest.raises(DatabaseUnavailable, match=r"missing/accounts.sqlite.*--accounts FILE"):
        database.migrate()
    database.close()


def test_a_file_that_is_no_database_is_refused_by_the_command(tmp_path: Path, index_path: Path, visti: object) -> None:
    file = tmp_path / "accounts.sqlite"
    file.write_text("This is a letter to the editor, and no database at all. " * 20)
    result = visti("serve", "--index", index_path, "--accounts", file)  # type: ignore[operator]
    assert result.exit_code == 1 and "not a database" in result.output and "Traceback" not in result.output
