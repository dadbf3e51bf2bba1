"""Agreement of labels and predictions beyond chance (Cohen)."""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.performance._confusion import single_class, smooth_correlation
from leeboard.performance._metric import CLASSES, PerformanceMetric
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally

__all__ = ["METRIC"]


_Array = np.ndarray[Any, Any]


def _kappa(right: _Array, labels: _Array, predicted: _Array) -> Any:
    chance = labels @ predicted
    return (right.sum() - chance) / (1.0 - chance)


def _on_tally(tally: Tally) -> Figure:
    lack = single_class("kappa", tally)
    return smooth_correlation("kappa", tally, _kappa) if lack is None else lack


METRIC = PerformanceMetric(
    name="kappa",
    answers="How much do labels and predictions agree beyond chance?",
    tasks=CLASSES,
    needs="prediction",
    unit="agreement",
    better="higher",
    source="Cohen, 1960; variance: Fleiss, Cohen and Everitt, 1969",
    on_tally=_on_tally,
)
