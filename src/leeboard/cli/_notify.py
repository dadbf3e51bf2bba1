"""``leeboard notify``: whether messages arrive."""

from __future__ import annotations

from datetime import UTC, datetime
from secrets import token_hex

from leeboard.alarms.judged import Severity
from leeboard.cli._terminal import clean, say, tell
from leeboard.errors import ConfigError, NotifyError
from leeboard.incidents.message import Message, Purpose
from leeboard.monitor.monitor import Monitor
from leeboard.monitor.sending import channels_of

__all__ = ["test"]


def test(config: str, to: str | None) -> int:
    """Send a test message to every channel, or to one; 1 if one did not take it."""
    plan = Monitor(config).plan
    channels = channels_of(plan)
    names = [one.name for one in plan.channels]
    if not names or (to is not None and to not in names):
        raise ConfigError(
            code="unknown_channel",
            where=plan.path,
            found="no channel" if to is None else f"no channel {to!r}",
            expected="one of " + ", ".join(map(repr, names)) if names else "[[notify]]",
            fix="Add a table [[notify]]; docs/messages.md shows how.",
        )
    failed = 0
    for name, channel in channels.items():
        if to is None or name == to:
            try:
                channel.send(_message())
                say(f"{clean(name)} took the message.\n")
            except NotifyError as error:
                failed += 1
                tell(f"{error}")
    return int(failed > 0)


def _message() -> Message:
    return Message(
        key=f"test:{token_hex(8)}",
        incident="test",
        model="",
        purpose=Purpose.TEST,
        severity=Severity.NOTE,
        at=datetime.now(UTC),
        title="Leeboard can reach you here",
        lines=("This is a test: nothing has happened.",),
    )
