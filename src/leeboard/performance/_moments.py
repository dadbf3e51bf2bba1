"""Means and products of several figures a row, which add. Private to performance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Moments"]

_Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Moments of d figures a row, in each of several groups of rows.

    Parameters
    ----------
    rows : array, shape (g,), int64
    means : array, shape (g, d)
    products : array, shape (g, d, d)
        Sums over rows of the products of two figures' deviations from their means.

    Notes
    -----
    Two samples' moments add by Chan, Golub and LeVeque (1983, equation 2.1), which
    loses nothing where means are large against deviations.
    """

    rows: _Array
    means: _Array
    products: _Array

    @classmethod
    def zero(cls, groups: int, size: int) -> Moments:
        """Return the moments of no rows at all."""
        shape = (groups, size)
        return cls(
            np.zeros(groups, np.int64), np.zeros(shape), np.zeros((*shape, size))
        )

    @classmethod
    def of(
        cls, figures: _Array, groups: _Array | None = None, size: int = 1
    ) -> Moments:
        """Moments of rows.

        Parameters
        ----------
        figures : array, shape (n, d)
        groups : array of int, shape (n,), optional
            The group of each row, below ``size``. None: all are in group 0.
        """
        if groups is None:
            return cls._whole(figures)
        rows = np.bincount(groups, minlength=size).astype(np.int64)
        d = figures.shape[1]
        means, products = np.zeros((size, d)), np.zeros((size, d, d))
        # of few groups, as bytes, sorting is counting
        small = groups.astype(np.uint8) if size <= 256 else groups
        order = np.argsort(small, kind="stable")
        ends = np.cumsum(rows)
        for group in np.flatnonzero(rows):
            chosen = figures[order[ends[group] - rows[group] : ends[group]]]
            one = cls._whole(chosen)
            means[group], products[group] = one.means[0], one.products[0]
        return cls(rows, means, products)

    @classmethod
    def _whole(cls, figures: _Array) -> Moments:
        if len(figures) == 0:
            return cls.zero(1, figures.shape[1])
        with np.errstate(over="ignore", invalid="ignore"):
            mean = figures.mean(axis=0)
            away = figures - mean
            # once more, as the mean of many rows is rounded
            rest = away.mean(axis=0)
            away -= rest
            products = away.T @ away
            means = mean + rest
        rows = np.array([len(figures)], np.int64)
        return cls(rows, means[None], products[None])

    def __add__(self, other: Moments) -> Moments:
        rows = self.rows + other.rows
        weight = other.rows / np.maximum(rows, 1)
        with np.errstate(over="ignore", invalid="ignore"):
            apart = other.means - self.means
            cross = apart[:, :, None] * apart[:, None, :]
            between = cross * (self.rows * weight)[:, None, None]
            means = self.means + apart * weight[:, None]
            return Moments(rows, means, self.products + other.products + between)

    def variance(self, slopes: _Array, group: int = 0) -> float:
        """Variance of the mean of ``slopes @ figures``; with n − 1 below."""
        n = float(self.rows[group])
        if n < 2:
            return float("nan")
        # figures that do not count may have overflowed
        used = np.flatnonzero(slopes)
        weights = slopes[used]
        with np.errstate(over="ignore", invalid="ignore"):
            square = float(weights @ self.products[group][np.ix_(used, used)] @ weights)
        return max(square, 0.0) / (n - 1.0) / n
