"""Watches of a model's error, row by row, on a scale from 0 to 1.

Classes: the share of wrong predictions. Numbers: the size of the error over the size
that the reference stays below in 95 of 100 rows, at most 1; rows are known by the cell
of their error, and each cell counts as its middle.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.alarms._alone import Alone
from leeboard.alarms.judged import Group, Subject
from leeboard.alarms.look import RESIDUAL, Look, Standard
from leeboard.alarms.watch import Reading
from leeboard.detectors._detector import Rows
from leeboard.detectors.bounded_mean import BoundedMean
from leeboard.detectors.weighed_mean import WeighedMean
from leeboard.performance import Tally
from leeboard.profiles.cells import NumericCells

__all__ = ["ErrorWatch", "error_watches"]

_PERFORMANCE = "performance"
_POINTS = 0.02
_RELATIVE = 0.1
"""A rise of the error by two points or a tenth, whichever is more, is tolerated."""

_QUANTILE = 0.95

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class ErrorWatch(Alone):
    """Watches the mean error of labelled rows.

    Parameters
    ----------
    detector : BoundedMean or WeighedMean
    reference : float
        Mean error of the reference, on the scale of ``value``.
    weights : array, shape (cells,), or None
        Error of a row by cell of its residual; None: right or wrong.
    unit : float
        What an error of 1 is in the label's unit.
    """

    detector: BoundedMean | WeighedMean
    reference: float
    weights: _Array | None = None
    unit: float = 1.0

    @property
    def subject(self) -> Subject:
        """The model's error."""
        return Subject("", _PERFORMANCE, "error")

    @property
    def group(self) -> Group:
        """A matter of performance."""
        return Group.PERFORMANCE

    @property
    def labelled(self) -> bool:
        """It needs labels."""
        return True

    def read(self, look: Look) -> Reading | None:
        """Read a window; None without labelled rows."""
        if self.weights is None:
            return self._classes(look)
        return self._numbers(look, self.weights)

    def _classes(self, look: Look) -> Reading | None:
        rows = _wrong(look.tally)
        if rows is None or rows.n == 0:
            return None
        mean = rows.total / rows.n
        text = f"{rows.total:,.0f} of {rows.n:,.0f} predictions were wrong"
        return self._reading(rows, mean, int(rows.n), text)

    def _numbers(self, look: Look, weights: _Array) -> Reading | None:
        cells = look.counts(RESIDUAL)
        if cells is None or not (n := int(cells[:-1].sum())):
            return None
        seen = _known(cells)
        mean = float(seen @ weights) / n
        size = f"{mean * self.unit:.4g}"
        text = f"the error of {n:,} predictions was {size} on average"
        return self._reading(seen, mean, n, text)

    def _reading(self, seen: Any, mean: float, n: int, text: str) -> Reading:
        return Reading(
            seen,
            self.detector.inside(seen),
            mean * self.unit,
            self.reference * self.unit,
            n,
            f"{text}; the reference has {self.reference * self.unit:.4g}",
        )


def error_watches(standard: Standard, delta: float) -> Iterator[ErrorWatch]:
    """Watch the error, if the reference tells what is usual."""
    residual = standard.extra.get(RESIDUAL)
    if residual is not None:
        cells = residual.cells[RESIDUAL]
        if isinstance(cells, NumericCells):
            usual = residual.parts[None].counts[RESIDUAL]
            counts = standard.replaced.get(RESIDUAL, usual).cells
            weights, unit = _weights(cells, counts)
            reference = _known(counts)
            if unit > 0.0 and reference.sum() > 0:
                mean = float(reference @ weights / reference.sum())
                detector = WeighedMean(
                    weights, reference, tolerance=_RELATIVE * mean, delta=delta
                )
                yield ErrorWatch(detector, mean, weights, unit)
    elif "accuracy" in standard.figures and standard.rows > 0:
        n = float(standard.rows)
        mean = 1.0 - standard.figures["accuracy"]
        wrong = round(mean * n)
        tolerance = max(_POINTS, _RELATIVE * mean)
        share = BoundedMean(Rows(n, wrong), tolerance=tolerance, delta=delta)
        yield ErrorWatch(share, mean)


def _wrong(tally: Tally | None) -> Rows | None:
    if tally is None or tally.confusion is None:
        return None
    n = int(tally.confusion.sum())
    wrong = float(n - int(np.trace(tally.confusion)))
    return Rows(float(n), wrong)


def _weights(cells: NumericCells, counts: _Array) -> tuple[_Array, float]:
    """Error of a row by cell, in [0, 1]; and what 1 is in the label's unit."""
    edges = cells.edges.astype(np.float64)
    # an atom holds its lower edge alone
    middle = np.where(cells.atoms, edges[:-1], (edges[:-1] + edges[1:]) / 2.0)
    size = np.abs(middle)
    rows = counts[1 : cells.inner + 1].astype(np.float64)
    weights = np.ones(cells.size)
    weights[cells.missing] = 0.0
    if rows.sum() == 0:
        return weights, 0.0
    order = np.argsort(size)
    upto = np.cumsum(rows[order]) / rows.sum()
    at = min(int(np.searchsorted(upto, _QUANTILE)), len(order) - 1)
    unit = float(size[order][at])
    if unit > 0.0:
        weights[1 : cells.inner + 1] = np.minimum(size / unit, 1.0)
    return weights, unit


def _known(cells: _Array) -> _Array:
    """Rows whose error is known: the last cell holds those without a label."""
    rows = cells.copy()
    rows[-1] = 0
    return rows
