"""What all divergences of counts share: cells, smoothing, test, and measurement.

Private to the metrics. A divergence is computed on merged cells, so that its size on
unchanged data (the noise floor) is known; ``merge=False`` takes the stored cells.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from leeboard.errors import MetricError
from leeboard.metrics._cells import (
    Table,
    homogeneity_p,
    lacking_counts,
    p_kind,
    table_of,
)
from leeboard.metrics._metric import Measurement, Pair, Reason, undefined
from leeboard.stats.divergence import shares

__all__ = ["OPTIONS", "divergence"]

OPTIONS = {"merge": True, "smoothing": 0.5}

_Array = np.ndarray[Any, Any]


def divergence(
    metric: str,
    pair: Pair,
    *,
    of: Callable[[_Array, _Array], float],
    floor: Callable[[Table], float],
    merge: bool,
    smoothing: float,
) -> Measurement:
    """Measure a divergence of the shares of a pair.

    Parameters
    ----------
    metric : str
    pair : Pair
    of : callable
        Of the reference's and the current shares, each of shape (k,).
    floor : callable
        Mean of the value when nothing changed.
    merge : bool
        On merged cells; else on the stored ones.
    smoothing : float, at least 0
        Rows added to each cell of both sides.

    Raises
    ------
    MetricError
        If ``smoothing`` is negative.
    """
    if not smoothing >= 0:
        raise MetricError(
            code="bad_option",
            where=f"metric {metric!r}, option 'smoothing'",
            found=repr(smoothing),
            expected="a number of rows, 0 or more",
            fix="Use 0.5, or 0 for plain shares.",
        )
    lacking = lacking_counts(metric, pair)
    if lacking is not None:
        return lacking
    n, m = pair.reference.rows, pair.current.rows
    table = table_of(pair, merge=merge)
    if table.size < 2:
        return _one_cell(metric, pair, merged=merge)
    value = of(shares(table.reference, smoothing), shares(table.current, smoothing))
    if not np.isfinite(value):
        text = "a cell is empty on one side, and no smoothing was asked for"
        return undefined(metric, n, m, code="infinite", text=text)
    return Measurement(
        metric,
        value,
        n,
        m,
        p_value=homogeneity_p(table),
        p_kind=p_kind(pair),
        noise_floor=floor(table),
        facts=(("cells", float(table.size)),),
    )


def _one_cell(metric: str, pair: Pair, *, merged: bool) -> Measurement:
    n, m = pair.reference.rows, pair.current.rows
    stored = table_of(pair, merge=False).size
    if merged and stored > 1:
        text = f"with {min(n, m):,} rows no two cells expect ten rows each"
        return undefined(metric, n, m, code="insufficient_data", text=text)
    return Measurement(
        metric,
        0.0,
        n,
        m,
        p_value=1.0,
        p_kind=p_kind(pair),
        noise_floor=0.0,
        reason=Reason("constant", "one and the same cell holds every row of both"),
        facts=(("cells", 1.0),),
    )
