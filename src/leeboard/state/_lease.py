"""The right to do one thing alone for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

__all__ = ["Lease"]


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to do one thing alone until a time; ``token`` grows with holders."""

    name: str
    holder: str
    token: int
    until: datetime
