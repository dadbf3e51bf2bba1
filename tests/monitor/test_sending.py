"""Messages that wait, sent at the end of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from leeboard.config.plan import Plan
from leeboard.monitor.sending import send_due
from leeboard.notify import ChannelPlan
from leeboard.state.memory import MemoryState
from tests.state.test_alarms import outgoing, write


def test_what_a_channel_that_cannot_be_opened_has_to_say_waits() -> None:
    """Its address is refused: nothing is given up, and the note says why."""
    now = datetime.now(UTC)
    state, waiting = MemoryState(), outgoing(channel="hook")
    message = replace(waiting.message, at=now)
    write(state, messages=[replace(waiting, message=message, due_at=now)])
    channel = ChannelPlan(to="webhook", name="hook", url="http://127.0.0.1:9/")
    plan = Plan("leeboard.toml", "", "", "", (), channels=(channel,))
    done = send_due(state, plan)
    assert (done.sent, done.failed, done.given_up) == (0, 1, 0)
    (kept,) = state.alarms.outgoing(now + timedelta(days=1))
    assert (kept.given_up, "private_address" in kept.error) == (False, True)
