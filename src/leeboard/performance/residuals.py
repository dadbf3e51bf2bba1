"""Distribution of residuals, label minus prediction: median, and quantiles beside."""

from __future__ import annotations

from dataclasses import replace

from leeboard.performance._metric import NUMBERS, PerformanceMetric
from leeboard.performance._outcomes import Figure, Outcomes
from leeboard.performance._spans import Spans, from_cells, from_rows, quantile
from leeboard.performance._tally import Tally

__all__ = ["METRIC"]

_BESIDE = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def _figure(spans: Spans | Figure) -> Figure:
    if isinstance(spans, Figure):
        return spans
    facts = []
    for q in _BESIDE:
        value = quantile("residuals", spans, q).value
        if value is not None:
            facts.append((f"q{q * 100:g}", value))
    return replace(quantile("residuals", spans, 0.5), facts=tuple(facts))


def _on_rows(outcomes: Outcomes) -> Figure:
    return _figure(from_rows("residuals", outcomes))


def _on_tally(tally: Tally) -> Figure:
    return _figure(from_cells("residuals", tally))


METRIC = PerformanceMetric(
    name="residuals",
    answers="How are label minus prediction distributed?",
    tasks=NUMBERS,
    needs="prediction",
    unit="unit of the label; facts: quantiles",
    better="zero",
    source="interval by order: Conover, 1999, section 3.2",
    on_tally=_on_tally,
    on_rows=_on_rows,
)
