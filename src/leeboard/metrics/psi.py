"""How far the shares of the cells have moved.

Symmetric; about 0.09 = 0.3² for a shift of 0.3 standard deviations. The value grows as
rows become few, by its noise floor; the fact ``debiased`` is the value less that floor,
at least 0, and may be compared between samples of different sizes.
"""

from __future__ import annotations

from dataclasses import replace

from leeboard.metrics._divergence import OPTIONS, divergence
from leeboard.metrics._metric import ANY, Measurement, Metric, Needs, Pair
from leeboard.stats import divergence as formulas

__all__ = ["METRIC"]


def _on_counts(
    pair: Pair, *, merge: bool = True, smoothing: float = 0.5
) -> Measurement:
    measured = divergence(
        "psi",
        pair,
        of=formulas.psi,
        floor=lambda table: (table.size - 1) * table.scale,
        merge=merge,
        smoothing=smoothing,
    )
    if measured.value is None or measured.noise_floor is None:
        return measured
    size = max(measured.value - measured.noise_floor, 0.0)
    return replace(measured, facts=(*measured.facts, ("debiased", size)))


METRIC = Metric(
    name="psi",
    answers="How far have the shares of the cells moved?",
    needs=Needs.COUNTS,
    kinds=ANY,
    unit="nats",
    direction="larger is more change",
    source="Yurdakul and Naranjo, Journal of Risk Model Validation 14(4), 2020; the J "
    "divergence of Jeffreys, 1946",
    on_counts=_on_counts,
    options=OPTIONS,
)
