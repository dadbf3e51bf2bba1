"""D1: whether a share of rows left what the reference allows.

Place: a detector. For rows that have something or not: wrong, missing, out of range.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from leeboard.detectors import _recursion
from leeboard.detectors._detector import Evidence, Memory, Rows
from leeboard.detectors._settings import check_share, refuse

__all__ = ["BoundedMean"]

_Array = np.ndarray[Any, Any]
_RATIOS = np.geomspace(1.1, 6.0, 8)
"""Odds under each alternative, over those at the edge of the null."""
_SLACK = 1e-9  # relative: what adding up floats may lose
_SIDES = ("above", "below", "both")


class BoundedMean:
    """Evidence that a share of rows lies outside the reference's.

    Parameters
    ----------
    reference : Rows
        The reference's rows, ``n`` above 0.
    tolerance : float
        How far from the reference's share is nobody's business, at least 0.
    delta : float
        Chance, over references, that the null leaves out the true mean; in (0, 0.5].
    side : {"above", "below", "both"}
        Where a change would be.

    Raises
    ------
    AlarmError
        A setting out of bounds, a reference without rows, or, by ``step``, sums that no
        rows in [0, 1] can have.

    Notes
    -----
    The null: given all earlier rows, the chance of each row is at most U + tolerance,
    where U is the (1 - delta) upper bound of the reference's share by Clopper and
    Pearson (1934), and mirrored for *below*; *both* halves delta and averages the two.
    Rows need be neither independent nor alike.

    Per window with m rows, k of them with it, and edge u: e = (q/u)^k
    ((1-q)/(1-u))^(m-k) for 8 alternatives q, odds 1.1 to 6 times those of u. Linear in
    each row's chance, so at most 1 on average for every chance up to u. For values
    strictly between 0 and 1 it stays below that, by convexity; ``WeighedMean`` gains
    more from them.

    It misses changes within the tolerance, by design. Memory: 8 floats a side.
    """

    name: ClassVar[str] = "bounded_mean"

    def __init__(
        self,
        reference: Rows,
        *,
        tolerance: float,
        delta: float = 0.01,
        side: str = "above",
    ) -> None:
        check_share("delta", delta, 0.5)
        if side not in _SIDES:
            raise refuse("side", repr(side), " or ".join(_SIDES), "Name one of these.")
        if not 0.0 <= tolerance < math.inf:
            raise refuse("tolerance", tolerance, "0 or more", "Give such a number.")
        if not reference.n > 0:
            raise refuse(
                "reference", f"{reference.n} rows", "rows", "Give a reference."
            )
        _sound(reference)
        delta = delta / 2.0 if side == "both" else delta
        high = min(_bound(reference, delta) + tolerance, 1.0)
        low = max(1.0 - _bound(_mirrored(reference), delta) - tolerance, 0.0)
        self.limits: tuple[float | None, float | None] = (
            None if side == "above" else low,
            None if side == "below" else high,
        )
        # each side as an upper one: its edge, and whether values are mirrored
        sides = [(high, False)] if side != "below" else []
        sides += [(1.0 - low, True)] if side != "above" else []
        self._sides = tuple((edge, flip, *_log_ratios(edge)) for edge, flip in sides)

    def start(self) -> Memory:
        """Return the memory before the first window."""
        return (0.0,) * (len(_RATIOS) * len(self._sides))

    def restart(self, memory: Memory) -> Memory:
        """Return the memory after an alarm: no evidence."""
        del memory
        return self.start()

    def step(self, memory: Memory, seen: Rows) -> Evidence:
        """Take in one window; ``seen`` are its rows."""
        kept = np.array(memory)
        if seen.n == 0:
            return Evidence(memory, 0.0, _recursion.gathered(kept))
        _sound(seen)
        parts = [_likelihood(part, seen) for part in self._sides]
        log_e = parts[0] if len(parts) == 1 else np.concatenate(parts)
        after, log_m = _recursion.advance(kept, log_e)
        return Evidence(tuple(after.tolist()), _recursion.log_mean(log_e), log_m)

    def inside(self, rows: Rows) -> bool:
        """Tell whether the window's own mean is in the null; False without rows."""
        if rows.n == 0:
            return False
        low, high = self.limits
        mean = rows.total / rows.n
        return (low is None or mean >= low) and (high is None or mean <= high)


def _likelihood(part: tuple[float, bool, _Array, _Array], seen: Rows) -> _Array:
    _, flip, ones, zeros = part
    hits = min(max(seen.total, 0.0), seen.n)
    hits = seen.n - hits if flip else hits
    return hits * ones + (seen.n - hits) * zeros


def _log_ratios(edge: float) -> tuple[_Array, _Array]:
    """ln(q/u) and ln((1-q)/(1-u)); zeros where nothing lies beyond the edge."""
    if edge >= 1.0:
        return np.zeros_like(_RATIOS), np.zeros_like(_RATIOS)
    grown = np.log1p(edge * (_RATIOS - 1.0))  # 1 - u + u r
    return np.log(_RATIOS) - grown, -grown


def _bound(rows: Rows, delta: float) -> float:
    """Upper bound of a share (Clopper and Pearson, 1934); rows need not be whole."""
    from scipy.special import betaincinv

    others = rows.n - rows.total
    if others <= _SLACK * rows.n:
        return 1.0
    return float(betaincinv(max(rows.total, 0.0) + 1.0, others, 1.0 - delta))


def _mirrored(rows: Rows) -> Rows:
    """Return the rows of 1 - x."""
    return Rows(rows.n, rows.n - rows.total)


def _sound(rows: Rows) -> None:
    """Refuse sums that no values in [0, 1] have."""
    slack = _SLACK * rows.n
    if not (0.0 <= rows.n < math.inf and -slack <= rows.total <= rows.n + slack):
        raise refuse(
            "rows",
            f"n={rows.n}, total={rows.total}",
            "the sum of values in [0, 1]",
            "Scale the values to [0, 1] before they are added up.",
        )
