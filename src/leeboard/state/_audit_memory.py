"""Deeds in memory: the twin of the databases."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime

from leeboard.state._audit import Deed
from leeboard.state._audit_sql import kept

__all__ = ["MemoryAudit"]


class MemoryAudit:
    """The part of a store in memory that keeps deeds."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._deeds: list[Deed] = []

    def add(self, deeds: Sequence[Deed]) -> None:
        """Keep some deeds, all or none."""
        with self._lock:
            self._deeds.extend(map(kept, deeds))

    def deeds(
        self, since: datetime | None = None, newest: int | None = None
    ) -> Sequence[Deed]:
        """Deeds since a moment, or the newest so many of them, in order of time."""
        with self._lock:
            found = sorted(self._deeds, key=lambda deed: deed.at)
        if since is not None:
            found = [deed for deed in found if deed.at >= since]
        return found if newest is None else found[max(len(found) - newest, 0) :]
