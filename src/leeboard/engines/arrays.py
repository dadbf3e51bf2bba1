"""Counting Arrow columns in memory, block by block."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.moments import distance, run_sums
from leeboard.engines.search import PIECE, TOP, Edges
from leeboard.engines.values import levels_and_codes
from leeboard.profiles.cells import CategoryCells, NumericCells
from leeboard.profiles.counts import CategoryCounts, NumericCounts

__all__ = [
    "LevelCounter",
    "NumberCounter",
    "count_ordered",
    "finite_part",
    "tally_levels",
]

_Array = np.ndarray[Any, Any]
_SORTED = 1 << 15
"""Values sorted at a time: 256 kB."""


class NumberCounter:
    """Counts of a numeric column, filled block by block.

    Parameters
    ----------
    cells : NumericCells
    """

    def __init__(self, cells: NumericCells) -> None:
        self._cells = cells
        self._edges = Edges(cells.edges)
        self._by_type: dict[str, Edges] = {}

    def count(self, values: _Array, nulls: int) -> NumericCounts:
        """Count one block of present values; shape (n,).

        Sorting a piece and finding the edges in it is faster than finding each value
        among the edges, and pieces that stay in the cache sort fastest.
        """
        total = self.count_sorted(np.sort(values[:_SORTED]), nulls)
        for start in range(_SORTED, len(values), _SORTED):
            total += self.count_sorted(np.sort(values[start : start + _SORTED]), 0)
        return total

    def count_sorted(self, values: _Array, nulls: int) -> NumericCounts:
        """Count present values in ascending order, NaN last; shape (n,)."""
        ordered, low, high, gone = finite_part(values)
        edges = self._for(values).edges
        return count_ordered(self._cells, ordered, (low, high, nulls + gone), edges)

    def locate(self, values: _Array) -> _Array:
        """Counted cell of each value; shape (n,)."""
        places = np.empty(len(values), np.intp)
        edges = self._for(values)
        for start in range(0, len(values), PIECE):
            piece = values[start : start + PIECE]
            places[start : start + PIECE] = edges.cells(piece)
        if values.dtype.kind == "f":
            places[np.isnan(values)] = self._cells.missing
            places[values == -np.inf] = self._cells.minus_inf
            places[values == np.inf] = self._cells.plus_inf
        return places

    def _for(self, values: _Array) -> Edges:
        key = values.dtype.kind
        if key not in self._by_type:
            self._by_type[key] = self._edges.for_type(values.dtype)
        return self._by_type[key]


def finite_part(ordered: _Array) -> tuple[_Array, int, int, int]:
    """Finite ones of sorted values, and how many are -inf, +inf and NaN."""
    if ordered.dtype.kind != "f" or len(ordered) == 0:
        return ordered, 0, 0, 0
    if np.isfinite(ordered[0]) and np.isfinite(ordered[-1]):
        return ordered, 0, 0, 0
    # NaN sorts last
    start = int(np.searchsorted(ordered, -np.inf, side="right"))
    stop = int(np.searchsorted(ordered, np.inf, side="left"))
    last = int(np.searchsorted(ordered, np.nan, side="left"))
    return ordered[start:stop], start, last - stop, len(ordered) - last


def count_ordered(
    cells: NumericCells,
    ordered: _Array,
    specials: tuple[int, int, int],
    edges: _Array | None = None,
    norm: float | None = None,
) -> NumericCounts:
    """Count finite values in ascending order.

    Parameters
    ----------
    cells : NumericCells
    ordered : array, shape (n,), ascending, finite
    specials : (int, int, int)
        Rows that are -inf, +inf, and missing.
    edges : array, optional
        The cells' edges, exact for the type of the values; None: the cells' own.
    norm : float, optional
        Of the counts, where it is known already.
    """
    edges = cells.edges if edges is None else edges
    bounds = np.concatenate([[0], np.searchsorted(ordered, edges, side="left")])
    if edges.dtype.kind == "i" and edges[-1] == TOP:
        bounds[1:][edges == TOP] = len(ordered)
    own = np.diff(np.append(bounds, len(ordered)))
    table = np.concatenate([own, specials]).astype(np.int64)
    if len(ordered) == 0:
        return NumericCounts(table, np.zeros(len(own)), 0.0, None, None)
    low, high = (ordered[end].item() + 0 for end in (0, -1))  # -0.0 becomes 0.0
    if norm is None:
        norm = distance(ordered, cells.centre)
    return NumericCounts(table, run_sums(ordered, bounds, own), norm, low, high)


def tally_levels(array: pa.Array, tally: dict[str, int]) -> int:
    """Add a block's levels to a tally; returns the rows without a value."""
    levels, codes, present = levels_and_codes(array)
    counts = np.bincount(codes, minlength=len(levels))
    for level, count in zip(levels, counts.tolist(), strict=True):
        if count:
            tally[level] = tally.get(level, 0) + count
    return len(present) - len(codes)


class LevelCounter:
    """Counts of a categorical column, filled block by block."""

    def __init__(self, cells: CategoryCells) -> None:
        self._cells = cells

    def count(self, array: pa.Array) -> CategoryCounts:
        """Count one block."""
        levels, codes, present = levels_and_codes(array)
        per_level = np.bincount(codes, minlength=len(levels))
        used = np.flatnonzero(per_level)
        names = [levels[i] for i in used]
        at = self._cells.locate(names)
        table = np.zeros(self._cells.size, np.int64)
        np.add.at(table, at, per_level[used])
        table[self._cells.missing] = len(present) - len(codes)
        rare = np.flatnonzero(at == self._cells.rare)
        fresh = self._cells.unknown([names[i] for i in rare])
        unseen = int(per_level[used][rare][fresh].sum())
        return CategoryCounts(table, unseen)

    def locate(self, array: pa.Array) -> _Array:
        """Counted cell of each row; shape (rows,)."""
        levels, codes, present = levels_and_codes(array)
        places = np.full(len(present), self._cells.missing, np.intp)
        if len(codes):
            places[present] = self._cells.locate(levels)[codes]
        return places

    def unseen(self, array: pa.Array) -> _Array:
        """True for each row whose level the reference never had; shape (rows,)."""
        levels, codes, present = levels_and_codes(array)
        fresh = np.zeros(len(present), bool)
        if len(codes):
            fresh[present] = self._cells.unknown(levels)[codes]
        return fresh
