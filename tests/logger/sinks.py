"""Sinks in memory: the places that events go to, as well or ill as a test needs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from leeboard_logger._sink import ACKNOWLEDGED, Answer, Entry

__all__ = ["MemorySink"]


class MemorySink:
    """Keeps payloads in a list.

    Parameters
    ----------
    slow_s : float
        Seconds each batch takes.
    """

    def __init__(self, slow_s: float = 0.0) -> None:
        self.slow_s = slow_s
        self.stored: list[bytes] = []
        self.answer: Callable[[Sequence[Entry]], Answer] | None = None
        self.hung: threading.Event | None = None
        self.ticks = 0
        self.closed = False
        self.sends = 0

    def send(self, batch: Sequence[Entry]) -> Answer:
        """Store a batch, or answer as told."""
        self.sends += 1
        if self.hung is not None:
            self.hung.wait()
        if self.slow_s:
            time.sleep(self.slow_s)
        found = (
            Answer([ACKNOWLEDGED] * len(batch))
            if self.answer is None
            else self.answer(batch)
        )
        for entry, outcome in zip(batch, found.settled, strict=False):
            if outcome == ACKNOWLEDGED:
                self.stored.append(entry.payload)
        return found

    def tick(self) -> bool:
        """Count."""
        self.ticks += 1
        return False

    def close(self) -> None:
        """Remember."""
        self.closed = True

    def abandon(self) -> None:
        """Forget what the parent stored."""
        self.stored = []
