"""Statistics of two samples that rest on the order of their values.

Plain arrays in, plain numbers out: this module knows nothing of columns, profiles or
metrics. Infinities are values like any other for everything but distances; NaN must be
gone. Where the two samples differ in size, positions are compared as whole numbers
``i · m`` against ``j · n``, so that no tie between fractions is lost to rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "energy",
    "kolmogorov_p",
    "kolmogorov_smirnov",
    "midranks",
    "u_statistic",
    "wasserstein",
    "wasserstein_floor",
]

_Array = np.ndarray[Any, Any]

_PIECE = 65_536
_GRID = 4096
_LARGE = 2.0**1000
_DOWN = 2.0**-64


def kolmogorov_smirnov(reference: _Array, current: _Array) -> float:
    """Largest difference between two empirical distribution functions.

    Parameters
    ----------
    reference, current : arrays, shapes (n,) and (m,), ascending, n and m at least 1

    Returns
    -------
    float
        In [0, 1].

    Notes
    -----
    Between two neighbours of a coarse grid the difference is bounded by the functions
    at its ends (both are monotone); only where that bound exceeds the largest
    difference seen on the grid are the rows themselves compared. The result is exact.
    """
    n, m = len(reference), len(current)
    large, small = (reference, current) if n >= m else (current, reference)
    grid = large[:: max(1, len(large) // _GRID)]
    grid = grid[np.r_[True, grid[1:] != grid[:-1]]]
    below = [_ranks(side, grid, "left") for side in (large, small)]
    upto = [_ranks(side, grid, "right") for side in (large, small)]
    n, m = len(large), len(small)
    best = int(np.abs(upto[0] * m - upto[1] * n).max())
    # open intervals before, between and after grid values: ranks at start and at end
    start = [np.r_[0, ranks] for ranks in upto]
    end = [
        np.r_[ranks, len(side)]
        for ranks, side in zip(below, (large, small), strict=True)
    ]
    most = np.maximum(end[0] * m - start[1] * n, end[1] * n - start[0] * m)
    for i in np.flatnonzero(most > best):
        inside = _difference(
            large[start[0][i] : end[0][i]],
            small[start[1][i] : end[1][i]],
            (int(start[0][i]), int(start[1][i])),
            (n, m),
        )
        best = max(best, inside)
    return best / (n * m)


def _ranks(ordered: _Array, values: _Array, side: Any) -> _Array:
    return np.searchsorted(ordered, values, side=side).astype(np.int64)


def _difference(
    large: _Array, small: _Array, before: tuple[int, int], sizes: tuple[int, int]
) -> int:
    """Largest |F - G| · n · m at the values inside one interval.

    The supremum is reached just below or at a value of either sample; one sample's
    values are enough, as the difference only moves one way between them.
    """
    n, m = sizes
    j = before[1] + np.arange(len(small), dtype=np.int64)
    below = before[0] + _ranks(large, small, "left")
    upto = before[0] + _ranks(large, small, "right")
    ends = [
        (before[0] + len(large)) * m - (before[1] + len(small)) * n,
        before[0] * m - before[1] * n,
    ]
    found = [abs(end) for end in ends]
    if len(small):
        found += [int((below * m - j * n).max()), int(((j + 1) * n - upto * m).max())]
    return max(found)


def kolmogorov_p(statistic: float, n: float, m: float) -> float:
    """Chance of so large a difference if nothing changed, as n and m grow.

    Notes
    -----
    Smirnov (1939): the limit law of ``D · sqrt(n m / (n + m))`` for continuous values;
    with ties it is an upper bound.
    """
    from scipy.special import kolmogorov

    return float(kolmogorov(statistic * np.sqrt(n / (n + m) * m)))


def wasserstein(reference: _Array, current: _Array) -> float:
    """Area between two empirical distribution functions.

    Parameters
    ----------
    reference, current : arrays, shapes (n,) and (m,), ascending and finite

    Returns
    -------
    float
        In the unit of the values; infinite if it exceeds the largest float.

    Notes
    -----
    The area equals the mean distance between the two quantile functions (Vallender,
    1974). Row i of the larger sample holds the quantiles from ``i / n`` to
    ``(i + 1) / n`` and meets at most two rows of the smaller one.
    """
    large, small = (np.asarray(v, np.float64) for v in (reference, current))
    if len(large) < len(small):
        large, small = small, large
    ends = (large[0], large[-1], small[0], small[-1])
    scale = _DOWN if max(abs(float(end)) for end in ends) > _LARGE else 1.0
    if scale != 1.0:
        large, small = large * scale, small * scale
    n, m = len(large), len(small)
    parts = []
    for start in range(0, n, _PIECE):
        piece = large[start : start + _PIECE]
        if n == m:
            parts.append(float(np.abs(piece - small[start : start + _PIECE]).sum()) * m)
            continue
        first = np.arange(start, start + len(piece), dtype=np.int64) * m
        partner = first // n
        share = np.minimum((partner + 1) * n - first, m)
        follower = np.minimum(partner + 1, m - 1)
        apart = share * np.abs(piece - small[partner])
        apart += (m - share) * np.abs(piece - small[follower])
        parts.append(float(apart.sum()))
    return sum(parts) / n / m / scale


def wasserstein_floor(ordered: _Array, n: int, m: int) -> float:
    """Mean Wasserstein distance of two samples of one distribution, for large n and m.

    Parameters
    ----------
    ordered : array, ascending and finite
        A sample of the distribution.
    n, m : int
        Sizes of the samples compared.

    Notes
    -----
    ``sqrt(2 / pi) · sqrt(1 / n + 1 / m) · ∫ sqrt(F (1 - F)) dx``: the difference of the
    two functions is a Brownian bridge in the limit (del Barrio, Giné and Matrán, 1999).
    """
    size = len(ordered)
    if size < 2:
        return 0.0
    # a mean over chance needs no more than a few thousand steps of the function
    picks = np.unique(np.linspace(0, size - 1, min(size, _GRID)).astype(np.int64))
    values = np.asarray(ordered[picks], np.float64)
    at = (picks[:-1] + 1 + picks[1:]) / 2.0 / size
    with np.errstate(over="ignore"):
        area = float((np.diff(values) * np.sqrt(at * (1.0 - at))).sum())
    return float(np.sqrt(2.0 / np.pi * (1.0 / n + 1.0 / m))) * area


def energy(reference: _Array, current: _Array) -> float:
    """Energy distance of two samples: the root of twice ∫ (F - G)² dx.

    Parameters
    ----------
    reference, current : arrays, shapes (n,) and (m,), ascending and finite
    """
    large, small = (np.asarray(v, np.float64) for v in (reference, current))
    pooled = np.concatenate([large, small])
    pooled.sort(kind="stable")
    scale = _DOWN if np.abs(pooled[[0, -1]]).max() > _LARGE else 1.0
    gaps = np.diff(pooled * scale)
    apart = np.searchsorted(large, pooled[:-1], side="right") / len(large)
    apart -= np.searchsorted(small, pooled[:-1], side="right") / len(small)
    return float(np.sqrt(2.0 * (gaps * apart**2).sum()) / np.sqrt(scale))


def midranks(values: _Array) -> _Array:
    """Rank of each value from 1 on, the mean rank where values tie; shape (n,)."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    after = np.r_[first[1:], len(values)]
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((first + after + 1) / 2.0, after - first)
    return ranks


def u_statistic(reference: _Array, current: _Array) -> tuple[float, float, float]:
    """Wins of the reference over the current rows, ties counted half.

    Parameters
    ----------
    reference, current : arrays, shapes (n,) and (m,), ascending

    Returns
    -------
    u : float
        Pairs in which the reference value is larger, plus half the ties; in [0, n m].
    mean, variance : float
        Of ``u`` if nothing changed, ties allowed for (Lehmann, Nonparametrics, 1975,
        appendix, equation A.19).
    """
    n, m = len(reference), len(current)
    below = int(np.searchsorted(current, reference, side="left").sum())
    upto = int(np.searchsorted(current, reference, side="right").sum())
    pooled = np.concatenate([reference, current])
    pooled.sort(kind="stable")
    size = n + m
    first = np.flatnonzero(np.r_[True, pooled[1:] != pooled[:-1]])
    ties = np.diff(np.r_[first, size]).astype(np.float64)
    correction = (
        float((ties**3 - ties).sum()) / (size * (size - 1.0)) if size > 1 else 0
    )
    variance = n * m / 12.0 * (size + 1.0 - correction)
    return (below + upto) / 2.0, n * m / 2.0, max(variance, 0.0)
