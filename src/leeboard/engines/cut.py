"""Cells from a reference column: distinct order statistics, heavy ties as atoms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from leeboard.profiles._level import level_key
from leeboard.profiles.cells import CategoryCells, NumericCells

__all__ = ["CELLS", "LEVELS", "LEVEL_SHARE", "cut_levels", "cut_numbers"]

CELLS = 64
"""Cells stored per column, before ties add some or take some away."""

LEVELS = 62
"""Levels with a cell of their own, at most."""

LEVEL_SHARE = 0.005
"""Least reference share of a level with a cell of its own."""

_Array = np.ndarray[Any, Any]


def cut_numbers(ordered: _Array) -> NumericCells:
    """Cells of a column from its n >= 1 finite values in ascending order."""
    if ordered.dtype.kind == "i" and ordered[-1] == np.iinfo(np.int64).max:
        # no whole number follows the largest; as floats there is one
        ordered = ordered.astype(np.float64)
    values, heavy = _picks(ordered)
    starts = {value: bool(tied) for value, tied in zip(values, heavy, strict=True)}
    for value, tied in zip(values, heavy, strict=True):
        follower = _next(value)
        if tied and follower <= ordered[-1]:
            starts.setdefault(follower, False)
    edges = np.array(sorted(starts), ordered.dtype)
    atoms = np.array([starts[edge] for edge in edges], bool)
    edges = np.append(edges, _next(ordered[-1]))
    centre, spread = _moments(ordered)
    continuous = bool((ordered[1:] != ordered[:-1]).all())
    return NumericCells(edges, atoms, centre, spread, continuous)


def _picks(ordered: _Array) -> tuple[_Array, _Array]:
    """Values at which cells start, and which of them hold a heavy share of the rows."""
    n = len(ordered)
    changes = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    if len(changes) < CELLS:
        values = ordered[np.concatenate([[0], changes])]
        return values, np.full(len(values), n > 2 * len(values) or len(values) == 1)
    values = np.unique(ordered[np.arange(CELLS) * n // CELLS])
    first = np.searchsorted(ordered, values, side="left")
    after = np.searchsorted(ordered, values, side="right")
    return values, (after - first) * CELLS >= max(n, 2 * CELLS)


def _next(value: Any) -> Any:
    """Return the smallest number of the same type above a value."""
    if isinstance(value, np.integer):
        return value + 1
    with np.errstate(over="ignore"):
        return np.nextafter(value, np.inf)


def _moments(ordered: _Array) -> tuple[float, float]:
    """Mean and standard deviation, safe for values near the largest float."""
    values = ordered.astype(np.float64, copy=False)
    scale = max(abs(float(values[0])), abs(float(values[-1])))
    if scale == 0.0:
        return 0.0, 0.0
    if 1e-140 < scale < 1e140:
        mean = float(values.mean())
        return mean, float(values.std())
    unit = values / scale
    return float(unit.mean() * scale), float(unit.std() * scale)


def cut_levels(counts: Mapping[str, int]) -> CategoryCells:
    """Cells of a categorical column from its levels and their reference counts."""
    total = sum(counts.values())
    by_count = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    own = [lv for lv, c in by_count[:LEVELS] if c >= LEVEL_SHARE * total]
    rare = [level_key(level) for level, _ in by_count[len(own) :]]
    singles = sum(1 for count in counts.values() if count == 1)
    return CategoryCells(
        tuple(own), np.unique(np.array(rare, dtype=np.uint64)), singles
    )
