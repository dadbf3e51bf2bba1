"""D1: whether the mean of values in [0, 1] left what the reference allows.

Place: a detector. For shares and losses: error, accuracy, missing values, mid-ranks.
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
_BETS = np.geomspace(0.03, 0.7, 8)
"""The lambdas of the empirical-Bernstein form."""
_COSTS = -np.log1p(-_BETS) - _BETS  # psi(lambda)
_PRIOR_ROWS = 200.0
_FADE = 0.9
_SLACK = 1e-9  # relative: what adding up floats may lose
_SIDES = ("above", "below", "both")


class BoundedMean:
    """Evidence that the mean of values in [0, 1] lies outside the reference's.

    Parameters
    ----------
    reference : Rows
        The reference's rows, ``n`` above 0.
    tolerance : float
        How far from the reference's mean is nobody's business, at least 0, on the
        scale of the values.
    delta : float
        Chance, over references, that the null leaves out the true mean; in (0, 0.5].
    side : {"above", "below", "both"}
        Where a change would be.
    binary : bool
        Values are 0 or 1: likelihood ratios and an exact bound of the reference. Else
        the empirical-Bernstein form, which gains from values that vary little.

    Raises
    ------
    AlarmError
        A setting out of bounds, a reference without rows, or, by ``step``, sums that no
        rows in [0, 1] can have.

    Notes
    -----
    The null: given all earlier rows, the mean of each row is at most U + tolerance,
    where U is the (1 - delta) upper bound of the reference's mean (and mirrored for
    *below*; *both* halves delta and averages the two). Rows need be neither independent
    nor alike. U is Clopper and Pearson's (1934), or that of Maurer and Pontil (2009,
    theorem 4) in the general form.

    Per window with m rows, sum s, and edge u:

    * binary: e = (q/u)^s ((1-q)/(1-u))^(m-s) for 8 alternatives q, odds 1.1 to 6 times
      those of u. Linear in each row's mean, so at most 1 on average for every mean
      up to u. For values strictly between 0 and 1 it stays below that, by convexity.
    * else: e = exp(b (s - m u) - (-ln(1-b) - b) V) for 8 bets b from 0.03 to 0.7, where
      V is the sum of squares about a centre known before the window (Fan, Grama and
      Liu, 2015, lemma 4.1; Howard et al., Annals of Statistics 2021, section 3): the
      mean of the reference, as of 200 rows, and of earlier windows, each fading to 0.9.

    It misses changes within the tolerance, by design. Memory: 8 floats a side, and two
    of the centre in the general form.
    """

    name: ClassVar[str] = "bounded_mean"

    def __init__(
        self,
        reference: Rows,
        *,
        tolerance: float,
        delta: float = 0.01,
        side: str = "above",
        binary: bool = True,
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
        bound = _exact_bound if binary else _bernstein_bound
        delta = delta / 2.0 if side == "both" else delta
        high = min(bound(reference, delta) + tolerance, 1.0)
        low = max(1.0 - bound(_mirrored(reference), delta) - tolerance, 0.0)
        self.limits: tuple[float | None, float | None] = (
            None if side == "above" else low,
            None if side == "below" else high,
        )
        self._binary = binary
        self._mean = reference.total / reference.n
        # each side as an upper one: its edge, and whether values are mirrored
        sides = [(high, False)] if side != "below" else []
        sides += [(1.0 - low, True)] if side != "above" else []
        self._sides = tuple((edge, flip, *_log_ratios(edge)) for edge, flip in sides)

    def start(self) -> Memory:
        """Return the memory before the first window."""
        evidence = (0.0,) * (len(_RATIOS) * len(self._sides))
        return evidence if self._binary else (*evidence, 0.0, 0.0)

    def restart(self, memory: Memory) -> Memory:
        """Return the memory after an alarm: no evidence, the same centre."""
        return (0.0,) * self._kept + memory[self._kept :]

    def step(self, memory: Memory, seen: Rows) -> Evidence:
        """Take in one window; ``seen`` are its rows."""
        kept = np.array(memory[: self._kept])
        if seen.n == 0:
            return Evidence(memory, 0.0, _recursion.gathered(kept))
        _sound(seen)
        if self._binary:
            parts = [self._likelihood(part, seen) for part in self._sides]
            centre: Memory = ()
        else:
            rows, total = memory[self._kept :]
            middle = (_PRIOR_ROWS * self._mean + total) / (_PRIOR_ROWS + rows)
            parts = [self._bets(part, seen, middle) for part in self._sides]
            centre = (_FADE * (rows + seen.n), _FADE * (total + seen.total))
        log_e = parts[0] if len(parts) == 1 else np.concatenate(parts)
        after, log_m = _recursion.advance(kept, log_e)
        told = _recursion.log_mean(log_e)
        return Evidence((*after.tolist(), *centre), told, log_m)

    def inside(self, rows: Rows) -> bool:
        """Tell whether the window's own mean is in the null; False without rows."""
        if rows.n == 0:
            return False
        low, high = self.limits
        mean = rows.total / rows.n
        return (low is None or mean >= low) and (high is None or mean <= high)

    @property
    def _kept(self) -> int:
        return len(_RATIOS) * len(self._sides)

    @staticmethod
    def _likelihood(part: tuple[float, bool, _Array, _Array], seen: Rows) -> _Array:
        _, flip, ones, zeros = part
        hits = min(max(seen.total, 0.0), seen.n)
        hits = seen.n - hits if flip else hits
        return hits * ones + (seen.n - hits) * zeros

    @staticmethod
    def _bets(
        part: tuple[float, bool, _Array, _Array], seen: Rows, centre: float
    ) -> _Array:
        edge, flip, _, _ = part
        total = seen.n - seen.total if flip else seen.total
        # about the centre; the same for mirrored values about the mirrored centre
        squares = seen.squares - 2.0 * centre * seen.total + seen.n * centre * centre
        return _BETS * (total - seen.n * edge) - _COSTS * max(squares, 0.0)


def _log_ratios(edge: float) -> tuple[_Array, _Array]:
    """ln(q/u) and ln((1-q)/(1-u)); zeros where nothing lies beyond the edge."""
    if edge >= 1.0:
        return np.zeros_like(_RATIOS), np.zeros_like(_RATIOS)
    grown = np.log1p(edge * (_RATIOS - 1.0))  # 1 - u + u r
    return np.log(_RATIOS) - grown, -grown


def _exact_bound(rows: Rows, delta: float) -> float:
    """Upper bound of a share (Clopper and Pearson, 1934); rows need not be whole."""
    from scipy.special import betaincinv

    others = rows.n - rows.total
    if others <= _SLACK * rows.n:
        return 1.0
    return float(betaincinv(max(rows.total, 0.0) + 1.0, others, 1.0 - delta))


def _bernstein_bound(rows: Rows, delta: float) -> float:
    """Upper bound of a mean (Maurer and Pontil, 2009, theorem 4)."""
    if rows.n <= 1.0:
        return 1.0
    mean = rows.total / rows.n
    variance = max(rows.squares - rows.n * mean * mean, 0.0) / (rows.n - 1.0)
    level = math.log(2.0 / delta)
    reach = math.sqrt(2.0 * variance * level / rows.n)
    return min(mean + reach + 7.0 * level / (3.0 * (rows.n - 1.0)), 1.0)


def _mirrored(rows: Rows) -> Rows:
    """Return the rows of 1 - x."""
    squares = rows.n - 2.0 * rows.total + rows.squares
    return Rows(rows.n, rows.n - rows.total, squares)


def _sound(rows: Rows) -> None:
    """Refuse sums that no values in [0, 1] have."""
    slack = _SLACK * rows.n
    ordered = -slack <= rows.squares <= rows.total + slack <= rows.n + 2.0 * slack
    if not (0.0 <= rows.n < math.inf and ordered):
        raise refuse(
            "rows",
            f"n={rows.n}, total={rows.total}, squares={rows.squares}",
            "the sums of values in [0, 1]",
            "Scale the values to [0, 1] before they are added up.",
        )
