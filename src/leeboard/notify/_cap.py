"""Which of the messages that are due may go out one by one.

Place: arithmetic for delivery.
"""

from __future__ import annotations

from collections.abc import Sequence

from leeboard.alarms.judged import Severity
from leeboard.notify._outbox import Row, RowT

__all__ = ["room_for_digest", "within_cap"]


def within_cap(
    due: Sequence[RowT], told: int, per_hour: int
) -> tuple[list[RowT], list[RowT]]:
    """Divide what is due into what may go out one by one, and what is over the cap.

    Parameters
    ----------
    due : sequence
        The oldest first.
    told : int
        What the channel has taken within the hour.
    per_hour : int
        The cap. Pages may use all of it, others leave its last quarter; where any of
        them are over, the last place is kept for a digest.

    Returns
    -------
    chosen, over : list, list
        What was tried most often first: it tells whether a broken channel works again.
    """
    ordered = sorted(due, key=lambda one: -one.attempts)
    pages = sum(_is_page(one) for one in ordered)
    others = len(ordered) - pages
    room = max(per_hour - told, 0)
    page_room = pages if pages <= room else max(room - 1, 0)
    slack = max(min(room - page_room, room - per_hour // 4), 0)
    other_room = others if others <= slack else max(slack - 1, 0)
    left = {True: page_room, False: other_room}
    chosen: list[RowT] = []
    over: list[RowT] = []
    for one in ordered:
        page = _is_page(one)
        (chosen if left[page] > 0 else over).append(one)
        left[page] -= 1
    return chosen, over


def room_for_digest(over: Sequence[Row], told: int, per_hour: int) -> bool:
    """Whether one digest more may go out; without a page it leaves the last quarter."""
    if any(_is_page(one) for one in over):
        return told < per_hour
    return told < per_hour - per_hour // 4


def _is_page(one: Row) -> bool:
    return one.message.severity is Severity.PAGE
