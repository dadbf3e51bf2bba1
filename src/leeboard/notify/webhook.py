"""A signed webhook: the message as JSON, to a receiver of one's own.

Place: one channel. The body is plain data, so nothing is escaped; who shows it must.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import time
from collections.abc import Callable
from typing import Any

from leeboard.incidents.message import Message
from leeboard.notify._channel import Sent
from leeboard.notify._settings import ChannelPlan

__all__ = ["SIGNATURE", "Webhook", "body_of", "signature"]

SIGNATURE = "Leeboard-Signature"


class Webhook:
    """Posts messages to one URL.

    Parameters
    ----------
    plan : ChannelPlan
        With ``url``, and ``secret`` to sign with; without one nothing is signed.
    clock : callable
        Seconds since 1970.
    within_s : float
        For the whole exchange.

    Notes
    -----
    The header ``Leeboard-Signature: t=1700000000,v1=…`` holds the time of sending and,
    in hexadecimal, HMAC-SHA256 over ``t``, a full stop and the body. The time is under
    the signature, so a receiver that refuses old ones cannot be played old messages.
    ``key`` in the body is the same however often a message is sent: a receiver that
    has seen it drops the repeat. Redirects are not followed.
    """

    def __init__(
        self,
        plan: ChannelPlan,
        *,
        clock: Callable[[], float] = time.time,
        within_s: float = 10.0,
    ) -> None:
        self._plan = plan
        self._clock = clock
        self._within_s = within_s

    @property
    def name(self) -> str:
        """As the configuration names it."""
        return self._plan.name

    def send(self, message: Message, thread: str = "") -> Sent:
        """Post it; any 2xx is a yes.

        Raises
        ------
        NotifyError
            If the guard refuses, no whole answer came in time, or it was no 2xx.
        """
        from leeboard.notify._http import Way, exchange, taken

        del thread
        body = body_of(message)
        headers = {"Content-Type": "application/json"}
        if self._plan.secret:
            at = int(self._clock())
            headers[SIGNATURE] = f"t={at},v1={signature(self._plan.secret, at, body)}"
        way = Way(self.name, self._plan.allow_private, self._within_s)
        taken(way, exchange(way, self._plan.url, body, headers))
        return Sent()


def signature(secret: str, at: int, body: bytes) -> str:
    """Return HMAC-SHA256 over the time, a full stop and the body, in hexadecimal.

    Parameters
    ----------
    secret : str
        Its UTF-8 bytes are the key.
    at : int
        Seconds since 1970.
    body : bytes
    """
    signed = str(at).encode() + b"." + body
    return hmac.new(secret.encode("utf-8"), signed, hashlib.sha256).hexdigest()


def body_of(message: Message) -> bytes:
    """Return the message as JSON; values of the chart that are not finite are null."""
    document: dict[str, Any] = {
        "format": 1,
        "key": message.key,
        "incident": message.incident,
        "model": message.model,
        "purpose": message.purpose.value,
        "severity": message.severity.value,
        "at": message.at.isoformat(),
        "title": message.title,
        "lines": list(message.lines),
        "facts": [{"name": name, "value": value} for name, value in message.facts],
        "next_steps": list(message.next_steps),
        "link": message.link,
        "chart": [value if math.isfinite(value) else None for value in message.chart],
    }
    text = json.dumps(document, allow_nan=False, ensure_ascii=False)
    # half a surrogate pair, which data may hold, is nothing that strict readers take
    return text.encode("utf-8", "replace")
