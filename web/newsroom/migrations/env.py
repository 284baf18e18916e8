"""Runs migrations on the connection that ``Database.migrate`` hands over; its transaction is theirs."""

from alembic import context

from web.newsroom.database import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
context.run_migrations()
