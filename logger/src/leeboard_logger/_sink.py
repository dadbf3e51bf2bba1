"""Where entries go: what a sink promises to the worker that feeds it.

A sink knows nothing of queues, threads and counting; it is called by one thread at a
time, except that `Sink.abandon` may come in a forked child at any moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from leeboard_logger.ids import EventId

__all__ = ["ACKNOWLEDGED", "QUEUED", "Answer", "Entry", "Sink"]

QUEUED = "queued"
ACKNOWLEDGED = "acknowledged"


class Entry:
    """One event on its way.

    Attributes
    ----------
    id : EventId
        What the caller holds.
    payload : bytes
        Kind and JSON text as `leeboard_logger.frames` describes them; empty until the
        worker has written it out.
    record : mapping or None
        What the payload is made of; None once it is made.
    size : int
        Bytes this entry counts for in the queue.
    outcome : str
        `QUEUED`, then `ACKNOWLEDGED` or the reason of a drop.
    """

    __slots__ = ("id", "kind", "outcome", "payload", "record", "size")

    def __init__(
        self, identity: EventId, kind: str, record: dict[str, object], size: int
    ) -> None:
        self.id = identity
        self.kind = kind
        self.record: dict[str, object] | None = record
        self.size = size
        self.payload = b""
        self.outcome = QUEUED


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt to send a batch.

    Parameters
    ----------
    settled : sequence of str
        One for each entry from the first on: `ACKNOWLEDGED`, or a reason to drop it.
        Entries beyond its length stay, and are sent again.
    wait_s : float
        Seconds to wait before that.
    trouble : str
        Why entries stay, as a reason; what then finds no room in the queue is counted
        under it.
    """

    settled: Sequence[str]
    wait_s: float = 0.0
    trouble: str = ""


class Sink(Protocol):
    """A place that takes entries. No method raises for what the place does."""

    def send(self, batch: Sequence[Entry]) -> Answer:
        """Try once, within seconds, to store a batch, which is not empty."""
        ...

    def tick(self) -> bool:
        """Do what is due, about twice a second; tell whether more will come due.

        Where nothing will, the next tick may be after the next event.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...

    def abandon(self) -> None:
        """In a child after a fork: forget the parent's files and connections."""
        ...
