"""The tables of verdicts, incidents and messages; docs/state.md explains each.

Columns are named as the fields of the values they hold. What people filter and sort by
is a column; what they only read is in a document.
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
    Table,
    Text,
)

from leeboard.databases import UtcTime
from leeboard.state._tables import TABLES

__all__ = ["INCIDENTS", "MESSAGES", "TRANSITIONS", "VERDICTS"]

VERDICTS = Table(
    "verdicts",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("window_start", UtcTime, nullable=False),
    Column("window_end", UtcTime, nullable=False),
    Column("segment", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("aspect", Text, nullable=False),
    Column("watched_as", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("budgeted", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("evidence", Double),
    Column("threshold", Double),
    Column("log_e", Double),
    Column("value", Double),
    Column("low", Double),
    Column("high", Double),
    Column("reference", Double),
    Column("n", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("lost", Double, nullable=False),
    Column("partial", Boolean, nullable=False),
    Index("verdicts_by_window", "model", "window_start"),
)

INCIDENTS = Table(
    "incidents",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("title", Text, nullable=False),
    Column("document", JSON, nullable=False),
    Index("incidents_by_model", "model", "opened_at"),
)

TRANSITIONS = Table(
    "transitions",
    TABLES,
    Column("incident", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("why", Text, nullable=False),
)

MESSAGES = Table(
    "messages",
    TABLES,
    Column("key", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("incident", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Column("given_up", Boolean, nullable=False),
    Column("thread", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("document", JSON, nullable=False),
    Index("messages_by_due", "sent_at", "due_at"),
    Index("messages_by_incident", "incident", "channel"),
)
