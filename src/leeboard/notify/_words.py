"""What every channel says of a message, before it shapes it.

Place: below the channels. No text is escaped here: that is each channel's own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from leeboard.alarms.judged import Severity
from leeboard.incidents.message import Message, Purpose

__all__ = ["bars", "heading", "paragraphs"]

_ASKS = {Severity.PAGE: "Page", Severity.WARN: "Warning", Severity.NOTE: "Note"}
_SAYS = {
    Purpose.ACKNOWLEDGE: "Acknowledged",
    Purpose.RESOLVE: "Resolved",
    Purpose.DIGEST: "Digest",
    Purpose.TEST: "Test",
}
_BARS = "▁▂▃▄▅▆▇█"
_WIDEST = 60


def heading(message: Message) -> str:
    """Return one line: what it asks for, of which model, and the title."""
    asks = _SAYS.get(message.purpose, _ASKS[message.severity])
    model = f" · {message.model}" if message.model else ""
    return f"{asks}{model}: {message.title}"


def paragraphs(message: Message) -> Iterator[str]:
    """Yield the message's sentences and facts, one a line."""
    yield from message.lines
    for name, value in message.facts:
        yield f"{name}: {value}"
    small = bars(message.chart)
    if small:
        yield f"By window: {small}"


def bars(chart: tuple[float, ...]) -> str:
    """Return the last 60 values as bars from least to most; a gap where one is none.

    Empty if fewer than two are finite, or all are alike.
    """
    shown = chart[-_WIDEST:]
    finite = [value for value in shown if math.isfinite(value)]
    if len(finite) < 2 or min(finite) == max(finite):
        return ""
    low, high = min(finite), max(finite)
    # halved first: the span of two doubles may be no double
    span = high / 2 - low / 2
    return "".join(
        _BARS[round((value / 2 - low / 2) / span * (len(_BARS) - 1))]
        if math.isfinite(value)
        else " "
        for value in shown
    )
