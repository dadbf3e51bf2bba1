"""Quantiles of residuals, from rows or from cells. Private to performance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.performance._means import errors
from leeboard.performance._metric import lacking
from leeboard.performance._outcomes import Figure, Outcomes
from leeboard.performance._tally import Tally
from leeboard.stats.intervals import order_interval

__all__ = ["Spans", "from_cells", "from_rows", "quantiles"]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Values, each known to lie within a span.

    Parameters
    ----------
    lows, highs : arrays, shape (m,)
    counts : array, shape (m,), int64, optional
        Values in each span; None: one each, whose lows are the highs.
    """

    lows: _Array
    highs: _Array
    counts: _Array | None = None

    @property
    def rows(self) -> int:
        """Number of values."""
        return len(self.lows) if self.counts is None else int(self.counts.sum())

    def absolute(self) -> Spans:
        """Return the spans of the absolute values."""
        if self.counts is None:
            known = np.abs(self.lows)
            return Spans(known, known)
        sizes = np.abs([self.lows, self.highs])
        across = (self.lows < 0.0) & (self.highs > 0.0)
        return Spans(
            np.where(across, 0.0, sizes.min(axis=0)), sizes.max(axis=0), self.counts
        )

    def at(self, places: _Array) -> tuple[_Array, _Array]:
        """Bounds of the values at places in ascending order, from 0; as ``places``."""
        if self.counts is None:
            chosen = np.partition(self.lows, np.unique(places))[places]
            return chosen, chosen
        return _ordered(self.lows, self.counts, places), _ordered(
            self.highs, self.counts, places
        )


def _ordered(values: _Array, counts: _Array, places: _Array) -> _Array:
    order = np.argsort(values, kind="stable")
    found = np.searchsorted(np.cumsum(counts[order]), places, side="right")
    chosen: _Array = values[order][found]
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
    return Spans(found, found)


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


def quantiles(metric: str, spans: Spans, wanted: Sequence[float]) -> list[Figure]:
    """Quantiles by linear interpolation between ordered values, as NumPy's default.

    Their intervals are those of order statistics, and None where there are too few
    rows. All places are looked up at once: rows need not be in order for it.
    """
    n = spans.rows
    exact = (n - 1) * np.asarray(wanted)
    below = exact.astype(np.intp)
    ends = np.array([order_interval(n, q) for q in wanted], np.intp).T
    places = np.stack([below, np.minimum(below + 1, n - 1), *ends.clip(0, n - 1)])
    lows, highs = spans.at(places)
    part = exact - below
    values = zip(
        *(v[0] + (v[1] - v[0]) * part for v in (lows, highs)),
        lows[2],
        highs[3],
        strict=True,
    )
    return [
        Figure(
            metric,
            float(low) / 2.0 + float(high) / 2.0,
            n,
            (min(float(least), float(low)), max(float(most), float(high)))
            if first >= 0 and last < n
            else None,
            exact=bool(low == high),
        )
        for (low, high, least, most), first, last in zip(values, *ends, strict=True)
    ]
