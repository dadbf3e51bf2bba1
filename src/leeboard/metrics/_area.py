"""The area between two distribution functions, from counts and sums of cells.

Private to the metrics. Write h = F - G, p and q for what F and G gain in a cell of
width w, and H for the integral of h over it. The area of |h| is at least |H|. It is |H|
if h cannot change its sign: h stays between l = h(a) - q and u = h(a) + p. Else it is
at most the smaller of

* the area if h took only the values l and u, in the proportion that gives H; and
* |H| + w (p' + q') / 2 with p' = 4 t (1 - t) p, where a + t w is the mean of the cell's
  reference rows: F and G each stay this near to their own mean over the cell.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.metrics._cells import numeric, points
from leeboard.metrics._metric import Pair
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import SCALE, NumericCounts

__all__ = ["area_bounds"]

_Array = np.ndarray[Any, Any]
_ULP = 2.0**-53
_TINY = 2.0**-1000


def area_bounds(pair: Pair) -> tuple[float, float]:
    """Least and largest area that rows with these counts and sums can have.

    Parameters
    ----------
    pair : Pair
        Of a numeric column, with a finite value on both sides and no infinite one.

    Returns
    -------
    low, high : float
        In the unit of the values; moved outward by more than rounding can do.
    """
    cells, reference, current = numeric(pair)
    a, b = _ends(cells, reference, current)
    single = np.concatenate([[False], points(pair), [False]])
    n, m = reference.finite, current.finite
    c, x = (counts.cells[: cells.inner + 2] for counts in (reference, current))
    p, q = c / n, x / m
    width = np.maximum(b - a, 0.0)
    start, stop = _apart(c, x)
    # room left to the right of the rows, summed over rows: from counts and sums
    right_f = np.clip(p * b - reference.sums / n, 0.0, p * width)
    right_g = np.clip(q * b - current.sums / m, 0.0, q * width)
    integral = start * width + right_f - right_g
    integral[single] = (stop * width)[single]
    least = np.abs(integral)
    most = _most(np.stack([start, p, q, width, right_f, right_g]), integral)
    most = np.where(single | (p == 0) & (q == 0), least, np.maximum(most, least))
    reach = np.maximum(np.abs(a), np.abs(b))
    slack = _rounding(c, p, reach) + _rounding(x, q, reach)
    slack += (
        64.0 * _ULP * float((reach * (p + q)).sum() + (width * np.abs(start)).sum())
    )
    low = max(float(least.sum()) * (1.0 - 64 * _ULP) - slack, 0.0) / SCALE
    high = (float(most.sum()) * (1.0 + 64 * _ULP) + slack) / SCALE
    return max(low - _TINY, 0.0), high + _TINY


def _apart(c: _Array, x: _Array) -> tuple[_Array, _Array]:
    """F - G where each cell starts and stops, each rounded once."""
    n, m = int(c.sum()), int(x.sum())
    upto = [0]
    for rows_c, rows_x in zip(c.tolist(), x.tolist(), strict=True):
        # whole numbers: near its ends, F - G is a small difference of large shares
        upto.append(upto[-1] + rows_c * m - rows_x * n)
    shares = np.array([difference / (n * m) for difference in upto])
    return shares[:-1], shares[1:]


def _ends(
    cells: NumericCells, reference: NumericCounts, current: NumericCounts
) -> tuple[_Array, _Array]:
    """Where each of below, inner …, above begins and ends, times SCALE."""
    edges = cells.edges.astype(np.float64) * SCALE
    lows = [v for v in (reference.minimum, current.minimum) if v is not None]
    highs = [v for v in (reference.maximum, current.maximum) if v is not None]
    low, high = float(min(lows)) * SCALE, float(max(highs)) * SCALE
    a = np.concatenate([[min(low, edges[0])], edges])
    b = np.concatenate([edges, [max(high, edges[-1])]])
    # no row lies outside [low, high], and both functions are equal there
    return np.clip(a, low, high), np.clip(b, low, high)


def _most(parts: _Array, integral: _Array) -> _Array:
    start, p, q, width, right_f, right_g = parts
    lowest, highest = start - q, start + p
    gain = p + q
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.clip((integral / width - lowest) / gain, 0.0, 1.0)
        extreme = width * (up * np.abs(highest) + (1.0 - up) * np.abs(lowest))
        near_f = 4.0 * right_f * (1.0 - right_f / (p * width))
        near_g = 4.0 * right_g * (1.0 - right_g / (q * width))
    near = np.abs(integral) + (np.nan_to_num(near_f) + np.nan_to_num(near_g)) / 2.0
    signed = (lowest >= 0) | (highest <= 0)
    most = np.minimum(np.nan_to_num(extreme), near)
    return np.where(signed, np.abs(integral), most)


def _rounding(count: _Array, share: _Array, reach: _Array) -> float:
    """Bound on the error of the cells' sums, added one row after the other."""
    return float(((count + 8.0) * _ULP * share * reach).sum())
