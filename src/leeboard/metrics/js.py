"""How far apart are the shares of the cells: the root of the Jensen-Shannon divergence.

With base 2 the distance lies in [0, 1]. Libraries disagree on the base, so one and the
same line means different changes: with base e, values are smaller by sqrt(ln 2) =
0.833.
"""

from __future__ import annotations

import math

from leeboard.errors import MetricError
from leeboard.metrics._divergence import OPTIONS, divergence
from leeboard.metrics._metric import ANY, Measurement, Metric, Needs, Pair
from leeboard.stats import divergence as formulas

__all__ = ["METRIC"]


def _on_counts(
    pair: Pair, *, merge: bool = True, smoothing: float = 0.5, base: float = 2.0
) -> Measurement:
    if not base > 1:
        raise MetricError(
            code="bad_option",
            where="metric 'js', option 'base'",
            found=repr(base),
            expected="a base of logarithms above 1",
            fix="Use 2, or 2.718281828459045 for nats.",
        )
    return divergence(
        "js",
        pair,
        of=lambda p, q: formulas.jensen_shannon(p, q, base),
        floor=lambda table: formulas.root_floor(
            table.size, table.scale / 8.0 / math.log(base)
        ),
        merge=merge,
        smoothing=smoothing,
    )


METRIC = Metric(
    name="js",
    answers="How far apart are the shares of the cells: the root of the "
    "Jensen-Shannon divergence?",
    needs=Needs.COUNTS,
    kinds=ANY,
    unit="distance, 0 to 1 for base 2",
    direction="larger is more change",
    source="Endres and Schindelin, IEEE Transactions on Information Theory 49, 2003",
    on_counts=_on_counts,
    options={**OPTIONS, "base": 2.0},
)
