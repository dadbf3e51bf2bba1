"""What an estimate is: a figure that no label has confirmed, and where it may lie."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from leeboard.metrics._metric import Reason

__all__ = ["Estimate", "ExpectedLoss", "Unlabelled"]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Unlabelled:
    """Rows whose labels have not come.

    Parameters
    ----------
    predictions : array, shape (n,), or None
        float64 for regression; for classification class codes (int64).
    scores : array or None
        float64, shape (n,): probability of the last class; or shape (n, k): of each.
    features : mapping of name to array, shape (n,)
        float64 with NaN for missing, or objects (text) with None for missing.
    """

    predictions: _Array | None
    scores: _Array | None = None
    features: Mapping[str, _Array] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Number of rows."""
        known = self.predictions if self.predictions is not None else self.scores
        return 0 if known is None else len(known)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimated performance figure.

    Parameters
    ----------
    metric : str
    value : float or None
        None if it cannot be estimated; then ``reason`` says why.
    low, high : float or None
        Where the realised figure of these very rows falls in 95 % of cases, as long as
        labels still depend on the inputs as they did in the reference.
    n : int
        Rows that entered.
    reason : Reason or None
    """

    metric: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: Reason | None = None

    def __post_init__(self) -> None:
        figures = (self.value, self.low, self.high)
        if any(figure is not None and math.isnan(figure) for figure in figures):
            msg = f"{self.metric}: a figure that is not known is None, not NaN"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedLoss:
    """What each row is expected to cost, before its label comes.

    Parameters
    ----------
    mean, sigma : array, shape (n,), at least 0
        Expected loss and its standard deviation: of being wrong (0 or 1) for
        classification, of the absolute error for regression.
    """

    mean: _Array
    sigma: _Array
