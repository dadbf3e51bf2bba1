"""Slack: an incoming webhook, or a bot that keeps one thread an incident.

Place: one channel. slack-sdk shapes the blocks and knows their limits. It does not send
them: its client follows redirects and has no deadline of the whole.
"""

from __future__ import annotations

import time

from leeboard.incidents.message import Message, Purpose
from leeboard.notify._channel import Draw, Sent
from leeboard.notify._settings import ChannelPlan
from leeboard.notify._slack_api import SlackApi
from leeboard.notify._slack_blocks import payload_of
from leeboard.notify._slack_picture import show_picture

__all__ = ["Slack"]

_PICTURED = frozenset(
    {Purpose.TRIGGER, Purpose.ESCALATE, Purpose.DIGEST, Purpose.RESOLVE}
)
"""What a picture of the figures by window adds something to."""


class Slack:
    """Posts messages to one channel of Slack.

    Parameters
    ----------
    plan : ChannelPlan
        With ``url``, an incoming webhook; or with ``secret``, a bot's token, and
        ``channel``. Only a bot has threads and pictures.
    within_s : float
        For the whole exchange; and for all pictures together.
    draw : callable, optional
        From a message to its picture; only a bot shows one.

    Notes
    -----
    Texts go out as elements that Slack shows as they are, so that nothing in them
    becomes markup, a link or a mention. The one text that Slack does read, for
    notifications, has look-alikes for every sign of markup.

    Once a picture failed, or the time for pictures is over, this object tries no more:
    a service that is slow with files costs one deadline a pass.
    """

    def __init__(
        self, plan: ChannelPlan, *, within_s: float = 10.0, draw: Draw | None = None
    ) -> None:
        self._plan = plan
        self._api = SlackApi(plan.name, plan.url, plan.secret, plan.allow_private)
        self._within_s = within_s
        self._pictures_s = within_s
        self._draw = draw if plan.secret else None

    @property
    def name(self) -> str:
        """As the configuration names it."""
        return self._plan.name

    def send(self, message: Message, thread: str = "") -> Sent:
        """Post it; of a bot's message the time stamp is the thread.

        Raises
        ------
        NotifyError
            If the guard refuses, no whole answer came in time, the status is not 200 or
            the answer does not say that the message was taken.
        """
        payload = payload_of(message)
        if not self._plan.secret:
            self._api.hook(payload, self._within_s)
            return Sent()
        payload["channel"] = self._plan.channel
        if thread:
            payload["thread_ts"] = thread
            # an incident that got worse is also shown outside its thread
            payload["reply_broadcast"] = message.purpose is Purpose.ESCALATE
        said = self._api.call("chat.postMessage", payload, self._within_s)
        stamp = said.get("ts")
        return Sent(thread or (stamp if isinstance(stamp, str) else ""))

    def show(self, message: Message, thread: str) -> str:
        """Show the message's picture in its thread; return why not, or nothing."""
        draw, whole = self._draw, self._pictures_s
        if draw is None or not thread or message.purpose not in _PICTURED:
            return ""
        began = time.monotonic()

        def left() -> float:
            return whole - (time.monotonic() - began)

        why = show_picture(self._api, draw, message, (self._plan.channel, thread), left)
        self._pictures_s = left()
        if why or self._pictures_s <= 0.0:
            self._draw = None
        return why
