"""Root of the mean square error."""

from __future__ import annotations

import math

from leeboard.performance._means import errors, mean
from leeboard.performance._metric import NUMBERS, PerformanceMetric, lacking
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally
from leeboard.stats.delta import positive_interval

__all__ = ["METRIC"]


def _rmse(tally: Tally) -> Figure:
    found = errors("rmse", tally)
    if isinstance(found, Figure):
        return found
    square, variance = mean(found, "square")
    if not math.isfinite(square):
        text = "the sum of the squares is beyond the largest number"
        return lacking("rmse", tally.rows, code="infinite", text=text)
    interval = positive_interval(square, variance, tally.rows)
    if interval is not None:
        interval = math.sqrt(interval[0]), math.sqrt(interval[1])
    return Figure("rmse", math.sqrt(square), tally.rows, interval)


METRIC = PerformanceMetric(
    name="rmse",
    answers="How large is an error, large ones weighing more?",
    tasks=NUMBERS,
    needs="prediction",
    unit="unit of the label",
    better="lower",
    source="interval: delta method on the logarithm of the mean square",
    on_tally=_rmse,
)
