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
    detector : BoundedMean
    reference : float
        Mean error of the reference, on the scale of ``value``.
    weights : array, shape (cells,), or None
        Error of a row by cell of its residual; None: right or wrong.
    unit : float
        What an error of 1 is in the label's unit.
    """

    detector: BoundedMean
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
        rows = self._rows(look)
        if rows is None or rows.n == 0:
            return None
        mean = rows.total / rows.n
        n = int(rows.n)
        if self.weights is None:
            text = f"{mean:.3g} of {n:,} predictions were wrong"
        else:
            text = (
                f"the error of {n:,} predictions was {mean * self.unit:.4g} on average"
            )
        text += f"; the reference has {self.reference * self.unit:.4g}"
        value, reference = mean * self.unit, self.reference * self.unit
        inside = self.detector.inside(rows)
        return Reading(rows, inside, value, reference, n, text)

    def _rows(self, look: Look) -> Rows | None:
        if self.weights is None:
            return _wrong(look.tally)
        cells = look.counts(RESIDUAL)
        return None if cells is None else _weighed(cells, self.weights)


def error_watches(standard: Standard, delta: float) -> Iterator[ErrorWatch]:
    """Watch the error, if the reference tells what is usual."""
    residual = standard.extra.get(RESIDUAL)
    if residual is not None:
        cells = residual.cells[RESIDUAL]
        if isinstance(cells, NumericCells):
            usual = residual.parts[None].counts[RESIDUAL]
            counts = standard.replaced.get(RESIDUAL, usual).cells
            weights, unit = _weights(cells, counts)
            reference = _weighed(counts, weights)
            if unit > 0.0 and reference.n > 0:
                mean = reference.total / reference.n
                detector = BoundedMean(
                    reference, tolerance=_RELATIVE * mean, delta=delta, binary=False
                )
                yield ErrorWatch(detector, mean, weights, unit)
    elif "accuracy" in standard.figures and standard.rows > 0:
        n = float(standard.rows)
        mean = 1.0 - standard.figures["accuracy"]
        wrong = round(mean * n)
        detector = BoundedMean(
            Rows(n, wrong, wrong), tolerance=max(_POINTS, _RELATIVE * mean), delta=delta
        )
        yield ErrorWatch(detector, mean)


def _wrong(tally: Tally | None) -> Rows | None:
    if tally is None or tally.confusion is None:
        return None
    n = int(tally.confusion.sum())
    wrong = float(n - int(np.trace(tally.confusion)))
    return Rows(float(n), wrong, wrong)


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


def _weighed(cells: _Array, weights: _Array) -> Rows:
    n = float(cells[:-1].sum())
    total, squares = float(cells @ weights), float(cells @ weights**2)
    # sums of rounded products may pass the bound by a last digit
    return Rows(n, min(total, n), min(squares, total, n))
