"""What delivery asks of a store: rows on their way, and what became of them.

Place: a protocol, so that this room knows no store; ``State.alarms`` keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from leeboard.incidents.message import Message

__all__ = ["Outbox", "Row", "RowT"]


class Row(Protocol):
    """A message on its way to one channel: a frozen dataclass."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def channel(self) -> str:
        """Name of the channel."""
        ...

    @property
    def message(self) -> Message:
        """What is sent."""
        ...

    @property
    def attempts(self) -> int:
        """How often it was tried."""
        ...


RowT = TypeVar("RowT", bound=Row)


class Outbox(Protocol[RowT]):
    """Messages that are on their way."""

    def outgoing(self, now: datetime, limit: int = 100) -> Sequence[RowT]:
        """Messages that are due and neither sent nor given up, the oldest first."""
        ...

    def told(self, channel: str, since: datetime) -> int:
        """How many messages a channel has taken since then."""
        ...

    def thread(self, channel: str, incident: str) -> str:
        """What the channel answered to the incident's first message, or empty."""
        ...

    def keep_outgoing(self, one: RowT) -> None:
        """Note what became of an attempt."""
        ...
