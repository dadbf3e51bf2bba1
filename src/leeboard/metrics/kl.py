"""How surprising the reference is to one who expects the current shares.

KL(reference || current): not symmetric.
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
        "kl",
        pair,
        of=formulas.kullback_leibler,
        floor=lambda table: (table.size - 1) * table.scale / 2.0,
        merge=merge,
        smoothing=smoothing,
    )


METRIC = Metric(
    name="kl",
    answers="How surprising is the reference to one who expects the current shares?",
    needs=Needs.COUNTS,
    kinds=ANY,
    unit="nats",
    direction="larger is more change",
    source="Kullback and Leibler, Annals of Mathematical Statistics 22, 1951",
    on_counts=_on_counts,
    options=OPTIONS,
)
