"""Harmonic mean of precision and recall."""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.performance._confusion import averaged, chosen, positive
from leeboard.performance._metric import CLASSES, PerformanceMetric
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally
from leeboard.stats.delta import quotient

__all__ = ["METRIC"]


_Array = np.ndarray[Any, Any]


def _by_class(right: _Array, labels: _Array, predicted: _Array) -> _Array:
    return quotient(2.0 * right, labels + predicted)


def _on_tally(tally: Tally, average: str = "auto") -> Figure:
    how = chosen("f1", tally, average)
    if how == "binary":
        return positive("f1", tally, _by_class)
    return averaged("f1", tally, _by_class, how)


METRIC = PerformanceMetric(
    name="f1",
    answers="How good are precision and recall together?",
    tasks=CLASSES,
    needs="prediction",
    unit="share",
    better="higher",
    source="van Rijsbergen, 1979; interval: delta method on the logit scale",
    on_tally=_on_tally,
    options={"average": "auto"},
)
