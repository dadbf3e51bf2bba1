"""The tables of a store of results, as people query them; docs/state.md explains each.

Columns are named as the fields of the rows in ``_state``. A window is ``window_start``
and ``window_end``, since WINDOW is a word of SQL. Figures and counts have no primary
key: segment and subject are users' text, of any length, and Postgres refuses keys
beyond 2,704 bytes. That each stands once is the work of ``put``, which replaces whole
windows.
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
    func,
    literal_column,
)

from leeboard.databases import UtcTime

__all__ = [
    "DOCUMENTS",
    "HEAD",
    "LEASES",
    "MEASUREMENTS",
    "PLACES",
    "PROFILES",
    "SERIES",
    "SUBJECT",
    "SUBJECT_LONG",
    "TABLES",
    "VERSION_TABLE",
    "WINDOWS",
]

HEAD = "0006"
"""The last step in ``migrations/versions``."""

VERSION_TABLE = "leeboard_state_version"

TABLES = MetaData()


def _window() -> list[Column[object]]:
    return [
        Column("model", Text, nullable=False),
        Column("window_start", UtcTime, nullable=False),
        Column("window_end", UtcTime, nullable=False),
    ]


WINDOWS = Table(
    "windows",
    TABLES,
    Column("model", Text, primary_key=True),
    Column("window_start", UtcTime, primary_key=True),
    Column("window_end", UtcTime, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("labels", BigInteger, nullable=False),
    Column("completeness", Double),
    Column("provisional", Boolean, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("first_at", UtcTime, nullable=False),
    Column("computed_at", UtcTime, nullable=False),
    Column("late", BigInteger, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("lost", BigInteger, nullable=False),
    Column("lost_most", BigInteger, nullable=False),
    Column("lost_labels", BigInteger, nullable=False),
)

PROFILES = Table(
    "profiles",
    TABLES,
    *_window(),
    Column("segment", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Index("profiles_by_window", "model", "window_start"),
)

MEASUREMENTS = Table(
    "measurements",
    TABLES,
    *_window(),
    Column("revision", Integer, nullable=False),
    Column("segment", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("value", Double),
    Column("low", Double),
    Column("high", Double),
    Column("reference", Double),
    Column("n_reference", BigInteger, nullable=False),
    Column("n_current", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Index("measurements_by_window", "model", "window_start"),
)

SUBJECT_LONG = 64
SUBJECT = func.substr(
    MEASUREMENTS.c.subject, literal_column("1"), literal_column(str(SUBJECT_LONG))
)
"""Beginning of a subject, by which figures are found: short enough for every index."""

SERIES = Index(
    "measurements_by_series",
    MEASUREMENTS.c.model,
    SUBJECT,
    MEASUREMENTS.c.metric,
    MEASUREMENTS.c.window_start,
)

DOCUMENTS = Table(
    "documents",
    TABLES,
    Column("model", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("document", Text, nullable=False),
)

PLACES = Table(
    "places",
    TABLES,
    Column("model", Text, primary_key=True),
    Column("place", BigInteger, nullable=False),
)

LEASES = Table(
    "leases",
    TABLES,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("token", BigInteger, nullable=False),
    Column("until", UtcTime, nullable=False),
)
