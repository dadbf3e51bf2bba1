"""The first tables of a log in Postgres."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0001"
down_revision = None

_TIME = TIMESTAMP(timezone=True)
_BYTES = sa.Text(collation="C")


def upgrade() -> None:
    """Make the tables. Written out, not taken from the code, which will move on."""
    _events()
    _rest()


def _events() -> None:
    op.create_table(
        "predictions",
        sa.Column("id", _BYTES, primary_key=True),
        sa.Column("model", _BYTES, nullable=False),
        sa.Column("version", _BYTES),
        sa.Column("made_at", _TIME, primary_key=True),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("latency_s", sa.Double),
        sa.Column("rate", sa.Double),
        sa.Column("shape", sa.Integer, nullable=False),
        sa.Column("d", ARRAY(sa.Double)),
        sa.Column("i", ARRAY(sa.BigInteger)),
        sa.Column("s", ARRAY(sa.Text)),
        sa.Column("b", ARRAY(sa.Boolean)),
        sa.Column("j", ARRAY(sa.Text)),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("batch", sa.BigInteger, nullable=False),
        postgresql_partition_by="RANGE (made_at)",
    )
    op.create_index("predictions_by_time", "predictions", ["model", "made_at"])
    op.create_index("predictions_by_batch", "predictions", ["batch"])
    op.execute("CREATE TABLE predictions_other PARTITION OF predictions DEFAULT")
    op.create_table(
        "feedback",
        sa.Column("id", _BYTES, primary_key=True),
        sa.Column("model", _BYTES, nullable=False),
        sa.Column("observed_at", _TIME, primary_key=True),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("d", sa.Double),
        sa.Column("i", sa.BigInteger),
        sa.Column("s", _BYTES),
        sa.Column("b", sa.Boolean),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("batch", sa.BigInteger, nullable=False),
    )
    op.create_index("feedback_by_batch", "feedback", ["batch"])


def _rest() -> None:
    op.create_table(
        "quarantined",
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text),
        sa.Column("model", _BYTES, nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("payload", sa.LargeBinary),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
    )
    op.create_table(
        "log_shapes",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("columns", ARRAY(sa.Text), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    )
    op.create_table(
        "log_models",
        sa.Column("model", _BYTES, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "log_repeated",
        sa.Column("model", _BYTES, primary_key=True),
        sa.Column("id", _BYTES, primary_key=True),
    )
    op.create_table(
        "log_marks",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("upto", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "log_accounts",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("account", sa.JSON, nullable=False),
    )
    op.create_table("log_head", sa.Column("number", sa.BigInteger, nullable=False))
    op.execute("INSERT INTO log_head VALUES (0)")
