"""Counts of levels, and whether the usual shares in another order explain them.

Place: on the path, below the causes that say "the same levels, permuted".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.incidents.causes._view import View
from leeboard.profiles.cells import CategoryCells
from leeboard.stats.tables import chi_square_p

__all__ = ["Levels", "agree", "distance", "levels_of"]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """A column of few values.

    Parameters
    ----------
    names : tuple of str
    usual, current : array, shape (levels,)
        Rows as many as independent ones would be.
    """

    names: tuple[str, ...]
    usual: _Array
    current: _Array


def levels_of(view: View, most: int) -> Levels | None:
    """Levels of a column whose present values all are levels; None if there are more.

    A number is a level where its cell is an atom.
    """
    cells, usual, current = view.cells, view.usual, view.current
    if isinstance(cells, CategoryCells):
        inside = np.arange(cells.inner)
        names = np.array(cells.levels, object)
    else:
        inside = 1 + np.flatnonzero(cells.atoms)
        names = np.array([f"{edge:g}" for edge in cells.edges[:-1][cells.atoms]])
    if not 2 <= len(inside) <= most:
        return None
    before, now = usual.cells[inside], current.cells[inside]
    everywhere = before.sum() == usual.rows - usual.missing
    if not everywhere or now.sum() != view.present or view.present == 0:
        return None
    scales = (view.n / max(usual.rows, 1), view.m / max(current.rows, 1))
    return Levels(tuple(map(str, names)), before * scales[0], now * scales[1])


def agree(usual: _Array, current: _Array) -> float:
    """p-value of "both are of one distribution": chi-square of a 2 × k table."""
    used = int((usual + current > 0).sum())
    return chi_square_p(distance(usual, current), used - 1)


def distance(usual: _Array, current: _Array) -> float:
    """Chi-square statistic of a 2 × k table."""
    total = usual.sum() + current.sum()
    pooled = usual + current
    used = pooled > 0
    statistic = 0.0
    for side in (usual, current):
        expected = pooled[used] * side.sum() / total
        statistic += float(((side[used] - expected) ** 2 / expected).sum())
    return statistic
