"""Messages that wait, sent; and the ping that says Leeboard has run.

Place: the end of a run, after all that it decided is kept. One process sends at a time,
by a lease; what is not sent now is sent by the next run.
"""

from __future__ import annotations

from datetime import UTC, datetime

from leeboard.config.plan import Plan
from leeboard.errors import LeeboardError, Note
from leeboard.monitor.holder import taken
from leeboard.notify import Channel, Delivered, deliver, open_channel, ping
from leeboard.state import State

__all__ = ["beat", "channels_of", "send_due"]


def channels_of(plan: Plan) -> tuple[dict[str, Channel], tuple[Note, ...]]:
    """Open every channel; one that cannot be opened is a note, and the others go on."""
    channels, notes = {}, []
    for one in plan.channels:
        try:
            channels[one.name] = open_channel(one)
        except LeeboardError as error:
            text = f"not opened: found {error.found}. {error.fix}"
            notes.append(Note(error.code, f"channel {one.name!r}", text))
    return channels, tuple(notes)


def send_due(state: State, plan: Plan) -> tuple[Delivered, tuple[Note, ...]]:
    """Send what waits, by the clock of the host: messages are not replayed."""
    if not plan.channels:
        return Delivered(), ()
    lease = taken(state, "sending")
    if lease is None:
        return Delivered(), ()
    try:
        channels, notes = channels_of(plan)
        return deliver(state.alarms, channels, datetime.now(UTC)), notes
    finally:
        state.release(lease)


def beat(plan: Plan) -> tuple[Note, ...]:
    """Ping the heartbeat, if there is one."""
    if plan.heartbeat is None:
        return ()
    note = ping(plan.heartbeat.url, allow_private=plan.heartbeat.allow_private)
    return () if note is None else (note,)
