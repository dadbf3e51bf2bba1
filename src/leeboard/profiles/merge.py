"""Stored cells merged into the fewer cells of a test.

A chi-square law holds where every cell expects enough rows in the smaller sample.
Numbers merge neighbours, by the reference's counts where no values are tied (the null
law of such cells is known exactly) and else by the pooled ones, which do not favour
either sample. Categories keep a level while both samples pooled expect ten rows of it;
all others join *rare*. What never was in the reference (unseen levels) has no cell of
its own: its reference count is 0 while its true mass is not, and unchanged columns with
a long tail would come out as moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leeboard.profiles.cells import Cells, NumericCells

__all__ = ["FINE_FROM", "MAX_CELLS", "MIN_EXPECTED", "Merged", "merge"]

MIN_EXPECTED = 10.0
"""Rows that each merged cell expects in the smaller sample."""

MAX_CELLS = 20
FINE_FROM = 50_000
"""Numbers get 20 cells from this many rows of the smaller sample, and 10 below."""

_Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Counts in merged cells.

    Parameters
    ----------
    reference, current : int arrays, shape (k,)
    group : int array, shape (stored cells,)
        Merged cell of each stored cell.
    """

    reference: _Ints
    current: _Ints
    group: np.ndarray[Any, np.dtype[np.intp]]

    @property
    def size(self) -> int:
        """Number of merged cells."""
        return len(self.reference)


def merge(
    cells: Cells,
    reference: _Ints,
    current: _Ints,
    *,
    design_reference: float = 1.0,
    design_current: float = 1.0,
) -> Merged:
    """Merge stored cells until each expects ten rows in the smaller sample.

    Parameters
    ----------
    cells : Cells
    reference, current : int arrays, shape (cells.size,)
    design_reference, design_current : float, at least 1
        Design effects: rows count as rows / design effect.

    Returns
    -------
    Merged
        At most 20 cells; 1 or 0 cells where there are too few rows to compare.
    """
    n, m = float(reference.sum()), float(current.sum())
    smaller = min(n / design_reference, m / design_current)
    pooled = reference + current
    expected = pooled / max(pooled.sum(), 1) * smaller
    if isinstance(cells, NumericCells):
        mass = reference if cells.continuous else pooled
        group = _number_groups(cells, mass, expected, smaller)
    else:
        group = _level_groups(cells.inner, expected)
    _, group = np.unique(group, return_inverse=True)
    size = int(group.max()) + 1 if len(group) else 0
    merged = [
        np.bincount(group, weights=counts, minlength=size).astype(np.int64)
        for counts in (reference, current)
    ]
    used = (merged[0] + merged[1]) > 0
    if not used.all():
        group = np.where(used[group], np.cumsum(used)[group] - 1, -1)
        merged = [counts[used] for counts in merged]
    return Merged(merged[0], merged[1], group)


def _number_groups(
    cells: NumericCells, mass: _Ints, expected: Any, smaller: float
) -> np.ndarray[Any, np.dtype[np.intp]]:
    inner = cells.inner
    own = mass[1 : inner + 1].astype(np.float64)
    total = own.sum()
    most = MAX_CELLS if smaller >= FINE_FROM else MAX_CELLS // 2
    finite = float(mass[: cells.above + 1].sum()) / max(mass.sum(), 1)
    parts = int(min(most, max(1.0, smaller * finite // MIN_EXPECTED)))
    group = np.zeros(cells.size, np.intp)
    if total:
        least = total * min(1.0, MIN_EXPECTED / max(smaller * finite, 1e-9))
        group[1 : inner + 1] = _equal_parts(own, parts, least, cells.atoms)
    last = int(group[inner])
    group[cells.below] = group[1] if inner else 0
    group[cells.above] = last
    if inner and _outside_is_news(own, expected, cells):
        # all reference rows in one cell: only the outside can show a change
        group[cells.below], group[cells.above] = last + 1, last + 1
        last += 1
    largest = int(np.argmax(np.bincount(group[1 : inner + 1], weights=own)))
    for special, home in (
        (cells.minus_inf, group[cells.below]),
        (cells.plus_inf, group[cells.above]),
        (cells.missing, largest),
    ):
        if expected[special] >= MIN_EXPECTED:
            last += 1
            group[special] = last
        else:
            group[special] = home
    return group


def _equal_parts(
    own: np.ndarray[Any, Any], parts: int, least: float, atoms: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Neighbouring cells in at most ``parts`` groups of about equal mass.

    A group is closed once it holds its share of what is left, and at least the mass
    that expects enough rows; a heavy atom takes a group of its own where its neighbours
    can stand without it.
    """
    group = np.empty(len(own), np.intp)
    left, held, number = float(own.sum()), 0.0, 0
    heavy = atoms & (own >= left / parts)
    for i, (mass, alone) in enumerate(zip(own.tolist(), heavy.tolist(), strict=True)):
        if alone and held >= least and number < parts - 1:
            left, held, number = left - held, 0.0, number + 1
        group[i] = number
        held += mass
        share = left / (parts - number)
        if held >= max(share * (1 - 1e-9), least) and number < parts - 1:
            left, held, number = left - held, 0.0, number + 1
    if number and held < least:
        group[group == number] = number - 1
    return group


def _outside_is_news(
    own: np.ndarray[Any, Any], expected: Any, cells: NumericCells
) -> bool:
    single = np.count_nonzero(own) == 1
    outside = expected[cells.below] + expected[cells.above]
    return bool(single and outside >= MIN_EXPECTED)


def _level_groups(inner: int, expected: Any) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Own group for levels that expect enough rows; the others join *rare*."""
    rare, missing = inner, inner + 1
    group = np.full(inner + 2, rare, np.intp)
    order = np.argsort(-expected[:inner], kind="stable")
    kept = order[expected[order] >= MIN_EXPECTED]
    keep = kept[: MAX_CELLS - 2]
    group[keep] = keep
    in_rare = np.setdiff1d(np.arange(inner + 1), keep)
    if len(keep) and expected[in_rare].sum() < MIN_EXPECTED:
        group[in_rare] = keep[-1]
    if expected[missing] >= MIN_EXPECTED:
        group[missing] = missing
    else:
        group[missing] = group[order[0]] if inner else rare
    return group
