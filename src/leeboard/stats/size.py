"""The size of a change of distribution: PSI, its noise, and what n rows can say of it.

For cell counts c (n rows) and x (m rows) over K cells, with s = 1/n + 1/m, PSI / s is
close to a non-central chi-square with K - 1 degrees of freedom and non-centrality size
/ s (Yurdakul and Naranjo, Journal of Risk Model Validation 2020, for size 0; Potgieter
et al., arXiv 2307.11878, for the non-central law). Where the change sits in rare cells
the variance is larger than that law's; the delta method gives it, and the law is
stretched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Size", "noise_floor", "psi", "shares"]

_Array = np.ndarray[Any, Any]
_HALVINGS = 60
_RESOLUTION = 2.0**-53
"""A tail taken as one minus a probability is known no finer."""


def shares(counts: _Array, smoothing: float = 0.5) -> _Array:
    """Shares of cells with add-half smoothing (Krichevsky and Trofimov, 1981).

    Parameters
    ----------
    counts : array, shape (…, K)
    smoothing : float
        Added to each count; 0 gives plain shares.
    """
    total = counts.sum(axis=-1, keepdims=True) + smoothing * counts.shape[-1]
    result: _Array = (counts + smoothing) / total
    return result


def psi(p: _Array, q: _Array) -> Any:
    """Population stability index Σ (p - q) ln(p / q), in nats; shapes (…, K)."""
    return ((p - q) * np.log(p / q)).sum(axis=-1)


def noise_floor(cells: int, n: float, m: float) -> float:
    """Mean of the raw PSI of n and m effective rows when nothing changed, in nats."""
    return (cells - 1) * (1.0 / n + 1.0 / m)


@dataclass(frozen=True, slots=True)
class Size:
    """What an observed PSI says of the true size.

    Parameters
    ----------
    observed : float
        Raw PSI, nats.
    cells : int
        K, at least 2.
    scale : float
        1/n + 1/m of effective rows.
    stretch : float
        Delta-method variance over that of the non-central law, at least 1.
    """

    observed: float
    cells: int
    scale: float
    stretch: float = 1.0

    @classmethod
    def of(cls, p: _Array, q: _Array, n: float, m: float) -> Size:
        """Size from smoothed shares, shape (K,), and effective rows."""
        observed = float(psi(p, q))
        scale = 1.0 / n + 1.0 / m
        return cls(observed, len(p), scale, _stretch(p, q, n, m))

    @property
    def noise_floor(self) -> float:
        """Mean of the raw PSI when nothing changed."""
        return (self.cells - 1) * self.scale

    @property
    def debiased(self) -> float:
        """Raw PSI less its noise floor, at least 0."""
        return max(0.0, self.observed - self.noise_floor)

    def at_most(self, size: float) -> float:
        """Probability of a PSI up to the observed one if the true size is ``size``."""
        from scipy.special import chndtr

        freedom = self.cells - 1
        mean = freedom * self.scale + size
        plain = 2.0 * freedom * self.scale**2 + 4.0 * size * self.scale
        wide = 2.0 * freedom * self.scale**2 + 4.0 * size * self.scale * self.stretch
        at = mean + (self.observed - mean) * np.sqrt(plain / wide)
        if at <= 0.0:
            return 0.0
        return float(chndtr(at / self.scale, freedom, size / self.scale))

    def beyond(self, size: float) -> float:
        """p-value of "the true size is at most ``size``", never exactly 0."""
        return max(_RESOLUTION, 1.0 - self.at_most(size))

    def upper(self, level: float) -> float:
        """One-sided upper bound of the true size at that level, such as 0.95."""
        return self._solve(1.0 - level)

    def interval(self, level: float) -> tuple[float, float]:
        """Two-sided interval of the true size at that level."""
        tail = (1.0 - level) / 2.0
        return self._solve(1.0 - tail), self._solve(tail)

    def _solve(self, probability: float) -> float:
        """Size at which the observed PSI has that probability from below; 0 if none."""
        if self.at_most(0.0) <= probability:
            return 0.0
        low, high = 0.0, self.observed + self.noise_floor + self.scale
        while self.at_most(high) > probability:
            high *= 2.0
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            if self.at_most(middle) > probability:
                low = middle
            else:
                high = middle
        return 0.5 * (low + high)


def _stretch(p: _Array, q: _Array, n: float, m: float) -> float:
    """First-order variance of PSI over 4·PSI·(1/n + 1/m), at least 1."""
    size = float(psi(p, q))
    if size == 0.0:
        return 1.0
    by_reference = np.log(p / q) + 1.0 - q / p
    by_current = np.log(q / p) + 1.0 - p / q
    variance = _variance(p, by_reference) / n + _variance(q, by_current) / m
    return max(1.0, variance / (4.0 * size * (1.0 / n + 1.0 / m)))


def _variance(weights: _Array, values: _Array) -> float:
    mean = float(weights @ values)
    return float(weights @ (values - mean) ** 2)
