"""Each window by itself against limits around the usual mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from leeboard.detectors._detector import Memory, Signal
from leeboard.detectors._parameter import check_number, check_side, finite

__all__ = ["Shewhart"]


@dataclass(frozen=True, slots=True)
class Shewhart:
    """Fires when a figure is further than some standard deviations from its centre.

    Parameters
    ----------
    centre : float
        Usual mean of the figure.
    spread : float
        Usual standard deviation between windows, above 0, in the figure's unit.
    width : float
        Distance of the limits from the centre in spreads, above 0.
    side : str
        ``both``, ``above`` or ``below``.

    Notes
    -----
    For independent normal figures with known centre and spread a window fires with
    probability 2 Φ(-width): at 3, one window in 370 on average. It remembers nothing.

    References
    ----------
    Shewhart (1931), Economic Control of Quality of Manufactured Product.

    Examples
    --------
    >>> chart = Shewhart(centre=0.8, spread=0.01)
    >>> chart.step(chart.start(), 0.76).fired
    True
    """

    name: ClassVar[str] = "shewhart"
    seen: ClassVar[type] = float
    restarts: ClassVar[bool] = False
    promise: ClassVar[str] = (
        "No rate of false alarms is promised: its limits assume independent normal "
        "windows and a centre and spread that are known exactly."
    )

    centre: float
    spread: float
    width: float = 3.0
    side: str = "both"

    def __post_init__(self) -> None:
        check_number("shewhart.centre", self.centre)
        check_number("shewhart.spread", self.spread, above=0)
        check_number("shewhart.width", self.width, above=0)
        check_side("shewhart.side", self.side)

    def start(self) -> Memory:
        """Return the empty memory."""
        return ()

    def step(self, memory: Memory, seen: float) -> Signal:
        """Compare one window with the limits; reaching a limit does not fire."""
        x, reach = finite(self.name, seen), self.width * self.spread
        low = None if self.side == "above" else self.centre - reach
        high = None if self.side == "below" else self.centre + reach
        fired = (low is not None and x < low) or (high is not None and x > high)
        return Signal(memory, x, low, high, fired)
