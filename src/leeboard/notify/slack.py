"""Slack: an incoming webhook, or a bot that keeps one thread an incident.

Place: one channel. slack-sdk shapes the blocks and knows their limits. It does not send
them: its client follows redirects and has no deadline of the whole.
"""

from __future__ import annotations

import json
import re
from typing import Any

from leeboard.errors import NotifyError
from leeboard.incidents.message import Message, Purpose
from leeboard.notify._channel import Sent
from leeboard.notify._settings import ChannelPlan
from leeboard.notify._slack_blocks import payload_of

__all__ = ["Slack"]

_API = "https://slack.com/api/"
# Slack's own names for what passes by itself; anything else a person has to mend.
_AGAIN = frozenset(
    {"fatal_error", "internal_error", "ratelimited", "rate_limited", "request_timeout"}
    | {"rollup_error", "service_unavailable", "team_added_to_org", "timeout"}
)


class Slack:
    """Posts messages to one channel of Slack.

    Parameters
    ----------
    plan : ChannelPlan
        With ``url``, an incoming webhook; or with ``secret``, a bot's token, and
        ``channel``. Only a bot has threads.
    within_s : float
        For the whole exchange.

    Notes
    -----
    Texts go out as elements that Slack shows as they are, so that nothing in them
    becomes markup, a link or a mention. The one text that Slack does read, for
    notifications, has look-alikes for every sign of markup.
    """

    def __init__(self, plan: ChannelPlan, *, within_s: float = 10.0) -> None:
        self._plan = plan
        self._within_s = within_s

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
            self._post(self._plan.url, payload, {})
            return Sent()
        payload["channel"] = self._plan.channel
        if thread:
            payload["thread_ts"] = thread
            # an incident that got worse is also shown outside its thread
            payload["reply_broadcast"] = message.purpose is Purpose.ESCALATE
        base = f"{(self._plan.url or _API).rstrip('/')}/"
        headers = {"Authorization": f"Bearer {self._plan.secret}"}
        said = self._post(base + "chat.postMessage", payload, headers)
        stamp = said.get("ts")
        return Sent(thread or (stamp if isinstance(stamp, str) else ""))

    def _post(
        self, url: str, payload: dict[str, Any], headers: dict[str, str]
    ) -> dict[str, Any]:
        from leeboard.notify._http import Way, exchange, taken

        way = Way(self.name, self._plan.allow_private, self._within_s)
        body = json.dumps(payload).encode("ascii")
        kind = {"Content-Type": "application/json; charset=utf-8"}
        answer = taken(way, exchange(way, url, body, {**kind, **headers}))
        said = _read(answer.body)
        if answer.status == 200 and said.get("ok") is True:
            return said
        raise self._not_taken(said, answer.status, answer.retry_after)

    def _not_taken(
        self, said: dict[str, Any], status: int, wait: float | None
    ) -> NotifyError:
        error = said.get("error")
        named = isinstance(error, str) and re.fullmatch("[a-z_]{1,60}", error)
        again = isinstance(error, str) and error in _AGAIN
        return NotifyError(
            code="not_taken",
            where=f"channel {self.name}",
            found=f"the answer {error}" if named else f"status {status} without ok",
            expected="one that says the message was taken",
            fix="It is tried again." if again else "Check the webhook or the token.",
        ).within((wait or 0.0) if again else None)


def _read(body: bytes) -> dict[str, Any]:
    """Read what Slack answers: ``ok`` from a webhook, an object from its API."""
    if body.strip() == b"ok":
        return {"ok": True}
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
