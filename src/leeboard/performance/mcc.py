"""Correlation of labels with predictions (Matthews)."""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.performance._confusion import confusion, single_class, smooth_correlation
from leeboard.performance._metric import CLASSES, PerformanceMetric
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally

__all__ = ["METRIC"]


_Array = np.ndarray[Any, Any]


def _mcc(right: _Array, labels: _Array, predicted: _Array) -> Any:
    spread = (1.0 - (labels**2).sum()) * (1.0 - (predicted**2).sum())
    return (right.sum() - labels @ predicted) / np.sqrt(spread)


def _on_tally(tally: Tally) -> Figure:
    lack = single_class("mcc", tally)
    if lack is not None:
        return lack
    if np.count_nonzero(confusion(tally).sum(axis=0)) == 1:
        # predictions that never differ are taken to be uncorrelated with anything
        return Figure("mcc", 0.0, tally.rows)
    return smooth_correlation("mcc", tally, _mcc)


METRIC = PerformanceMetric(
    name="mcc",
    answers="How strongly do predictions go with labels?",
    tasks=CLASSES,
    needs="prediction",
    unit="correlation",
    better="higher",
    source="Gorodkin, 2004, equation 8; Chicco and Jurman, 2020",
    on_tally=_on_tally,
)
