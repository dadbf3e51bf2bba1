"""Moments and spans as people give them: any zone, open at either end."""

from __future__ import annotations

from datetime import UTC, datetime

from leeboard.windows import Window

__all__ = ["moment_of", "moment_read", "span_of"]


def moment_of(now: datetime | None) -> datetime:
    """Return the moment in UTC; by default the clock's."""
    return datetime.now(UTC) if now is None else now.astimezone(UTC)


def moment_read(text: str) -> datetime:
    """Read a day or a time as ISO 8601 text; without a zone it is UTC.

    Raises
    ------
    ValueError
        It is none, or lies before the year 1 or after 9999 in UTC.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(text) from error


def span_of(since: datetime | None, until: datetime | None) -> Window | None:
    """Return what lies between; None where both ends are open."""
    if since is None and until is None:
        return None
    first = datetime(1, 1, 1, tzinfo=UTC) if since is None else since.astimezone(UTC)
    last = datetime(9999, 12, 31, tzinfo=UTC) if until is None else until
    return Window(first, last.astimezone(UTC))
