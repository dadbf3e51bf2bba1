"""Cells from a reference column: distinct order statistics, with heavy ties as atoms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from leeboard.profiles._level import level_key
from leeboard.profiles.cells import CategoryCells, NumericCells

__all__ = ["CELLS", "cut_levels", "cut_numbers"]

CELLS = 64
"""Cells stored per column, before ties add some or take some away."""

LEVELS = 62
"""Levels with a cell of their own, at most."""

LEVEL_SHARE = 0.005
"""Least reference share of a level with a cell of its own."""

_Array = np.ndarray[Any, Any]


def cut_numbers(ordered: _Array) -> NumericCells:
    """Cells of a column from its finite values in ascending order, shape (n,), n >= 1."""
    if ordered.dtype.kind == "i" and ordered[-1] == np.iinfo(np.int64).max:
        # no whole number follows the largest; as floats there is one
        ordered = ordered.astype(np.float64)
    n = len(ordered)
    picks = np.unique(ordered[np.arange(CELLS) * n // CELLS])
    picks = _with_ends(picks, ordered)
    first = np.searchsorted(ordered, picks, side="left")
    after = np.searchsorted(ordered, picks, side="right")
    heavy = (after - first) * CELLS >= n
    if n > 1 and len(picks) <= CELLS and _all_distinct_picked(ordered, picks, after - first):
        heavy[:] = True
    starts, atoms = [], []
    for value, tied in zip(picks, heavy, strict=True):
        starts.append(value)
        atoms.append(bool(tied))
        if tied:
            follower = _next(value)
            if follower <= ordered[-1]:
                starts.append(follower)
                atoms.append(False)
    edges, index = np.unique(np.array(starts, ordered.dtype), return_index=True)
    # where an atom begins at the follower of another, the atom is the one that counts
    kinds = np.zeros(len(edges), bool)
    for start, tied in zip(starts, atoms, strict=True):
        if tied:
            kinds[np.searchsorted(edges, start)] = True
    del index
    edges = np.append(edges, _next(ordered[-1]))
    centre, spread = _moments(ordered)
    return NumericCells(edges, kinds, centre, spread)


def _with_ends(picks: _Array, ordered: _Array) -> _Array:
    """Add the maximum if it is an atom of its own that no pick has met."""
    if len(np.unique(ordered[:: max(1, len(ordered) // 4096)])) > CELLS:
        return picks
    distinct = np.unique(ordered)
    return distinct if len(distinct) <= CELLS else picks


def _all_distinct_picked(ordered: _Array, picks: _Array, counts: _Array) -> bool:
    """True if the picks are all values there are, and ties rather than single rows."""
    return int(counts.sum()) == len(ordered) and len(ordered) > 2 * len(picks)


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
