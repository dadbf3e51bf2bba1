"""Counting Arrow columns in memory, block by block."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from leeboard.engines.search import PIECE, Edges
from leeboard.engines.values import levels_and_codes
from leeboard.profiles.cells import CategoryCells, NumericCells
from leeboard.profiles.counts import SCALE, CategoryCounts, NumericCounts

__all__ = [
    "LevelCounter",
    "NumberCounter",
    "cell_sums",
    "count_ordered",
    "distance",
    "tally_levels",
]

_Array = np.ndarray[Any, Any]


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
        """Count one block of present values; shape (n,)."""
        cells = self._cells
        table = np.zeros(cells.size, np.int64)
        table[cells.missing] = nulls
        values = _set_specials_aside(values, table, cells)
        width = cells.inner + 2
        sums, norm = np.zeros(width), 0.0
        if len(values) == 0:
            return NumericCounts(table, sums, norm, None, None)
        edges = self._for(values)
        for start in range(0, len(values), PIECE):
            piece = values[start : start + PIECE]
            at = edges.cells(piece)
            table[:width] += np.bincount(at, minlength=width)
            sums += cell_sums(at, piece, width)
            norm = float(np.hypot(norm, distance(piece, cells.centre)))
        low, high = values.min().item(), values.max().item()
        return NumericCounts(table, sums, norm, low, high)

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


def _set_specials_aside(values: _Array, table: _Array, cells: NumericCells) -> _Array:
    """Count NaN and infinities into the table; return the finite values."""
    if values.dtype.kind != "f" or len(values) == 0:
        return values
    if np.isfinite(values.min()) and np.isfinite(values.max()):
        return values
    table[cells.missing] += np.count_nonzero(np.isnan(values))
    table[cells.minus_inf] = np.count_nonzero(values == -np.inf)
    table[cells.plus_inf] = np.count_nonzero(values == np.inf)
    finite: _Array = values[np.isfinite(values)]
    return finite


def cell_sums(at: _Array, values: _Array, width: int) -> _Array:
    """Sum of the values in each cell, times SCALE; shape (width,)."""
    with np.errstate(over="ignore", invalid="ignore"):
        sums = np.bincount(at, weights=values, minlength=width)
    if np.isfinite(sums).all():
        return sums * SCALE
    return np.bincount(at, weights=values * SCALE, minlength=width)


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


def count_ordered(
    cells: NumericCells, ordered: _Array, specials: tuple[int, int, int]
) -> NumericCounts:
    """Count the reference itself from its ordered finite values.

    Parameters
    ----------
    cells : NumericCells
    ordered : array, shape (n,), ascending, finite
    specials : (int, int, int)
        Rows that are -inf, +inf, and missing.
    """
    edges = cells.edges
    if ordered.dtype != edges.dtype:
        ordered = ordered.astype(edges.dtype)
    bounds = np.searchsorted(ordered, edges[:-1], side="left")
    own = np.diff(np.append(bounds, len(ordered)))
    table = np.concatenate([[0], own, [0], specials]).astype(np.int64)
    places = np.repeat(np.arange(1, cells.inner + 1), own)
    sums, norm = np.zeros(cells.inner + 2), 0.0
    for start in range(0, len(ordered), PIECE):
        piece = ordered[start : start + PIECE]
        at = places[start : start + PIECE]
        sums += cell_sums(at, piece, cells.inner + 2)
        norm = float(np.hypot(norm, distance(piece, cells.centre)))
    low, high = ordered[0].item(), ordered[-1].item()
    return NumericCounts(table, sums, norm, low, high)


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
