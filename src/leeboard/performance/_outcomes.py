"""Rows that have a label, and a figure computed from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.metrics._metric import Reason
from leeboard.schema import Task

__all__ = ["Figure", "Outcomes"]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """Labelled rows.

    Parameters
    ----------
    task : Task
    labels, predictions : array, shape (n,)
        float64 for regression; for classification class codes (int64) into ``classes``.
        ``predictions`` is None where only scores are known.
    scores : array or None
        float64, shape (n,): probability of the positive class; or shape (n, k): of each
        class.
    classes : tuple of str
        Names of the classes in sorted order; for binary, the positive one is last, and
        classes that the reference never had stand before it.
    """

    task: Task
    labels: _Array
    predictions: _Array | None
    scores: _Array | None = None
    classes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Number of labelled rows."""
        return len(self.labels)

    def part(self, chosen: slice | _Array) -> Outcomes:
        """Outcomes of some of the rows."""
        predictions, scores = self.predictions, self.scores
        return Outcomes(
            self.task,
            self.labels[chosen],
            None if predictions is None else predictions[chosen],
            None if scores is None else scores[chosen],
            self.classes,
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """One performance figure.

    Parameters
    ----------
    metric : str
    value : float or None
        None if undefined; then ``reason`` says why.
    n : int
        Labelled rows that entered.
    interval : (float, float) or None
        95 %, under independent rows; for values bounded from counts (``exact`` false)
        it also holds the value of the rows.
    exact : bool
        The value is that of the rows, not one from binned scores or errors.
    reason : Reason or None
    facts : tuple of (str, float)
    """

    metric: str
    value: float | None
    n: int
    interval: tuple[float, float] | None = None
    exact: bool = True
    reason: Reason | None = None
    facts: tuple[tuple[str, float], ...] = ()
