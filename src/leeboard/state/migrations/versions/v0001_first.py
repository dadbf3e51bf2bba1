"""The first tables: windows, profiles, measurements, documents, places, leases."""

import sqlalchemy as sa
from alembic import op

from leeboard.databases import UtcTime

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables. Written out, not taken from the code, which will move on."""
    _results()
    for table in ("profiles", "measurements"):
        op.create_index(f"{table}_by_window", table, ["model", "window_start"])
    _rest()


def _results() -> None:
    op.create_table(
        "windows",
        sa.Column("model", sa.Text, primary_key=True),
        sa.Column("window_start", UtcTime, primary_key=True),
        sa.Column("window_end", UtcTime, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("labels", sa.BigInteger, nullable=False),
        sa.Column("completeness", sa.Double),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("first_at", UtcTime, nullable=False),
        sa.Column("computed_at", UtcTime, nullable=False),
        sa.Column("late", sa.BigInteger, nullable=False),
        sa.Column("notes", sa.JSON, nullable=False),
    )
    op.create_table(
        "profiles",
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("window_start", UtcTime, nullable=False),
        sa.Column("window_end", UtcTime, nullable=False),
        sa.Column("segment", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "measurements",
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("window_start", UtcTime, nullable=False),
        sa.Column("window_end", UtcTime, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("segment", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("low", sa.Double),
        sa.Column("high", sa.Double),
        sa.Column("reference", sa.Double),
        sa.Column("n_reference", sa.BigInteger, nullable=False),
        sa.Column("n_current", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )


def _rest() -> None:
    op.create_table(
        "documents",
        sa.Column("model", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "places",
        sa.Column("model", sa.Text, primary_key=True),
        sa.Column("place", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("until", UtcTime, nullable=False),
    )
