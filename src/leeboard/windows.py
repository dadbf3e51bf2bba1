"""Where an event falls in time: half-open windows by prediction time, UTC inside.

A window is ``[start, end)``. Calendar windows follow a time zone's days, so that a day
may have 23 or 25 hours. Knows no clock: now is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Window"]


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open span of time; both ends are aware and in UTC."""

    start: datetime
    end: datetime
