"""Mean error relative to the label."""

from __future__ import annotations

from leeboard.performance._means import mean_error
from leeboard.performance._metric import NUMBERS, PerformanceMetric, lacking
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally

__all__ = ["METRIC"]


def _on_tally(tally: Tally) -> Figure:
    zeros = tally.errors.zeros if tally.errors else 0
    if zeros:
        rows = "1 label is 0" if zeros == 1 else f"{zeros:,} labels are 0"
        text = f"{rows}, where a relative error is undefined"
        return lacking("mape", tally.rows, code="zero_labels", text=text)
    return mean_error("mape", tally, "relative")


METRIC = PerformanceMetric(
    name="mape",
    answers="How large is an error against the label?",
    tasks=NUMBERS,
    needs="prediction",
    unit="share of the label",
    better="lower",
    source="interval: Student, Biometrika 6, 1908",
    on_tally=_on_tally,
)
