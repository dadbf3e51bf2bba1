"""Wasserstein-1: by how much, on average, values would have to move.

From counts the distance is known up to an interval. In a cell, the area between the two
functions is at least the absolute value of its integral, which follows from counts and
sums without knowing where the rows lie: over [a, b), ∫ F dx = b F(b) - a F(a) minus the
sum of the cell's values over n. (Putting the rows of a cell at their mean is no bound.)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.metrics._area import area_bounds
from leeboard.metrics._cells import (
    lacking_counts,
    lacking_rows,
    numeric,
    present,
    sorted_numbers,
)
from leeboard.metrics._metric import (
    NUMBERS,
    Measurement,
    Metric,
    Needs,
    Pair,
    PKind,
    Rows,
    undefined,
)
from leeboard.stats.permute import permutation_p, tallies
from leeboard.stats.rank import wasserstein, wasserstein_floor

__all__ = ["METRIC"]

_Array = np.ndarray[Any, Any]
_UNITS = ("value", "sd")


def _check(unit: str) -> None:
    if unit not in _UNITS:
        raise MetricError(
            code="bad_option",
            where="metric 'wasserstein', option 'unit'",
            found=repr(unit),
            expected="'value' or 'sd'",
            fix="Use 'sd' for a distance in standard deviations of the reference.",
        )


def _unmeasured(n: int, m: int, infinite: int) -> Measurement | None:
    if infinite == 0:
        return None
    text = f"{infinite:,} infinite values: the distance to them is infinite"
    return undefined("wasserstein", n, m, code="infinite", text=text)


def _constant(n: int, m: int) -> Measurement:
    text = "the reference is constant: it has no standard deviation to divide by"
    return undefined("wasserstein", n, m, code="constant", text=text)


def _on_counts(
    pair: Pair, *, unit: str = "value", permutations: int = 0, seed: int = 0
) -> Measurement:
    _check(unit)
    del seed
    lacking = lacking_counts("wasserstein", pair)
    if lacking is not None:
        return lacking
    n, m = present(pair.reference), present(pair.current)
    if permutations:
        text = "a permutation test draws rows, and a profile holds none"
        return undefined("wasserstein", n, m, code="needs_rows", text=text)
    cells, reference, current = numeric(pair)
    ends = [cells.minus_inf, cells.plus_inf]
    infinite = int((reference.cells + current.cells)[ends].sum())
    unmeasured = _unmeasured(n, m, infinite)
    if unmeasured is not None:
        return unmeasured
    low, high = area_bounds(pair)
    if unit == "sd":
        sd = reference.sd(cells)
        if not sd:
            return _constant(n, m)
        low, high = low / sd, high / sd
    if not np.isfinite(high):
        text = "the distance may exceed the largest number a computer holds"
        return undefined("wasserstein", n, m, code="unsupported", text=text)
    return Measurement("wasserstein", low, n, m, exact=False, interval=(low, high))


def _on_rows(
    reference: Rows,
    current: Rows,
    *,
    unit: str = "value",
    permutations: int = 0,
    seed: int = 0,
) -> Measurement:
    _check(unit)
    lacking = lacking_rows("wasserstein", reference, current)
    if lacking is not None:
        return lacking
    n, m = len(reference.values), len(current.values)
    unmeasured = _unmeasured(n, m, reference.infinite + current.infinite)
    if unmeasured is not None:
        return unmeasured
    x, y = sorted_numbers(reference), sorted_numbers(current)
    scale = (
        float(np.std(x.astype(np.float64), ddof=1)) if unit == "sd" and n > 1 else 1.0
    )
    if unit == "sd" and (n < 2 or scale == 0.0):
        return _constant(n, m)
    value = wasserstein(x, y) / scale
    if not np.isfinite(value):
        text = "the distance exceeds the largest number a computer holds"
        return undefined("wasserstein", n, m, code="unsupported", text=text)
    floor = wasserstein_floor(x, n, m) / scale
    p_value = _permuted(x, y, permutations, seed) if permutations else None
    return Measurement(
        "wasserstein",
        value,
        n,
        m,
        p_value=p_value,
        p_kind=PKind.EXACT if permutations else None,
        noise_floor=floor if np.isfinite(floor) else None,
    )


def _permuted(x: _Array, y: _Array, permutations: int, seed: int) -> float:
    distinct, ours, theirs = tallies(x, y)
    gaps = np.diff(distinct.astype(np.float64))
    both = np.cumsum(ours + theirs)[:-1]

    def area(tally: _Array) -> float:
        below = np.cumsum(tally)[:-1]
        return float((gaps * np.abs(below / len(x) - (both - below) / len(y))).sum())

    return permutation_p(area, ours, theirs, permutations=permutations, seed=seed)


METRIC = Metric(
    name="wasserstein",
    answers="By how much, on average, would values have to move?",
    needs=Needs.MOMENTS,
    kinds=NUMBERS,
    unit="unit of the column, or standard deviations of the reference",
    direction="larger is more change",
    source="Vallender, Theory of Probability and its Applications 18, 1974",
    on_counts=_on_counts,
    on_rows=_on_rows,
    options={"unit": "value", "permutations": 0, "seed": 0},
)
