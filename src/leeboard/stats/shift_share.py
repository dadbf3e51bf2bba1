"""A change of a mean split in two: within cells, and between them.

Place: mathematics alone. Did rows of a kind change, or do rows of another kind come?
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Groups", "Part", "ShiftShare", "shift_share"]

_Array = np.ndarray[Any, Any]
_LEAST = 25.0
_REACH = 1.959963984540054
"""Standard deviations of a normal law's 95 % interval."""


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Rows by cell, in an order in which neighbours are alike.

    Parameters
    ----------
    rows : array, shape (k,)
    means : array, shape (k,)
        Of a figure of rows; anything where a cell has none.
    variances : array, shape (k,)
        Of the figure among rows of a cell, at least 0.
    """

    rows: _Array
    means: _Array
    variances: _Array

    def merged(self, starts: _Array) -> Groups:
        """Join neighbours: each group from one start to the next."""
        rows = np.add.reduceat(self.rows, starts)
        some = np.maximum(rows, 1.0)
        sums = np.where(self.rows > 0, self.rows * self.means, 0.0)
        means = np.add.reduceat(sums, starts) / some
        sizes = np.diff([*starts, len(self.rows)])
        away = self.means - np.repeat(means, sizes)
        squares = self.rows * (self.variances + away * away)
        squares = np.where(self.rows > 0, squares, 0.0)
        return Groups(rows, means, np.add.reduceat(squares, starts) / some)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a change, with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0.0 or self.high < 0.0


@dataclass(frozen=True, slots=True)
class ShiftShare:
    """Both parts, which add up to the change of the mean.

    Parameters
    ----------
    within : Part
        What is left of the change if the shares of cells are held.
    between : Part
        What is left of it if the means of cells are held.
    cells : int
        In which rows were compared.
    """

    within: Part
    between: Part
    cells: int

    @property
    def change(self) -> float:
        """The change of the mean."""
        return self.within.value + self.between.value


def shift_share(
    before: Groups, after: Groups, least: float = _LEAST
) -> ShiftShare | None:
    """Split the change of a mean from one sample to another.

    Parameters
    ----------
    before, after : Groups
        In the same cells.
    least : float
        Rows that each side must have of a cell; neighbours are joined until they do.

    Returns
    -------
    ShiftShare or None
        None if there are not two such cells.

    Notes
    -----
    With shares p and q of cells, before and after, and means e and f in them, the
    change is sum (f - e)(p + q)/2 + sum (q - p)(e + f)/2, within and between (Kitagawa,
    Journal of the American Statistical Association 50, 1955). The intervals are normal,
    by the delta method over both samples: their shares are multinomial, their rows
    independent. A change of the mix inside a cell counts as within.

    Examples
    --------
    >>> import numpy as np
    >>> e, s = np.array([0.1, 0.3]), np.array([0.09, 0.21])
    >>> before = Groups(np.array([800.0, 200.0]), e, s)
    >>> moved = shift_share(before, Groups(np.array([200.0, 800.0]), e, s))
    >>> round(moved.within.value, 12), round(moved.between.value, 12)
    (0.0, 0.12)
    """
    starts = _starts(before.rows, after.rows, least)
    if len(starts) < 2:
        return None
    one, two = before.merged(starts), after.merged(starts)
    n, m = float(one.rows.sum()), float(two.rows.sum())
    p, q = one.rows / n, two.rows / m
    gaps, levels = two.means - one.means, (one.means + two.means) / 2.0
    half, moved = (p + q) / 2.0, (q - p) / 2.0
    within = float(gaps @ half)
    between = float((q - p) @ levels)
    # what one row adds: through its cell's mean, and through its cell's share
    var_within = _variance(n, p, half / p, one.variances, gaps / 2.0)
    var_within += _variance(m, q, half / q, two.variances, gaps / 2.0)
    var_between = _variance(n, p, moved / p, one.variances, levels)
    var_between += _variance(m, q, moved / q, two.variances, levels)
    return ShiftShare(
        _part(within, var_within), _part(between, var_between), len(starts)
    )


def _starts(before: _Array, after: _Array, least: float) -> _Array:
    """Where groups of neighbours begin that have enough rows of both samples."""
    starts: list[int] = []
    at, rows = 0, np.zeros(2)
    for i, pair in enumerate(zip(before, after, strict=True)):
        rows += pair
        if rows.min() >= least:
            starts.append(at)
            at, rows = i + 1, np.zeros(2)
    # what is left at the end joins the group before it
    return np.array(starts, np.intp)


def _variance(
    n: float, shares: _Array, weights: _Array, variances: _Array, levels: _Array
) -> float:
    """Variance of a sum over n rows of what each adds, over n."""
    inside = float(shares @ (weights * weights * variances))
    mean = float(shares @ levels)
    across = float(shares @ (levels - mean) ** 2)
    return (inside + across) / n


def _part(value: float, variance: float) -> Part:
    reach = _REACH * math.sqrt(max(variance, 0.0))
    return Part(value, value - reach, value + reach)
