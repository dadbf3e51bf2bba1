"""Distribution of residuals, label minus prediction: median, and quantiles beside."""

from __future__ import annotations

from dataclasses import replace

from leeboard.performance._metric import NUMBERS, PerformanceMetric
from leeboard.performance._outcomes import Figure, Outcomes
from leeboard.performance._spans import Spans, from_cells, from_rows, quantiles
from leeboard.performance._tally import Tally

__all__ = ["METRIC"]

_MEDIAN = 0.5
_BESIDE = (0.01, 0.05, 0.25, _MEDIAN, 0.75, 0.95, 0.99)


def _figure(spans: Spans | Figure) -> Figure:
    if isinstance(spans, Figure):
        return spans
    found = dict(zip(_BESIDE, quantiles("residuals", spans, _BESIDE), strict=True))
    facts = [
        (f"q{q * 100:g}", one.value)
        for q, one in found.items()
        if one.value is not None
    ]
    return replace(found[_MEDIAN], facts=tuple(facts))


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
