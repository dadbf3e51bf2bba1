"""A moving average that forgets, against limits around the usual mean."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from leeboard.detectors._detector import Memory, Signal
from leeboard.detectors._parameter import check_number, check_side, finite

__all__ = ["Ewma"]


@dataclass(frozen=True, slots=True)
class Ewma:
    """Fires when the exponentially weighted mean of the windows leaves its limits.

    Parameters
    ----------
    centre : float
        Usual mean of the figure; the average begins there.
    spread : float
        Usual standard deviation between windows, above 0, in the figure's unit.
    weight : float
        Of the newest window, between 0 and 1; small ones see small shifts sooner.
    width : float
        Distance of the limits from the centre in the average's own standard deviations.
    side : str
        ``both``, ``above`` or ``below``.

    Notes
    -----
    z ← z + weight (x - z); the limits are those of the long run,
    centre ± width · spread · √(weight / (2 - weight)), from the first window on. For
    independent normal figures with known centre and spread the defaults fire once in
    500 windows on average. It goes on firing while the average is outside.

    References
    ----------
    Roberts (1959), Technometrics 1, 239-250; for weight and width, Lucas and Saccucci
    (1990), Technometrics 32, 1-12.

    Examples
    --------
    >>> chart = Ewma(centre=0.0, spread=1.0)
    >>> chart.step(chart.start(), 2.0).value
    0.4
    """

    name: ClassVar[str] = "ewma"
    seen: ClassVar[type] = float
    restarts: ClassVar[bool] = False
    promise: ClassVar[str] = (
        "No rate of false alarms is promised: its limits assume independent normal "
        "windows and a centre and spread that are known exactly."
    )

    centre: float
    spread: float
    weight: float = 0.2
    width: float = 2.962
    side: str = "both"

    def __post_init__(self) -> None:
        check_number("ewma.centre", self.centre)
        check_number("ewma.spread", self.spread, above=0)
        check_number("ewma.weight", self.weight, above=0, below=1)
        check_number("ewma.width", self.width, above=0)
        check_side("ewma.side", self.side)

    def start(self) -> Memory:
        """Return the average before the first window: the centre."""
        return (float(self.centre),)

    def step(self, memory: Memory, seen: float) -> Signal:
        """Take in one window; reaching a limit does not fire."""
        (z,) = memory
        z += self.weight * (finite(self.name, seen) - z)
        reach = self.width * self.spread * math.sqrt(self.weight / (2 - self.weight))
        low = None if self.side == "above" else self.centre - reach
        high = None if self.side == "below" else self.centre + reach
        fired = (low is not None and z < low) or (high is not None and z > high)
        return Signal((z,), z, low, high, fired)
