"""The number of successes among independent trials that differ in their chance."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["count_interval", "count_law"]

_Array = np.ndarray[Any, Any]
_EXACT = 2000


def count_law(chances: _Array) -> _Array:
    """Probability of each number of successes (the Poisson-binomial law).

    Parameters
    ----------
    chances : array, shape (m,), in [0, 1]

    Returns
    -------
    array, shape (m + 1,), sums to 1
        Equal to direct convolution to about 1e-13: the characteristic function is
        taken at the m + 1 roots of unity, then transformed back, in O(m²) time.

    References
    ----------
    Hong, 2013, On computing the distribution function for the Poisson binomial
    distribution, equations 6 to 8.
    """
    m = len(chances)
    half = np.arange((m + 1) // 2 + 1)
    roots = np.exp(2j * math.pi * half / (m + 1))
    values = np.ones(len(half), dtype=np.complex128)
    for chance in chances:
        values *= 1.0 + chance * (roots - 1.0)
    # a real law: the other half of its characteristic function is the conjugate
    law = np.clip(np.fft.irfft(np.conj(values), m + 1), 0.0, None)
    return np.asarray(law / law.sum())


def count_interval(chances: _Array, level: float = 0.95) -> tuple[float, float]:
    """Interval that holds the number of successes with at least ``level``.

    Up to 2,000 trials from the exact law, each tail at most (1 - level) / 2; above, a
    normal law corrected for skewness and for whole numbers.

    Parameters
    ----------
    chances : array, shape (m,), in [0, 1]
    level : float, in (0, 1)

    Returns
    -------
    (float, float), whole numbers in [0, m]

    References
    ----------
    Volkova, 1996, A refinement of the central limit theorem for sums of independent
    random indicators, equation 5, inverted by Cornish and Fisher's first term.
    """
    m = len(chances)
    tail = (1.0 - level) / 2.0
    if m <= _EXACT:
        below = np.cumsum(count_law(chances))
        # rounding of the law must not shift a tail that is exactly at its limit
        low = int(np.searchsorted(below, tail + 1e-12, side="right"))
        high = int(np.searchsorted(below, 1.0 - tail - 1e-12, side="left"))
        return float(min(low, m)), float(min(high, m))
    from scipy.special import ndtri

    spread = chances * (1.0 - chances)
    sd = math.sqrt(float(spread.sum()))
    mean = float(chances.sum())
    if sd == 0.0:
        return mean, mean
    skewness = float((spread * (1.0 - 2.0 * chances)).sum()) / sd**3
    z = float(ndtri(1.0 - tail))
    middle = mean + sd * skewness * (z * z - 1.0) / 6.0
    low_end = math.floor(middle - z * sd + 0.5)
    high_end = math.ceil(middle + z * sd - 0.5)
    return float(max(low_end, 0)), float(min(high_end, m))
