"""Deeds in a database, whose triggers refuse every change of what is there."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Index, Table, Text, insert, select

from leeboard.databases import UtcTime, Writes, clean
from leeboard.state._audit import Deed
from leeboard.state._tables import TABLES

__all__ = ["AUDIT", "SqlAudit", "kept"]

AUDIT = Table(
    "audit",
    TABLES,
    Column("id", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("audit_by_time", "at", "id"),
)

_LONGEST = 200


def kept(deed: Deed) -> Deed:
    """Return a deed as it is kept: texts that every database holds, and short."""
    who, via, address, what, subject, detail = (
        clean(text)[:_LONGEST]
        for text in (
            *(deed.who, deed.via, deed.address),
            *(deed.what, deed.subject, deed.detail),
        )
    )
    return Deed(deed.at, who, via, address, what, subject, detail)


class SqlAudit:
    """The part of a store in a database that keeps deeds."""

    def __init__(self, database: Writes) -> None:
        self._database = database

    def add(self, deeds: Sequence[Deed]) -> None:
        """Keep some deeds, all or none."""
        if not deeds:
            return
        rows = [_row(place, kept(deed)) for place, deed in enumerate(deeds)]
        with self._database.writing() as connection:
            connection.execute(insert(AUDIT), rows)

    def deeds(
        self, since: datetime | None = None, newest: int | None = None
    ) -> Sequence[Deed]:
        """Deeds since a moment, or the newest so many of them, in order of time."""
        asked = select(AUDIT).order_by(AUDIT.c.at.desc(), AUDIT.c.id.desc())
        if since is not None:
            asked = asked.where(AUDIT.c.at >= since)
        if newest is not None:
            asked = asked.limit(newest)
        with self._database.reading() as connection:
            rows = connection.execute(asked).all()
        return [Deed(*row[1:]) for row in reversed(rows)]


def _row(place: int, deed: Deed) -> dict[str, object]:
    # deeds of one moment stay in their order
    micros = int(deed.at.timestamp() * 1e6)
    id_ = f"{micros:016x}{place:04x}{secrets.token_hex(6)}"
    names = ("at", "who", "via", "address", "what", "subject", "detail")
    return {"id": id_, **{name: getattr(deed, name) for name in names}}
