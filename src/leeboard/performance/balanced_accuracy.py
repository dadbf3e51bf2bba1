"""Mean over classes of the share of their rows that are right."""

from __future__ import annotations

import numpy as np

from leeboard.performance._confusion import confusion, single_class
from leeboard.performance._metric import CLASSES, PerformanceMetric
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally
from leeboard.stats.delta import mean_of_shares

__all__ = ["METRIC"]


def _on_tally(tally: Tally) -> Figure:
    lack = single_class("balanced_accuracy", tally)
    if lack is not None:
        return lack
    table = confusion(tally)
    there = tally.labels > 0
    value, interval = mean_of_shares(np.diagonal(table)[there], tally.labels[there])
    return Figure("balanced_accuracy", value, tally.rows, interval)


METRIC = PerformanceMetric(
    name="balanced_accuracy",
    answers="What share is right, each class weighing the same?",
    tasks=CLASSES,
    needs="prediction",
    unit="share",
    better="higher",
    source="Brodersen et al., ICPR 2010; interval: Zou and Donner, 2008, equation 8",
    on_tally=_on_tally,
)
