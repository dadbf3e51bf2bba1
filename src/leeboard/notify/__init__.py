"""Who is told: one file a channel, and a guard before the network.

Place: an edge, beside logs and state. Shapes and sends one message; which ones are due
is known by the monitor, which keeps them until they were taken.
"""

from __future__ import annotations

from leeboard.notify._backoff import Limits
from leeboard.notify._channel import Channel, Draw, Sent
from leeboard.notify._delivered import Delivered
from leeboard.notify._open import open_channel
from leeboard.notify._settings import ChannelPlan
from leeboard.notify.delivery import deliver
from leeboard.notify.heartbeat import ping
from leeboard.notify.memory import MemoryChannel

__all__ = [
    "Channel",
    "ChannelPlan",
    "Delivered",
    "Draw",
    "Limits",
    "MemoryChannel",
    "Sent",
    "deliver",
    "open_channel",
    "ping",
]
