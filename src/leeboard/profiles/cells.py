"""The cells a column is counted into: fixed once, by the reference.

Numbers: cell ``i`` is the half-open interval ``[edges[i], edges[i + 1])``, so that
every engine needs only comparisons ``x < edge``. Edges are distinct order statistics of
the reference; a value that holds a heavy share of the rows is an *atom*, a cell that
contains that value alone. Beside them stand cells for below, above, -inf, +inf and
missing. Categories: the frequent levels, *rare* for every other level, and missing.

This module knows nothing about where the rows came from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from leeboard.profiles._level import level_key

__all__ = ["CategoryCells", "Cells", "NumericCells"]


@dataclass(frozen=True, slots=True, eq=False)
class NumericCells:
    """Cells of a numeric column.

    Parameters
    ----------
    edges : array, shape (k + 1,), float64 or int64, strictly ascending
        ``edges[0]`` is the reference minimum, ``edges[-1]`` the next number after the
        maximum, so that no reference value lies outside.
    atoms : array of bool, shape (k,)
        True where the cell holds exactly one value.
    centre : float
        A fixed point (the reference mean, rounded) about which squares are summed.
    spread : float
        Reference standard deviation, the unit in which shifts are told; 0 if constant.
    continuous : bool
        No two reference rows share a value.
    """

    edges: np.ndarray[Any, Any]
    atoms: np.ndarray[Any, Any]
    centre: float
    spread: float
    continuous: bool = False

    def __post_init__(self) -> None:
        self.edges.setflags(write=False)
        self.atoms.setflags(write=False)

    @property
    def inner(self) -> int:
        """Number of cells between the reference minimum and maximum."""
        return len(self.edges) - 1

    @property
    def size(self) -> int:
        """Number of counted cells, special cells included."""
        return self.inner + 5

    @property
    def middles(self) -> np.ndarray[Any, Any]:
        """What each inner cell counts as, shape (inner,): of an atom its value."""
        edges = self.edges.astype(np.float64)
        return np.where(self.atoms, edges[:-1], (edges[:-1] + edges[1:]) / 2.0)

    # Layout of a count vector: below, inner …, above, -inf, +inf, missing.
    @property
    def below(self) -> int:
        """Index of the cell for finite values below the reference minimum."""
        return 0

    @property
    def above(self) -> int:
        """Index of the cell for finite values above the reference maximum."""
        return self.inner + 1

    @property
    def minus_inf(self) -> int:
        """Index of the cell for minus infinity."""
        return self.inner + 2

    @property
    def plus_inf(self) -> int:
        """Index of the cell for plus infinity."""
        return self.inner + 3

    @property
    def missing(self) -> int:
        """Index of the cell for NULL and NaN."""
        return self.inner + 4


@dataclass(frozen=True, slots=True, eq=False)
class CategoryCells:
    """Cells of a categorical or boolean column.

    Parameters
    ----------
    levels : tuple of str
        Levels with a cell of their own, most frequent first.
    rare_keys : array, shape (r,), uint64, ascending
        64-bit keys of the reference levels that share the cell *rare*; they serve only
        to tell a rare level from one that the reference never had.
    singletons : int
        Reference rows whose level occurs once (Good, 1953: their share estimates the
        mass of what was never seen).
    """

    levels: tuple[str, ...]
    rare_keys: np.ndarray[Any, Any]
    singletons: int
    _index: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.rare_keys.setflags(write=False)
        index = {level: i for i, level in enumerate(self.levels)}
        object.__setattr__(self, "_index", index)

    @property
    def inner(self) -> int:
        """Number of levels with a cell of their own."""
        return len(self.levels)

    @property
    def size(self) -> int:
        """Number of counted cells, *rare* and *missing* included."""
        return self.inner + 2

    @property
    def rare(self) -> int:
        """Index of the cell for every other level, known or not."""
        return self.inner

    @property
    def missing(self) -> int:
        """Index of the cell for missing values."""
        return self.inner + 1

    def locate(self, levels: Sequence[str]) -> np.ndarray[Any, Any]:
        """Cell of each level; a level without a cell of its own is in *rare*."""
        rare, index = self.rare, self._index
        return np.array([index.get(level, rare) for level in levels], dtype=np.intp)

    def unknown(self, levels: Sequence[str]) -> np.ndarray[Any, Any]:
        """True for each level that the reference never had."""
        fresh = [level for level in levels if level not in self._index]
        keys = np.array([level_key(level) for level in fresh], dtype=np.uint64)
        unknown = np.zeros(len(levels), bool)
        outside = np.array([level not in self._index for level in levels], bool)
        # by sorting: NumPy 2.0 looks for keys from 2**63 on in a table, and overflows
        unknown[outside] = ~np.isin(keys, self.rare_keys, kind="sort")
        return unknown


Cells = NumericCells | CategoryCells
