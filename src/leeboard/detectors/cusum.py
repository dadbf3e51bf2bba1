"""Sums of what exceeds the usual, one for each side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from leeboard.detectors._detector import Memory, Signal
from leeboard.detectors._parameter import check_number, check_side, finite

__all__ = ["Cusum"]


@dataclass(frozen=True, slots=True)
class Cusum:
    """Fires when deviations to one side have added up to more than a limit.

    Parameters
    ----------
    centre : float
        Usual mean of the figure.
    spread : float
        Usual standard deviation between windows, above 0, in the figure's unit.
    slack : float
        Taken off each deviation, in spreads, at least 0; half the shift to be found.
    limit : float
        Of each sum, in spreads, above 0.
    side : str
        ``both``, ``above`` or ``below``.

    Notes
    -----
    With z = (x - centre) / spread: up ← max(0, up + z - slack), down likewise with -z.
    For independent normal figures with known centre and spread, slack 0.5 and limit 5
    fire once in 465 windows on average, limit 4 once in 168. The value is the larger
    sum, negative for the lower side. A sum that crossed stays at its limit and not
    beyond: the chart fires on while the shift lasts, and is silent soon after its end.

    References
    ----------
    Page (1954), Biometrika 41, 100-115; Lucas and Crosier (1982), Technometrics 24,
    199-205.

    Examples
    --------
    >>> chart = Cusum(centre=0.0, spread=1.0)
    >>> chart.step(chart.start(), 2.0).value
    1.5
    """

    name: ClassVar[str] = "cusum"
    seen: ClassVar[type] = float
    restarts: ClassVar[bool] = False
    promise: ClassVar[str] = (
        "No rate of false alarms is promised: its limit assumes independent normal "
        "windows and a centre and spread that are known exactly."
    )

    centre: float
    spread: float
    slack: float = 0.5
    limit: float = 5.0
    side: str = "both"

    def __post_init__(self) -> None:
        check_number("cusum.centre", self.centre)
        check_number("cusum.spread", self.spread, above=0)
        # 0 is a sum of all deviations, which is allowed; a negative slack drifts away
        check_number("cusum.slack", self.slack, above=-5e-324)
        check_number("cusum.limit", self.limit, above=0)
        check_side("cusum.side", self.side)

    def start(self) -> Memory:
        """Return both sums before the first window: 0."""
        return (0.0, 0.0)

    def step(self, memory: Memory, seen: float) -> Signal:
        """Take in one window; reaching the limit does not fire."""
        up, down = memory
        z = (finite(self.name, seen) - self.centre) / self.spread
        up = 0.0 if self.side == "below" else max(0.0, up + z - self.slack)
        down = 0.0 if self.side == "above" else max(0.0, down - z - self.slack)
        kept = (min(up, self.limit), min(down, self.limit))
        low = None if self.side == "above" else -self.limit
        high = None if self.side == "below" else self.limit
        value = up if up >= down else -down
        return Signal(kept, value, low, high, max(up, down) > self.limit)
