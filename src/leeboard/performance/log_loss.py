"""Mean logarithmic loss of the probabilities."""

from __future__ import annotations

from functools import partial

from leeboard.performance._means import mean_loss
from leeboard.performance._metric import CLASSES, PerformanceMetric

__all__ = ["METRIC"]


METRIC = PerformanceMetric(
    name="log_loss",
    answers="How surprising are the labels to the model?",
    tasks=CLASSES,
    needs="score",
    unit="nats",
    better="lower",
    source="Good, 1952; interval: Student, 1908",
    on_tally=partial(mean_loss, "log_loss"),
)
