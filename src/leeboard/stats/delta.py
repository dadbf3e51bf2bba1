"""Intervals of figures that are smooth functions of shares or means: the delta method.

Numbers in, numbers out. A gradient is taken by one step along the imaginary axis, which
subtracts nothing and is exact to rounding (Squire and Trapp, SIAM Review 40, 1998), so
that each figure is written once, as its formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from leeboard.stats.intervals import student_reach, wilson

__all__ = [
    "correlation_interval",
    "difference_interval",
    "gradient",
    "margins_variance",
    "mean_interval",
    "mean_of_shares",
    "positive_interval",
    "quotient",
    "share_interval",
]

_Array = np.ndarray[Any, Any]
_STEP = 1e-30
_Z95 = 1.959963984540054


def gradient(of: Callable[[_Array], complex], at: _Array) -> _Array:
    """Gradient of an analytic function of a vector, shape (d,)."""
    found = np.empty(len(at))
    for i in range(len(at)):
        point = at.astype(np.complex128)
        point[i] += 1j * _STEP
        found[i] = complex(of(point)).imag / _STEP
    return found


def quotient(numerators: _Array, denominators: _Array) -> _Array:
    """Elementwise quotient, 0 where the denominator is 0; may be complex."""
    shape = np.broadcast_shapes(np.shape(numerators), np.shape(denominators))
    kind = np.result_type(numerators, denominators, np.float64)
    empty = np.zeros(shape, kind)
    above = np.broadcast_to(np.real(denominators) != 0, shape)
    return np.divide(numerators, denominators, out=empty, where=above)


def margins_variance(
    counts: _Array, of: Callable[[_Array, _Array, _Array], complex]
) -> tuple[float, float]:
    """Value and variance of a function of a square table's diagonal and margins.

    Parameters
    ----------
    counts : array, shape (k, k)
        Rows of a multinomial sample, n above 0.
    of : callable (diagonal, row totals, column totals) -> number
        Each argument has shape (k,) and is in shares of n. Analytic.

    Returns
    -------
    value, variance : float
        ``variance = (Σ p g² − (Σ p g)²) / n`` with p the shares and g the gradient by
        cells (Agresti, Categorical Data Analysis, 2013, equation 16.5).
    """
    n, k = float(counts.sum()), len(counts)
    shares = counts / n
    margins = np.concatenate(
        [np.diagonal(shares), shares.sum(axis=1), shares.sum(axis=0)]
    )
    slopes = gradient(lambda m: of(m[:k], m[k : 2 * k], m[2 * k :]), margins)
    by_cell = slopes[k : 2 * k, None] + slopes[None, 2 * k :] + np.diag(slopes[:k])
    mean = float((shares * by_cell).sum())
    square = float((shares * (by_cell - mean) ** 2).sum())
    value = complex(of(margins[:k], margins[k : 2 * k], margins[2 * k :])).real
    return value, square / n


def share_interval(value: float, variance: float, rows: float) -> tuple[float, float]:
    """Interval of a figure in [0, 1], by the delta method on the logit scale.

    Where the value is 0 or 1, or the variance 0, the logit says nothing: the interval
    is that of a share of ``rows`` rows (Wilson).
    """
    room = value * (1.0 - value)
    if not (0.0 < value < 1.0) or not variance > 0.0:
        return wilson(min(max(value, 0.0), 1.0) * rows, rows)
    middle = math.log(value) - math.log1p(-value)
    reach = _Z95 * math.sqrt(variance) / room
    return _logistic(middle - reach), _logistic(middle + reach)


def _logistic(x: float) -> float:
    if x < 0.0:
        return math.exp(x) / (1.0 + math.exp(x))
    return 1.0 / (1.0 + math.exp(-x))


def mean_of_shares(right: _Array, rows: _Array) -> tuple[float, tuple[float, float]]:
    """Mean of several independent shares, and its interval.

    Parameters
    ----------
    right, rows : arrays, shape (k,)
        Each share is ``right`` of ``rows``, all above 0.

    Notes
    -----
    The distances from each share to the ends of its Wilson interval are recovered as
    variances and added (Zou and Donner, Statistics in Medicine 27, 2008, equation 8),
    which holds where the delta method does not: with few rows, or none wrong.
    """
    shares = right / rows
    pairs = zip(right.tolist(), rows.tolist(), strict=True)
    ends = np.array([wilson(k, n) for k, n in pairs])
    value = math.fsum(shares) / len(rows)
    down, up = (math.hypot(*(ends[:, i] - shares)) / len(rows) for i in (0, 1))
    return value, (max(value - down, 0.0), min(value + up, 1.0))


def correlation_interval(
    value: float, variance: float, rows: float
) -> tuple[float, float]:
    """Interval of a figure in [-1, 1], by the delta method on Fisher's z scale."""
    low, high = share_interval((value + 1.0) / 2.0, variance / 4.0, rows)
    return 2.0 * low - 1.0, 2.0 * high - 1.0


def mean_interval(
    mean: float, variance: float, rows: float, level: float = 0.95
) -> tuple[float, float] | None:
    """Student's interval of a mean; None below two rows.

    ``variance`` is that of the mean, with n − 1 in its denominator.
    """
    if rows <= 1 or not math.isfinite(variance):
        return None
    half = student_reach(rows, level) * math.sqrt(max(variance, 0.0))
    return mean - half, mean + half


def positive_interval(
    value: float, variance: float, rows: float
) -> tuple[float, float] | None:
    """Interval of a positive figure, by the delta method on the logarithm."""
    if rows <= 1 or not math.isfinite(variance):
        return None
    if value <= 0.0 or variance <= 0.0:
        return value, value
    reach = student_reach(rows) * math.sqrt(variance) / value
    try:
        return value * math.exp(-reach), value * math.exp(reach)
    except OverflowError:
        return 0.0, math.inf


def difference_interval(
    values: tuple[float, float],
    first: tuple[float, float],
    second: tuple[float, float],
) -> tuple[float, float]:
    """Interval of second minus first figure, of independent samples, from their own.

    The distances from each figure to the ends of its interval are recovered as
    variances and added (Zou and Donner, Statistics in Medicine 27, 2008, equation 6),
    so that intervals which are not symmetric stay so.
    """
    one, two = values
    down = math.hypot(two - second[0], first[1] - one)
    up = math.hypot(second[1] - two, one - first[0])
    return two - one - down, two - one + up
