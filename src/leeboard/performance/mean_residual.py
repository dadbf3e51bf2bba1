"""Mean of prediction minus label."""

from __future__ import annotations

from functools import partial

from leeboard.performance._means import mean_error
from leeboard.performance._metric import NUMBERS, PerformanceMetric

__all__ = ["METRIC"]


METRIC = PerformanceMetric(
    name="mean_residual",
    answers="Are predictions too high or too low on average?",
    tasks=NUMBERS,
    needs="prediction",
    unit="unit of the label",
    better="zero",
    source="interval: Student, Biometrika 6, 1908",
    on_tally=partial(mean_error, "mean_residual", figure="error"),
)
