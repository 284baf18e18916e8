"""Saved searches, what they have found, and what was mailed."""

import sqlalchemy as sa
from alembic import op

revision = "saved_searches"
down_revision = "accounts"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "saved_searches",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("owner_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("parameters", sa.Text, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("frequency", sa.String(10), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("hidden_too", sa.Boolean, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
        sa.Column("problem", sa.String(500), nullable=False),
        sa.Column("created", sa.DateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("visited", sa.DateTime, nullable=False),
        sa.Column("mail_since", sa.DateTime, nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("reading", sa.Text, nullable=False),
        sa.Column("footprint", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_saved_searches_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_searches")),
        sa.UniqueConstraint("secret", name=op.f("uq_saved_searches_secret")),
    )
    op.create_index(op.f("ix_saved_searches_owner_id"), "saved_searches", ["owner_id"])
    op.create_table(
        "alert_mailings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("search_id", sa.Integer, nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("message_id", sa.String(200), nullable=False),
        sa.Column("made", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt", sa.DateTime, nullable=False),
        sa.Column("sent", sa.DateTime, nullable=True),
        sa.Column("problem", sa.String(500), nullable=False),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_searches.id"], name=op.f("fk_alert_mailings_search_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_mailings")),
    )
    op.create_index(op.f("ix_alert_mailings_search_id"), "alert_mailings", ["search_id"])
    op.create_index(op.f("ix_alert_mailings_state"), "alert_mailings", ["state"])
    op.create_table(
        "alert_finds",
        sa.Column("search_id", sa.Integer, nullable=False),
        sa.Column("story", sa.String(512), nullable=False),
        sa.Column("article_id", sa.String(512), nullable=False),
        sa.Column("found", sa.DateTime, nullable=False),
        sa.Column("old", sa.Boolean, nullable=False),
        sa.Column("mailing_id", sa.Integer, nullable=True),
        sa.ForeignKeyConstraint(
            ["search_id"], ["saved_searches.id"], name=op.f("fk_alert_finds_search_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["alert_mailings.id"], name=op.f("fk_alert_finds_mailing_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("search_id", "story", name=op.f("pk_alert_finds")),
    )
    op.create_index(op.f("ix_alert_finds_mailing_id"), "alert_finds", ["mailing_id"])
    op.create_table(
        "alert_known",
        sa.Column("audience", sa.String(10), nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("audience", name=op.f("pk_alert_known")),
    )
