"""Watches of a model's error, row by row, on a scale from 0 to 1.

Classes: the share of wrong predictions. Numbers: the size of the error over the size
that the reference stays below in 95 of 100 rows, at most 1; rows are known by the cell
of their error, and each cell counts as its middle. That is what is judged; what people
read is the error as it was measured, which no bound holds back.
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
from leeboard.performance import Tally, figures
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
    sizes : array, shape (cells,), or None
        The same in the label's unit, with no upper bound; of the cells that have no
        end, the least that a row of them can have.
    usual : float
        Mean error of the reference as people read it, in the label's unit.
    """

    detector: BoundedMean | WeighedMean
    reference: float
    weights: _Array | None = None
    sizes: _Array | None = None
    usual: float = 0.0

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
        if self.weights is None or self.sizes is None:
            return self._classes(look)
        return self._numbers(look, self.weights, self.sizes)

    def _classes(self, look: Look) -> Reading | None:
        rows = _wrong(look.tally)
        if rows is None or rows.n == 0:
            return None
        mean = rows.total / rows.n
        text = f"{rows.total:,.0f} of {rows.n:,.0f} predictions were wrong"
        return self._reading(rows, mean, self.reference, int(rows.n), text)

    def _numbers(self, look: Look, weights: _Array, sizes: _Array) -> Reading | None:
        cells = look.counts(RESIDUAL)
        if cells is None or not (n := int(cells[:-1].sum())):
            return None
        seen = _known(cells)
        error = _measured(look.tally)
        said = f"the error of {n:,} predictions"
        if error is None:
            least = "at least " if _unbounded(seen) else ""
            mean = float(seen @ sizes) / n
            error = None if least else mean
            text = f"{said} was {least}{_written(mean)} on average"
        else:
            text = f"{said} was {_written(error)} on average"
        rises = float(seen @ weights) / n > self.reference
        if error is not None and rises and error <= self.usual:
            # a few rows hide what became of the others, which is what was judged
            error = None
            text = f"{text}, and that of most of them rose"
        return self._reading(seen, error, self.usual, n, text)

    def _reading(
        self, seen: Any, value: float | None, usual: float, n: int, text: str
    ) -> Reading:
        return Reading(
            seen,
            self.detector.inside(seen),
            value,
            usual,
            n,
            f"{text}; the reference has {_written(usual)}",
        )


def error_watches(standard: Standard, delta: float) -> Iterator[ErrorWatch]:
    """Watch the error, if the reference tells what is usual."""
    residual = standard.extra.get(RESIDUAL)
    if residual is not None:
        cells = residual.cells[RESIDUAL]
        if isinstance(cells, NumericCells):
            usual = residual.parts[None].counts[RESIDUAL]
            counts = standard.replaced.get(RESIDUAL, usual).cells
            sizes = _sizes(cells)
            weights = _weights(cells, counts, sizes)
            reference = _known(counts)
            if weights is not None and reference.sum() > 0:
                mean = float(reference @ weights / reference.sum())
                detector = WeighedMean(
                    weights, reference, tolerance=_RELATIVE * mean, delta=delta
                )
                about = float(reference @ sizes / reference.sum())
                said = standard.figures.get("mae", about)
                yield ErrorWatch(detector, mean, weights, sizes, said)
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


def _measured(tally: Tally | None) -> float | None:
    """Mean absolute error of labelled rows; None where it cannot be said."""
    if tally is None or tally.errors is None:
        return None
    (found,) = figures(tally, ["mae"])
    return found.value


def _sizes(cells: NumericCells) -> _Array:
    """Error of a row by cell, in the label's unit."""
    low, high = max(0.0, -float(cells.edges[0])), max(0.0, float(cells.edges[-1]))
    sizes = np.zeros(cells.size)
    sizes[1 : cells.inner + 1] = np.abs(cells.middles)
    sizes[[cells.below, cells.minus_inf]] = low
    sizes[[cells.above, cells.plus_inf]] = high
    return sizes


def _weights(cells: NumericCells, counts: _Array, sizes: _Array) -> _Array | None:
    """Error of a row by cell, in [0, 1]; None where the reference has no errors."""
    size = sizes[1 : cells.inner + 1]
    rows = counts[1 : cells.inner + 1].astype(np.float64)
    if rows.sum() == 0:
        return None
    order = np.argsort(size)
    upto = np.cumsum(rows[order]) / rows.sum()
    at = min(int(np.searchsorted(upto, _QUANTILE)), len(order) - 1)
    unit = float(size[order][at])
    if unit <= 0.0:
        return None
    weights = np.ones(cells.size)
    weights[cells.missing] = 0.0
    weights[1 : cells.inner + 1] = np.minimum(size / unit, 1.0)
    return weights


def _unbounded(cells: _Array) -> bool:
    """Tell whether rows lie beyond the reference's, no matter how far."""
    return bool(cells[0] + cells[-4:-1].sum())


def _known(cells: _Array) -> _Array:
    """Rows whose error is known: the last cell holds those without a label."""
    rows = cells.copy()
    rows[-1] = 0
    return rows


def _written(error: float) -> str:
    """Write a size with four digits, whole thousands in full."""
    return f"{error:,.0f}" if 1000.0 <= abs(error) < 1e15 else f"{error:.4g}"
