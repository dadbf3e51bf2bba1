"""Messages for tests, and texts that would like to be markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from leeboard.alarms.judged import Severity
from leeboard.incidents.message import Message, Purpose

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

_PLAIN = Message(
    key="demand-2026-03-01-1a2b/1",
    incident="demand-2026-03-01-1a2b",
    model="demand",
    purpose=Purpose.TRIGGER,
    severity=Severity.PAGE,
    at=NOW,
    title="temp_c is measured in another unit",
    lines=("The distribution of temp_c moved.", "Its mean went from 12 to 54."),
    facts=(("first bad window", "2026-02-28"), ("columns", "temp_c, feels_like")),
    next_steps=("leeboard incidents show demand-2026-03-01-1a2b",),
    link="https://leeboard.example.com/incidents/demand-2026-03-01-1a2b",
    chart=(0.0, 0.1, 0.0, 2.0, 8.0, 21.0),
)


def message(**changes: Any) -> Message:
    """Return an ordinary message, but for some fields."""
    return replace(_PLAIN, **changes)


def hostile(text: str) -> Message:
    """Return a message with the text in every field that may hold data."""
    return message(
        title=f"column {text} moved",
        model=text,
        lines=(text, f"The column {text} moved."),
        facts=((text, text),),
        next_steps=(f"leeboard expect {text}",),
        link=text,
    )


HOSTILE = (
    "<!channel>",
    "<!here|here>",
    "<!everyone>",
    "<@U012AB3CD>",
    "<#C012AB3CD|general>",
    "<!subteam^SAZ94GDB8>",
    "<https://evil.example|click me>",
    "<mailto:evil@example.com|us>",
    "&lt;!channel&gt;",
    "&#60;!channel&#62;",
    "*bold*",
    "_italic_",
    "~struck~",
    "`code`",
    "```code```",
    "**bold**",
    "__bold__",
    "[click](https://evil.example)",
    "![picture](https://evil.example/x.png)",
    "[click][1]",
    "# heading",
    "> quote",
    "- item",
    "1. item",
    "===",
    "---",
    "|a|b|",
    "||spoiler||",
    "@everyone",
    "@here",
    "@channel",
    "#general",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "https://evil.example/login",
    "www.evil.example",
    "a\r\nBcc: everyone@example.com",
    "a\n*b*\u2028<!channel>\u2029\x85_c_",
    "\u202egnp.exe\u202c \u200b*x*\u200b",
    "\x1b[31mred\x1b[0m \x00 \ud800",
    "{{ secret }} ${HOME} {0}",
    "\\*not escaped\\* \\<!channel>",
    ":boom: <t:0:R> <a:x:1>",
)
