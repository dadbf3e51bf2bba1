"""Tables of verdicts, incidents, their transitions, and messages."""

import sqlalchemy as sa
from alembic import op

from leeboard.databases import UtcTime

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables. Written out, not taken from the code, which will move on."""
    _verdicts()
    _incidents()
    _messages()


def _verdicts() -> None:
    numbers = ("evidence", "threshold", "log_e", "value", "low", "high", "reference")
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("window_start", UtcTime, nullable=False),
        sa.Column("window_end", UtcTime, nullable=False),
        sa.Column("segment", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("aspect", sa.Text, nullable=False),
        sa.Column("watched_as", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("budgeted", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        *(sa.Column(name, sa.Double) for name in numbers),
        sa.Column("n", sa.BigInteger, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("verdicts_by_window", "verdicts", ["model", "window_start"])


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("opened_at", UtcTime, nullable=False),
        sa.Column("updated_at", UtcTime, nullable=False),
        sa.Column("ended_at", UtcTime),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
    )
    op.create_index("incidents_by_model", "incidents", ["model", "opened_at"])
    op.create_table(
        "transitions",
        sa.Column("incident", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("incident", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("sent_at", UtcTime),
        sa.Column("given_up", sa.Boolean, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("document", sa.JSON, nullable=False),
    )
    op.create_index("messages_by_due", "messages", ["sent_at", "due_at"])
    op.create_index("messages_by_incident", "messages", ["incident", "channel"])
