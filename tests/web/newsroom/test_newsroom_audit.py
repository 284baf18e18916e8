"""The audit trail: entries stay as they are, come and go with the change itself, and are found again."""

from datetime import date

import pytest
from flask import Flask
from newsroom_client import Clock
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from web.newsroom.audit import ACTIONS, AuditFilter, count_entries, entries, record
from web.newsroom.database import Database, current_database


@pytest.fixture
def database(newsroom_app: Flask) -> Database:
    with newsroom_app.app_context():
        return current_database()


def test_entries_can_be_neither_changed_nor_taken_away(database: Database) -> None:
    with database.session() as session:
        record(session, "editor", "status", "port.uk", {"from": "usable", "to": "withheld"})
    for statement in (
        "UPDATE audit SET who = 'nobody'",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT id, moment, 'nobody', action, what, details FROM audit",
    ):
        with pytest.raises(IntegrityError, match="stay as they are"), database.session() as session:
            session.execute(text(statement))
    with database.session() as session:
        assert [entry.who for entry in entries(session, AuditFilter(), limit=9)] == ["editor"]


def test_an_entry_is_undone_with_its_change(database: Database) -> None:
    with pytest.raises(RuntimeError), database.session() as session:
        record(session, "editor", "status", "port.uk")
        raise RuntimeError
    with database.session() as session:
        assert count_entries(session, AuditFilter()) == 0


def test_an_action_that_nobody_knows_is_refused(database: Database) -> None:
    with pytest.raises(KeyError), database.session() as session:
        record(session, "editor", "statsu")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(), [3, 2, 1, 0]),
        (AuditFilter(who="editor"), [2, 0]),
        (AuditFilter(action="export"), [3, 1]),
        (AuditFilter(what="100%"), [1]),
        (AuditFilter(what="_"), []),
        (AuditFilter(since=date(2026, 11, 2)), [3, 2]),
        (AuditFilter(until=date(2026, 11, 1)), [1, 0]),
        (AuditFilter(since=date(2026, 11, 2), until=date(2026, 11, 2)), [2]),
        (AuditFilter(who="journalist", action="export", until=date(2026, 11, 2)), [1]),
    ],
)
def test_entries_are_found(
    newsroom_app: Flask, database: Database, clock: Clock, wanted: AuditFilter, found: list[int]
) -> None:
    made = [
        ("editor", "status", "a"),
        ("journalist", "export", "100% b"),
        ("editor", "status", "c"),
        ("x", "export", "d"),
    ]
    with newsroom_app.app_context():
        for number, (who, action, what) in enumerate(made):
            with database.session() as session:
                record(session, who, action, what, {"number": number})
            clock.pass_by(hours=9.5 if number == 0 else 24)
        with database.session() as session:
            numbers = [int(entry.details[11:-1]) for entry in entries(session, wanted, limit=10)]
            assert numbers == found and count_entries(session, wanted) == len(found)
            assert [entry.id for entry in entries(session, wanted, limit=1, offset=1)] == [
                entry.id for entry in entries(session, wanted, limit=10)[1:2]
            ]


def test_every_action_has_a_name() -> None:
    assert all(label and len(action) <= 40 for action, label in ACTIONS.items())
