"""Whom a provider of single sign-on knows somebody as."""

import sqlalchemy as sa
from alembic import op

revision = "subject"
down_revision = "audit"


def upgrade() -> None:
    """Add a column."""
    op.add_column("users", sa.Column("subject", sa.String(600), nullable=True))
    op.create_index(op.f("ix_users_subject"), "users", ["subject"], unique=True)
