"""In which cell does each number fall: a branchless binary search in NumPy.

``np.searchsorted`` mispredicts a branch per step; eight rounds of take, compare and add
over pieces that stay in cache take a third of its time (see ``bench/``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["PIECE", "TOP", "Edges"]

PIECE = 16_384
"""Rows searched at a time, so that the work arrays stay in cache."""

TOP = np.iinfo(np.int64).max
"""As an edge it stands for 2^63, which no whole number reaches."""

_Array = np.ndarray[Any, Any]


class Edges:
    """Ascending edges, ready to search.

    Parameters
    ----------
    edges : array, shape (k,), float64 or int64, ascending, without NaN
    """

    def __init__(self, edges: _Array) -> None:
        self.edges = edges
        width = 1 << max(1, len(edges).bit_length())
        padded = np.full(width, np.nan)
        padded[: len(edges)] = edges
        self._padded = padded
        self._steps = [1 << i for i in range(width.bit_length() - 2, -1, -1)]
        self._at = np.empty(PIECE, np.intp)
        self._probe = np.empty(PIECE, np.intp)
        self._edge = np.empty(PIECE)
        self._hit = np.empty(PIECE, bool)
        whole = edges.dtype.kind == "i"
        self._open = np.count_nonzero(edges != TOP) if whole else len(edges)

    def cells(self, values: _Array) -> _Array:
        """Number of edges at or below each value; shape (n,), n at most PIECE.

        NaN counts no edge. Integers are compared as integers.
        """
        if values.dtype.kind != "f":
            at = np.searchsorted(self.edges, values, side="right")
            return np.minimum(at, self._open) if self._open < len(self.edges) else at
        n = len(values)
        at, probe = self._at[:n], self._probe[:n]
        edge, hit = self._edge[:n], self._hit[:n]
        at.fill(0)
        for step in self._steps:
            np.add(at, step - 1, out=probe)
            np.take(self._padded, probe, out=edge, mode="clip")
            np.less_equal(edge, values, out=hit)
            np.multiply(hit, step, out=probe, casting="unsafe")
            np.add(at, probe, out=at)
        return at

    def for_type(self, dtype: np.dtype[Any]) -> Edges:
        """Return the same edges, exact against values of another type.

        For whole numbers ``x < e`` is ``x < ceil(e)``, which no rounding can spoil.
        """
        if dtype.kind == self.edges.dtype.kind:
            return self
        if dtype.kind == "f":
            return Edges(self.edges.astype(np.float64))
        up = np.ceil(self.edges)
        inside = np.clip(up, -(2.0**63), np.nextafter(2.0**63, 0))
        whole = inside.astype(np.int64)
        whole[up >= 2.0**63] = TOP
        return Edges(whole)
