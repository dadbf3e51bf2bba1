"""A column that has one value in all rows: evidence from one window.

If rows of a window are independent, and no value has more than a share s of them, all n
rows agree with probability at most s^(n - 1). The window's e-value is a bet of a tenth
on that: 0.9 + 0.1 / s^(n - 1) if all agree, else 0.9; its mean is at most 1.

Some columns have one value in a window by nature, as the month has within a day. So
nothing is bet before a number of windows has been seen, and nothing on a column that
had one value in more than a tenth of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from leeboard.detectors._detector import Evidence, Memory

__all__ = ["BY_NATURE", "Alike", "Constant"]

_BET = 0.1
BY_NATURE = 0.1
"""Share of windows with one value in all rows, above which that is a column's way."""

_LEARN = 20
"""Windows that are seen before anything is bet."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Rows of a window, and whether all have one value."""

    n: int
    alike: bool


@dataclass(frozen=True, slots=True)
class Constant:
    """Bets on a column standing still.

    Parameters
    ----------
    share : float
        Upper bound of the share of the most frequent value; in (0, 1].
    """

    name: ClassVar[str] = "constant"

    share: float

    def start(self) -> Memory:
        """Return the memory before the first window: evidence, windows, alike ones."""
        return (-math.inf, 0.0, 0.0)

    def restart(self, memory: Memory) -> Memory:
        """Forget the evidence; windows that were seen stay."""
        return (-math.inf, *memory[1:])

    def step(self, memory: Memory, seen: Alike) -> Evidence:
        """Take in one window; with fewer than two rows the evidence stays as it was."""
        log_s, windows, alike = memory
        if seen.n < 2:
            return Evidence(memory, 0.0, log_s)
        bets = windows >= _LEARN and alike <= windows * BY_NATURE
        log_e = self._log_e(seen) if bets else 0.0
        log_m = float(np.logaddexp(0.0, log_s)) + log_e
        # what was found by a bet is not what the column does by nature
        alike += float(seen.alike and not bets)
        return Evidence((log_m, windows + 1.0, alike), log_e, log_m)

    def _log_e(self, seen: Alike) -> float:
        log_e = math.log1p(-_BET)
        if not seen.alike:
            return log_e
        against = math.log(_BET) - (seen.n - 1) * math.log(self.share)
        return float(np.logaddexp(log_e, against))
