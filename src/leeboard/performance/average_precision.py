"""Area under the precision-recall curve, by steps."""

from __future__ import annotations

from leeboard.performance._metric import CLASSES, PerformanceMetric
from leeboard.performance._outcomes import Figure, Outcomes
from leeboard.performance._ranked import from_cells, from_rows
from leeboard.performance._tally import Tally
from leeboard.stats.roc import precision_area, precision_bounds

__all__ = ["METRIC"]


def _on_rows(outcomes: Outcomes) -> Figure:
    return from_rows("average_precision", outcomes, precision_area)


def _on_tally(tally: Tally) -> Figure:
    return from_cells("average_precision", tally, precision_area, precision_bounds)


METRIC = PerformanceMetric(
    name="average_precision",
    answers="How pure is the top of the ranking, averaged over positive rows?",
    tasks=CLASSES,
    needs="score",
    unit="share",
    better="higher",
    source="interval: Boyd, Eng and Page, ECML 2013, on the logit scale",
    on_tally=_on_tally,
    on_rows=_on_rows,
)
