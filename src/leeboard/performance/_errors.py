"""Errors of a regression, as they add. Private to performance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.performance._cells import OutcomeCells
from leeboard.performance._moments import Moments
from leeboard.performance._outcomes import Outcomes

__all__ = ["ERRORS", "Errors", "errors_of", "slope"]

_Array = np.ndarray[Any, Any]

ERRORS = (
    "error",
    "absolute",
    "square",
    "label",
    "label_square",
    "relative",
    "symmetric",
)
"""Figures of a row: e, |e|, e², y − c, (y − c)², |e| / |y|, 2 |e| / (|y| + |ŷ|)."""

_BY_DECILE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """What the errors of rows, prediction − label, add up to.

    Parameters
    ----------
    moments : Moments
        Of ``ERRORS``, over rows with a finite error.
    deciles : Moments
        Of e, |e| and e², by decile of the reference's predictions.
    cells : array, shape (m,), int64
        Rows by cells of e.
    least, most : float
        Smallest and largest error; infinite and crossed where there is none.
    label_least, label_most : float
        Smallest and largest label, likewise.
    zeros : int
        Rows whose label is 0, where a relative error is undefined.
    infinite : int
        Rows without a finite error.
    """

    moments: Moments
    deciles: Moments
    cells: _Array
    least: float
    most: float
    label_least: float
    label_most: float
    zeros: int
    infinite: int

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.moments + other.moments,
            self.deciles + other.deciles,
            self.cells + other.cells,
            min(self.least, other.least),
            max(self.most, other.most),
            min(self.label_least, other.label_least),
            max(self.label_most, other.label_most),
            self.zeros + other.zeros,
            self.infinite + other.infinite,
        )


def slope(**weights: float) -> _Array:
    """Weights of figures of a row by name, in the order of their moments."""
    return np.array([weights.get(name, 0.0) for name in ERRORS])


def errors_of(outcomes: Outcomes, cells: OutcomeCells) -> Errors | None:
    """Count errors; None without predictions."""
    if outcomes.predictions is None:
        return None
    labels, predictions = outcomes.labels, outcomes.predictions
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite((predictions - labels) ** 2 + labels**2)
    labels, predictions = labels[finite], predictions[finite]
    e, y = predictions - labels, labels - cells.centre
    size = np.abs(e)
    zero = labels == 0.0
    both = np.abs(labels) + np.abs(predictions)
    with np.errstate(over="ignore"):
        relative = np.where(zero, 0.0, size / np.where(zero, 1.0, np.abs(labels)))
    symmetric = np.where(both > 0.0, 2.0 * size / np.where(both > 0.0, both, 1.0), 0.0)
    figures = np.stack([e, size, e * e, y, y * y, relative, symmetric], axis=1)
    cuts = np.empty(0) if cells.errors is None else cells.errors
    inner = np.empty(0) if cells.predictions is None else cells.predictions
    decile = np.searchsorted(inner, predictions, side="right")
    at = np.searchsorted(cuts, e, side="right")
    return Errors(
        Moments.of(figures),
        Moments.of(figures[:, :_BY_DECILE], decile, len(inner) + 1),
        np.bincount(at, minlength=len(cuts) + 1).astype(np.int64),
        float(e.min(initial=np.inf)),
        float(e.max(initial=-np.inf)),
        float(labels.min(initial=np.inf)),
        float(labels.max(initial=-np.inf)),
        int(np.count_nonzero(zero)),
        int(len(finite) - np.count_nonzero(finite)),
    )
