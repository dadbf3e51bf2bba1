"""Mean error relative to label and prediction together."""

from __future__ import annotations

from functools import partial

from leeboard.performance._means import mean_error
from leeboard.performance._metric import NUMBERS, PerformanceMetric

__all__ = ["METRIC"]


METRIC = PerformanceMetric(
    name="smape",
    answers="How large is an error against label and prediction?",
    tasks=NUMBERS,
    needs="prediction",
    unit="share, 0 to 2",
    better="lower",
    source="2 |e| / (|y| + |ŷ|), 0 where both are 0; interval: Student, 1908",
    on_tally=partial(mean_error, "smape", figure="symmetric"),
)
