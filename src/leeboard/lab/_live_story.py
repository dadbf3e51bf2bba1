"""The live model told: its error by week, what was expected, and how that did.

Every figure comes from the replay. Must not measure anything itself.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from leeboard.lab._live import Live, Week

__all__ = ["live_story"]

_WIDTH = 79
_INDENT = "   "
_EVERY = 8
"""Weeks between those that are shown."""


def live_story(live: Live) -> str:
    """Return what became of the live model, in at most 40 lines of 79 columns."""
    return "\n".join([*_table(live), *_lesson(live)]) + "\n"


def _prose(text: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT
    )


def _table(live: Live) -> Iterator[str]:
    yield "5. Live: every hour logged, labels two days late, one window a week"
    yield from _prose(
        f"{live.predictions:,} predictions went through the logger, {live.joined:,}"
        " joined with their label. The error by week, in rentals an hour, with 95 %"
        f" intervals; it was {live.reference:.0f} on the training days."
    )
    yield f"{_INDENT}week of     hours  labels  realised             estimated"
    for week in live.weeks[::_EVERY]:
        yield _INDENT + _line(week)


def _line(week: Week) -> str:
    return (
        f"{week.start}  {week.predictions:5}  {week.labels:6}"
        f"  {_span(week.realised):19}  {_span(week.estimated)}"
    ).rstrip()


def _span(span: tuple[float, float, float] | None) -> str:
    if span is None:
        return "none"
    value, low, high = span
    return f"{value:4.0f} ({low:3.0f} to {high:3.0f})"


def _lesson(live: Live) -> Iterator[str]:
    paused, settled = live.paused, live.settled
    yield from _prose(
        f"On the Monday after the week of {paused.start} a pass found"
        f" {paused.labels} of {paused.predictions} labels and called its error"
        f" provisional: {_span(paused.realised).strip()}. With all {settled.labels} it"
        f" became {_span(settled.realised).strip()}."
    )
    yield from _prose(live.record.sentence())
    yield from _prose(
        "That is the lesson: an estimate without labels knows what the reference knew."
        " It sees that summer afternoons are harder to predict, and cannot see that"
        " demand itself has grown. Labels, even late and few, are what finds that out."
    )
    yield ""
    yield from _prose(f"Look around: cd {live.folder}, then leeboard status, or")
    yield from _prose("leeboard export joined --parquet joined.parquet")
