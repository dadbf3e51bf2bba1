"""What the configuration says of one channel.

Place: at the bottom of the room, so that the configuration can build it. Values that
were in the environment have been read by then; the address and the secret are shown by
no repr.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from leeboard.alarms.judged import Severity
from leeboard.incidents.message import Message, Purpose

__all__ = ["ChannelPlan", "Kind"]

Kind = Literal["slack", "pagerduty", "webhook", "apprise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlan:
    """One table ``[[notify]]``.

    Parameters
    ----------
    to : str
        ``slack``, ``pagerduty``, ``webhook`` or ``apprise``.
    name : str
        How messages, errors and the store call it; ``to`` if the file names none.
    url : str
        Slack's incoming webhook, the webhook's address, or Apprise's URL. Of Slack with
        a token and of PagerDuty: another address of the service, such as PagerDuty's
        in Europe; empty for the usual one.
    secret : str
        Slack's bot token, PagerDuty's routing key, or what signs a webhook.
    channel : str
        Of Slack with a token: the channel's id, such as ``C024BE91L``.
    severity : Severity
        The least that it is told of.
    allow_private : bool
        It may lie inside: loopback and private networks.
    """

    to: Kind
    name: str
    url: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    channel: str = ""
    severity: Severity = Severity.WARN
    allow_private: bool = False

    def takes(self, message: Message) -> bool:
        """Whether a message is urgent enough for it; a test always is."""
        if message.purpose is Purpose.TEST:
            return True
        return message.severity.rank >= self.severity.rank
