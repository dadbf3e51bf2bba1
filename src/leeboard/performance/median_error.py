"""Median of the absolute errors."""

from __future__ import annotations

from leeboard.performance._metric import NUMBERS, PerformanceMetric
from leeboard.performance._outcomes import Figure, Outcomes
from leeboard.performance._spans import Spans, from_cells, from_rows, quantiles
from leeboard.performance._tally import Tally

__all__ = ["METRIC"]


def _figure(spans: Spans | Figure) -> Figure:
    if isinstance(spans, Figure):
        return spans
    return quantiles("median_error", spans.absolute(), [0.5])[0]


def _on_rows(outcomes: Outcomes) -> Figure:
    return _figure(from_rows("median_error", outcomes))


def _on_tally(tally: Tally) -> Figure:
    return _figure(from_cells("median_error", tally))


METRIC = PerformanceMetric(
    name="median_error",
    answers="How large is a typical error?",
    tasks=NUMBERS,
    needs="prediction",
    unit="unit of the label",
    better="lower",
    source="interval by order: Conover, 1999, section 3.2",
    on_tally=_on_tally,
    on_rows=_on_rows,
)
