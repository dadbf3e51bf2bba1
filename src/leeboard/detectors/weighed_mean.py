"""D1 for losses: whether the mean of values that rows have by cell went up.

Place: a detector. For errors of regressions, whose rows are known by their cell.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from typing import Any, ClassVar

import numpy as np

from leeboard.detectors import _recursion
from leeboard.detectors._detector import Evidence, Memory
from leeboard.detectors._settings import check_share, refuse

__all__ = ["WeighedMean"]

_Array = np.ndarray[Any, Any]
_STAKES = np.geomspace(0.03, 0.9, 8)
"""Bets on a window, as parts of the most that can be bet."""
_VARIANCES = np.array([0.25, 0.06, 0.015])
"""Of the reference's values: a bet on its bound suits each."""
_MOST = 0.95
_FINE = 1 << 40
"""Steps in which the bound is looked for; the next one up is taken."""


class WeighedMean:
    """Evidence that the mean of values in [0, 1] lies above the reference's.

    Parameters
    ----------
    values : floats, shape (K,)
        Value of a row in each cell, in [0, 1].
    reference : ints or floats, shape (K,)
        The reference's rows in each cell, at least 0, sum above 0.
    tolerance : float
        How far above the reference's mean is nobody's business, at least 0, on the
        scale of the values.
    delta : float
        Chance, over references, that the null leaves out the true mean; in (0, 0.5].

    Attributes
    ----------
    limit : float
        The null's edge.

    Raises
    ------
    AlarmError
        A setting out of bounds, a reference without rows, or counts of another shape.

    Notes
    -----
    The null: given all earlier rows, the mean of each row is at most u = U + tolerance,
    where U is the (1 - delta) upper bound of the reference's mean. Rows of a window
    need be neither independent nor alike; those of the reference are independent.

    Per window with counts x: e = prod (1 + b (w - u))^x over cells of value w, the
    wealth of one who bets b on every row (Waudby-Smith and Ramdas, JRSS B 86, 2024,
    section 4), for 8 bets from 0.03 / u to 0.9 / u. Each factor is at most 1 on average
    given the past, so their product is too, in whatever order rows came. U is where the
    same game, played on the reference against each mean m with three bets that only
    the number of rows decides, has won 1 / delta (Ville, 1939). Both gain from values
    that vary little. It misses changes within the tolerance, by design. Memory: 8
    floats.
    """

    name: ClassVar[str] = "bounded_mean"

    def __init__(
        self,
        values: _Array,
        reference: _Array,
        *,
        tolerance: float,
        delta: float = 0.01,
    ) -> None:
        check_share("delta", delta, 0.5)
        if not 0.0 <= tolerance < math.inf:
            raise refuse("tolerance", tolerance, "0 or more", "Give such a number.")
        self._values = np.asarray(values, np.float64)
        if not ((self._values >= 0.0) & (self._values <= 1.0)).all():
            raise refuse("values", "one beyond", "values in [0, 1]", "Scale them.")
        rows = self._sound("reference", reference)
        if not rows.sum() > 0.0:
            raise refuse("reference", "no rows", "rows", "Give a reference.")
        self.mean = float(rows @ self._values / rows.sum())
        self.limit = min(_bound(self._values, rows, delta) + tolerance, 1.0)
        bets = _STAKES[:, None] / self.limit
        self._gains = np.log1p(bets * (self._values - self.limit))

    def start(self) -> Memory:
        """Return the memory before the first window."""
        return (0.0,) * len(_STAKES)

    def restart(self, memory: Memory) -> Memory:
        """Return the memory after an alarm: no evidence."""
        del memory
        return self.start()

    def step(self, memory: Memory, seen: _Array) -> Evidence:
        """Take in one window; ``seen`` are its rows by cell, shape (K,)."""
        kept = np.array(memory)
        rows = self._sound("window", seen)
        if rows.sum() == 0.0:
            return Evidence(memory, 0.0, _recursion.gathered(kept))
        log_e = self._gains @ rows
        after, log_m = _recursion.advance(kept, log_e)
        return Evidence(tuple(after.tolist()), _recursion.log_mean(log_e), log_m)

    def inside(self, seen: _Array) -> bool:
        """Tell whether the window's own mean is in the null; False without rows."""
        n = float(np.sum(seen))
        return n > 0.0 and float(seen @ self._values) / n <= self.limit

    def _sound(self, where: str, counts: _Array) -> _Array:
        rows = np.asarray(counts, np.float64)
        if rows.shape != self._values.shape or not (rows >= 0.0).all():
            raise refuse(
                where,
                f"counts of shape {rows.shape}",
                f"counts of shape {self._values.shape}, at least 0",
                "Count in the cells that the values were given for.",
            )
        return rows


def _bound(values: _Array, rows: _Array, delta: float) -> float:
    """Upper bound of the mean; values may fall below a mean m by m at the most."""
    n, needed = float(rows.sum()), math.log(1.0 / delta)
    # the best bet if values vary so much: it depends on the number of rows alone
    bets = np.sqrt(2.0 * needed / (n * _VARIANCES))
    low = float(rows @ values) / n

    def short(m: float) -> float:
        """Logarithm of what is still to be won against a mean of m."""
        most = np.minimum(bets, _MOST / (1.0 - m)) if m < 1.0 else bets
        wealth = np.log1p(most[:, None] * (m - values)) @ rows
        return _recursion.log_mean(wealth) - needed

    # it grows with m; to load scipy's root finders would cost each process 50 MiB
    step = (1.0 - low) / _FINE
    return low + step * bisect_left(
        range(_FINE), 0.0, key=lambda i: short(low + step * i)
    )
