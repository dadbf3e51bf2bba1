"""Smallest and largest values. Private to the metrics."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from leeboard.metrics._cells import lacking_counts, lacking_rows, numeric
from leeboard.metrics._metric import Measurement, Pair, Rows, undefined

__all__ = ["extreme_of_counts", "extreme_of_rows"]

_End = Literal["min", "max"]


def extreme_of_counts(metric: _End, pair: Pair) -> Measurement:
    """Measure the end of the finite values that a profile remembers."""
    lacking = lacking_counts(metric, pair)
    if lacking is not None:
        return lacking
    _, reference, current = numeric(pair)
    ends = [
        counts.minimum if metric == "min" else counts.maximum
        for counts in (reference, current)
    ]
    rows = reference.rows - reference.missing, current.rows - current.missing
    return _measured(metric, ends[0], ends[1], rows)


def extreme_of_rows(metric: _End, reference: Rows, current: Rows) -> Measurement:
    """Measure the end of the finite values of rows."""
    lacking = lacking_rows(metric, reference, current)
    if lacking is not None:
        return lacking
    ends = []
    for rows in (reference, current):
        finite = rows.values[np.isfinite(rows.values)] if rows.infinite else rows.values
        if len(finite):
            ends.append(finite.min() if metric == "min" else finite.max())
        else:
            ends.append(None)
    return _measured(
        metric, ends[0], ends[1], (len(reference.values), len(current.values))
    )


def _measured(
    metric: _End, reference: Any, current: Any, rows: tuple[int, int]
) -> Measurement:
    if reference is None or current is None:
        name = "reference" if reference is None else "current"
        text = f"every {name} value is infinite"
        return undefined(metric, *rows, code="infinite", text=text)
    difference = float(current) - float(reference)
    finite = bool(np.isfinite(difference))
    return Measurement(
        metric,
        float(current),
        *rows,
        reference=float(reference),
        current=float(current),
        facts=(("difference", difference),) if finite else (),
    )
