"""Share of positive predictions that are right."""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.performance._confusion import averaged, chosen, mean_share, positive_share
from leeboard.performance._metric import CLASSES, PerformanceMetric
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally
from leeboard.stats.delta import quotient

__all__ = ["METRIC"]


_Array = np.ndarray[Any, Any]


def _by_class(right: _Array, labels: _Array, predicted: _Array) -> _Array:  # noqa: ARG001 - one of the two is not needed
    return quotient(right, predicted)


def _on_tally(tally: Tally, average: str = "auto") -> Figure:
    how = chosen("precision", tally, average)
    if how == "binary":
        return positive_share("precision", tally, axis=0)
    if how == "macro":
        return mean_share("precision", tally, axis=0)
    return averaged("precision", tally, _by_class, how)


METRIC = PerformanceMetric(
    name="precision",
    answers="Of rows predicted positive, what share is?",
    tasks=CLASSES,
    needs="prediction",
    unit="share",
    better="higher",
    source="interval: Wilson, 1927; of averages, delta method on the logit scale",
    on_tally=_on_tally,
    options={"average": "auto"},
)
