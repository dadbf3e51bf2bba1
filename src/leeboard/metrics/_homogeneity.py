"""What the chi-square tests of homogeneity share. Private to the metrics."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from leeboard.metrics._cells import Table, lacking_counts, p_kind, table_of
from leeboard.metrics._metric import Measurement, Pair, Reason, undefined
from leeboard.stats.tables import chi_square_p, expected

__all__ = ["homogeneity"]

_Array = np.ndarray[Any, Any]
_SMALL = 5.0


def homogeneity(
    metric: str,
    pair: Pair,
    statistic: Callable[[_Array, _Array], float],
    *,
    merge: bool,
) -> Measurement:
    """Measure a statistic that has a chi-square law when nothing changed.

    Counts enter as effective ones, rows over the design effect; without one, as they
    are.
    """
    lacking = lacking_counts(metric, pair)
    if lacking is not None:
        return lacking
    n, m = pair.reference.rows, pair.current.rows
    table = table_of(pair, merge=merge)
    if table.size < 2 and merge and table_of(pair, merge=False).size > 1:
        text = f"with {min(n, m):,} rows no two cells expect ten rows each"
        return undefined(metric, n, m, code="insufficient_data", text=text)
    reference = table.reference / pair.design_reference
    current = table.current / pair.design_current
    value = statistic(reference, current) if table.size > 1 else 0.0
    degrees = table.size - 1
    return Measurement(
        metric,
        value,
        n,
        m,
        p_value=chi_square_p(value, degrees),
        p_kind=p_kind(pair),
        noise_floor=float(degrees),
        reason=_remark(table, reference, current),
        facts=(("degrees", float(degrees)),),
    )


def _remark(table: Table, reference: _Array, current: _Array) -> Reason | None:
    if table.size < 2:
        return Reason("constant", "one and the same cell holds every row of both")
    least = float(expected(reference, current).min())
    if least >= _SMALL:
        return None
    text = f"a cell expects {least:.1f} rows; below 5 the p-value is rough"
    return Reason("small_expected", text)
