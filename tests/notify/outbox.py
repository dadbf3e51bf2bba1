"""A store of outgoing messages in memory, as delivery asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from leeboard.incidents.message import Message
from leeboard.state._alarms import Outgoing
from tests.notify.messages import NOW, message


class Killed(BaseException):
    """The process died here."""


@dataclass
class Kill:
    """Dies at one of its visits, counted from 0; None: never."""

    at: int | None = None
    visits: int = 0

    def here(self) -> None:
        """Die, if it is time."""
        self.visits += 1
        if self.visits - 1 == self.at:
            raise Killed


class Outbox:
    """Rows by channel and key."""

    def __init__(self, rows: Iterable[Outgoing] = (), kill: Kill | None = None) -> None:
        self.rows = {(row.channel, row.message.key): row for row in rows}
        self.kill = kill or Kill()

    def outgoing(self, now: datetime, limit: int = 100) -> Sequence[Outgoing]:
        """Rows that are due, the oldest first."""
        due = [
            row
            for row in self.rows.values()
            if row.sent_at is None and not row.given_up and row.due_at <= now
        ]
        return sorted(due, key=lambda row: row.message.at)[:limit]

    def told(self, channel: str, since: datetime) -> int:
        """Rows the channel has taken since."""
        return sum(
            row.channel == channel and row.sent_at is not None and row.sent_at > since
            for row in self.rows.values()
        )

    def thread(self, channel: str, incident: str) -> str:
        """The first answer of the channel to the incident."""
        for row in self.rows.values():
            same = row.channel == channel and row.message.incident == incident
            if same and row.thread:
                return row.thread
        return ""

    def keep_outgoing(self, one: Outgoing) -> None:
        """Replace the row; the process may die before or after."""
        self.kill.here()
        assert (one.channel, one.message.key) in self.rows
        self.rows[one.channel, one.message.key] = one
        self.kill.here()

    @property
    def sent(self) -> int:
        """Rows that were taken."""
        return sum(row.sent_at is not None for row in self.rows.values())


def rows(n: int, channel: str = "chat", **changes: object) -> list[Outgoing]:
    """Return n messages to one channel, of one incident each."""
    return [
        Outgoing(channel, replace(numbered(i), **changes), 0, NOW)  # type: ignore[arg-type]
        for i in range(n)
    ]


def numbered(i: int) -> Message:
    """Return one message of many."""
    return message(key=f"{i}/1", incident=str(i), title=f"thing {i}")
