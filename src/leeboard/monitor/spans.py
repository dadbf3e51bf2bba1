"""Moments and spans as people give them: any zone, open at either end."""

from __future__ import annotations

from datetime import UTC, datetime

from leeboard.windows import Window

__all__ = ["moment_of", "span_of"]


def moment_of(now: datetime | None) -> datetime:
    """Return the moment in UTC; by default the clock's."""
    return datetime.now(UTC) if now is None else now.astimezone(UTC)


def span_of(since: datetime | None, until: datetime | None) -> Window | None:
    """Return what lies between; None where both ends are open."""
    if since is None and until is None:
        return None
    first = datetime(1, 1, 1, tzinfo=UTC) if since is None else since.astimezone(UTC)
    last = datetime(9999, 12, 31, tzinfo=UTC) if until is None else until
    return Window(first, last.astimezone(UTC))
