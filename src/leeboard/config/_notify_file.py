"""Who is told, as ``leeboard.toml`` says it, read strictly.

[[notify]]
to = "slack"
url = { env = "SLACK_WEBHOOK_URL" }
severity = "page"

[heartbeat]
url = { env = "HEARTBEAT_URL" }
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from leeboard.alarms.judged import Severity
from leeboard.config._document import Document, close_names
from leeboard.config.plan import Heartbeat
from leeboard.notify import ChannelPlan
from leeboard.notify._settings import Kind

__all__ = ["channel_plans", "heartbeat_plan"]

_KEYS = ("to", "name", "url", "secret", "channel", "severity", "allow_private")
_Read = Callable[..., str | None]


def channel_plans(document: Document, read: _Read) -> tuple[ChannelPlan, ...]:
    """Read the tables ``[[notify]]``.

    Parameters
    ----------
    document : Document
    read : callable
        Gives the text at a key, from the environment where the file says so.

    Raises
    ------
    ConfigError
        With file and line.
    """
    rows = document.values.get("notify", [])
    if not isinstance(rows, list):
        document.wrong_type("notify", value=rows, wanted=list)
    found: dict[str, ChannelPlan] = {}
    for i in range(len(rows)):
        one = _channel(document, read, i)
        if one.name in found:
            document.refuse(
                "notify",
                i,
                code="duplicate_name",
                found=f"two channels named {one.name!r}",
                expected="a name of its own for each",
                fix='Give one a name = "…".',
            )
        found[one.name] = one
    return tuple(found.values())


def _channel(document: Document, read: _Read, i: int) -> ChannelPlan:
    at = ("notify", i)
    document.only(_KEYS, *at)
    kinds = get_args(Kind)
    to = document.text(*at, "to")
    if to not in kinds:
        document.refuse(
            *at,
            "to",
            code="unknown_name",
            found="no receiver" if to is None else f"to = {to!r:.40}",
            expected="one of " + ", ".join(kinds),
            fix=close_names(to or "", kinds) or "Apprise knows a hundred others.",
        )
    given: dict[str, Any] = {
        key: read(document, *at, key) or "" for key in ("url", "secret", "channel")
    }
    severity = document.text(*at, "severity")
    if severity is not None:
        if severity not in list(Severity):
            document.refuse(
                *at,
                "severity",
                code="unknown_name",
                found=repr(severity),
                expected="one of " + ", ".join(Severity),
                fix=close_names(severity, list(Severity)) or "Name one of them.",
            )
        given["severity"] = Severity(severity)
    return ChannelPlan(
        to=to,  # type: ignore[arg-type]  # one of the kinds
        name=document.text(*at, "name") or str(to),
        allow_private=_flag(document, *at, "allow_private"),
        **given,
    )


def heartbeat_plan(document: Document, read: _Read) -> Heartbeat | None:
    """Read the table ``[heartbeat]``; None where there is none."""
    if "heartbeat" not in document.values:
        return None
    document.only(("url", "allow_private"), "heartbeat")
    url = read(document, "heartbeat", "url")
    if not url:
        document.refuse(
            "heartbeat",
            code="missing_key",
            found="a heartbeat without a url",
            expected='url = { env = "HEARTBEAT_URL" }',
            fix="Give it, or remove the table.",
        )
    return Heartbeat(url, _flag(document, "heartbeat", "allow_private"))


def _flag(document: Document, *at: str | int) -> bool:
    value = document.table(*at[:-1]).get(str(at[-1]), False)
    if not isinstance(value, bool):
        document.wrong_type(*at, value=value, wanted=bool)
    return value
