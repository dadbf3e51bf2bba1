"""Calls to Slack, and what it says to them.

Place: below the channel of Slack, above the door to the network. Every answer but one
that says *ok* is an error.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from leeboard.errors import NotifyError

__all__ = ["SlackApi"]

_API = "https://slack.com/api/"
# Slack's own names for what passes by itself; anything else a person has to mend.
_AGAIN = frozenset(
    {"fatal_error", "internal_error", "ratelimited", "rate_limited", "request_timeout"}
    | {"rollup_error", "service_unavailable", "team_added_to_org", "timeout"}
)
_JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class SlackApi:
    """One workspace, as a bot or a webhook reaches it.

    Parameters
    ----------
    name : str
        Of the channel, for errors.
    url : str
        The webhook, or the API's address; empty: Slack's.
    secret : str
        The bot's token; empty: a webhook.
    allow_private : bool

    Notes
    -----
    All calls raise ``NotifyError`` if the guard refuses, no whole answer came within
    the seconds given, the status is not 200 or the answer does not say *ok*.
    """

    name: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    allow_private: bool = False

    def hook(self, payload: dict[str, Any], within_s: float) -> None:
        """Post to the webhook."""
        self._post(self.url, _packed(payload), {"Content-Type": _JSON}, within_s)

    def call(
        self, method: str, payload: dict[str, Any], within_s: float
    ) -> dict[str, Any]:
        """Call a method that takes JSON."""
        return self._method(method, _packed(payload), _JSON, within_s)

    def form(
        self, method: str, fields: dict[str, str], within_s: float
    ) -> dict[str, Any]:
        """Call a method that takes a form alone."""
        body = urlencode(fields, errors="replace").encode("ascii")
        kind = "application/x-www-form-urlencoded"
        return self._method(method, body, kind, within_s)

    def upload(self, url: str, data: bytes, within_s: float) -> None:
        """Put bytes where Slack said, without the token; not in the clear."""
        from leeboard.notify._http import Way, exchange, taken

        if url[:8].lower() != "https://" and not self._base.startswith("http://"):
            raise self._not_taken({}, "an address for the file that is not https", None)
        way = Way(self.name, self.allow_private, within_s)
        kind = {"Content-Type": "application/octet-stream"}
        taken(way, exchange(way, url, data, kind))

    @property
    def _base(self) -> str:
        return f"{(self.url or _API).rstrip('/')}/"

    def _method(
        self, method: str, body: bytes, kind: str, within_s: float
    ) -> dict[str, Any]:
        headers = {"Content-Type": kind, "Authorization": f"Bearer {self.secret}"}
        return self._post(self._base + method, body, headers, within_s)

    def _post(
        self, url: str, body: bytes, headers: dict[str, str], within_s: float
    ) -> dict[str, Any]:
        from leeboard.notify._http import Way, exchange, taken

        way = Way(self.name, self.allow_private, within_s)
        answer = taken(way, exchange(way, url, body, headers))
        said = _read(answer.body)
        if answer.status == 200 and said.get("ok") is True:
            return said
        found = f"status {answer.status} without ok"
        raise self._not_taken(said, found, answer.retry_after)

    def _not_taken(
        self, said: dict[str, Any], found: str, wait: float | None
    ) -> NotifyError:
        error = said.get("error")
        named = isinstance(error, str) and re.fullmatch("[a-z_]{1,60}", error)
        again = isinstance(error, str) and error in _AGAIN
        return NotifyError(
            code="not_taken",
            where=f"channel {self.name}",
            found=f"the answer {error}" if named else found,
            expected="one that says the message was taken",
            fix="It is tried again." if again else "Check the webhook or the token.",
        ).within((wait or 0.0) if again else None)


def _packed(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload).encode("ascii")


def _read(body: bytes) -> dict[str, Any]:
    """Read what Slack answers: ``ok`` from a webhook, an object from its API."""
    if body.strip() == b"ok":
        return {"ok": True}
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
