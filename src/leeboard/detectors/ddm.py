"""The share of mistakes against the lowest it has been."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from leeboard.detectors._detector import Memory, Rows, Signal
from leeboard.detectors._parameter import check_number, check_whole

__all__ = ["Ddm"]


@dataclass(frozen=True, slots=True)
class Ddm:
    """Fires when the share of mistakes has risen well above its lowest.

    Parameters
    ----------
    warm_start : int
        Rows before it may fire, at least 0.
    drift_threshold : float
        Standard deviations above the lowest, above 0.

    Notes
    -----
    Over all rows since its start: p, the share of mistakes, and s = √(p (1 - p) / n).
    It keeps p and s of the moment at which p + s was least, and fires when p + s is
    above p_min + drift_threshold · s_min. Then it begins anew. Windows are taken whole,
    so the least is looked for at their ends only; with windows of one row it is the
    published method. Since a running minimum goes on falling, false alarms come up
    again and again however long nothing changes. The warning level of the paper is left
    out: a second rule with a lower ``drift_threshold`` gives it.

    References
    ----------
    Gama, Medas, Castillo, Rodrigues (2004), Learning with drift detection, SBIA 2004,
    286-295; it agrees with ``river.drift.binary.DDM`` step by step.

    Examples
    --------
    >>> chart = Ddm()
    >>> memory = chart.step(chart.start(), Rows(100, 10)).memory
    >>> chart.step(memory, Rows(100, 50)).fired
    True
    """

    name: ClassVar[str] = "ddm"
    seen: ClassVar[type] = Rows
    restarts: ClassVar[bool] = True
    promise: ClassVar[str] = (
        "No rate of false alarms is promised: it compares with a running minimum and "
        "assumes independent rows."
    )

    warm_start: int = 30
    drift_threshold: float = 3.0

    def __post_init__(self) -> None:
        check_whole("ddm.warm_start", self.warm_start, at_least=0)
        check_number("ddm.drift_threshold", self.drift_threshold, above=0)

    def start(self) -> Memory:
        """Return rows, share of mistakes, and p and s at the lowest."""
        return (0.0,) * 4

    def step(self, memory: Memory, seen: Rows) -> Signal:
        """Take in the rows of one window; one without rows changes nothing."""
        n, p, p_min, s_min = memory
        had_minimum = n > self.warm_start
        if seen.n > 0:
            n += seen.n
            p += (seen.n / n) * (seen.total / seen.n - p)
        s = math.sqrt(max(0.0, p * (1 - p)) / n) if n > 0 else 0.0
        if n <= self.warm_start:
            return Signal((n, p, 0.0, 0.0), p + s, None, None, fired=False)
        if not had_minimum or p + s <= p_min + s_min:
            p_min, s_min = p, s
        limit = p_min + self.drift_threshold * s_min
        fired = seen.n > 0 and p + s > limit
        kept = self.start() if fired else (n, p, p_min, s_min)
        return Signal(kept, p + s, None, limit, fired)
