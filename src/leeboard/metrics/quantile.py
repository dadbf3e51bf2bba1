"""The q-quantile, such as the median for q = 0.5.

From rows it lies between two ordered rows, by linear interpolation; its 95 % interval
rests on order statistics and holds for every distribution. From counts it is known up
to the cell or two in which those rows lie, and so is the reference's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from leeboard.metrics._cells import (
    lacking_counts,
    lacking_rows,
    numeric,
    points,
    sorted_numbers,
)
from leeboard.metrics._metric import (
    NUMBERS,
    Measurement,
    Metric,
    Needs,
    Pair,
    Rows,
    undefined,
)
from leeboard.metrics._options import between
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import NumericCounts
from leeboard.stats.intervals import order_interval

__all__ = ["METRIC"]

_Array = np.ndarray[Any, Any]


def _on_counts(pair: Pair, *, q: float = 0.5) -> Measurement:
    between("quantile", "q", q, (0.0, 1.0))
    lacking = lacking_counts("quantile", pair)
    if lacking is not None:
        return lacking
    cells, reference, current = numeric(pair)
    single = points(pair)
    sizes = reference.rows - reference.missing, current.rows - current.missing
    ours = _enclosed(cells, reference, single, q)
    theirs = _enclosed(cells, current, single, q)
    if theirs is None or ours is None:
        text = "the quantile is infinite"
        return undefined("quantile", *sizes, code="infinite", text=text)
    exact = theirs[0] == theirs[1]
    value = theirs[0] / 2.0 + theirs[1] / 2.0
    return Measurement(
        "quantile",
        value,
        *sizes,
        exact=exact,
        interval=None if exact else theirs,
        reference=ours[0] / 2.0 + ours[1] / 2.0,
        current=value,
    )


def _enclosed(
    cells: NumericCells, counts: NumericCounts, single: _Array, q: float
) -> tuple[float, float] | None:
    """Ends between which the quantile lies for certain; None if it is infinite."""
    order = [cells.minus_inf, *range(cells.above + 1), cells.plus_inf]
    upto = np.cumsum(counts.cells[order])
    place = (int(upto[-1]) - 1) * q
    first, after = math.floor(place), math.ceil(place)
    at = [int(np.searchsorted(upto, row, side="right")) for row in (first, after)]
    low, high = counts.minimum, counts.maximum
    if at[0] == 0 or at[1] == len(order) - 1 or low is None or high is None:
        return None
    edges = cells.edges
    starts = np.concatenate([[-np.inf], edges.astype(np.float64)])
    ends = np.concatenate([edges.astype(np.float64), [np.inf]])
    # a cell of one value ends where it begins
    ends[1:-1][single] = starts[1:-1][single]
    return (
        max(float(starts[at[0] - 1]), float(low)),
        min(float(ends[at[1] - 1]), float(high)),
    )


def _on_rows(reference: Rows, current: Rows, *, q: float = 0.5) -> Measurement:
    between("quantile", "q", q, (0.0, 1.0))
    lacking = lacking_rows("quantile", reference, current)
    if lacking is not None:
        return lacking
    x, y = sorted_numbers(reference), sorted_numbers(current)
    sizes = len(x), len(y)
    ours, theirs = _interpolated(x, q), _interpolated(y, q)
    if not (math.isfinite(ours) and math.isfinite(theirs)):
        text = "the quantile is infinite"
        return undefined("quantile", *sizes, code="infinite", text=text)
    low, high = order_interval(len(y), q)
    interval = None
    if low >= 0 and high < len(y):
        ends = float(y[low]), float(y[high])
        interval = ends if all(map(math.isfinite, ends)) else None
    return Measurement(
        "quantile",
        theirs,
        *sizes,
        interval=interval,
        reference=ours,
        current=theirs,
        facts=(("difference", theirs - ours),) if math.isfinite(theirs - ours) else (),
    )


def _interpolated(ordered: _Array, q: float) -> float:
    """Quantile of Hyndman and Fan's type 7, as NumPy's default."""
    place = (len(ordered) - 1) * q
    first = math.floor(place)
    part = place - first
    low = float(ordered[first])
    high = float(ordered[min(first + 1, len(ordered) - 1)])
    if low == high or part == 0.0:
        return low
    return low * (1.0 - part) + high * part


METRIC = Metric(
    name="quantile",
    answers="What is the q-quantile, such as the median?",
    needs=Needs.COUNTS,
    kinds=NUMBERS,
    unit="unit of the column",
    direction="compare with the reference's",
    source="Hyndman and Fan, American Statistician 50, 1996, type 7; interval: "
    "Conover, Practical Nonparametric Statistics, 1999, section 3.2",
    on_counts=_on_counts,
    on_rows=_on_rows,
    options={"q": 0.5},
)
