"""Cells from a reference column: distinct order statistics, heavy ties as atoms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from leeboard.engines.moments import distance
from leeboard.engines.search import TOP
from leeboard.profiles._level import level_key
from leeboard.profiles.cells import CategoryCells, NumericCells
from leeboard.profiles.counts import SCALE

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
    if ordered.dtype.kind == "i" and ordered[-1] == TOP:
        # the largest whole number shares a cell with the one before it: none follows
        ordered = np.minimum(ordered, TOP - 1)
    fresh = ordered[1:] != ordered[:-1]
    distinct = int(np.count_nonzero(fresh)) + 1
    values, heavy = _picks(ordered, fresh, distinct)
    starts = {value: bool(tied) for value, tied in zip(values, heavy, strict=True)}
    for value, tied in zip(values, heavy, strict=True):
        follower = _next(value)
        if tied and follower <= ordered[-1]:
            starts.setdefault(follower, False)
    edges = np.array(sorted(starts), ordered.dtype)
    atoms = np.array([starts[edge] for edge in edges], bool)
    edges = np.append(edges, _next(ordered[-1]))
    edges += 0  # -0.0 and 0.0 are one edge
    centre = _mean(ordered)
    # divided by the rows first: values near the largest float would overflow
    spread = distance(ordered, centre) / float(np.sqrt(len(ordered))) / SCALE
    return NumericCells(edges, atoms, centre, spread, distinct == len(ordered))


def _picks(ordered: _Array, fresh: _Array, distinct: int) -> tuple[_Array, _Array]:
    """Values at which cells start, and which of them hold a heavy share of the rows."""
    n = len(ordered)
    if distinct <= CELLS:
        values = ordered[np.concatenate([[0], np.flatnonzero(fresh) + 1])]
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


def _mean(ordered: _Array) -> float:
    """Mean, safe for values near the largest float."""
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(ordered.mean(dtype=np.float64))
    if np.isfinite(mean):
        return mean
    return float((ordered * SCALE).mean() / SCALE)


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
