"""Quantiles of residuals, from rows or from cells. Private to performance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.performance._means import errors
from leeboard.performance._metric import lacking
from leeboard.performance._outcomes import Figure, Outcomes
from leeboard.performance._tally import Tally
from leeboard.stats.intervals import order_interval

__all__ = ["Spans", "from_cells", "from_rows", "quantile"]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Values, each known to lie within a span.

    Parameters
    ----------
    lows, highs : arrays, shape (m,)
    counts : array, shape (m,), int64
        Values in each span.
    """

    lows: _Array
    highs: _Array
    counts: _Array

    def absolute(self) -> Spans:
        """Return the spans of the absolute values."""
        if self.lows is self.highs:  # values of rows: kept in order
            known = np.sort(np.abs(self.lows))
            return Spans(known, known, self.counts)
        sizes = np.abs([self.lows, self.highs])
        across = (self.lows < 0.0) & (self.highs > 0.0)
        return Spans(
            np.where(across, 0.0, sizes.min(axis=0)), sizes.max(axis=0), self.counts
        )

    def at(self, places: _Array) -> tuple[_Array, _Array]:
        """Bounds of the values at places in ascending order, from 0."""
        return _ordered(self.lows, self.counts, places), _ordered(
            self.highs, self.counts, places
        )


def _ordered(values: _Array, counts: _Array, places: _Array) -> _Array:
    if (values[1:] < values[:-1]).any():
        order = np.argsort(values, kind="stable")
        values, counts = values[order], counts[order]
    found = np.searchsorted(np.cumsum(counts), places, side="right")
    chosen: _Array = values[found]
    return chosen


def from_rows(metric: str, outcomes: Outcomes) -> Spans | Figure:
    """Residuals of rows; a figure without a value if one of them is not finite."""
    n, predictions = outcomes.rows, outcomes.predictions
    if predictions is None:
        return lacking(metric, n, code="no_prediction", text="rows have no prediction")
    with np.errstate(over="ignore", invalid="ignore"):
        found = outcomes.labels - predictions
    infinite = n - int(np.count_nonzero(np.isfinite(found)))
    if infinite:
        rows = "1 row has" if infinite == 1 else f"{infinite:,} rows have"
        text = f"{rows} no finite error"
        return lacking(metric, n, code="infinite", text=text)
    found.sort()
    return Spans(found, found, np.ones(n, np.int64))


def from_cells(metric: str, tally: Tally) -> Spans | Figure:
    """Residuals of counts, each within its cell; cells are of the errors, negated."""
    found = errors(metric, tally)
    if isinstance(found, Figure):
        return found
    cuts = np.empty(0) if tally.cells.errors is None else tally.cells.errors
    lows = np.concatenate([[found.least], cuts]).clip(found.least, found.most)
    # the largest number below the next cut, so that a cell of one value is exact
    ends = np.nextafter(cuts, -np.inf)
    highs = np.concatenate([ends, [found.most]]).clip(found.least, found.most)
    held = found.cells > 0
    return Spans(-highs[held], -lows[held], found.cells[held])


def quantile(metric: str, spans: Spans, q: float) -> Figure:
    """Quantile by linear interpolation between ordered values, as NumPy's default.

    Its interval is that of order statistics, and None where there are too few rows.
    """
    n = int(spans.counts.sum())
    place = (n - 1) * q
    below = int(place)
    part = place - below
    lows, highs = spans.at(np.array([below, min(below + 1, n - 1)]))
    low, high = (float(v[0] + (v[1] - v[0]) * part) for v in (lows, highs))
    first, last = order_interval(n, q)
    interval = None
    if first >= 0 and last < n:
        ends = spans.at(np.array([first, last]))
        interval = min(float(ends[0][0]), low), max(float(ends[1][1]), high)
    return Figure(metric, (low + high) / 2.0, n, interval, exact=low == high)
