"""A usual distribution as weighted points, sent through a line, and counted again.

Place: on the path, below the causes that say "the same values in another unit".
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from leeboard.incidents.causes._view import View
from leeboard.profiles.cells import NumericCells
from leeboard.profiles.counts import NumericCounts

__all__ = ["Law", "Line", "Misfit", "misfit"]

_Array = np.ndarray[Any, Any]
_POINTS = 16
_GROUPS = 8
_SURE = 4.0
"""Standard errors within which a figure agrees."""


@dataclass(frozen=True, slots=True)
class Line:
    """New value = ``slope`` · old value + ``offset``."""

    slope: float
    offset: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """Points and their weights, which add up to 1, with mean, sd and kurtosis.

    The points of a cell are spread evenly over it; an atom is one point.
    """

    points: _Array
    weights: _Array
    mean: float
    sd: float
    kurtosis: float

    @classmethod
    def of(cls, cells: NumericCells, counts: NumericCounts) -> Law | None:
        """Distribution of the finite values; None without two distinct ones."""
        mean, sd = counts.mean(), counts.sd(cells)
        if mean is None or not sd or counts.minimum is None or counts.maximum is None:
            return None
        low, high = float(counts.minimum), float(counts.maximum)
        if low == high:  # a deviation that is left is rounding's
            return None
        edges = np.asarray(cells.edges, float)
        steps = (np.arange(_POINTS) + 0.5) / _POINTS
        starts = np.clip(np.concatenate([[low], edges]), low, high)
        ends = np.clip(np.concatenate([edges, [high]]), low, high)
        points = starts[:, None] + (ends - starts)[:, None] * steps
        points[1:-1][cells.atoms] = edges[:-1][cells.atoms, None]
        finite = counts.cells[: cells.above + 1] / counts.finite
        weights = np.repeat(finite / _POINTS, _POINTS)
        points = points.ravel()
        fourth = float(weights @ (points - mean) ** 4)
        second = max(float(weights @ (points - mean) ** 2), 1e-300)
        kurtosis = max(fourth / second**2, 1.0)
        return cls(points, weights, mean, sd, kurtosis)

    def cells_after(self, line: Line, cells: NumericCells) -> _Array:
        """Shares of below, inner …, above once every value went through the line."""
        edges = np.asarray(cells.edges, float)
        moved = line.slope * self.points + line.offset
        # a product that misses an edge by rounding still is that edge
        moved = moved + 1e-9 * np.abs(moved)
        places = np.searchsorted(edges, moved, side="right")
        return np.bincount(places, weights=self.weights, minlength=cells.above + 1)

    def below(self, value: float) -> float:
        """Share of the values below a number."""
        return float(self.weights[self.points < value].sum())


@dataclass(frozen=True, slots=True)
class Misfit:
    """How far a line misses what is seen; at most 1 each where it agrees.

    Parameters
    ----------
    mean, spread, shape : float
        Distance of the mean, of the standard deviation, and of the cells, over what
        chance allows.
    relative : float
        Standard error of the slope, as a share of it.
    """

    mean: float
    spread: float
    shape: float
    relative: float

    @property
    def worst(self) -> float:
        """The largest of the three."""
        return max(self.mean, self.spread, self.shape)


def misfit(law: Law, line: Line, view: View, slack: float) -> Misfit | None:
    """Compare the usual values, sent through a line, with the current ones.

    Parameters
    ----------
    law : Law
    line : Line
    view : View
        Of a numeric column.
    slack : float
        What is allowed beside chance, in standard deviations.
    """
    cells, current = view.cells, view.current
    if not isinstance(cells, NumericCells) or not isinstance(current, NumericCounts):
        return None
    mean, sd = current.mean(), current.sd(cells)
    if mean is None or not sd:
        return None
    unit = abs(line.slope) * law.sd
    error = sqrt(1.0 / view.m + 1.0 / view.n)
    by_mean = abs(mean - line.slope * law.mean - line.offset) / unit
    by_sd = abs(float(np.log(sd / unit)))
    # the delta method for the logarithm of a standard deviation
    error_sd = sqrt((law.kurtosis - 1.0) / 4.0) * error
    expected = law.cells_after(line, cells)
    distance, noise = _distance(expected, current.cells[: cells.above + 1], view.m)
    relative = error * law.sd / max(abs(law.mean), 1e-300)
    return Misfit(
        mean=by_mean / (_SURE * error + slack),
        spread=by_sd / (_SURE * error_sd + slack),
        shape=distance / (2.0 * noise + slack),
        relative=relative,
    )


def _distance(expected: _Array, counts: _Array, m: float) -> tuple[float, float]:
    """Total variation over at most 8 neighbourhoods, and its mean by chance."""
    before = np.cumsum(expected) - 0.5 * expected
    group = np.minimum((before * _GROUPS).astype(int), _GROUPS - 1)
    p = np.bincount(group, weights=expected, minlength=_GROUPS)
    q = np.bincount(group, weights=counts, minlength=_GROUPS) / max(counts.sum(), 1)
    spread = np.maximum(p * (1.0 - p), 0.0)
    noise = 0.5 * float(np.sqrt(2.0 / np.pi * spread / m).sum())
    return 0.5 * float(np.abs(p - q).sum()), noise
