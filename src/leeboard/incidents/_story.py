"""Entries of stories, numbered on from those that are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leeboard.incidents.incident import Event, Transition

__all__ = ["SELF", "Book"]

SELF = "leeboard"
"""Who did it, if nobody did."""


@dataclass(slots=True)
class Book:
    """Gathers what happens at one moment.

    Parameters
    ----------
    now : datetime
    stories : mapping of incident to int
        How many entries its story has; none: a new incident.
    """

    now: datetime
    stories: Mapping[str, int]
    entries: list[Transition] = field(default_factory=list)

    def write(self, incident: str, event: Event, why: str) -> int:
        """Add an entry, and return its number."""
        mine = sum(1 for entry in self.entries if entry.incident == incident)
        number = self.stories.get(incident, 0) + mine + 1
        entry = Transition(incident, number, self.now, SELF, event, why)
        self.entries.append(entry)
        return number
