"""Share of rows whose prediction is the label."""

from __future__ import annotations

from functools import partial

from leeboard.performance._confusion import correct
from leeboard.performance._metric import CLASSES, PerformanceMetric

__all__ = ["METRIC"]

METRIC = PerformanceMetric(
    name="accuracy",
    answers="What share of predictions is right?",
    tasks=CLASSES,
    needs="prediction",
    unit="share",
    better="higher",
    source="interval: Wilson, JASA 22, 1927, equation 4",
    on_tally=partial(correct, "accuracy"),
)
