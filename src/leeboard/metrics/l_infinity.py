"""The largest change of any one cell's share.

Blind to many small changes that add up.
"""

from __future__ import annotations

from leeboard.metrics._divergence import OPTIONS, divergence
from leeboard.metrics._metric import ANY, Measurement, Metric, Needs, Pair
from leeboard.stats import divergence as formulas

__all__ = ["METRIC"]


def _on_counts(
    pair: Pair, *, merge: bool = True, smoothing: float = 0.5
) -> Measurement:
    return divergence(
        "l_infinity",
        pair,
        of=formulas.l_infinity,
        floor=lambda table: formulas.l_infinity_floor(table.pooled, table.scale),
        merge=merge,
        smoothing=smoothing,
    )


METRIC = Metric(
    name="l_infinity",
    answers="What is the largest change of any one cell's share?",
    needs=Needs.COUNTS,
    kinds=ANY,
    unit="share",
    direction="larger is more change",
    source="Breck et al., Data Validation for Machine Learning, MLSys 2019",
    on_counts=_on_counts,
    options=OPTIONS,
)
