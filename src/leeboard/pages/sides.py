"""Rows that have no place among a histogram's bars, as bars beside them.

Without these, a column whose values are all new would look as if nothing had come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from leeboard.pages.contexts import Apart, Bar, Tick
from leeboard.pages.words import share

__all__ = ["Sides", "side"]

_SEEN = 0.02
"""Share from which a bar is drawn: less is not half a pixel in the small chart."""

_SLOT, _ROOM = 0.09, 0.13
"""Width of a bar beside the axis, and what the axis leaves for it."""


def side(label: str, rows: Iterable[Apart], left: float, right: float) -> list[Bar]:
    """Return one bar of all these rows together; none where they are too few."""
    found = list(rows)
    reference = min(sum(one.reference for one in found), 1.0)
    current = min(sum(one.current for one in found), 1.0)
    if max(reference, current) < _SEEN:
        return []
    shares = f"reference {share(reference)}, current {share(current)}"
    marked = any(one.marked for one in found)
    return [Bar(left, right, reference, current, label, shares, marked)]


class Sides:
    """Room at both ends of an axis for rows beyond it.

    Parameters
    ----------
    below, above : iterable of Apart
        Rows to the left and to the right of what is drawn.
    """

    def __init__(self, below: Iterable[Apart], above: Iterable[Apart]) -> None:
        low = side("below", below, 0.0, _SLOT)
        high = side("above", above, 1.0 - _SLOT, 1.0)
        self.bars = (*low, *high)
        self._start = _ROOM if low else 0.0
        self._width = 1.0 - self._start - (_ROOM if high else 0.0)

    def _at(self, place: float) -> float:
        return self._start + place * self._width

    def moved(self, bars: Iterable[Bar]) -> tuple[Bar, ...]:
        """Return bars of the axis, with room left for those beside it."""
        return tuple(
            replace(bar, left=self._at(bar.left), right=self._at(bar.right))
            for bar in bars
        )

    def ticks(self, ticks: Iterable[Tick]) -> tuple[Tick, ...]:
        """Return the axis's ticks likewise."""
        return tuple(replace(tick, at=self._at(tick.at)) for tick in ticks)
