"""The tables of a log in Postgres; docs/log-postgres.md explains each.

An event's typed values stand in one array a type (``d`` double precision, ``i`` bigint,
``s`` text, ``b`` boolean, ``j`` text of JSON), in the order that its *shape* names: a
column a feature would end at Postgres's 1,600 and at names of 63 bytes, and JSON would
round what is no decimal.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

__all__ = ["HEAD", "TABLES", "VERSION_TABLE"]

HEAD = "0002"
"""The last step in ``migrations/versions``."""

VERSION_TABLE = "leeboard_log_version"

TABLES = MetaData()

_TIME = TIMESTAMP(timezone=True)
_BYTES = Text(collation="C")  # ordered by its bytes, on every server

Table(
    "predictions",
    TABLES,
    Column("id", _BYTES, primary_key=True),
    Column("model", _BYTES, nullable=False),
    Column("version", _BYTES),
    Column("made_at", _TIME, primary_key=True),
    Column("received_at", _TIME, nullable=False),
    Column("latency_s", Double),
    Column("rate", Double),
    Column("shape", Integer, nullable=False),
    Column("d", ARRAY(Double)),
    Column("i", ARRAY(BigInteger)),
    Column("s", ARRAY(Text)),
    Column("b", ARRAY(Boolean)),
    Column("j", ARRAY(Text)),
    Column("digest", LargeBinary, primary_key=True),
    Column("batch", BigInteger, nullable=False),
    Index("predictions_by_time", "model", "made_at"),
    Index("predictions_by_batch", "batch"),
    Index("predictions_by_arrival", "received_at", postgresql_using="brin"),
    postgresql_partition_by="RANGE (made_at)",
)

Table(
    "feedback",
    TABLES,
    Column("id", _BYTES, primary_key=True),
    Column("model", _BYTES, nullable=False),
    Column("observed_at", _TIME, primary_key=True),
    Column("received_at", _TIME, nullable=False),
    Column("d", Double),
    Column("i", BigInteger),
    Column("s", _BYTES),
    Column("b", Boolean),
    Column("digest", LargeBinary, primary_key=True),
    Column("batch", BigInteger, nullable=False),
    Index("feedback_by_batch", "batch"),
    Index("feedback_by_arrival", "received_at", postgresql_using="brin"),
)

Table(
    "quarantined",
    TABLES,
    Column("reason", Text, nullable=False),
    Column("detail", Text),
    Column("model", _BYTES, nullable=False),
    Column("received_at", _TIME, nullable=False),
    Column("payload", LargeBinary),
    Column("digest", LargeBinary, primary_key=True),
)

Table(
    "log_shapes",
    TABLES,
    Column("number", Integer, primary_key=True),
    Column("columns", ARRAY(Text), nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
)

Table(
    "log_models",
    TABLES,
    Column("model", _BYTES, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
)

Table(
    "log_repeated",
    TABLES,
    Column("model", _BYTES, primary_key=True),
    Column("id", _BYTES, primary_key=True),
)

Table(
    "log_marks",
    TABLES,
    Column("source", Text, primary_key=True),
    Column("upto", BigInteger, nullable=False),
)

Table(
    "log_accounts",
    TABLES,
    Column("token", Text, primary_key=True),
    Column("account", JSON, nullable=False),
)

Table("log_unclean", TABLES, Column("relation", Text, primary_key=True))

Table("log_head", TABLES, Column("number", BigInteger, nullable=False))
