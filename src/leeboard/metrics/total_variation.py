"""What share of the rows would have to move to another cell.

Its noise floor grows with the number of cells.
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
        "total_variation",
        pair,
        of=formulas.total_variation,
        floor=lambda table: formulas.total_variation_floor(table.pooled, table.scale),
        merge=merge,
        smoothing=smoothing,
    )


METRIC = Metric(
    name="total_variation",
    answers="What share of the rows would have to move to another cell?",
    needs=Needs.COUNTS,
    kinds=ANY,
    unit="share",
    direction="larger is more change",
    source="Levin and Peres, Markov Chains and Mixing Times, 2017, section 4.1",
    on_counts=_on_counts,
    options=OPTIONS,
)
