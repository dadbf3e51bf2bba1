"""How far apart the shares of the cells are, on a scale from 0 to 1.

Needs no smoothing; 8 times its square is about PSI for small changes.
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
        "hellinger",
        pair,
        of=formulas.hellinger,
        floor=lambda table: formulas.root_floor(table.size, table.scale / 8.0),
        merge=merge,
        smoothing=smoothing,
    )


METRIC = Metric(
    name="hellinger",
    answers="How far apart are the shares of the cells, on a scale from 0 to 1?",
    needs=Needs.COUNTS,
    kinds=ANY,
    unit="distance, 0 to 1",
    direction="larger is more change",
    source="Hellinger, 1909; Le Cam and Yang, Asymptotics in Statistics, 2000",
    on_counts=_on_counts,
    options=OPTIONS,
)
