"""Mean residual, label minus prediction."""

from __future__ import annotations

from dataclasses import replace

from leeboard.performance._means import mean_error
from leeboard.performance._metric import NUMBERS, PerformanceMetric
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally

__all__ = ["METRIC"]


def _on_tally(tally: Tally) -> Figure:
    # errors are counted the other way round, as a bias is told
    one = mean_error("mean_residual", tally, "error")
    if one.value is None:
        return one
    interval = None if one.interval is None else (-one.interval[1], -one.interval[0])
    return replace(one, value=0.0 - one.value, interval=interval)


METRIC = PerformanceMetric(
    name="mean_residual",
    answers="Are labels above or below the predictions on average?",
    tasks=NUMBERS,
    needs="prediction",
    unit="unit of the label",
    better="zero",
    source="interval: Student, Biometrika 6, 1908",
    on_tally=_on_tally,
)
