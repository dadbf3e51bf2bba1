"""PagerDuty, by its Events API v2: one alert an incident, opened, taken and closed.

Place: one channel. Its fields are plain text; they are cleaned and cut to its limits.
"""

from __future__ import annotations

import json
from typing import Any

from leeboard.alarms.judged import Severity
from leeboard.errors import NotifyError
from leeboard.incidents.message import Message, Purpose
from leeboard.notify._channel import Sent
from leeboard.notify._settings import ChannelPlan
from leeboard.notify._words import heading
from leeboard.notify.escape import clean, web_link

__all__ = ["PagerDuty", "event_of"]

_URL = "https://events.pagerduty.com/v2/enqueue"
_SEVERITIES = {
    Severity.PAGE: "critical",
    Severity.WARN: "warning",
    Severity.NOTE: "info",
}
_ACTIONS = {Purpose.ACKNOWLEDGE: "acknowledge", Purpose.RESOLVE: "resolve"}


class PagerDuty:
    """Sends events to one service of PagerDuty.

    Parameters
    ----------
    plan : ChannelPlan
        With ``secret``, the service's integration key; ``url`` where the account is
        not at the usual address.
    within_s : float
        For the whole exchange.

    Notes
    -----
    All messages of an incident carry its id as ``dedup_key``, so PagerDuty itself drops
    repeats. A test opens an alert of severity *info* and closes it at once.
    """

    folds = False  # an event that were folded into a digest would leave its alert open

    def __init__(self, plan: ChannelPlan, *, within_s: float = 10.0) -> None:
        self._plan = plan
        self._within_s = within_s

    @property
    def name(self) -> str:
        """As the configuration names it."""
        return self._plan.name

    def send(self, message: Message, thread: str = "") -> Sent:
        """Send its event.

        Raises
        ------
        NotifyError
            If the guard refuses, no whole answer came in time, or the answer does not
            say *success*.
        """
        del thread
        event = event_of(message, self._plan.secret)
        self._post(event)
        if message.purpose is Purpose.TEST:
            self._post({**event, "event_action": "resolve"})
        return Sent()

    def _post(self, event: dict[str, Any]) -> None:
        from leeboard.notify._http import Way, exchange, taken

        way = Way(self.name, self._plan.allow_private, self._within_s)
        url = self._plan.url or _URL
        kind = {"Content-Type": "application/json"}
        body = json.dumps(event).encode("ascii")
        answer = taken(way, exchange(way, url, body, kind))
        try:
            said = json.loads(answer.body)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict) or said.get("status") != "success":
            raise NotifyError(
                code="not_taken",
                where=f"channel {self.name}",
                found=f"status {answer.status} without success",
                expected="an answer that says the event was taken",
                fix="Check the address; it is tried again.",
            ).within(0.0)


def event_of(message: Message, routing_key: str) -> dict[str, Any]:
    """Return the message as an event of the Events API v2."""
    severity = "info" if message.purpose in _QUIET else _SEVERITIES[message.severity]
    details = {clean(name, 100): clean(value, 1000) for name, value in message.facts}
    said = {"what": [clean(line, 1000) for line in message.lines[:20]]}
    steps = [clean(step, 1000) for step in message.next_steps[:20]]
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": _ACTIONS.get(message.purpose, "trigger"),
        "dedup_key": clean(message.incident or message.key, 255),
        "client": "Leeboard",
        "payload": {
            "summary": clean(heading(message), 1024),
            "source": clean(message.model, 255) or "leeboard",
            "severity": severity,
            "timestamp": message.at.isoformat(),
            "component": clean(message.model, 255),
            "custom_details": {**details, **said, "next": steps},
        },
    }
    link = web_link(message.link)
    if link:
        event["links"] = [{"href": link, "text": "Open the incident"}]
    return event


# A reminder of what is known must not wake anybody anew.
_QUIET = frozenset({Purpose.DIGEST, Purpose.TEST})
