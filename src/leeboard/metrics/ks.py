"""Kolmogorov-Smirnov: the largest difference of two distribution functions.

From counts the statistic is known up to an interval. At the edges of the cells both
functions are known. Inside a cell, one rises by p and the other by q, in an order that
the counts do not tell; a cell that holds one value hides nothing. Infinities are
values. Weak in the tails; on large samples, any change is significant.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from leeboard.metrics._cells import (
    lacking_counts,
    lacking_rows,
    numeric,
    p_kind,
    points,
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
from leeboard.metrics._options import one_of
from leeboard.stats.rank import kolmogorov_p, kolmogorov_smirnov

__all__ = ["METRIC"]

_ROUNDING = 2.0**-51
"""Ends of an interval are moved outward by this much, more than rounding can do."""

_METHODS = ("auto", "exact", "limit")
_EXACT_UP_TO = 10_000
_MEAN = math.sqrt(math.pi / 2.0) * math.log(2.0)
"""Mean of Kolmogorov's law."""


def _bounds(pair: Pair) -> tuple[float, float]:
    """Least and largest statistic that rows with these counts can have."""
    cells, reference, current = numeric(pair)
    order = [cells.minus_inf, *range(cells.above + 1), cells.plus_inf]
    single = [True, False, *points(pair).tolist(), False, True]
    c = [int(reference.cells[k]) for k in order]
    x = [int(current.cells[k]) for k in order]
    n, m = sum(c), sum(x)
    before_c = before_x = low = high = 0
    # whole numbers: differences of shares, times n m
    for rows_c, rows_x, alone in zip(c, x, single, strict=True):
        after_c, after_x = before_c + rows_c, before_x + rows_x
        low = max(low, abs(after_c * m - after_x * n))
        if not alone:
            high = max(high, after_c * m - before_x * n, after_x * n - before_c * m)
        before_c, before_x = after_c, after_x
    return low / (n * m), max(low, high) / (n * m)


def _on_counts(pair: Pair, *, method: str = "auto") -> Measurement:
    one_of("ks", "method", method, _METHODS)
    lacking = lacking_counts("ks", pair)
    if lacking is not None:
        return lacking
    if method == "exact":
        sizes = present(pair.reference), present(pair.current)
        text = "the exact law needs the statistic, which counts only enclose"
        return undefined("ks", *sizes, code="needs_rows", text=text)
    low, high = _bounds(pair)
    rows = present(pair.reference), present(pair.current)
    n, m = rows[0] / pair.design_reference, rows[1] / pair.design_current
    exact = low == high
    interval = max(low - _ROUNDING, 0.0), min(high + _ROUNDING, 1.0)
    return Measurement(
        "ks",
        low,
        *rows,
        exact=exact,
        interval=None if exact else interval,
        # at the least statistic: never smaller than the p-value of the rows
        p_value=kolmogorov_p(low, n, m),
        p_kind=p_kind(pair),
        noise_floor=min(_MEAN * math.sqrt(1.0 / n + 1.0 / m), 1.0),
        facts=(("least_p", kolmogorov_p(high, n, m)),),
    )


def _on_rows(reference: Rows, current: Rows, *, method: str = "auto") -> Measurement:
    one_of("ks", "method", method, _METHODS)
    lacking = lacking_rows("ks", reference, current)
    if lacking is not None:
        return lacking
    x, y = sorted_numbers(reference), sorted_numbers(current)
    n, m = len(x), len(y)
    value = kolmogorov_smirnov(x, y)
    exact = method == "exact" or (method == "auto" and max(n, m) <= _EXACT_UP_TO)
    return Measurement(
        "ks",
        value,
        n,
        m,
        p_value=_exact_p(x, y) if exact else kolmogorov_p(value, n, m),
        p_kind=PKind.EXACT if exact else PKind.INDEPENDENT,
        noise_floor=min(_MEAN * math.sqrt(1.0 / n + 1.0 / m), 1.0),
    )


def _exact_p(x: Any, y: Any) -> float:
    """By counting lattice paths (Hodges, 1958); an upper bound where values tie."""
    from scipy.stats import ks_2samp

    return float(np.clip(ks_2samp(x, y, method="exact").pvalue, 0.0, 1.0))


METRIC = Metric(
    name="ks",
    answers="What is the largest difference between the distribution functions?",
    needs=Needs.COUNTS,
    kinds=NUMBERS,
    unit="share",
    direction="larger is more change",
    source="Smirnov, 1939; Hodges, Arkiv för Matematik 3, 1958",
    on_counts=_on_counts,
    on_rows=_on_rows,
    options={"method": "auto"},
)
