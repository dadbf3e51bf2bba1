"""What an event is held against: the models there are, and the times that are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = ["AHEAD", "EARLIEST", "MICROS", "Terms", "micros_of"]

AHEAD = timedelta(minutes=5)
"""How far ahead of our clock a sender's may be."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""No event is older: a time before it is a unit mistaken."""

MICROS: Mapping[str, float] = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}
"""Microseconds of each unit that a request may declare for times that are numbers."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros_of(moment: datetime) -> int:
    """Return whole microseconds since 1970 of an aware moment."""
    return (moment - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the events of one request.

    Parameters
    ----------
    models : mapping of str to datetime or None
        The models that are monitored, and since when their events are kept.
    now : datetime
        Aware: when the request came.
    own : str
        The one model that the key is for; empty: all.
    unit : str
        Of times that are numbers, one of ``MICROS``; empty: times are text.
    """

    models: Mapping[str, datetime | None]
    now: datetime
    own: str = ""
    unit: str = ""

    def aside(self, micros: int, model: str) -> str:
        """Why an event of that time is set aside, or empty."""
        if micros > micros_of(self.now + AHEAD):
            return "time_in_future"
        since = self.models.get(model) or EARLIEST
        return "time_too_old" if micros < micros_of(max(since, EARLIEST)) else ""
