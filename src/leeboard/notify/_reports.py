"""Messages about messages: a broken channel, one given up, and a digest.

Place: made by delivery. Their keys follow from what they speak of, so that a repeat
after a kill is a repeat for the receiver too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leeboard.incidents.message import Message, Purpose
from leeboard.notify._outbox import Row
from leeboard.notify._words import heading

__all__ = ["broken", "digest", "given_up"]

_LISTED = 10


def broken(tried: Row, behind: int, error: str, now: datetime) -> Message:
    """Return what another channel is told of one that takes nothing.

    Parameters
    ----------
    tried : Row
    behind : int
        Messages that wait for the same channel.
    error : str
        Of the last attempt.
    now : datetime
    """
    return _report(
        tried,
        now,
        kind="broken",
        title=f"the channel {tried.channel} does not take messages",
        lines=(
            f"Tried {tried.attempts} times; {behind + 1} messages wait for it.",
            f"Not told there so far: {heading(tried.message)}",
            error,
        ),
    )


def given_up(tried: Row, error: str, now: datetime) -> Message:
    """Return what another channel is told of a message that was given up."""
    return _report(
        tried,
        now,
        kind="given up",
        title=f"a message to the channel {tried.channel} was given up",
        lines=(
            f"It was tried {tried.attempts} times.",
            f"Never told there: {heading(tried.message)}",
            error,
        ),
    )


def digest(channel: str, over: Sequence[Row], now: datetime) -> Message:
    """Return one message that stands for many, which were over the cap of an hour.

    Its key is made of the last of them alone: that one is noted last, so that what is
    left after a kill has the same key.
    """
    first, last = over[0].message, over[-1].message
    listed = tuple(heading(one.message) for one in over[:_LISTED])
    more = len(over) - len(listed)
    models = {one.message.model for one in over}
    return Message(
        key=f"digest/{channel}/{last.key}",
        incident="",
        model=first.model if len(models) == 1 else "",
        purpose=Purpose.DIGEST,
        severity=max((one.message.severity for one in over), key=lambda s: s.rank),
        at=now,
        title=f"{len(over)} messages more than this channel takes in an hour",
        lines=(*listed, *((f"… and {more} more",) if more else ())),
        next_steps=("leeboard incidents",),
    )


def _report(
    tried: Row, now: datetime, *, kind: str, title: str, lines: tuple[str, ...]
) -> Message:
    return Message(
        key=f"{kind}/{tried.channel}/{tried.message.key}",
        incident="",
        model=tried.message.model,
        purpose=Purpose.TRIGGER,
        severity=tried.message.severity,
        at=now,
        title=title,
        lines=lines,
        next_steps=("leeboard notify test",),
    )
