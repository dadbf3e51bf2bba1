"""Mean square error of the probabilities."""

from __future__ import annotations

from functools import partial

from leeboard.performance._means import mean_loss
from leeboard.performance._metric import CLASSES, PerformanceMetric

__all__ = ["METRIC"]


METRIC = PerformanceMetric(
    name="brier",
    answers="How far are the probabilities from what came true?",
    tasks=CLASSES,
    needs="score",
    unit="squared probability",
    better="lower",
    source="Brier, 1950, equation 2; interval: Student, 1908",
    on_tally=partial(mean_loss, "brier"),
)
