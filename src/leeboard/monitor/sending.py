"""Messages that wait, sent; and the ping that says Leeboard has run.

Place: the end of a run, after all that it decided is kept. One process sends at a time,
by a lease; what is not sent now is sent by the next run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from leeboard.config.plan import Plan
from leeboard.errors import LeeboardError, Note, NotifyError
from leeboard.incidents.message import Message
from leeboard.monitor.holder import taken
from leeboard.monitor.picturing import Pictures
from leeboard.notify import Channel, Delivered, Draw, Sent, deliver, open_channel, ping
from leeboard.state import State

__all__ = ["SENDING", "beat", "channels_of", "send_due"]

SENDING = "sending"
"""The lease of who sends."""


@dataclass(frozen=True, slots=True)
class _Closed:
    """A channel that could not be opened: what it has to say fails, and waits."""

    name: str
    error: LeeboardError

    def send(self, message: Message, thread: str = "") -> Sent:
        """Say why it could not be opened."""
        del message, thread
        raise NotifyError(
            code=self.error.code,
            where=f"channel {self.name}",
            found=self.error.found,
            expected=self.error.expected,
            fix=self.error.fix,
        )


def channels_of(plan: Plan, draw: Draw | None = None) -> dict[str, Channel]:
    """Open every channel; one that cannot be opened fails when it is to send."""
    channels: dict[str, Channel] = {}
    for one in plan.channels:
        try:
            channels[one.name] = open_channel(one, draw)
        except LeeboardError as error:
            channels[one.name] = _Closed(one.name, error)
    return channels


def send_due(state: State, plan: Plan) -> Delivered:
    """Send what waits, by the clock of the host: messages are not replayed."""
    if not plan.channels:
        return Delivered()
    lease = taken(state, SENDING)
    if lease is None:
        return Delivered()
    try:
        channels = channels_of(plan, Pictures(state))
        return deliver(state.alarms, channels, datetime.now(UTC))
    finally:
        state.release(lease)


def beat(plan: Plan) -> tuple[Note, ...]:
    """Ping the heartbeat, if there is one."""
    if plan.heartbeat is None:
        return ()
    note = ping(plan.heartbeat.url, allow_private=plan.heartbeat.allow_private)
    return () if note is None else (note,)
