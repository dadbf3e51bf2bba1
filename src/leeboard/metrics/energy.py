"""Energy distance: the root of twice the area of the squared difference of functions.

Its unit is the root of the column's unit, so that no line on it holds for two columns.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.metrics._cells import lacking_rows, sorted_numbers
from leeboard.metrics._metric import (
    NUMBERS,
    Measurement,
    Metric,
    Needs,
    PKind,
    Rows,
    undefined,
)
from leeboard.metrics._options import at_least
from leeboard.stats.permute import permutation_p, tallies
from leeboard.stats.rank import energy

__all__ = ["METRIC"]

_Array = np.ndarray[Any, Any]


def _on_rows(
    reference: Rows, current: Rows, *, permutations: int = 0, seed: int = 0
) -> Measurement:
    at_least("energy", "permutations", permutations, 0)
    lacking = lacking_rows("energy", reference, current)
    if lacking is not None:
        return lacking
    n, m = len(reference.values), len(current.values)
    infinite = reference.infinite + current.infinite
    if infinite:
        text = f"{infinite:,} infinite values: the distance to them is infinite"
        return undefined("energy", n, m, code="infinite", text=text)
    x, y = sorted_numbers(reference), sorted_numbers(current)
    value = energy(x, y)
    if not np.isfinite(value):
        text = "the distance exceeds the largest number a computer holds"
        return undefined("energy", n, m, code="unsupported", text=text)
    p_value = _permuted(x, y, permutations, seed) if permutations else None
    return Measurement(
        "energy",
        value,
        n,
        m,
        p_value=p_value,
        p_kind=PKind.EXACT if permutations else None,
    )


def _permuted(x: _Array, y: _Array, permutations: int, seed: int) -> float:
    distinct, ours, theirs = tallies(x, y)
    gaps = np.diff(distinct.astype(np.float64))
    both = np.cumsum(ours + theirs)[:-1]

    def area(tally: _Array) -> float:
        below = np.cumsum(tally)[:-1]
        return float((gaps * (below / len(x) - (both - below) / len(y)) ** 2).sum())

    return permutation_p(area, ours, theirs, permutations=permutations, seed=seed)


METRIC = Metric(
    name="energy",
    answers="How large is the energy distance of the two samples?",
    needs=Needs.ROWS,
    kinds=NUMBERS,
    unit="root of the column's unit",
    direction="larger is more change",
    source="Székely and Rizzo, Journal of Statistical Planning and Inference 143, "
    "2013, section 2",
    on_rows=_on_rows,
    options={"permutations": 0, "seed": 0},
)
