"""Sums of deviations from the mean so far, against their own extremes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from leeboard.detectors._detector import Memory, Signal
from leeboard.detectors._parameter import (
    check_number,
    check_side,
    check_whole,
    finite,
)

__all__ = ["PageHinkley"]


@dataclass(frozen=True, slots=True)
class PageHinkley:
    """Fires when the sum of deviations has moved far from where it was lowest.

    Parameters
    ----------
    min_instances : int
        Windows before it may fire, at least 1.
    delta : float
        Taken off each deviation, in the figure's unit, at least 0.
    threshold : float
        Of the statistic, in the figure's unit, above 0. The default of 50 suits large
        figures; shares need far less.
    alpha : float
        What a sum keeps of itself from window to window, above 0 and at most 1.
    side : str
        ``both``, ``above`` or ``below``.

    Notes
    -----
    With the mean of all windows so far m: up ← alpha · up + (x - m) - delta, and the
    statistic is up minus the least it has been; downwards likewise. It needs no centre
    and no spread, and begins anew after it fired: the new level is the usual one then.

    References
    ----------
    Page (1954), Biometrika 41, 100-115; in the form with forgetting that river has
    (``river.drift.PageHinkley``), with which it agrees step by step.

    Examples
    --------
    >>> chart = PageHinkley(min_instances=2, threshold=1.0)
    >>> memory = chart.step(chart.start(), 0.0).memory
    >>> chart.step(memory, 9.0).fired
    True
    """

    name: ClassVar[str] = "page_hinkley"
    seen: ClassVar[type] = float
    restarts: ClassVar[bool] = True
    promise: ClassVar[str] = (
        "No rate of false alarms is promised: its threshold is in the figure's own "
        "unit and has to be tuned on a quiet history."
    )

    min_instances: int = 30
    delta: float = 0.005
    threshold: float = 50.0
    alpha: float = 1 - 0.0001
    side: str = "both"

    def __post_init__(self) -> None:
        check_whole("page_hinkley.min_instances", self.min_instances, at_least=1)
        check_number("page_hinkley.delta", self.delta, above=-5e-324)
        check_number("page_hinkley.threshold", self.threshold, above=0)
        check_number("page_hinkley.alpha", self.alpha, above=0, below=1 + 1e-15)
        check_side("page_hinkley.side", self.side)

    def start(self) -> Memory:
        """Return n, mean, both sums, the least of the one and the most of the other."""
        return (0.0,) * 6

    def step(self, memory: Memory, seen: float) -> Signal:
        """Take in one window; the value is the larger statistic of the sides."""
        n, mean, up, down, least, most = memory
        x, first = finite(self.name, seen), n == 0
        n += 1
        mean += (1 / n) * (x - mean)
        up = self.alpha * up + (x - mean) - self.delta
        down = self.alpha * down + (x - mean) + self.delta
        # no infinities in a memory: it may be kept as JSON
        least = up if first else min(least, up)
        most = down if first else max(most, down)
        moved = {"above": up - least, "below": most - down}
        moved["both"] = max(moved.values())
        fired = n >= self.min_instances and moved[self.side] > self.threshold
        kept = self.start() if fired else (n, mean, up, down, least, most)
        return Signal(kept, moved[self.side], None, self.threshold, fired)
