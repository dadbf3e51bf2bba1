"""Sends the messages that are due, each at least once and under one key.

Place: the last step of a pass. A message is first taken by its receiver and only then
noted as sent: a kill in between repeats one message, under the same key, and loses
none. The moment is a parameter; the only things that take time are the channels.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

from leeboard.notify._backoff import Limits
from leeboard.notify._channel import Channel
from leeboard.notify._delivered import Delivered
from leeboard.notify._outbox import Outbox, RowT
from leeboard.notify._turn import Turn

__all__ = ["deliver"]

_BATCH = 1000
_ROUNDS = 100
_USUAL = Limits()


def deliver(
    store: Outbox[RowT],
    channels: Mapping[str, Channel],
    now: datetime,
    *,
    limits: Limits = _USUAL,
) -> Delivered:
    """Send what is due, and note what became of it.

    Parameters
    ----------
    store : Outbox
        Of ``State.alarms``, what this takes.
    channels : mapping of name to Channel
        In the order in which one is told that another is broken.
    now : datetime
        Aware.
    limits : Limits

    Notes
    -----
    A channel that did not take a message is not tried again in this call, so that a
    slow one costs one deadline a pass and holds up none of the others. What it has to
    say waits; the message that was tried longest is tried first.

    Above the cap of messages an hour, the rest is told of in one digest; pages may use
    the last quarter of the cap alone. Events of PagerDuty are never folded: they wait.
    """
    done = Delivered()
    turns: dict[str, Turn[RowT]] = {}
    for _ in range(_ROUNDS):
        due = store.outgoing(now, _BATCH)
        if not due:
            break
        by_channel = sorted(due, key=lambda one: one.channel)
        for name, group in groupby(by_channel, key=lambda one: one.channel):
            turn = turns.setdefault(name, Turn(store, channels, name, now, limits))
            done += turn.take(list(group))
    return done
