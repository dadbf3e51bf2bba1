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
            groups = np.zeros(len(figures), np.intp)
        rows = np.bincount(groups, minlength=size).astype(np.int64)
        d = figures.shape[1]
        safe = np.maximum(rows, 1)
        sums = [np.bincount(groups, figures[:, i], size) for i in range(d)]
        means = np.stack(sums, axis=1) / safe[:, None]
        away = figures - means[groups]
        # once more, as the mean of many rows is rounded
        shift = [np.bincount(groups, away[:, i], size) for i in range(d)]
        correction = np.stack(shift, axis=1) / safe[:, None]
        away -= correction[groups]
        products = np.empty((size, d, d))
        for i in range(d):
            for j in range(i + 1):
                one = np.bincount(groups, away[:, i] * away[:, j], size)
                products[:, i, j] = products[:, j, i] = one
        return cls(rows, means + correction, products)

    def __add__(self, other: Moments) -> Moments:
        rows = self.rows + other.rows
        weight = other.rows / np.maximum(rows, 1)
        apart = other.means - self.means
        cross = apart[:, :, None] * apart[:, None, :]
        return Moments(
            rows,
            self.means + apart * weight[:, None],
            self.products
            + other.products
            + cross * (self.rows * weight)[:, None, None],
        )

    def variance(self, slopes: _Array, group: int = 0) -> float:
        """Variance of the mean of ``slopes @ figures``; with n − 1 below."""
        n = float(self.rows[group])
        if n < 2:
            return float("nan")
        square = float(slopes @ self.products[group] @ slopes)
        return max(square, 0.0) / (n - 1.0) / n
