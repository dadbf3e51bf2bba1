"""Times in a database: UTC, so written that a person can read and compare them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Dialect, String
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

__all__ = ["UtcTime"]


class UtcTime(TypeDecorator[datetime]):
    """An aware time.

    In Postgres a ``timestamptz``; in SQLite, which has no type for times, the text that
    its own functions write, as in ``2026-01-31 09:00:00`` (a fraction follows only
    where there is one, so that texts sort as times do and compare with
    ``datetime('now')``).
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column's type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(26))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Write a time; one without a zone is a mistake of the caller's."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a time without a zone: {value}"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        if dialect.name == "postgresql":
            return utc
        return utc.replace(tzinfo=None).isoformat(sep=" ")

    def process_result_value(
        self,
        value: Any,
        dialect: Dialect,  # noqa: ARG002  # as SQLAlchemy calls it
    ) -> datetime | None:
        """Read a time, in UTC."""
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        return value.astimezone(UTC)  # type: ignore[no-any-return]  # the driver's datetime
