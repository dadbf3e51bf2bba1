"""The table of keys; docs/state.md explains it."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Table, Text

from leeboard.databases import UtcTime
from leeboard.state._tables import TABLES

__all__ = ["KEYS"]

KEYS = Table(
    "keys",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("model", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("revoked_at", UtcTime),
)
