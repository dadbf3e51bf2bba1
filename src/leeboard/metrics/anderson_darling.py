"""Anderson-Darling: squared differences of functions, weighted to the tails.

The p-value is interpolated in a published table that ends at 0.001 and 0.25; beyond it,
the measurement says so. ``permutations`` gives an exact p-value instead.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from leeboard.metrics._cells import lacking_rows
from leeboard.metrics._metric import (
    NUMBERS,
    Measurement,
    Metric,
    Needs,
    PKind,
    Reason,
    Rows,
    undefined,
)
from leeboard.metrics._options import at_least
from leeboard.stats.permute import permutation_p, tallies

__all__ = ["METRIC"]

_Array = np.ndarray[Any, Any]
_TABLE = (0.001, 0.25)


def _on_rows(
    reference: Rows, current: Rows, *, permutations: int = 0, seed: int = 0
) -> Measurement:
    at_least("anderson_darling", "permutations", permutations, 0)
    lacking = lacking_rows("anderson_darling", reference, current)
    if lacking is not None:
        return lacking
    n, m = len(reference.values), len(current.values)
    distinct, ours, theirs = tallies(reference.values, current.values)
    if len(distinct) < 2:
        text = "one value in every row of both"
        return undefined("anderson_darling", n, m, code="constant", text=text)
    if n + m < 4:
        text = f"{n + m} rows in all; the statistic needs 4"
        return undefined("anderson_darling", n, m, code="insufficient_data", text=text)
    codes = np.arange(len(distinct), dtype=np.float64)
    value, p_value = _scholz_stephens(np.repeat(codes, ours), np.repeat(codes, theirs))
    reason = None
    if permutations:
        pooled = ours + theirs
        p_value = permutation_p(
            lambda tally: _statistic(tally, pooled, n),
            ours,
            theirs,
            permutations=permutations,
            seed=seed,
        )
    elif not _TABLE[0] < p_value < _TABLE[1]:
        side = "at most 0.001" if p_value <= _TABLE[0] else "at least 0.25"
        reason = Reason(
            "p_beyond_table", f"the p-value is {side}: the table ends there"
        )
    return Measurement(
        "anderson_darling",
        value,
        n,
        m,
        p_value=p_value,
        p_kind=PKind.EXACT if permutations else PKind.INDEPENDENT,
        noise_floor=0.0,
        reason=reason,
    )


def _scholz_stephens(x: _Array, y: _Array) -> tuple[float, float]:
    """Standardised statistic with mid-ranks, and its p-value from the table."""
    from scipy.stats import anderson_ksamp

    with warnings.catch_warnings():
        # the end of the table is told in the measurement's reason
        warnings.simplefilter("ignore", UserWarning)
        try:
            result = anderson_ksamp([x, y], variant="midrank")
        except TypeError:  # before SciPy 1.17
            result = anderson_ksamp([x, y], midrank=True)
    return float(result.statistic), float(result.pvalue)


def _statistic(ours: _Array, pooled: _Array, n: int) -> float:
    """Equation 7 of Scholz and Stephens for two samples, up to a factor."""
    size = float(pooled.sum())
    below = np.cumsum(pooled) - pooled / 2.0
    apart = size * (np.cumsum(ours) - ours / 2.0) - below * n
    weight = below * (size - below) - size * pooled / 4.0
    return float((pooled * apart**2 / weight).sum())


METRIC = Metric(
    name="anderson_darling",
    answers="How far apart are the distribution functions, the tails weighted up?",
    needs=Needs.ROWS,
    kinds=NUMBERS,
    unit="standardised statistic",
    direction="larger is more change",
    source="Scholz and Stephens, Journal of the American Statistical Association 82, "
    "1987, equation 7",
    on_rows=_on_rows,
    options={"permutations": 0, "seed": 0},
)
