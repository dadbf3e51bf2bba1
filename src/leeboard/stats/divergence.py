"""Divergences between two sets of shares, from counts.

Shares are smoothed by adding the same amount to every cell of both sides,
``p = (c + a) / (n + a K)``; ``a = 1/2`` is the estimate of Krichevsky and Trofimov
(1981). With ``a = 0`` a divergence may be infinite. Arrays in, numbers out.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "hellinger",
    "jensen_shannon",
    "kullback_leibler",
    "l_infinity",
    "l_infinity_floor",
    "psi",
    "root_floor",
    "shares",
    "total_variation",
    "total_variation_floor",
]

_Array = np.ndarray[Any, Any]

_STEPS = 96  # of a smooth integral over eight standard deviations


def shares(counts: _Array, smoothing: float) -> _Array:
    """Shares of cells, ``smoothing`` rows added to each; shape (k,), sum 1."""
    padded = np.asarray(counts, np.float64) + smoothing
    result: _Array = padded / padded.sum()
    return result


def kullback_leibler(p: _Array, q: _Array) -> float:
    """KL(p || q) in nats: sum of p ln(p / q); infinite where q is 0 and p is not."""
    used = p > 0
    if (q[used] == 0).any():
        return float("inf")
    return max(float((p[used] * np.log(p[used] / q[used])).sum()), 0.0)


def jensen_shannon(p: _Array, q: _Array, base: float) -> float:
    """Jensen-Shannon *distance*: root of the divergence in units of ``log(base)``.

    In [0, 1] for base 2 (Endres and Schindelin, 2003).
    """
    middle = (p + q) / 2.0
    half = (kullback_leibler(p, middle) + kullback_leibler(q, middle)) / 2.0
    return float(np.sqrt(half / np.log(base)))


def hellinger(p: _Array, q: _Array) -> float:
    """Hellinger distance, ``|| sqrt(p) - sqrt(q) || / sqrt(2)``, in [0, 1]."""
    apart = float(((np.sqrt(p) - np.sqrt(q)) ** 2).sum())
    return float(np.sqrt(min(apart / 2.0, 1.0)))


def total_variation(p: _Array, q: _Array) -> float:
    """Half the sum of absolute differences of shares, in [0, 1]."""
    return min(float(np.abs(p - q).sum()) / 2.0, 1.0)


def l_infinity(p: _Array, q: _Array) -> float:
    """Largest difference of one share, in [0, 1]."""
    return float(np.abs(p - q).max())


def psi(p: _Array, q: _Array) -> float:
    """Population stability index in nats: sum of (p - q) ln(p / q)."""
    return kullback_leibler(p, q) + kullback_leibler(q, p)


def root_floor(cells: int, scale: float) -> float:
    """Mean of the root of ``scale`` times a chi-square variable with cells - 1 degrees.

    Hellinger distance and Jensen-Shannon distance are such roots when nothing changed.
    """
    from scipy.special import gammaln

    if cells < 2:
        return 0.0
    ratio = gammaln(cells / 2.0) - gammaln((cells - 1) / 2.0)
    return float(np.sqrt(2.0 * scale) * np.exp(ratio))


def total_variation_floor(pooled: _Array, scale: float) -> float:
    """Mean total variation of two samples of one distribution.

    Parameters
    ----------
    pooled : array, shape (k,)
        Shares of both samples together.
    scale : float
        ``1 / n + 1 / m``.
    """
    return float(np.sqrt(pooled * (1.0 - pooled) * scale / (2.0 * np.pi)).sum())


def l_infinity_floor(pooled: _Array, scale: float) -> float:
    """Mean largest difference of one share, cells taken for independent and normal.

    Parameters
    ----------
    pooled : array, shape (k,)
        Shares of both samples together.
    scale : float
        ``1 / n + 1 / m``.
    """
    from scipy.special import ndtr

    sd = np.sqrt(pooled * (1.0 - pooled) * scale)
    sd = sd[sd > 0]
    if len(sd) == 0:
        return 0.0
    if len(pooled) == 2:
        sd = sd[:1]  # the two differences are each other's mirror image
    step = float(sd.max()) * 8.0 / _STEPS
    at = (np.arange(_STEPS) + 0.5) * step
    below = np.prod(2.0 * ndtr(at[:, None] / sd[None, :]) - 1.0, axis=1)
    return float((1.0 - below).sum() * step)
