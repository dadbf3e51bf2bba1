"""Area under the ROC curve."""

from __future__ import annotations

from leeboard.performance._metric import CLASSES, PerformanceMetric
from leeboard.performance._outcomes import Figure, Outcomes
from leeboard.performance._ranked import from_cells, from_rows
from leeboard.performance._tally import Tally
from leeboard.stats.roc import area, area_bounds

__all__ = ["METRIC"]


def _on_rows(outcomes: Outcomes) -> Figure:
    return from_rows("roc_auc", outcomes, area)


def _on_tally(tally: Tally) -> Figure:
    return from_cells("roc_auc", tally, area, area_bounds)


METRIC = PerformanceMetric(
    name="roc_auc",
    answers="How often does a positive row score higher than a negative one?",
    tasks=CLASSES,
    needs="score",
    unit="share of pairs",
    better="higher",
    source="DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988",
    on_tally=_on_tally,
    on_rows=_on_rows,
)
