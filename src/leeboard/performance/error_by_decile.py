"""Errors by decile of the reference's predictions; the value is the worst MAE."""

from __future__ import annotations

import numpy as np

from leeboard.performance._means import errors
from leeboard.performance._metric import NUMBERS, PerformanceMetric
from leeboard.performance._outcomes import Figure
from leeboard.performance._tally import Tally
from leeboard.stats.delta import mean_interval

__all__ = ["METRIC"]

_ABSOLUTE = np.array([0.0, 1.0, 0.0])


def _on_tally(tally: Tally) -> Figure:
    found = errors("error_by_decile", tally)
    if isinstance(found, Figure):
        return found
    deciles = found.deciles
    held = np.flatnonzero(deciles.rows)
    facts = []
    ends = []
    # each at a level that lets all of them hold together (Bonferroni)
    level = 1.0 - 0.05 / len(held)
    for i in held:
        bias, mae = (float(mean) for mean in deciles.means[i, :2])
        rows = float(deciles.rows[i])
        facts += [(f"rows_{i + 1}", rows), (f"mae_{i + 1}", mae)]
        facts.append((f"bias_{i + 1}", bias))
        ends.append(
            mean_interval(mae, deciles.variance(_ABSOLUTE, int(i)), rows, level)
        )
    known = [end for end in ends if end is not None]
    interval = None
    if len(known) == len(ends):
        interval = max(max(low, 0.0) for low, _ in known), max(hi for _, hi in known)
    worst = float(deciles.means[held, 1].max())
    return Figure("error_by_decile", worst, tally.rows, interval, facts=tuple(facts))


METRIC = PerformanceMetric(
    name="error_by_decile",
    answers="For which predictions are errors largest?",
    tasks=NUMBERS,
    needs="prediction",
    unit="unit of the label; facts: by decile",
    better="lower",
    source="intervals of all deciles together: Student, 1908, with Bonferroni's levels",
    on_tally=_on_tally,
)
