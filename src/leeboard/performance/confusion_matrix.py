"""Rows by label and prediction; the value is the share off the diagonal."""

from __future__ import annotations

import numpy as np

from leeboard.performance._confusion import confusion
from leeboard.performance._metric import CLASSES, PerformanceMetric
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally
from leeboard.stats.intervals import wilson

__all__ = ["METRIC"]


def _on_tally(tally: Tally) -> Figure:
    table = confusion(tally)
    wrong = tally.rows - int(np.trace(table))
    facts = tuple(
        (f"{label} → {prediction}", float(table[i, j]))
        for i, label in enumerate(tally.classes)
        for j, prediction in enumerate(tally.classes)
    )
    interval = wilson(wrong, tally.rows)
    value = wrong / tally.rows
    return Figure("confusion_matrix", value, tally.rows, interval, facts=facts)


METRIC = PerformanceMetric(
    name="confusion_matrix",
    answers="Which class is taken for which?",
    tasks=CLASSES,
    needs="prediction",
    unit="share wrong; facts: rows",
    better="lower",
    source="interval: Wilson, JASA 22, 1927, equation 4",
    on_tally=_on_tally,
)
