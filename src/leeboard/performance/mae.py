"""Mean of the absolute errors."""

from __future__ import annotations

from functools import partial

from leeboard.performance._means import mean_error
from leeboard.performance._metric import NUMBERS, PerformanceMetric

__all__ = ["METRIC"]

METRIC = PerformanceMetric(
    name="mae",
    answers="How large is an error on average?",
    tasks=NUMBERS,
    needs="prediction",
    unit="unit of the label",
    better="lower",
    source="interval: Student, Biometrika 6, 1908",
    on_tally=partial(mean_error, "mae", figure="absolute"),
)
