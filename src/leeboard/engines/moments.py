"""Sums that cannot overflow: of runs of values, and of squared distances."""

from __future__ import annotations

from typing import Any

import numpy as np

from leeboard.profiles.counts import SCALE

__all__ = ["distance", "run_sums"]

_Array = np.ndarray[Any, Any]


def run_sums(ordered: _Array, bounds: _Array, counts: _Array) -> _Array:
    """Sum of each run of values, times SCALE; shape (runs,)."""
    sums = np.zeros(len(counts))
    full = np.flatnonzero(counts)
    if not full.size:
        return sums
    values = ordered.astype(np.float64, copy=False)
    with np.errstate(over="ignore", invalid="ignore"):
        sums[full] = np.add.reduceat(values, bounds[full])
    if np.isfinite(sums).all():
        return sums * SCALE
    sums[full] = np.add.reduceat(values * SCALE, bounds[full])
    return sums


def distance(values: _Array, centre: float) -> float:
    """Square root of the summed squared distances from a centre, times SCALE."""
    with np.errstate(over="ignore", invalid="ignore"):
        apart = values - centre
        # not np.dot: BLAS starts threads for it, and its sum depends on their number
        squares = float(np.square(apart, out=apart).sum())
    if np.isfinite(squares) and squares > 1e-290:
        return float(np.sqrt(squares)) * SCALE
    apart = values * SCALE - centre * SCALE
    largest = float(np.abs(apart).max())
    if largest == 0.0:
        return 0.0
    apart = apart / largest
    return float(np.sqrt(np.square(apart).sum())) * largest
