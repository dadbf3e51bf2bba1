"""Mean over classes of the share of their rows that are right."""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.performance._confusion import confusion, single_class, smooth
from leeboard.performance._metric import CLASSES, PerformanceMetric
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally
from leeboard.stats.delta import quotient

__all__ = ["METRIC"]


_Array = np.ndarray[Any, Any]


def _on_tally(tally: Tally) -> Figure:
    lack = single_class("balanced_accuracy", tally)
    if lack is not None:
        return lack
    rows = confusion(tally).sum(axis=1)
    there = rows > 0

    def mean(right: _Array, labels: _Array, _: _Array) -> Any:
        return quotient(right[there], labels[there]).mean()

    return smooth("balanced_accuracy", tally, mean, float(rows[there].min()))


METRIC = PerformanceMetric(
    name="balanced_accuracy",
    answers="What share is right, each class weighing the same?",
    tasks=CLASSES,
    needs="prediction",
    unit="share",
    better="higher",
    source="Brodersen et al., ICPR 2010; interval: delta method on the logit scale",
    on_tally=_on_tally,
)
